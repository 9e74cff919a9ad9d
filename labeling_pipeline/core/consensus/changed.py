"""Answers that their annotator gave anew later.

Belongs here: which of them counts. Does not: contradicting answers without a time, which share one vote (``votes``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.agreement.coding import moments_of, repeated_pairs
from labeling_pipeline.core.consensus.columns import Codes


def without_changed(
    frame: pd.DataFrame, task: Codes, annotator: Codes, n_named: int
) -> tuple[pd.DataFrame, NDArray[np.bool_] | None]:
    """The frame without answers that their annotator gave anew later (`answered_at`), and which rows those are.

    An answer in another `labeling_round` is another vote. Without times nobody knows which is the later.
    """
    moment = moments_of(frame)
    if moment is None or not n_named:
        return frame, None
    pair = annotator.astype(np.int64) * (int(task.max()) + 1) + task
    if "labeling_round" in frame.columns:
        pair = pair * (len(frame) + 1) + pd.factorize(frame["labeling_round"])[0]
    pair[annotator >= n_named] = -1 - np.flatnonzero(annotator >= n_named)  # nameless votes are different people's
    again = repeated_pairs(pair, moment)
    changed = again & np.isfinite(moment)
    return (frame[~changed], changed) if changed.any() else (frame, None)
