"""What a label model learns from. Belongs here: the arrays that no step of learning changes, and what is known before
the first one. Does not: any step (``learning``)."""

from __future__ import annotations

import numpy as np

from labeling_pipeline.core.weak_supervision.covered_mix import CoveredMix, mix_under_balance
from labeling_pipeline.core.weak_supervision.encoding import EncodedVotes, flat_one_hot
from labeling_pipeline.core.weak_supervision.majority import PRIOR_ACCURACY, PSEUDO_VOTES
from labeling_pipeline.core.weak_supervision.one_label import gives_several, most_by_several
from labeling_pipeline.core.weak_supervision.patterns import Matrix, VotePatterns
from labeling_pipeline.core.weak_supervision.pooling import Pooling
from labeling_pipeline.core.weak_supervision.result import Setup, majority_mix

# The class mix must stay within this total variation of what is expected; nearer where functions choose rows by class.
MIX_RADIUS, ONE_LABEL_RADIUS = 0.15, 0.08
SMALLEST_SHARE = 1e-6


class Problem:
    """The arrays that no step changes: patterns encoded once, votes counted once."""

    def __init__(self, patterns: VotePatterns, setup: Setup) -> None:
        self.n_classes = patterns.n_classes
        self.patterns = patterns.votes
        self.counts = patterns.counts
        self.n_rows = float(patterns.counts.sum())
        self.covered_counts = self.counts * patterns.fired.any(axis=1)
        self.n_covered = float(self.covered_counts.sum())
        hot = flat_one_hot(patterns.votes, self.n_classes)
        self.co_votes = np.asarray((hot.T * self.counts) @ hot)
        self.votes = np.diag(self.co_votes).copy()
        self.one_label = self.n_covered > 0 and not most_by_several(self.votes, self.n_classes)
        self.mix = _mix(self, majority_mix(patterns), setup.class_balance)
        # Known of the rows that are voted on, not only of the corpus.
        self.given_balance = None if self.one_label else setup.class_balance
        self.corpus_balance = setup.class_balance
        self.has_gold = setup.n_gold > 0
        self.prior = _prior(self.votes, self.n_classes, setup.class_balance)
        self.ones = np.ones((self.n_classes, 1))
        self.pooled = Pooling(self.votes, self.n_classes)
        self._encoded: dict[bytes, tuple[EncodedVotes, Matrix]] = {}

    def encoded(self, tied: Matrix) -> tuple[EncodedVotes, Matrix]:
        """Patterns ready to be scored, and (m·K,) votes per (function, label); near copies share theirs."""
        key = tied.tobytes()
        if key not in self._encoded:
            ready = EncodedVotes(self.patterns, self.n_classes, tied)
            self._encoded[key] = ready, ready.vote_mass(self.counts)
        return self._encoded[key]

    def votes_by_class(self, votes: EncodedVotes, others: Matrix) -> Matrix:
        """(m·K, K): expected votes per (function, label) and class; the first class has what the others leave."""
        seen = np.empty((len(self.votes), self.n_classes))
        votes.count(others * self.counts, out=seen[:, 1:])
        np.maximum(self.votes - summed(seen[:, 1:].T), 0.0, out=seen[:, 0])
        return seen

    def bounded_mix(self, others: Matrix) -> Matrix:
        """(K,) the class mix of covered rows, within reach of what is expected."""
        mass = PSEUDO_VOTES * self.mix.expected + with_first(others @ self.covered_counts, self.n_covered)
        return self.mix.near(mass / mass.sum())

    def within_reach(self, mix: Matrix) -> Matrix:
        """The nearest class mix (K,) that may be learned; the given one, where it is known of the covered rows."""
        if self.given_balance is not None:
            return self.given_balance
        mix = np.maximum(mix, SMALLEST_SHARE)
        return self.mix.near(mix / mix.sum())

    @property
    def is_vouched_for(self) -> bool:
        """Whether more is known of the classes than the votes: a balance or gold."""
        return self.corpus_balance is not None or self.has_gold

    @property
    def balance_tells(self) -> bool:
        """Whether a given balance says what majority does not use: how often functions that give several labels should
        give each, or, of those that know one class, that majority finds more of some class than there can be."""
        if self.one_label:
            return self.mix.contradicts_majority
        return self.corpus_balance is not None and self.n_covered > 0

    @property
    def balance(self) -> Matrix:
        """(K,) the class mix before anything is learned."""
        return self.mix.expected if self.given_balance is None else self.given_balance


def _mix(problem: Problem, majority: Matrix, balance: Matrix | None) -> CoveredMix:
    if not problem.one_label:
        return CoveredMix(majority, MIX_RADIUS)
    if balance is None:
        return CoveredMix(majority, ONE_LABEL_RADIUS)
    return mix_under_balance(majority, balance, problem.n_rows, problem.n_covered, ONE_LABEL_RADIUS)


def _prior(votes: Matrix, n_classes: int, given_balance: Matrix | None) -> Matrix:
    """(m·K, K): precision of functions that are right with the prior accuracy.

    Of a function that gives several labels the balance, where it is given, says how often each is right; one that gives
    a single label chooses its rows by class.
    """
    accuracy = np.where(np.eye(n_classes) > 0, PRIOR_ACCURACY, (1 - PRIOR_ACCURACY) / (n_classes - 1))
    prior = np.tile(accuracy, (len(votes) // n_classes, 1))
    if given_balance is not None:
        prior[np.repeat(gives_several(votes, n_classes), n_classes)] *= given_balance
        prior /= prior.sum(axis=1, keepdims=True)
    return np.asarray(prior)


def with_first(mass: Matrix, of: float) -> Matrix:
    """Mass of all classes, from those beyond the first and the sum."""
    return np.concatenate([[of - mass.sum()], mass])


def summed(rows: Matrix) -> Matrix:
    """(J, n) → (n,); two classes have one row, and nothing to add."""
    return np.asarray(rows[0] if len(rows) == 1 else rows.sum(axis=0))
