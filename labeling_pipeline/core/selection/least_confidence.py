"""Least confidence: the least sure top class first (Lewis and Gale 1994, doi:10.1007/978-1-4471-2099-5_1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from labeling_pipeline.core.selection.pool import Pool


def least_confidence(pool: Pool) -> NDArray[np.float64]:
    """1 − highest probability; (n,) in 0 … 1 − 1/K."""
    return np.asarray(1 - pool.probabilities.max(axis=1))
