"""Our label model. Belongs here: learning what each function's votes are worth from how the functions overlap.
Does not: gold labels (``gold_rates``), the choice between models (``fitting``).

Expectation-maximisation over distinct vote patterns, with three guards that keep it from inventing its own classes:
a function's own label never counts against that label; near copies share one vote where they vote together; and what is
learned is believed only as far as the classes explain the dependence between functions (the rest is pulled to the
prior).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.weak_supervision import redundancy as copies
from labeling_pipeline.core.weak_supervision.covered_mix import CoveredMix, mix_under_balance
from labeling_pipeline.core.weak_supervision.encoding import EncodedVotes, flat_one_hot
from labeling_pipeline.core.weak_supervision.majority import PRIOR_ACCURACY, PSEUDO_VOTES
from labeling_pipeline.core.weak_supervision.patterns import Matrix, VotePatterns
from labeling_pipeline.core.weak_supervision.pooling import Pooling, diagonal, errors_by_mix
from labeling_pipeline.core.weak_supervision.rates import Rates, log_scale, rates_of
from labeling_pipeline.core.weak_supervision.result import Setup, majority_mix

MAX_PATTERNS = 20_000  # more distinct patterns than this are sampled for learning; all of them are predicted
STEPS, LOOKS, TRUSTS = 30, 3, 6
TRUSTING = 0.98  # even classes that explain all dependence leave chance in it
HIGHEST_PRECISION = 0.98
LEAST_EXPLAINED = 0.1
MOST_UNEXPLAINED, LEAST_GAIN = 0.1, 0.02  # for labels that count against themselves
ONE_LABEL = 0.95  # of a function's votes: it knows one class
LARGEST_LOG = 500.0  # odds stay finite whatever the number of functions
# The class mix must stay within this total variation of what is expected; nearer where functions choose rows by class.
MIX_RADIUS, ONE_LABEL_RADIUS = 0.15, 0.08
ERRORS_BY_MIX = 0.5  # what is taken over from the mix, where functions know one class, of how their errors spread
LEAST_VOUCHED = 0.15  # of the dependence, by overlaps that vouch for it; less may be chance


@dataclass(frozen=True)
class Learned:
    """Rates to score with, the unshrunk `precision` behind them, and how much of the dependence the classes explain."""

    rates: Rates
    precision: Matrix
    votes: Matrix
    vote_mass: Matrix
    n_rows: float
    explained: float
    is_held: bool = False  # some label would count against itself if it were let
    balance_tells: bool = False  # a given class balance says what votes are worth
    least_explained: float = 0.0  # as much may be chance

    @property
    def overlaps_tell(self) -> bool:
        """Whether the classes explain enough of the dependence to believe what was learned without gold."""
        return self.explained > self.least_explained


class _Problem:
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
        self.one_label = self.n_covered > 0 and not _most_by_several(self.votes, self.n_classes)
        self.mix = _mix(self, majority_mix(patterns), setup.class_balance)
        # Known of the rows that are voted on, not only of the corpus.
        self.given_balance = None if self.one_label else setup.class_balance
        self.corpus_balance = setup.class_balance
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
        np.maximum(self.votes - _summed(seen[:, 1:].T), 0.0, out=seen[:, 0])
        return seen

    def bounded_mix(self, others: Matrix) -> Matrix:
        """(K,) the class mix of covered rows, within reach of what is expected."""
        mass = PSEUDO_VOTES * self.mix.expected + _with_first(others @ self.covered_counts, self.n_covered)
        return self.mix.near(mass / mass.sum())

    @property
    def balance(self) -> Matrix:
        """(K,) the class mix before anything is learned."""
        return self.mix.expected if self.given_balance is None else self.given_balance


def _mix(problem: _Problem, majority: Matrix, balance: Matrix | None) -> CoveredMix:
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
        prior[np.repeat(_give_several(votes, n_classes), n_classes)] *= given_balance
        prior /= prior.sum(axis=1, keepdims=True)
    return np.asarray(prior)


def _give_several(votes: Matrix, n_classes: int) -> npt.NDArray[np.bool_]:
    """(m,): whether a function gives several labels, more than in passing."""
    given = votes.reshape(-1, n_classes)
    return np.asarray(given.max(axis=1) < ONE_LABEL * given.sum(axis=1))


def _most_by_several(votes: Matrix, n_classes: int) -> bool:
    """Whether most votes are by functions that give several labels."""
    given = votes.reshape(-1, n_classes).sum(axis=1)
    return float(given[_give_several(votes, n_classes)].sum()) > 0.5 * float(given.sum())


def _balance_tells(problem: _Problem) -> bool:
    """Whether a given balance says what majority does not use: how often functions that give several labels should give
    each, or, of those that know one class, that majority finds more of some class than there can be."""
    if problem.one_label:
        return problem.mix.contradicts_majority
    return problem.corpus_balance is not None and problem.n_covered > 0


def _with_first(mass: Matrix, of: float) -> Matrix:
    """Mass of all classes, from those beyond the first and the sum."""
    return np.concatenate([[of - mass.sum()], mass])


def _posterior(votes: EncodedVotes, precision: Matrix, balance: Matrix, mass: Matrix) -> Matrix:
    """(K-1, p) probabilities of all classes but the first, by odds against it; `Rates.score` without the first."""
    worth = np.log(precision / balance) - log_scale(mass, precision, balance)
    odds = votes.score(worth[:, 1:] - worth[:, :1])
    odds += np.log(balance[1:] / balance[0])[:, None]
    np.minimum(odds, LARGEST_LOG, out=odds)
    np.exp(odds, out=odds)
    odds /= 1.0 + _summed(odds)
    return odds


def _summed(rows: Matrix) -> Matrix:
    """(J, n) → (n,); two classes have one row, and nothing to add."""
    return np.asarray(rows[0] if len(rows) == 1 else rows.sum(axis=0))


def learn(patterns: VotePatterns, setup: Setup) -> Learned:
    """Learn rates from vote patterns; `explained` says how far they were believed.

    A function's label may count against that label only where this leaves hardly any dependence unexplained, and not
    half of what is left without; where the class balance is not given, what it explains must be more than a trifle.
    """
    problem = _Problem(patterns.sample(MAX_PATTERNS, setup.seed), setup)
    learned = _settled(problem, guarded=True)
    if learned.is_held:
        free = _settled(problem, guarded=False)
        least = LEAST_GAIN if problem.given_balance is None else 0.0
        left, gained = 1 - free.explained, free.explained - learned.explained
        if left <= MOST_UNEXPLAINED and gained >= max(least, left):
            return free
    return learned


def _settled(problem: _Problem, *, guarded: bool) -> Learned:
    """The weight of the prior and the share of dependence that the classes explain, brought into agreement: learned
    precisions count in proportion to `explained`, the prior precision in proportion to the rest.

    With the balance given, or nothing held, learning is trusted first and doubted for what it leaves unexplained.
    """
    explained = 0.5 if guarded and problem.given_balance is None else TRUSTING
    for _ in range(TRUSTS):
        learned = _learn_at(problem, explained, guarded=guarded)
        if abs(learned.explained - explained) < 0.02:
            break
        explained = learned.explained
    return learned


def _learn_at(problem: _Problem, explained: float, *, guarded: bool) -> Learned:
    pull = (1 - explained) / max(explained, LEAST_EXPLAINED)
    tied = copies.first_redundancy(problem.co_votes, problem.n_classes)
    for _ in range(LOOKS):
        rates, class_votes, class_mass, raw = _maximise(problem, tied, pull, guarded=guarded)
        found = copies.excess_redundancy(problem.co_votes, class_votes, class_mass, tied)
        if np.abs(found - tied).max() < 0.03:
            break
        tied = found
    explained = copies.explained_dependence(problem.co_votes, raw, rates.balance, tied, problem.n_rows)
    least = 0.0
    if problem.one_label and problem.corpus_balance is None:
        explained *= copies.overlaps_to_spare(problem.co_votes, problem.n_classes, tied)
        least = LEAST_VOUCHED
    mass = problem.encoded(tied)[1]
    held = guarded and _is_held(problem, class_votes)
    tells = _balance_tells(problem)
    return Learned(rates, raw, problem.votes, mass, problem.n_rows, explained, held, tells, least)


def _is_held(problem: _Problem, class_votes: Matrix) -> bool:
    balance = problem.balance
    loose = _shrunk(problem, class_votes, balance, PSEUDO_VOTES, 0.0, guarded=False)
    held = (diagonal(loose, problem.n_classes) < balance) & (problem.votes.reshape(-1, problem.n_classes) > 0)
    return bool(held.any())


def _maximise(problem: _Problem, tied: Matrix, pull: float, *, guarded: bool) -> tuple[Rates, Matrix, Matrix, Matrix]:
    """Rates, the votes and rows by believed class under them, and precisions without the pull to the prior."""
    votes, mass = problem.encoded(tied)
    balance = problem.balance
    precision = problem.prior
    for _ in range(STEPS):
        used = precision, balance
        others = _posterior(votes, precision, balance, mass)
        seen = problem.votes_by_class(votes, others)
        precision = _shrunk(problem, seen, balance, PSEUDO_VOTES, pull, guarded=guarded)
        if problem.given_balance is None:
            balance = problem.bounded_mix(others)
        if np.abs(precision - used[0]).max() < 1e-3:
            break
    class_mass = _with_first(others @ problem.counts, problem.n_rows)
    rates = rates_of(*used, tied, mass)
    if problem.one_label:
        rates = dataclasses.replace(rates, corpus_balance=problem.corpus_balance)
    return rates, seen, class_mass, _shrunk(problem, seen, balance, 1.0, 0.0, guarded=guarded)


def _shrunk(problem: _Problem, seen: Matrix, balance: Matrix, pseudo: float, pull: float, *, guarded: bool) -> Matrix:
    strength = pseudo + pull * problem.votes[:, None]
    precision = (seen + strength * problem.prior) / (problem.votes[:, None] + strength)
    precision = problem.pooled(precision, balance)
    if problem.one_label:
        precision = errors_by_mix(precision, balance, ERRORS_BY_MIX)
    against = np.flatnonzero(diagonal(precision, problem.n_classes) < balance) if guarded else ()
    if len(against):
        precision[against] = balance
    lowest = (1 - HIGHEST_PRECISION) / (problem.n_classes - 1)
    np.maximum(precision, lowest, out=precision)
    np.minimum(precision, HIGHEST_PRECISION, out=precision)
    precision /= precision @ problem.ones
    return precision
