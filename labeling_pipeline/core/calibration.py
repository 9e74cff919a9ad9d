"""Probabilities that mean what they say: fitted on gold, kept only if they help on gold they have not seen.

Belongs here: the log-linear pool of beliefs and vote shares (temperature is its case without shares), its
hold-out guard. Does not: where the probabilities come from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MIN_GOLD = 30  # below this many gold rows an exponent is a guess
FOLDS = 5
FAINT = 1e-9  # smallest probability whose logarithm is taken
EXPONENT_SPREAD = 1.0  # standard deviation of an exponent about "believe the posterior as it is"
OFFSET_SPREAD = 0.5  # standard deviation of a class's offset about 0, in nats


@dataclass(frozen=True)
class Calibration:
    """p' ∝ p^posterior × v^share × exp(offset): exponents ≥ 0 and one offset per class."""

    posterior: float
    share: float
    offset: Floats

    def apply(self, p: Floats, shares: Floats | None = None) -> Floats:
        """Calibrated probabilities (n, K) from probabilities (n, K) and vote shares of the same shape.

        >>> Calibration(0.5, 0.0, np.zeros(2)).apply(np.array([[0.9, 0.1]])).round(3).tolist()
        [[0.75, 0.25]]
        """
        logits = self.posterior * _log(p) + self.offset
        if shares is not None and self.share:
            logits += self.share * _log(shares)
        return _softmax(logits)


def calibrate(
    p: Floats,
    truth: NDArray[np.int64],
    *,
    shares: Floats | None = None,
    weight: Floats | None = None,
    has_offsets: bool = True,
) -> Calibration | None:
    """The calibration fitted on gold rows, or None where it cannot be trusted.

    ``p`` (n, K) must not have seen ``truth`` (n codes); ``shares`` (n, K) adds a second opinion; ``weight`` (n) is each
    row's weight, such as one over its inclusion probability; without ``has_offsets`` no class is favoured. None when
    there are fewer than ``MIN_GOLD`` rows, or when in five-fold cross-validation over these rows the log-loss did not
    fall.

    Source: Guo et al. 2017, doi:10.48550/arXiv.1706.04599 (temperature); log-linear pool: Genest & Zidek 1986,
    doi:10.1214/ss/1177013825
    """
    weight = np.ones(len(truth)) if weight is None else weight / weight.mean()
    if len(truth) < MIN_GOLD or p.shape[1] < 2:
        return None
    fold = balanced_folds(log_odds(p, truth), FOLDS)
    held_out = np.empty_like(p)
    for k in range(FOLDS):
        train, test = fold != k, fold == k
        fitted = _fit(p[train], truth[train], None if shares is None else shares[train], weight[train], has_offsets)
        held_out[test] = fitted.apply(p[test], None if shares is None else shares[test])
    if log_loss(held_out, truth, weight) >= log_loss(p, truth, weight):
        return None
    return _fit(p, truth, shares, weight, has_offsets)


def balanced_folds(key: Floats, n_folds: int) -> NDArray[np.int64]:
    """Folds dealt in the order of the key: each holds easy and hard rows alike, whatever the rows are called."""
    order = np.argsort(np.round(key, 6), kind="stable")
    fold = np.empty(len(key), np.int64)
    fold[order] = np.arange(len(key)) % n_folds
    return fold


def log_odds(p: Floats, truth: NDArray[np.int64]) -> Floats:
    """Log-odds of the true class (n codes) under p (n, K); exact where p is all but 0 or 1."""
    rows = np.arange(len(truth))
    others = p.copy()
    others[rows, truth] = 0.0
    tiny = np.finfo(np.float64).tiny
    return np.asarray(np.log(np.maximum(p[rows, truth], tiny)) - np.log(np.maximum(others.sum(axis=1), tiny)))


def log_loss(p: Floats, truth: NDArray[np.int64], weight: Floats | None = None) -> float:
    """Mean −log of the probability (n, K) given to the true class (n codes)."""
    return float(np.average(-_log(p)[np.arange(len(truth)), truth], weights=weight))


def brier(p: Floats, truth: NDArray[np.int64]) -> float:
    """Mean squared distance of the probabilities (n, K) from certainty of the true class (n codes), 0 to 2."""
    return float(np.square(p - np.eye(p.shape[1])[truth]).sum(axis=1).mean())


def calibration_error(confidence: Floats, is_right: NDArray[np.bool_], n_bins: int = 15) -> float:
    """Expected calibration error over equal-width bins, less the part that chance alone makes.

    A bin of n rows shows a gap of √(2 c (1 − c) / π n) on average even when its confidence c is right; that is taken
    off each bin's gap in quadrature.

    Source: after Kumar et al. 2019, doi:10.48550/arXiv.1909.10155 (debiased estimators)
    """
    bins = np.minimum((confidence * n_bins).astype(np.int64), n_bins - 1)
    n = np.bincount(bins, minlength=n_bins)
    filled = n > 0
    mean = np.bincount(bins, confidence, n_bins)[filled] / n[filled]
    right = np.bincount(bins, is_right, n_bins)[filled] / n[filled]
    chance = mean * (1 - mean) / n[filled]
    gap = np.sqrt(np.maximum(np.square(mean - right) - chance, 0.0))
    return float((gap * n[filled]).sum() / n.sum())


def _fit(p: Floats, truth: NDArray[np.int64], shares: Floats | None, weight: Floats, has_offsets: bool) -> Calibration:
    """Penalised maximum likelihood; the penalty is a normal prior about leaving the posterior as it is."""
    from scipy.optimize import minimize  # half a second to import, wanted by nobody who only loads the graph

    n, n_classes = p.shape
    features = [_log(p)] if shares is None else [_log(p), _log(shares)]
    centre = np.concatenate([[1.0], np.zeros(len(features) - 1 + n_classes)])
    spread = np.concatenate([np.full(len(features), EXPONENT_SPREAD), np.full(n_classes, OFFSET_SPREAD)])
    rows = np.arange(n)

    def objective(x: Floats) -> tuple[float, Floats]:
        logits = sum((a * f for a, f in zip(x, features, strict=False)), start=x[len(features) :])
        fitted = _softmax(logits)
        error = fitted.copy()
        error[rows, truth] -= 1.0
        error *= weight[:, None]
        loss = float((weight * -_log(fitted)[rows, truth]).sum()) + float(np.square((x - centre) / spread).sum() / 2)
        slope = [float((error * f).sum()) for f in features]
        return loss, np.concatenate([slope, error.sum(axis=0)]) + (x - centre) / spread**2

    bounds = [(0.0, None)] * len(features) + [(None, None) if has_offsets else (0.0, 0.0)] * n_classes
    x = minimize(objective, centre, jac=True, method="L-BFGS-B", bounds=bounds).x
    share = float(x[1]) if shares is not None else 0.0
    return Calibration(float(x[0]), share, np.asarray(x[len(features) :], np.float64))


def _log(p: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(p, FAINT)))


def _softmax(logits: Floats) -> Floats:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))
