"""inbox/verdicts: experts' decisions.

Belongs here: what a verdict row must have. Does not: what a verdict does to a label (``core.quality``).
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from labeling_pipeline.warehouse.inbox.keys import row_keys, time_keys
from labeling_pipeline.warehouse.inbox.model import FLOAT, ORIGIN, STRING, TIME, IngestContext, Kind, Split
from labeling_pipeline.warehouse.inbox.schema import check_labels, direct_question, resolve
from labeling_pipeline.warehouse.inbox.sieve import Sieve


def sift(rows: pd.DataFrame, context: IngestContext) -> Split:
    """Accepts rows with a comment, an expert and a class; a row of the expert queue left empty is ``not_answered``."""
    sieve = Sieve(rows)
    comments = sieve.ids("comment_id", missing_rule="no_comment_id")
    labels = sieve.ids("label")
    sieve.reject((v is None for v in labels), "not_answered", "label is empty: the expert has not decided yet")
    experts = sieve.ids("expert_id", missing_rule="no_expert_id")
    times = sieve.times("decided_at", context.known_at)
    ontologies = resolve(sieve, context, times)
    check_labels(sieve, labels, [direct_question(o) for o in ontologies], ontologies)
    columns: dict[str, Any] = {
        "comment_id": comments,
        "expert_id": experts,
        "label": labels,
        "stated_confidence": sieve.numbers("stated_confidence", 0, 1),
        "note": sieve.words("note"),
        "context_shown": sieve.words("context_shown"),
        "error_type": [_one_word(said) for said in sieve.words("error_type")],
        "decided_at": times,
        "schema_version": [o and o.schema_version for o in ontologies],
        "guideline_hash": [o and o.guideline_hash for o in ontologies],
        "metadata": sieve.metadata(),
    }
    named = ("comment_id", "expert_id", "label", "stated_confidence", "note", "context_shown", "error_type")
    keys = row_keys(*(columns[name] for name in named), time_keys(times), sieve.ids("schema_version"))
    return sieve.split({**columns, "verdict_id": keys}, comments)


def _one_word(said: str | None) -> str | None:
    """A kind of error as people write it: "Annotator error" and "annotator-error" are ``annotator_error``."""
    return said and "_".join(said.replace("-", " ").replace("_", " ").lower().split())


KIND = Kind(
    name="verdicts",
    sift=sift,
    columns=(
        "comment_id",
        "expert_id",
        "label",
        "stated_confidence",
        "note",
        "context_shown",
        "error_type",
        "decided_at",
        "schema_version",
    ),
    required=(("comment_id", "expert_id", "label"),),
    schema=pa.schema(
        [
            *ORIGIN,
            ("verdict_id", STRING),
            ("comment_id", STRING),
            ("expert_id", STRING),
            ("label", STRING),
            ("stated_confidence", FLOAT),
            ("note", STRING),
            ("context_shown", STRING),
            ("error_type", STRING),
            ("decided_at", TIME),
            ("schema_version", STRING),
            ("guideline_hash", STRING),
            ("metadata", STRING),
        ]
    ),
    comes_back=True,
)
