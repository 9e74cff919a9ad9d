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

from labeling_pipeline.core.weak_supervision.encoding import EncodedVotes
from labeling_pipeline.core.weak_supervision.patterns import Matrix, Votes


@dataclass(frozen=True)
class Rates:
    """`precision` (m·K, K): P(class | function j voted l) in row j·K+l; `balance` (K,); `redundancy` (m, m) in 0..1.

    What is scored: `log_lift` (m·K, K), how much likelier a vote makes each class; `log_scale` (K,), taken off per
    vote; `log_silence` (m, K), added per function that abstains. `corpus_balance` (K,) is for rows without a vote,
    where `balance` is the class mix of the others only.
    """

    precision: Matrix
    balance: Matrix
    redundancy: Matrix
    log_lift: Matrix
    log_scale: Matrix
    log_silence: Matrix
    corpus_balance: Matrix | None = None

    def score(self, votes: Votes) -> Matrix:
        """(p, K) unnormalised log posterior of vote patterns."""
        encoded = EncodedVotes(votes, len(self.balance), self.redundancy)
        silence = self.log_silence if self.log_silence.any() else None
        scores = encoded.score(self.log_lift - self.log_scale, silence) + np.log(self.balance)[:, None]
        if self.corpus_balance is not None:
            scores[:, (votes < 0).all(axis=1)] += np.log(self.corpus_balance / self.balance)[:, None]
        return np.asarray(scores.T)


def rates_of(precision: Matrix, balance: Matrix, redundancy: Matrix, vote_mass: Matrix) -> Rates:
    """Rates under which silence says nothing: votes are draws, given how many functions voted."""
    silent = np.zeros((len(redundancy), len(balance)))
    lift = np.log(precision / balance)
    return Rates(precision, balance, redundancy, lift, log_scale(vote_mass, precision, balance), silent)


def log_scale(vote_mass: Matrix, precision: Matrix, balance: Matrix) -> Matrix:
    """(K,): log of the average lift of a vote for each class: the normaliser of "draws given how many voted".

    `vote_mass` (m·K,): weighted number of votes per (function, label).
    """
    total = float(vote_mass.sum())
    if total <= 0:
        return np.zeros(len(balance))
    return np.asarray(np.log(vote_mass @ precision / balance / total))
