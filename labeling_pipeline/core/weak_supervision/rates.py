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
import numpy.typing as npt

from labeling_pipeline.core.weak_supervision.patterns import Matrix, Votes

Fired = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rates:
    """`precision` (m·K, K): P(class | function j voted l) in row j·K+l; `balance` (K,); `redundancy` (m, m) in 0..1.

    What is scored: `log_lift` (m·K, K), how much likelier a vote makes each class; `log_scale` (K,), taken off per
    vote; `log_silence` (m, K), added per function that abstains.
    """

    precision: Matrix
    balance: Matrix
    redundancy: Matrix
    log_lift: Matrix
    log_scale: Matrix
    log_silence: Matrix

    def score(self, votes: Votes) -> Matrix:
        """(p, K) unnormalised log posterior of vote patterns."""
        one_hot = flat_one_hot(votes, len(self.balance))
        return encode(one_hot, votes >= 0, self.redundancy).score(self)


def rates_of(precision: Matrix, balance: Matrix, redundancy: Matrix, vote_mass: Matrix) -> Rates:
    """Rates under which silence says nothing: votes are draws, given how many functions voted."""
    silent = np.zeros((len(redundancy), len(balance)))
    lift = np.log(precision / balance)
    return Rates(precision, balance, redundancy, lift, log_scale(vote_mass, precision, balance), silent)


def flat_one_hot(votes: Votes, n_classes: int) -> Matrix:
    """(p, m·K): 1 where function j voted l, in column j·K+l."""
    hot = votes[:, :, None] == np.arange(n_classes, dtype=np.int8)
    return np.asarray(hot.reshape(len(votes), -1), dtype=np.float64)


def shared_weights(fired: Fired, redundancy: Matrix) -> Matrix:
    """(p, m): 1 over the number of redundant functions that voted on the same row (copies share one vote); 0 if
    silent."""
    voted = fired.astype(np.float64)
    return np.asarray(voted / np.maximum(voted @ redundancy, 1.0))


@dataclass(frozen=True)
class EncodedVotes:
    """Vote patterns ready to be scored: votes with their weights (p, m·K), weight per row (p,), who abstained (p,
    m)."""

    weighted: Matrix
    totals: Matrix
    silent: Matrix

    def score(self, rates: Rates) -> Matrix:
        """Log of prior, plus weighted lifts, less the scale per vote, plus what silence says."""
        scores = np.log(rates.balance) + self.weighted @ rates.log_lift
        scores -= self.totals[:, None] * rates.log_scale
        return np.asarray(scores + self.silent @ rates.log_silence if rates.log_silence.any() else scores)


def encode(one_hot: Matrix, fired: Fired, redundancy: Matrix) -> EncodedVotes:
    """Near copies share one vote on each row."""
    weights = shared_weights(fired, redundancy)
    weighted = one_hot * np.repeat(weights, one_hot.shape[1] // fired.shape[1], axis=1)
    return EncodedVotes(weighted, weights.sum(axis=1), (~fired).astype(np.float64))


def log_scale(vote_mass: Matrix, precision: Matrix, balance: Matrix) -> Matrix:
    """(K,): log of the average lift of a vote for each class: the normaliser of "draws given how many voted".

    `vote_mass` (m·K,): weighted number of votes per (function, label).
    """
    total = float(vote_mass.sum())
    if total <= 0:
        return np.zeros(len(balance))
    return np.asarray(np.log(vote_mass @ precision / balance / total))
