"""What a label model is given and what it gives back. Belongs here: these frames. Does not: how one is fitted."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.weak_supervision.patterns import Matrix, VotePatterns, Votes, in_parts, vote_patterns


@dataclass(frozen=True)
class Setup:
    """What a label model may use beside the votes: the class balance where known, gold per (pattern, class), a seed."""

    class_balance: Matrix | None = None
    gold_patterns: npt.NDArray[np.int64] | None = None
    gold_labels: npt.NDArray[np.int64] | None = None
    seed: int = 0

    @property
    def n_gold(self) -> int:
        """Number of rows with a gold label."""
        return 0 if self.gold_labels is None else len(self.gold_labels)


@dataclass(frozen=True)
class FittedModel:
    """A fitted label model: `log_posterior` maps votes (p, m) to unnormalised log probabilities (p, K). `table`: what
    it predicts of the patterns it was fitted on, where that was needed to choose it."""

    log_posterior: Callable[[Votes], Matrix]
    accuracies: Matrix
    clusters: list[list[int]]
    class_balance: Matrix
    is_calibrated: bool = False
    has_advantage: bool = True
    notes: tuple[str, ...] = ()
    measured_advantage: float | None = None
    table: Matrix | None = None

    def predict_votes(self, votes: Votes) -> Matrix:
        """Class probabilities (p, K) of distinct vote patterns, computed in bounded parts."""
        out = np.empty((len(votes), len(self.class_balance)))
        for part in in_parts(votes):
            out[part] = softmax(self.log_posterior(votes[part]))
        return out


LabelModel = Callable[[VotePatterns, Setup], FittedModel]


@dataclass(frozen=True)
class LabelModelResult:
    """Soft labels for every row and what the model believes about the labeling functions.

    `probabilities` (n, K), rows sum to 1. `advantage`: gain in accuracy over majority on covered rows,
    "measured" on held-out gold or "expected" if the probabilities are right, as `advantage_is` says; 0 for majority.
    `accuracies` (m,): share of right votes among those given. `clusters`: labeling functions (by index) that count as
    near copies of each other. `confidence_is`: "calibrated" or "uncalibrated".
    """

    probabilities: Matrix
    method: str
    advantage: float
    accuracies: Matrix
    clusters: list[list[int]]
    notes: list[str]
    confidence_is: str
    class_balance: Matrix
    model: FittedModel = field(repr=False)
    advantage_is: str = "expected"

    @property
    def labels(self) -> npt.NDArray[np.int64]:
        """(n,) the most probable class; the first one on an exact tie."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def confidence(self) -> Matrix:
        """(n,) the top probability."""
        return np.asarray(self.probabilities.max(axis=1))

    def predict(self, matrix: npt.ArrayLike) -> Matrix:
        """Class probabilities (n, K) of new rows of votes by the fitted model."""
        patterns = vote_patterns(matrix, len(self.class_balance))
        return patterns.per_row(self.model.predict_votes(patterns.votes))


def softmax(scores: Matrix) -> Matrix:
    """Rows of log scores -> rows of probabilities."""
    columns = list(scores.T)  # few classes: folding columns is ten times faster than reducing short rows
    top = functools.reduce(np.maximum, columns)
    shifted = np.exp(scores - top[:, None])
    total = functools.reduce(np.add, list(shifted.T))
    return np.asarray(shifted / total[:, None])


def vote_counts(votes: Votes, n_classes: int, weights: Matrix | None = None) -> Matrix:
    """(p, K): votes each class got, each vote times its function's weight."""
    weight = np.ones(votes.shape[1]) if weights is None else weights
    by_function = np.ascontiguousarray(votes.T)
    return np.stack([weight @ (by_function == k).astype(np.float64) for k in range(n_classes)]).T


def majority_mix(patterns: VotePatterns) -> Matrix:
    """(K,): how often each class wins the vote on covered rows, ties split; with one pseudo-row spread evenly."""
    won = np.full(patterns.n_classes, 1.0 / patterns.n_classes)
    for part in in_parts(patterns.votes):
        shares = majority_shares(patterns.votes[part], patterns.n_classes)
        won += (patterns.counts[part] * patterns.covered[part]) @ shares
    return np.asarray(won / won.sum())


def majority_shares(votes: Votes, n_classes: int, balance: Matrix | None = None) -> Matrix:
    """(p, K): 1 for the class with most votes. A tie goes to the class that is more frequent by `balance` (K,), which
    where nobody voted decides alone; without it, or between equally frequent classes, it is split evenly."""
    counts = vote_counts(votes, n_classes).T
    if balance is not None:
        counts = counts + balance[:, None]
    top = np.asarray(counts == functools.reduce(np.maximum, counts), dtype=np.float64)
    return np.asarray(top / top.sum(axis=0)).T
