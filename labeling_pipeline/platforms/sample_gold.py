"""The sample home's gold set: a random draw of the stream and more of two slices, with what each comment stands for.

Belongs here: sizes, roles and inclusion probabilities. Does not: the comments (``core.simulate.streams``).
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from labeling_pipeline.core.simulate.annotators import EXPERTS
from labeling_pipeline.core.simulate.streams import SAMPLE_SEED, STREAMS, draw
from labeling_pipeline.core.stable_hash import unit_hash

POPULATION = 24_000  # comments of the stream the gold set was drawn from
# role -> (stream of the random draw, its size, stream of the slice strata, their size)
DRAWS = {
    "fit": ("gold_fit", 720, "gold_fit_slice", 30),
    "measure": ("gold", 760, "gold_slice", 240),
    "sealed": ("gold", 520, "gold_slice", 130),
}
ADJUDICATED = datetime(2026, 2, 9, 9, 0)


def gold(seed: int = SAMPLE_SEED) -> pd.DataFrame:
    """Inbox rows of the gold set; no two comments share a text.

    Phrases that are held out of training occur in measure and sealed gold only: fit gold may be trained on.
    """
    parts, used = [], dict.fromkeys(STREAMS, 0)
    for role, (stream, size, strata, extra) in DRAWS.items():
        part = pd.concat([_next(stream, size, used, seed), _next(strata, extra, used, seed)])
        parts.append(part.assign(role=role))
    rows = pd.concat(parts).drop_duplicates("text", ignore_index=True)
    rows["inclusion_p"] = _inclusion(rows)
    first, second = _experts(rows["comment_id"], seed)
    minutes = (unit_hash("decided|" + rows["comment_id"], seed) * 14 * 24 * 60).astype(int)
    rows["expert_ids"] = first + ";" + second
    rows["decided_at"] = pd.Timestamp(ADJUDICATED) + pd.to_timedelta(minutes, unit="min")
    rows = rows.assign(schema_version="v3", source="adjudicated by two experts with context")
    columns = ["comment_id", "text", "label", "role", "slice", "inclusion_p", "expert_ids", "decided_at"]
    return rows.sort_values("comment_id", ignore_index=True)[[*columns, "schema_version", "source"]]


def _next(stream: str, count: int, used: dict[str, int], seed: int) -> pd.DataFrame:
    drawn = draw(stream, count, seed, skip=used[stream])
    used[stream] += count
    return drawn


def _inclusion(rows: pd.DataFrame) -> pd.Series:
    """Comments of a role and stratum, over the comments of that stratum in the stream."""
    shares = STREAMS["gold"].shares
    size = rows.groupby(["role", "slice"])["comment_id"].transform("size")
    rest = 1 - sum(share for kind, share in shares.items() if kind in set(rows["slice"]))
    share = rows["slice"].map(lambda name: shares.get(name, rest))
    return (size / (POPULATION * share)).clip(upper=1.0).round(6)


def _experts(ids: pd.Series, seed: int) -> tuple[pd.Series, pd.Series]:
    """Two different experts per comment."""
    one = (unit_hash("first|" + ids, seed) * len(EXPERTS)).astype(int)
    step = 1 + (unit_hash("second|" + ids, seed) * (len(EXPERTS) - 1)).astype(int)
    names = np.array(EXPERTS, dtype=object)
    return pd.Series(names[one], index=ids.index), pd.Series(names[(one + step) % len(EXPERTS)], index=ids.index)
