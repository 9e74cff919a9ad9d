"""Intervals for a share of correct votes, from whole or decayed counts.

Belongs here: Wilson and Jeffreys intervals. Does not: counting.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]


def wilson(correct: Floats, n: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson's score interval of `correct` out of `n` (> 0); Wilson (1927), doi:10.1080/01621459.1927.10502953.

    >>> low, high = wilson(np.array([9.0]), np.array([10.0]))
    >>> round(float(low[0]), 3), round(float(high[0]), 3)
    (0.596, 0.982)
    """
    z = float(special.ndtri(0.5 + confidence / 2))
    share = correct / n
    centre = share + z**2 / (2 * n)
    spread = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    return np.clip((centre - spread) / scale, 0, 1), np.clip((centre + spread) / scale, 0, 1)


def beta_interval(right: Floats, wrong: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Central interval of Beta(right, wrong); with right = correct + ½, wrong = false + ½ it is Jeffreys' interval.

    Brown, Cai & DasGupta (2001), doi:10.1214/ss/1009213286. Counts may be fractions, as decayed counts are.

    >>> low, high = beta_interval(np.array([9.5]), np.array([1.5]))
    >>> round(float(low[0]), 3), round(float(high[0]), 3)
    (0.619, 0.989)
    """
    tail = (1 - confidence) / 2
    return (
        np.asarray(special.betaincinv(right, wrong, tail), dtype=np.float64),
        np.asarray(special.betaincinv(right, wrong, 1 - tail), dtype=np.float64),
    )
