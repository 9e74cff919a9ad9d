"""What one vote says about the class, and how votes add up. Belongs here: the scoring of votes under learned rates.
Does not: learning them (see ``correlation_aware``).

Given *how many* functions voted on a comment, its votes are draws from the class's distribution over (function, label)
pairs. Abstaining then says nothing by itself (long comments trigger more functions of every kind), while a function
that knows only one class still says how much likelier that class made its vote. Near copies are draws of one source:
votes of functions that are redundant with each other share one weight on the comments where they vote together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labeling_pipeline.core.weak_supervision.patterns import Matrix, Votes


@dataclass(frozen=True)
class Rates:
    """`precision` (m·K, K): P(class | function j voted l) in row j·K+l; `balance` (K,); `redundancy` (m, m) in 0..1."""

    precision: Matrix
    balance: Matrix
    redundancy: Matrix
    log_scale: Matrix

    @property
    def log_lift(self) -> Matrix:
        """(m·K, K): how much likelier the vote makes each class than it was before."""
        return np.asarray(np.log(self.precision / self.balance))

    def score(self, votes: Votes) -> Matrix:
        """(p, K) unnormalised log posterior of vote patterns."""
        n_classes = len(self.balance)
        one_hot = flat_one_hot(votes, n_classes)
        weights = shared_weights(votes >= 0, self.redundancy)
        return score_votes(one_hot, weights, self)


def flat_one_hot(votes: Votes, n_classes: int) -> Matrix:
    """(p, m·K): 1 where function j voted l, in column j·K+l."""
    hot = votes[:, :, None] == np.arange(n_classes, dtype=np.int8)
    return np.asarray(hot.reshape(len(votes), -1), dtype=np.float64)


def shared_weights(fired: np.typing.NDArray[np.bool_], redundancy: Matrix) -> Matrix:
    """(p, m): 1 over the number of redundant functions that voted on the same row (copies share one vote); 0 if
    silent."""
    voted = fired.astype(np.float64)
    return np.asarray(voted / np.maximum(voted @ redundancy, 1.0))


def score_votes(one_hot: Matrix, weights: Matrix, rates: Rates) -> Matrix:
    """The score of already encoded patterns: prior + weighted lifts, less each class's share of the total voting."""
    n_classes = len(rates.balance)
    weighted_votes = one_hot * np.repeat(weights, n_classes, axis=1)
    totals = weights.sum(axis=1)[:, None]
    return np.asarray(np.log(rates.balance) + weighted_votes @ rates.log_lift - totals * rates.log_scale)


def log_scale(vote_mass: Matrix, precision: Matrix, balance: Matrix) -> Matrix:
    """(K,): log of the average lift of a vote for each class: the normaliser of "draws given how many voted".

    `vote_mass` (m·K,): weighted number of votes per (function, label).
    """
    total = float(vote_mass.sum())
    if total <= 0:
        return np.zeros(len(balance))
    return np.asarray(np.log(vote_mass @ precision / balance / total))
