"""Margin: the comments whose top two classes are closest (Scheffer et al. 2001, doi:10.1007/3-540-44816-0_31)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from labeling_pipeline.core.selection.pool import Pool


def margin(pool: Pool) -> NDArray[np.float64]:
    """1 − (highest − second highest probability); (n,) in 0 … 1.

    >>> margin(Pool.of(np.array([[0.32, 0.41, 0.27]]))).round(6).tolist()
    [0.91]
    """
    return 1 - margins(pool.probabilities)


def margins(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Highest − second highest probability of each row; 1 where there is one class only."""
    if probabilities.shape[1] < 2:
        return np.ones(len(probabilities))
    top = np.partition(probabilities, -2, axis=1)[:, -2:]
    return np.asarray(top[:, 1] - top[:, 0])
