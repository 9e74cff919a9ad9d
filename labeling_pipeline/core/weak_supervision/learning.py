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

from labeling_pipeline.core.weak_supervision import redundancy as copies
from labeling_pipeline.core.weak_supervision.encoding import EncodedVotes
from labeling_pipeline.core.weak_supervision.fixed_point import settled
from labeling_pipeline.core.weak_supervision.majority import PSEUDO_VOTES
from labeling_pipeline.core.weak_supervision.patterns import Matrix, VotePatterns
from labeling_pipeline.core.weak_supervision.pooling import diagonal, errors_by_mix
from labeling_pipeline.core.weak_supervision.problem import Problem, summed, with_first
from labeling_pipeline.core.weak_supervision.rates import Rates, log_scale, rates_of
from labeling_pipeline.core.weak_supervision.result import Setup

MAX_PATTERNS = 20_000  # more distinct patterns than this are sampled for learning; all of them are predicted
STEPS = 100
CLOSE = 1e-4  # without a pull to the prior; with one, steps settle faster and need not come as close
LOOKS, TRUSTS, SAME_TRUST = 3, 6, 0.01
LEAST_TRUST = 0.8  # in what was learned, where the classes explain anything at all
DOUBT = 0.5  # the trust under which classes must explain something, where nothing else vouches for them
HIGHEST_PRECISION = 0.98
MOST_UNEXPLAINED, LEAST_GAIN = 0.1, 0.02  # for labels that count against themselves
LARGEST_LOG = 500.0  # odds stay finite whatever the number of functions
ERRORS_BY_MIX = 0.5  # what is taken over from the mix, where functions know one class, of how their errors spread
LEAST_VOUCHED = 0.15  # of the dependence, by overlaps that vouch for it; less may be chance


@dataclass(frozen=True)
class Learned:
    """Rates to score with, the unshrunk `precision` behind them, what was believed before learning (`prior`),
    and how much of the dependence the classes explain."""

    rates: Rates
    precision: Matrix
    prior: Matrix
    votes: Matrix
    vote_mass: Matrix
    n_rows: float
    explained: float
    is_held: bool = False  # some label would count against itself if it were let
    balance_tells: bool = False  # a given class balance says what votes are worth
    least_explained: float = 0.0  # as much may be chance
    one_label: bool = False  # most votes are by functions that know one class

    @property
    def overlaps_tell(self) -> bool:
        """Whether the classes explain enough of the dependence to believe what was learned without gold."""
        return self.explained > self.least_explained


def learn(patterns: VotePatterns, setup: Setup) -> Learned:
    """Learn rates from vote patterns; `explained` says how far they were believed.

    A function's label may count against that label only where this leaves hardly any dependence unexplained, and not
    half of what is left without; where the class balance is not given, what it explains must be more than a trifle.
    """
    problem = Problem(patterns.sample(MAX_PATTERNS, setup.seed), setup)
    learned = _settled(problem, guarded=True)
    if learned.is_held:
        free = _settled(problem, guarded=False)
        least = LEAST_GAIN if problem.given_balance is None else 0.0
        left, gained = 1 - free.explained, free.explained - learned.explained
        if left <= MOST_UNEXPLAINED and gained >= max(least, left):
            return free
    return learned


def _settled(problem: Problem, *, guarded: bool) -> Learned:
    """What is learned, and how far it is trusted, brought into agreement with how much the classes explain.

    However little they explain, learned precisions weigh `LEAST_TRUST`, the prior the rest: even the true classes leave
    most of the dependence between functions to topics and templates. Whether they explain anything at all is another
    question; where neither balance nor gold vouches for them it is asked under doubt, since what is fully trusted finds
    classes of its own.
    """
    trust, last = 1.0, None
    if guarded and not problem.is_vouched_for:
        last = _learn_at(problem, DOUBT, None, guarded=True)
        if not last.overlaps_tell:
            return last
        trust = _trust(last) if problem.one_label else 1.0
    for _ in range(TRUSTS):
        last = learned = _learn_at(problem, trust, last, guarded=guarded)
        before, trust = trust, _trust(learned)
        if abs(trust - before) < SAME_TRUST:
            break
    return learned


def _trust(learned: Learned) -> float:
    return LEAST_TRUST + (1 - LEAST_TRUST) * learned.explained


