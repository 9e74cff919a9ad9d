"""inbox/feedback: signals from production.

Belongs here: what a feedback row must have. Does not: which signals lead to relabeling (``core.feedback``).
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from labeling_pipeline.warehouse.inbox.keys import row_keys, time_keys
from labeling_pipeline.warehouse.inbox.model import ORIGIN, STRING, TIME, IngestContext, Kind, Split
from labeling_pipeline.warehouse.inbox.sieve import Sieve

FEEDBACK_KINDS = ("flag", "override", "appeal", "escalation", "correction", "rejection", "click")


def sift(rows: pd.DataFrame, context: IngestContext) -> Split:
    """Accepts rows with a comment and a known kind; a label, where there is one, must be a class of some ontology."""
    sieve = Sieve(rows)
    comments = sieve.ids("comment_id", missing_rule="no_comment_id")
    kinds, labels = sieve.ids("kind", missing_rule="no_kind"), sieve.ids("label")
    known = (*FEEDBACK_KINDS, *context.feedback_kinds)
    sieve.reject(
        (kind is not None and kind not in known for kind in kinds),
        "unknown_kind",
        f"kind must be one of {', '.join(known)}, or declared in inbox.feedback_kinds",
    )
    classes = {one for ontology in context.ontologies for one in ontology.classes}
    sieve.reject(
        (label is not None and label not in classes for label in labels),
        "unknown_class",
        f"label is no class of any ontology; expected one of {', '.join(sorted(classes))}",
    )
    times = sieve.times("created_at", context.known_at)
    columns: dict[str, Any] = {
        "comment_id": comments,
        "kind": kinds,
        "label": labels,
        "actor_id": sieve.ids("actor_id"),
        "created_at": times,
        "metadata": sieve.metadata(),
    }
    keys = row_keys(comments, kinds, labels, columns["actor_id"], time_keys(times))
    return sieve.split({**columns, "feedback_key": keys}, comments)


KIND = Kind(
    name="feedback",
    sift=sift,
    columns=("comment_id", "kind", "label", "actor_id", "created_at"),
    required=(("comment_id", "kind"),),
    schema=pa.schema(
        [
            *ORIGIN,
            ("feedback_key", STRING),
            ("comment_id", STRING),
            ("kind", STRING),
            ("label", STRING),
            ("actor_id", STRING),
            ("created_at", TIME),
            ("metadata", STRING),
        ]
    ),
)
