"""What arrives: comments, annotators, predictions, feedback, verdicts.

Belongs here: the stages that take files from the inbox. Does not: what a valid row is (``warehouse.inbox``), or votes,
which a platform may have to be asked for first (``stages.annotation``).
"""

from __future__ import annotations

import logging

import pandas as pd

from labeling_pipeline.core.errors import SettingError
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import Append, Result
from labeling_pipeline.stages.frames import history
from labeling_pipeline.stages.inbox import files_nobody_takes, take_files

log = logging.getLogger(__name__)


def raw_comments(context: Context) -> Result:
    """User-written texts, one row per comment, taken from inbox/comments; every ontology file is registered first."""
    known = context.query("ontology_hashes").set_index("schema_version")["ontology_hash"]
    for ontology in context.ontologies:
        if known.get(ontology.schema_version, ontology.ontology_hash) != ontology.ontology_hash:
            raise SettingError(
                f"{ontology.source}: schema version {ontology.schema_version} is not what it was when first used",
                remedy="undo the change and write a new file with a new schema_version",
            )
    taken, lost = take_files(context, "comments", "raw_comments"), files_nobody_takes(context.home)
    for told in lost:
        log.warning("%s", told)
    where = {"files_nobody_takes": "; ".join(lost)} if lost else {}
    return Result(taken.row_count, {**taken.metrics, **where}, append={"ontologies": _ontology_rows(context)})


def comments_from_elsewhere(context: Context) -> str:
    """What gold and predictions brought in with their texts, and files that lie where nothing is taken from."""
    n = str(context.query("comments_from_elsewhere")["n"].iat[0])
    return "; ".join([n, *files_nobody_takes(context.home)])


def _ontology_rows(context: Context) -> Append:
    rows = [
        {
            "schema_version": one.schema_version,
            "ontology_hash": one.ontology_hash,
            "guideline_hash": one.guideline_hash,
            "effective_at": one.effective_at,
            "approved_by": one.approved_by,
            "reason": one.reason,
            "document": one.document,
        }
        for one in context.ontologies
    ]
    return Append(pd.DataFrame(rows), ("schema_version",))


def annotators(context: Context) -> Result:
    """Who votes: crowd, experts and models, with the attributes that make annotator groups."""
    return take_files(context, "annotators", "annotators")


def production_predictions(context: Context) -> Result:
    """What models in production said, with the margin between their two best classes."""
    result = take_files(context, "predictions", "production_predictions")
    low = context.query("low_margin_predictions", low_margin=context.settings.feedback.low_margin)
    events = low.assign(happened_at=low["predicted_at"], event="low_margin", detail=[f"{m:.4f}" for m in low["margin"]])
    return Result(
        result.row_count,
        {**result.metrics, "low_margin_share": len(low) / max(result.row_count, 1)},
        append={"label_history": history(events)},
    )


def production_feedback(context: Context) -> Result:
    """Flags, overrides, appeals, escalations and corrections from production."""
    return take_files(context, "feedback", "production_feedback")


def verdicts(context: Context) -> Result:
    """Experts' decisions, append-only, each with the ontology version it was made under."""
    return take_files(context, "verdicts", "verdicts")