def _learn_at(problem: Problem, trust: float, last: Learned | None, *, guarded: bool) -> Learned:
    """Rates under one trust, from where the `last` trust led."""
    pull = (1 - trust) / trust
    if last is None:
        tied = copies.first_redundancy(problem.co_votes, problem.n_classes)
        start = _point(problem.prior, problem.balance)
    else:
        tied, start = last.rates.redundancy, _point(last.rates.precision, last.rates.balance)
    for _ in range(LOOKS):
        rates, class_votes, class_mass, raw = _maximise(problem, start, tied, pull, guarded=guarded)
        start = _point(rates.precision, rates.balance)
        found = copies.excess_redundancy(problem.co_votes, class_votes, class_mass, tied)
        if np.abs(found - tied).max() < 0.03:
            break
        tied = found
    explained = copies.explained_dependence(problem.co_votes, raw, rates.balance, tied, problem.n_rows)
    least = 0.0
    if problem.one_label:
        # Its own precision, and how what the mix does not tell of its errors spreads over the other classes.
        unknown = 1 + (1 - ERRORS_BY_MIX) * (problem.n_classes - 2)
        explained *= copies.overlaps_to_spare(problem.co_votes, problem.n_classes, tied, unknown)
        least = LEAST_VOUCHED if problem.corpus_balance is None else 0.0
    mass = problem.encoded(tied)[1]
    held = guarded and _is_held(problem, class_votes)
    known = raw, problem.prior, problem.votes, mass, problem.n_rows
    return Learned(rates, *known, explained, held, problem.balance_tells, least, problem.one_label)


def _is_held(problem: Problem, class_votes: Matrix) -> bool:
    balance = problem.balance
    loose = _shrunk(problem, class_votes, balance, PSEUDO_VOTES, 0.0, guarded=False)
    held = (diagonal(loose, problem.n_classes) < balance) & (problem.votes.reshape(-1, problem.n_classes) > 0)
    return bool(held.any())


def _point(precision: Matrix, balance: Matrix) -> Matrix:
    return np.concatenate([precision.ravel(), balance])


def _maximise(
    problem: Problem, start: Matrix, tied: Matrix, pull: float, *, guarded: bool
) -> tuple[Rates, Matrix, Matrix, Matrix]:
    """Rates, the votes and rows by believed class under them, and precisions without the pull to the prior."""
    votes, mass = problem.encoded(tied)
    shape = problem.prior.shape

    def believed(point: Matrix) -> tuple[Matrix, Matrix, Matrix]:
        precision, balance = point[: problem.prior.size].reshape(shape), point[problem.prior.size :]
        return precision, balance, _posterior(votes, precision, balance, mass)

    def step(point: Matrix) -> Matrix:
        precision, balance, others = believed(point)
        seen = problem.votes_by_class(votes, others)
        precision = _shrunk(problem, seen, balance, PSEUDO_VOTES, pull, guarded=guarded)
        if problem.given_balance is None:
            balance = problem.bounded_mix(others)
        return _point(precision, balance)

    def within(point: Matrix) -> Matrix:
        precision = _bounded(point[: problem.prior.size].reshape(shape), problem)
        return _point(precision, problem.within_reach(point[problem.prior.size :]))

    precision, balance, others = believed(settled(step, start, within, CLOSE * (1 + 10 * pull), STEPS))
    seen = problem.votes_by_class(votes, others)
    class_mass = with_first(others @ problem.counts, problem.n_rows)
    rates = rates_of(precision, balance, tied, mass)
    if problem.one_label:
        rates = dataclasses.replace(rates, corpus_balance=problem.corpus_balance)
    return rates, seen, class_mass, _shrunk(problem, seen, balance, 1.0, 0.0, guarded=guarded)


def _posterior(votes: EncodedVotes, precision: Matrix, balance: Matrix, mass: Matrix) -> Matrix:
    """(K-1, p) probabilities of all classes but the first, by odds against it; `Rates.score` without the first."""
    worth = np.log(precision / balance) - log_scale(mass, precision, balance)
    odds = votes.score(worth[:, 1:] - worth[:, :1])
    odds += np.log(balance[1:] / balance[0])[:, None]
    np.minimum(odds, LARGEST_LOG, out=odds)
    np.exp(odds, out=odds)
    odds /= 1.0 + summed(odds)
    return odds


def _shrunk(problem: Problem, seen: Matrix, balance: Matrix, pseudo: float, pull: float, *, guarded: bool) -> Matrix:
    strength = pseudo + pull * problem.votes[:, None]
    precision = (seen + strength * problem.prior) / (problem.votes[:, None] + strength)
    precision = problem.pooled(precision, balance)
    if problem.one_label:
        precision = errors_by_mix(precision, balance, ERRORS_BY_MIX)
    against = np.flatnonzero(diagonal(precision, problem.n_classes) < balance) if guarded else ()
    if len(against):
        precision[against] = balance
    return _bounded(precision, problem)


def _bounded(precision: Matrix, problem: Problem) -> Matrix:
    lowest = (1 - HIGHEST_PRECISION) / (problem.n_classes - 1)
    np.maximum(precision, lowest, out=precision)
    np.minimum(precision, HIGHEST_PRECISION, out=precision)
    precision /= precision @ problem.ones
    return precision
