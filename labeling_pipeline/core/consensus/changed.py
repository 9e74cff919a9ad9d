"""Answers that their annotator gave anew later.

Belongs here: which of them counts. Does not: contradicting answers of which no time tells the later, which share one
vote (``reading``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.agreement.coding import moments_of
from labeling_pipeline.core.consensus.columns import Codes


def changed_later(
    frame: pd.DataFrame, task: Codes, annotator: Codes, is_named: NDArray[np.bool_]
) -> NDArray[np.bool_] | None:
    """Which rows their annotator answered anew at a later moment (`answered_at`); None where none is.

    Only rows that ``is_named`` says are votes of somebody replace or are replaced. Of two answers of one moment, and of
    answers without one, nobody knows which is the later: the order of rows does not say it, and both stay.
    """
    moment = moments_of(frame)
    if moment is None:
        return None
    rows = np.flatnonzero(is_named & np.isfinite(moment))
    pair = pd.Series(annotator[rows].astype(np.int64) * (int(task.max()) + 1) + task[rows])
    again = pair.duplicated(keep=False).to_numpy()
    rows, pair = rows[again], pair[again]
    last = pd.Series(moment[rows], pair.index).groupby(pair).transform("max").to_numpy()
    changed = np.zeros(len(moment), np.bool_)
    changed[rows[moment[rows] < last]] = True
    return changed if changed.any() else None
