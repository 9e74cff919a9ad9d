"""Drift of what is written. Belongs here: the word distribution and its permutation test. Does not: other series."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.drift.limits import DriftLimits, Measured

BUCKETS = 512  # words are hashed into these: enough to see topics change, few enough that each has words in it
MOST = 2_000  # comments per window; more would change the answer little
DEALS = 200


def word_shift(now: pd.Series, before: pd.Series, alpha: float, limits: DriftLimits) -> Measured | None:
    """Jensen–Shannon divergence (nats) of the word distributions of two windows.

    Words of one comment are not independent, so χ² is no reference here: comments are dealt to the windows at random
    200 times (seeded), and the threshold is the mean of those divergences plus z standard deviations.
    """
    from scipy.stats import norm
    from sklearn.feature_extraction.text import HashingVectorizer

    if min(len(now), len(before)) < limits.min_rows:
        return None
    rng = np.random.default_rng(limits.seed)
    texts = [_sample(w.fillna("").tolist(), rng) for w in (now, before)]
    vectorizer = HashingVectorizer(n_features=BUCKETS, alternate_sign=False, norm=None, binary=True)
    counts = vectorizer.transform(texts[0] + texts[1])
    n, n_now = len(texts[0]) + len(texts[1]), len(texts[0])
    sides = np.zeros((DEALS + 1, n))
    sides[0, :n_now] = 1.0
    for deal in range(1, DEALS + 1):
        sides[deal, rng.permutation(n)[:n_now]] = 1.0
    ours = np.asarray((counts.T @ sides.T).T, dtype=np.float64)
    total = np.asarray(counts.sum(axis=0), dtype=np.float64).reshape(1, -1)
    divergence = _jensen_shannon(ours, total - ours)
    null = divergence[1:]
    threshold = float(null.mean() + norm.isf(alpha) * null.std())
    return Measured("word_jensen_shannon", float(divergence[0]), max(threshold, limits.min_js), "retrain")


def _sample(texts: list[str], rng: np.random.Generator) -> list[str]:
    """At most `MOST` of the texts, sorted: the deals must not depend on the order the comments came in."""
    texts = sorted(texts)
    if len(texts) <= MOST:
        return texts
    return [texts[i] for i in np.sort(rng.choice(len(texts), MOST, replace=False))]


def _jensen_shannon(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    p = a / np.maximum(a.sum(axis=1, keepdims=True), 1.0)
    q = b / np.maximum(b.sum(axis=1, keepdims=True), 1.0)
    middle = (p + q) / 2
    return (_entropy(middle) - (_entropy(p) + _entropy(q)) / 2).clip(min=0.0)


def _entropy(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(-(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=1))
