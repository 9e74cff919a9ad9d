"""A rate with its 95 % interval. Belongs here: the two intervals used everywhere. Does not: what is counted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Z = 1.959963984540054


def weighted_rate(hits: npt.ArrayLike, weight: npt.ArrayLike) -> dict[str, float]:
    """``value``, ``low``, ``high`` of a weighted share.

    Wilson's interval (1927, doi:10.1080/01621459.1927.10502953) on the effective sample size (Σw)² / Σw² (Kish 1965).

    >>> {name: round(one, 2) for name, one in weighted_rate([1, 1, 0, 1], [1, 1, 1, 1]).items()}
    {'value': 0.75, 'low': 0.3, 'high': 0.95}
    """
    w = np.asarray(weight, dtype=np.float64)
    value = float((np.asarray(hits, dtype=np.float64) * w).sum() / w.sum())
    n = float(w.sum() ** 2 / np.square(w).sum())
    centre = (value + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * float(np.sqrt(value * (1 - value) / n + Z**2 / (4 * n * n))) / (1 + Z**2 / n)
    return {"value": value, "low": max(centre - half, 0.0), "high": min(centre + half, 1.0)}


def jeffreys(hits: npt.ArrayLike, n: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Bounds of shares ``hits / n``, elementwise; 0 and 1 where nothing or everything hits.

    Jeffreys interval (Brown, Cai, DasGupta 2001, doi:10.1214/ss/1009213286).

    >>> low, high = jeffreys([0, 5], [5, 5])
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.0, 0.62], [0.38, 1.0])
    """
    from scipy.stats import beta

    k, m = np.asarray(hits, dtype=np.float64), np.asarray(n, dtype=np.float64)
    low = np.where(k == 0, 0.0, beta.ppf(0.025, k + 0.5, m - k + 0.5))
    high = np.where(k == m, 1.0, beta.ppf(0.975, k + 0.5, m - k + 0.5))
    return low, high
