"""A function's labels learn from each other. Belongs here: pulling precision per label to one accuracy per function.
Does not: where precisions come from (``learning``)."""

from __future__ import annotations

import numpy as np

from labeling_pipeline.core.weak_supervision.patterns import Matrix

# Votes whose class is only believed are noisier than votes on gold by about this factor.
NOISE_OF_LEARNING = 2.0
SMALLEST = 1e-12


class Pooling:
    """Pulls a function's precision for each label to what one accuracy for all its labels would give.

    The pull is the empirical-Bayes one: as strong as the labels' own accuracies differ less than chance alone makes
    them. `votes` (m·K,): how often each function gave each label; what follows from them alone is computed once.
    """

    def __init__(self, votes: Matrix, n_classes: int) -> None:
        self.n_classes = n_classes
        given = votes.reshape(-1, n_classes)
        self.was_given = (given > 0).astype(np.float64)
        self.noise = NOISE_OF_LEARNING / np.maximum(given, 1.0)
        self.share = given / np.maximum(given.sum(axis=1, keepdims=True), 1.0)
        n_labels = self.was_given.sum(axis=1, keepdims=True)
        self.several = (n_labels > 1).astype(np.float64)
        self.was_given /= np.maximum(n_labels - 1, 1)
        self.ones = np.ones((n_classes, 1))

    def __call__(self, precision: Matrix, balance: Matrix) -> Matrix:
        """`precision` (m·K, K), `balance` (K,) → (m·K, K)."""
        k = self.n_classes
        by_label = precision.reshape(-1, k, k)
        own = diagonal(precision, k)
        accuracy = (own * self.share) @ self.ones
        right, each_wrong = accuracy * balance, (1 - accuracy) * (balance / (k - 1))
        total = right + each_wrong @ self.ones - each_wrong
        expected = right / total
        noise = self.noise * (expected - expected * expected)
        off = own - expected
        apart = ((off * off - noise) * self.was_given) @ self.ones
        weight = noise / np.maximum(noise + np.maximum(apart, 0.0), SMALLEST) * self.several
        target = each_wrong[:, None] / total[:, :, None]
        diagonal(target, k)[:] = expected
        target -= by_label
        target *= weight[:, :, None]
        target += by_label
        return np.asarray(target.reshape(-1, k))


def diagonal(precision: Matrix, n_classes: int) -> Matrix:
    """(m, K) view of contiguous rows j·K+l: the precision of each function's label for that label itself."""
    return precision.reshape(-1, n_classes * n_classes)[:, :: n_classes + 1]


def errors_by_mix(precision: Matrix, balance: Matrix, share: float) -> Matrix:
    """`precision` (m·K, K), whose wrong votes fall, for a `share` of them, on the other classes as the mix has these.

    How the errors of a function that knows one class spread over the others shows in few overlaps.
    """
    n_classes = len(balance)
    if n_classes == 2:
        return precision
    others = np.where(np.eye(n_classes) > 0, 0.0, balance)
    others /= others.sum(axis=1, keepdims=True)
    own = diagonal(precision, n_classes)
    target = others * (1 - own)[:, :, None]
    diagonal(target, n_classes)[:] = own
    return np.asarray(precision + share * (target.reshape(-1, n_classes) - precision))
