"""Metrics of many samples at once, and intervals for shares.

Belongs here: formulas. Does not: resampling and slices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from labeling_pipeline.core.evaluation.cells import BINS, Array, Rows, confidence_bin

Z95 = 1.959963984540054


def confusions(counts: Array, cells: Rows, model: int = 0) -> Array:
    """Weighted confusion matrices (draws, K true, K predicted) from counts (draws, cells)."""
    k = cells.n_classes
    place = cells.true * k + cells.predicted[model]
    spread = np.zeros((len(place), k * k))
    spread[np.arange(len(place)), place] = cells.weight
    return np.asarray((counts @ spread).reshape(-1, k, k))


def ratio(part: Array, whole: Array) -> Array:
    """part ÷ whole; 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def accuracy(confusion: Array) -> Array:
    """(draws,) share on the diagonal."""
    return ratio(np.trace(confusion, axis1=1, axis2=2), confusion.sum(axis=(1, 2)))


def recalls(confusion: Array) -> Array:
    """(draws, K) found ÷ there."""
    return ratio(np.diagonal(confusion, axis1=1, axis2=2).copy(), confusion.sum(axis=2))


def precisions(confusion: Array) -> Array:
    """(draws, K) right ÷ said."""
    return ratio(np.diagonal(confusion, axis1=1, axis2=2).copy(), confusion.sum(axis=1))


def f1s(confusion: Array) -> Array:
    """(draws, K) 2 · right ÷ (there + said)."""
    right = np.diagonal(confusion, axis1=1, axis2=2).copy()
    return ratio(2 * right, confusion.sum(axis=2) + confusion.sum(axis=1))


def macro_f1(confusion: Array, present: NDArray[np.bool_]) -> Array:
    """(draws,) mean F1 over the classes that are present in the gold."""
    return np.asarray(f1s(confusion)[:, present].mean(axis=1))


def ece(counts: Array, cells: Rows) -> Array:
    """(draws,) expected calibration error of the top class over 15 equal bins
    (Naeini et al. 2015, doi:10.1609/aaai.v29i1.9602)."""
    gap = cells.weight * (cells.confidence - (cells.true == cells.predicted[0]))
    in_bin = np.zeros((len(gap), BINS))
    in_bin[np.arange(len(gap)), confidence_bin(cells.confidence)] = gap
    return ratio(np.abs(counts @ in_bin).sum(axis=1), counts @ cells.weight)


def effective_n(weights: Array) -> float:
    """Kish's effective sample size (Σw)² ÷ Σw²."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


def wilson(share: float, n: float, z: float = Z95) -> tuple[float, float]:
    """Wilson's interval for a share of n (Wilson 1927, doi:10.1080/01621459.1927.10502953); 0 … 1 for n = 0.

    Unlike a bootstrap it does not claim certainty when all of a few are right.

    >>> tuple(round(end, 3) for end in wilson(1.0, 5))
    (0.566, 1.0)
    """
    if n <= 0:
        return 0.0, 1.0
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))
