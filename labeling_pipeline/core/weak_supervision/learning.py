"""Our label model. Belongs here: learning what each function's votes are worth from how the functions overlap.
Does not: gold labels (``gold_rates``), the choice between models (``fitting``).

Expectation-maximisation over distinct vote patterns, with three guards that keep it from inventing its own classes:
a function's own label never counts against that label; near copies share one vote where they vote together; and what is
learned is believed only as far as the classes explain the dependence between functions (the rest is pulled to the
prior).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from labeling_pipeline.core.weak_supervision import redundancy as copies
from labeling_pipeline.core.weak_supervision.majority import PRIOR_ACCURACY, PSEUDO_VOTES
from labeling_pipeline.core.weak_supervision.patterns import Matrix, VotePatterns
from labeling_pipeline.core.weak_supervision.rates import EncodedVotes, Rates, encode, flat_one_hot, rates_of
from labeling_pipeline.core.weak_supervision.result import Setup, majority_mix, softmax

MAX_PATTERNS = 20_000  # more distinct patterns than this are sampled for learning; all of them are predicted
STEPS, LOOKS, TRUSTS = 30, 3, 6
HIGHEST_PRECISION = 0.98
LEAST_EXPLAINED = 0.1
# Votes whose class is only believed are noisier than votes on gold by about this factor.
NOISE_OF_LEARNING = 2.0
# Without gold or a given balance the class mix must stay within this total variation of majority's.
MIX_RADIUS = 0.15


@dataclass(frozen=True)
class Learned:
    """Rates to score with, the unshrunk `precision` behind them, and how much of the dependence the classes explain."""

    rates: Rates
    precision: Matrix
    votes: Matrix
    vote_mass: Matrix
    n_rows: float
    explained: float


class _Problem:
    """The arrays that no step changes: patterns encoded once, votes counted once."""

    def __init__(self, patterns: VotePatterns, setup: Setup) -> None:
        self.n_classes = patterns.n_classes
        self.counts = patterns.counts
        self.n_rows = float(patterns.counts.sum())
        self.fired = patterns.fired
        self.covered_counts = self.counts * self.fired.any(axis=1)
        self.one_hot = flat_one_hot(patterns.votes, self.n_classes)
        self.weighted_hot = self.one_hot * self.counts[:, None]
        self.co_votes = self.weighted_hot.T @ self.one_hot
        self.votes = np.diag(self.co_votes).copy()
        self.mix = majority_mix(patterns)
        self.given_balance = setup.class_balance
        m = self.fired.shape[1]
        right, wrong = PRIOR_ACCURACY, (1 - PRIOR_ACCURACY) / (self.n_classes - 1)
        self.prior = np.tile(np.where(np.eye(self.n_classes) > 0, right, wrong), (m, 1))
        self.own_label = np.tile(np.arange(self.n_classes), m)

    def encoded(self, tied: Matrix) -> tuple[EncodedVotes, Matrix]:
        """Votes ready to score, and (m·K,) votes per (function, label), near copies sharing theirs."""
        votes = encode(self.one_hot, self.fired, tied)
        return votes, np.asarray(self.counts @ votes.weighted)


@lru_cache(maxsize=1)
def _thread_pools() -> Any:
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # comes with scikit-learn

    return ThreadpoolController()


def learn(patterns: VotePatterns, setup: Setup) -> Learned:
    """Learn rates from vote patterns; `explained` says how far they were believed.

    The weight of the prior and the share of dependence that the classes explain are brought into agreement: learned
    precisions count in proportion to `explained`, the prior precision in proportion to the rest.
    """
    explained = 0.5
    with _thread_pools().limit(limits=1, user_api="blas"):  # small products: threads would only wait for each other
        problem = _Problem(patterns.sample(MAX_PATTERNS, setup.seed), setup)
        for _ in range(TRUSTS):
            learned = _learn_at(problem, explained)
            if abs(learned.explained - explained) < 0.02:
                break
            explained = learned.explained
    return learned


def _learn_at(problem: _Problem, explained: float) -> Learned:
    pull = (1 - explained) / max(explained, LEAST_EXPLAINED)
    tied = copies.first_redundancy(problem.co_votes, problem.n_classes)
    for _ in range(LOOKS):
        rates, posterior, raw = _maximise(problem, tied, pull)
        class_votes = problem.weighted_hot.T @ posterior
        class_mass = problem.counts @ posterior
        found = copies.excess_redundancy(problem.co_votes, class_votes, class_mass, tied)
        if np.abs(found - tied).max() < 0.03:
            break
        tied = found
    explained = copies.explained_dependence(problem.co_votes, raw, rates.balance, tied, problem.n_rows)
    return Learned(rates, raw, problem.votes, problem.encoded(tied)[1], problem.n_rows, explained)


def _maximise(problem: _Problem, tied: Matrix, pull: float) -> tuple[Rates, Matrix, Matrix]:
    votes, mass = problem.encoded(tied)
    balance = problem.mix if problem.given_balance is None else problem.given_balance
    precision = problem.prior
    for _ in range(STEPS):
        rates = rates_of(precision, balance, tied, mass)
        posterior = softmax(votes.score(rates))
        seen = problem.weighted_hot.T @ posterior
        before, precision = precision, _shrunk(problem, seen, balance, PSEUDO_VOTES, pull)
        if problem.given_balance is None:
            balance = _bounded_mix(problem, posterior)
        if np.abs(precision - before).max() < 1e-3:
            break
    return rates, posterior, _shrunk(problem, seen, balance, 1.0, 0.0)


def _shrunk(problem: _Problem, seen: Matrix, balance: Matrix, pseudo: float, pull: float) -> Matrix:
    strength = pseudo + pull * problem.votes[:, None]
    precision = (seen + strength * problem.prior) / (problem.votes[:, None] + strength)
    precision = pooled_over_labels(precision, problem.votes, balance)
    rows = np.arange(len(precision))
    against = precision[rows, problem.own_label] < balance[problem.own_label]
    precision[against] = balance
    lowest = (1 - HIGHEST_PRECISION) / (problem.n_classes - 1)
    precision = np.clip(precision, lowest, HIGHEST_PRECISION)
    return np.asarray(precision / precision.sum(axis=1, keepdims=True))


def _bounded_mix(problem: _Problem, posterior: Matrix) -> Matrix:
    mass = problem.covered_counts @ posterior + PSEUDO_VOTES * problem.mix
    mix = mass / mass.sum()
    distance = 0.5 * float(np.abs(mix - problem.mix).sum())
    if distance > MIX_RADIUS:
        mix = problem.mix + (mix - problem.mix) * (MIX_RADIUS / distance)
    return np.asarray(mix)


def pooled_over_labels(precision: Matrix, votes: Matrix, balance: Matrix) -> Matrix:
    """Pull a function's precision for each label to what one accuracy for all its labels would give.

    The pull is the empirical-Bayes one: as strong as the labels' own accuracies differ less than chance alone makes
    them.
    """
    n_classes = len(balance)
    own_label = np.tile(np.arange(n_classes), len(precision) // n_classes)
    own = precision[np.arange(len(precision)), own_label].reshape(-1, n_classes)
    given = votes.reshape(-1, n_classes)
    n_labels = (given > 0).sum(axis=1)
    accuracy = (own * given).sum(axis=1) / np.maximum(given.sum(axis=1), 1.0)
    right = accuracy[:, None] * balance
    wrong = (1 - accuracy)[:, None] * (1 - balance) / (n_classes - 1)
    expected = right / (right + wrong)
    noise = NOISE_OF_LEARNING * expected * (1 - expected) / np.maximum(given, 1.0)
    apart = np.where(given > 0, (own - expected) ** 2 - noise, 0.0).sum(axis=1) / np.maximum(n_labels - 1, 1)
    weight = noise / np.maximum(noise + np.maximum(apart, 0.0)[:, None], 1e-12)
    weight = np.where((n_labels > 1)[:, None], weight, 0.0).reshape(-1, 1)
    one_accuracy = np.where(np.eye(n_classes) > 0, right[:, :, None], wrong_share(accuracy, balance))
    one_accuracy = one_accuracy.reshape(-1, n_classes)
    target = one_accuracy / one_accuracy.sum(axis=1, keepdims=True)
    return np.asarray((1 - weight) * precision + weight * target)


def wrong_share(accuracy: Matrix, balance: Matrix) -> Matrix:
    """(m, 1, K): weight of each class behind a wrong vote of a function with this accuracy, errors spread evenly."""
    spread: Matrix = (1 - accuracy)[:, None, None] * balance[None, None, :] / (len(balance) - 1)
    return spread
