"""Annotators too many and too little known to have a confusion matrix each.

Belongs here: who shares the crowd's row. Does not: what that row is (each method's own matter).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from labeling_pipeline.core.consensus.columns import Codes, Floats
from labeling_pipeline.core.consensus.votes import Votes

MOST_ROWS = 50_000  # confusion matrices kept in any case
VOTES_PER_ROW = 10  # and beyond that, one for every ten votes there are


@dataclass(frozen=True)
class Known:
    """Votes whose little-known annotators share the last row, and each named annotator's row."""

    votes: Votes
    history: Floats | None
    row: Codes


def pool_strangers(votes: Votes, history: Floats | None) -> Known:
    """The same votes with a row of their own for the busiest annotators only, where there are too many.

    Those with the fewest votes, all who have equally few, are judged as the crowd: a vote or two tell nothing of a
    person, and a million matrices would cost minutes. Annotators with a history keep their own row.
    """
    n = len(votes.annotators)
    most = max(MOST_ROWS, len(votes.task) // VOTES_PER_ROW)
    if n <= most:
        return Known(votes, history, np.arange(n, dtype=np.int32))
    size = np.bincount(votes.annotator, minlength=n + 1)[:n]
    limit = int(np.sort(size)[n - most - 1])
    own = size > limit
    if history is not None:
        own |= history[:n].sum(axis=(1, 2)) > 0
    row = np.where(own, np.cumsum(own) - 1, own.sum()).astype(np.int32)
    votes.notes.append(
        f"{int((~own).sum())} annotators with at most {limit} votes are too many to know: judged as the crowd"
    )
    pooled = replace(
        votes,
        annotator=np.append(row, np.int32(own.sum()))[votes.annotator],
        annotators=votes.annotators.filter(pa.array(own)),
    )
    past = None if history is None else np.concatenate([history[:n][own], history[n:]])
    return Known(pooled, past, row)
