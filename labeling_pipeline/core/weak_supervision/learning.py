"""Our label model. Belongs here: learning what each function's votes are worth from how the functions overlap.
Does not: gold labels (``gold_rates``), the choice between models (``fitting``).

Expectation-maximisation over distinct vote patterns, with three guards that keep it from inventing its own classes:
a function's own label never counts against that label; near copies share one vote where they vote together; and what is
learned is believed only as far as the classes explain the dependence between functions (the rest is pulled to the
prior).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from labeling_pipeline.core.weak_supervision import redundancy as copies
from labeling_pipeline.core.weak_supervision.majority import PRIOR_ACCURACY, PSEUDO_VOTES
from labeling_pipeline.core.weak_supervision.patterns import Matrix, VotePatterns
from labeling_pipeline.core.weak_supervision.rates import Rates, flat_one_hot, rates_of, shared_weights
from labeling_pipeline.core.weak_supervision.result import Setup, majority_mix

MAX_PATTERNS = 20_000  # more distinct patterns than this are sampled for learning; all of them are predicted
SPARSE_PATTERNS = 2_000  # so many patterns are multiplied faster as sparse rows: a row holds few votes
STEPS, LOOKS, TRUSTS = 30, 3, 6
HIGHEST_PRECISION = 0.98
LEAST_EXPLAINED = 0.1
LARGEST_LOG = 500.0  # odds stay finite whatever the number of functions
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
        dense = flat_one_hot(patterns.votes, self.n_classes)
        self.one_hot = _stored(dense)
        self.weighted_hot_t = _stored((dense * self.counts[:, None]).T)
        self.co_votes = _dense(self.weighted_hot_t @ self.one_hot)
        self.votes = np.diag(self.co_votes).copy()
        self.mix = majority_mix(patterns)
        self.given_balance = setup.class_balance
        m = self.fired.shape[1]
        right, wrong = PRIOR_ACCURACY, (1 - PRIOR_ACCURACY) / (self.n_classes - 1)
        self.prior = np.tile(np.where(np.eye(self.n_classes) > 0, right, wrong), (m, 1))
        self._encoded: dict[bytes, tuple[Any, Matrix]] = {}

    def encoded(self, tied: Matrix) -> tuple[Any, Matrix]:
        """Votes, their number and a one per pattern, ready to be multiplied (p, m·K + 2), and (m·K,) votes per
        (function, label); near copies share theirs."""
        key = tied.tobytes()
        if key not in self._encoded:
            weights = shared_weights(self.fired, tied)
            weighted = _dense(self.one_hot) * np.repeat(weights, self.n_classes, axis=1)
            ready = np.column_stack([weighted, weights.sum(axis=1), np.ones(len(weighted))])
            self._encoded[key] = _stored(ready), np.asarray(self.counts @ weighted)
        return self._encoded[key]

    def votes_by_class(self, posterior: Matrix) -> Matrix:
        """(m·K, K): expected votes per (function, label) and class; the first class has what the others leave."""
        others = self.weighted_hot_t @ posterior[:, 1:]
        first = self.votes[:, None] - others.sum(axis=1, keepdims=True)
        return np.hstack([np.maximum(first, 0.0), others])


def _stored(matrix: Matrix) -> Any:
    return csr_array(matrix) if max(matrix.shape) > SPARSE_PATTERNS else matrix


def _dense(matrix: Any) -> Matrix:
    return np.asarray(matrix.toarray() if isinstance(matrix, csr_array) else matrix)


def _posterior(votes: Any, rates: Rates) -> Matrix:
    """(p, K) class probabilities of encoded patterns; `EncodedVotes.score` in one product, relative to class 0."""
    worth = np.vstack([rates.log_lift, -rates.log_scale, np.log(rates.balance)])
    odds = np.exp(np.clip(votes @ (worth[:, 1:] - worth[:, :1]), -LARGEST_LOG, LARGEST_LOG))
    first = 1.0 / (1.0 + odds.sum(axis=1, keepdims=True))
    return np.hstack([first, odds * first])


def learn(patterns: VotePatterns, setup: Setup) -> Learned:
    """Learn rates from vote patterns; `explained` says how far they were believed.

    The weight of the prior and the share of dependence that the classes explain are brought into agreement: learned
    precisions count in proportion to `explained`, the prior precision in proportion to the rest.
    """
    explained = 0.5
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
        class_votes = problem.votes_by_class(posterior)
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
        posterior = _posterior(votes, rates)
        seen = problem.votes_by_class(posterior)
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
    own = np.einsum("jll->jl", precision.reshape(-1, problem.n_classes, problem.n_classes))
    precision = np.where((own < balance).reshape(-1, 1), balance, precision)
    lowest = (1 - HIGHEST_PRECISION) / (problem.n_classes - 1)
    precision = np.minimum(np.maximum(precision, lowest), HIGHEST_PRECISION)
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
    by_label = precision.reshape(-1, n_classes, n_classes)
    own = np.einsum("jll->jl", by_label)
    given = votes.reshape(-1, n_classes)
    was_given, counted = given > 0, np.maximum(given, 1.0)
    n_labels = was_given.sum(axis=1, keepdims=True)
    accuracy = (own * given).sum(axis=1, keepdims=True) / np.maximum(given.sum(axis=1, keepdims=True), 1.0)
    right, each_wrong = accuracy * balance, (1 - accuracy) * balance / (n_classes - 1)
    total = right + each_wrong.sum(axis=1, keepdims=True) - each_wrong
    expected = right / total
    noise = NOISE_OF_LEARNING * expected * (1 - expected) / counted
    apart = (((own - expected) ** 2 - noise) * was_given).sum(axis=1, keepdims=True) / np.maximum(n_labels - 1, 1)
    weight = noise / np.maximum(noise + np.maximum(apart, 0.0), 1e-12) * (n_labels > 1)
    one_accuracy = np.repeat(each_wrong[:, None], n_classes, axis=1)
    np.einsum("jll->jl", one_accuracy)[:] = right
    target = one_accuracy / total[:, :, None]
    return np.asarray(by_label + weight[:, :, None] * (target - by_label)).reshape(-1, n_classes)
