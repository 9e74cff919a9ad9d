"""inbox/annotators: who votes.

Belongs here: what an annotator row must have. Does not: how well they vote (``annotator_reliability``).
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from labeling_pipeline.warehouse.inbox.model import ORIGIN, STRING, IngestContext, Kind, Split
from labeling_pipeline.warehouse.inbox.sieve import Sieve, as_word

ANNOTATOR_KINDS = ("crowd", "expert", "model")


def sift(rows: pd.DataFrame, context: IngestContext) -> Split:
    """Accepts rows with an id; whatever else they say becomes an attribute, by which people can be grouped."""
    sieve = Sieve(rows)
    kinds = [kind or "crowd" for kind in sieve.ids("kind")]
    sieve.reject(
        (kind not in ANNOTATOR_KINDS for kind in kinds),
        "unknown_kind",
        f"kind must be one of {', '.join(ANNOTATOR_KINDS)}",
    )
    columns = {
        "annotator_id": sieve.ids("annotator_id", missing_rule="no_annotator_id"),
        "kind": kinds,
        "attributes": [[(k, as_word(e[k])) for k in sorted(e)] for e in sieve.extras()],
        "consent": sieve.words("consent"),
    }
    return sieve.split(columns)


KIND = Kind(
    name="annotators",
    sift=sift,
    columns=("annotator_id", "kind", "consent"),
    required=(("annotator_id",),),
    schema=pa.schema(
        [
            *ORIGIN,
            ("annotator_id", STRING),
            ("kind", STRING),
            ("attributes", pa.map_(STRING, STRING)),
            ("consent", STRING),
        ]
    ),
)
