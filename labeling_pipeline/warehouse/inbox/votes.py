"""inbox/votes: annotators' answers.

Belongs here: what a vote row must have, and what makes two votes the same. Does not: which vote counts (the view
``crowd_votes``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from labeling_pipeline.warehouse.inbox.keys import row_keys, time_keys
from labeling_pipeline.warehouse.inbox.model import FLOAT, ORIGIN, STRING, TIME, IngestContext, Kind, Split
from labeling_pipeline.warehouse.inbox.schema import check_labels, direct_question, resolve
from labeling_pipeline.warehouse.inbox.sieve import Sieve

UNBOUNDED = float("inf")


def sift(rows: pd.DataFrame, context: IngestContext) -> Split:
    """Accepts rows with a comment and an answer that the row's ontology allows.

    A row of a sheet we handed out (it has an ``assignment_id``) that was left empty is ``not_answered``.
    ``task_schema``, ``task_question`` and ``task_round``, where the rows have them, say what is known of its task.
    """
    sieve = Sieve(rows)
    comments = sieve.ids("comment_id", missing_rule="no_comment_id")
    labels = _first(sieve.ids("answer"), sieve.ids("label"))
    sheet = ["assignment_id" in extra for extra in sieve.extras()]
    empty_of_sheet = (v is None and of_sheet for v, of_sheet in zip(labels, sheet, strict=True))
    sieve.reject(empty_of_sheet, "not_answered", "answer is empty: nobody has answered yet")
    sieve.reject((v is None for v in labels), "empty_label", "label is empty; expected a class or an answer")
    times = sieve.times("answered_at", context.known_at)
    ontologies = resolve(sieve, context, times, sieve.ids("task_schema"))
    questions = _first(sieve.ids("question"), sieve.ids("task_question"), [direct_question(o) for o in ontologies])
    check_labels(sieve, labels, questions, ontologies)
    rounds = _first(sieve.ids("labeling_round"), sieve.ids("task_round"), [context.default_round] * len(rows))
    columns: dict[str, Any] = {
        "comment_id": comments,
        "question": questions,
        "annotator_id": sieve.ids("annotator_id"),
        "labeling_round": rounds,
        "label": labels,
        "task_id": sieve.ids("task_id"),
        "stated_confidence": sieve.numbers("stated_confidence", 0, 1),
        "answered_at": times,
        "duration_s": sieve.numbers("duration_s", 0, UNBOUNDED),
        "schema_version": [o and o.schema_version for o in ontologies],
        "guideline_hash": [o and o.guideline_hash for o in ontologies],
        "draft_shown": sieve.words("draft_shown"),
        "context_shown": sieve.words("context_shown"),
        "metadata": sieve.metadata(),
    }
    keys = _keys(columns, sieve.ids("schema_version"))
    return sieve.split({**columns, "vote_key": keys}, comments)


def _keys(columns: dict[str, Any], given_schema: Sequence[str | None]) -> list[str]:
    # The schema version as given, not as resolved: an ontology added later must not make old votes look new.
    named = ("comment_id", "question", "annotator_id", "labeling_round", "label")
    detail = ("task_id", "stated_confidence", "duration_s", "draft_shown", "context_shown")
    full = row_keys(*(columns[name] for name in named + detail), time_keys(columns["answered_at"]), given_schema)
    # Without an annotator nothing tells two people's votes apart, so only what was voted counts, and how often.
    anonymous = row_keys(*(columns[name] for name in named))
    return [a if who is None else f for a, f, who in zip(anonymous, full, columns["annotator_id"], strict=True)]


def _first(*columns: Sequence[str | None]) -> list[str | None]:
    return [next((cell for cell in cells if cell is not None), None) for cells in zip(*columns, strict=True)]


KIND = Kind(
    name="votes",
    sift=sift,
    columns=(
        "comment_id",
        "label",
        "question",
        "answer",
        "annotator_id",
        "task_id",
        "labeling_round",
        "stated_confidence",
        "answered_at",
        "duration_s",
        "schema_version",
        "draft_shown",
        "context_shown",
    ),
    required=(("comment_id", "label"), ("comment_id", "question", "answer")),
    schema=pa.schema(
        [
            *ORIGIN,
            ("vote_key", STRING),
            ("comment_id", STRING),
            ("question", STRING),
            ("annotator_id", STRING),
            ("labeling_round", STRING),
            ("label", STRING),
            ("task_id", STRING),
            ("stated_confidence", FLOAT),
            ("answered_at", TIME),
            ("duration_s", FLOAT),
            ("schema_version", STRING),
            ("guideline_hash", STRING),
            ("draft_shown", STRING),
            ("context_shown", STRING),
            ("metadata", STRING),
        ]
    ),
    comes_back=True,
)
