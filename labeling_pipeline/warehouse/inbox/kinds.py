"""The kinds of inbox files, in the order they are taken: comments before what speaks of them."""

from __future__ import annotations

from labeling_pipeline.warehouse.inbox import annotators, comments, feedback, gold, predictions, verdicts, votes
from labeling_pipeline.warehouse.inbox.model import Kind

KINDS: dict[str, Kind] = {
    "comments": comments.KIND,
    "annotators": annotators.KIND,
    "gold": gold.KIND,
    "predictions": predictions.KIND,
    "feedback": feedback.KIND,
    "votes": votes.KIND,
    "verdicts": verdicts.KIND,
}
