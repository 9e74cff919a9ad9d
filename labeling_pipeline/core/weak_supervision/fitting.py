"""Choosing and fitting a label model. Belongs here: the one call, the fallback to majority, what is reported about it.
Does not: any model's mathematics."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.gold_rates import blend_with_gold, sharpened
from labeling_pipeline.core.weak_supervision.learning import Learned, learn
from labeling_pipeline.core.weak_supervision.majority import majority
from labeling_pipeline.core.weak_supervision.patterns import Matrix, VotePatterns, in_parts
from labeling_pipeline.core.weak_supervision.redundancy import clusters
from labeling_pipeline.core.weak_supervision.result import FittedModel, Setup, majority_shares

# Two sources cannot show which of them errs; three can.
LEAST_SOURCES = 3
# Functions that know one class choose their rows by class, and what they tell of each other without gold may be wrong
# by as much; others tell even a small advantage rightly.
LEAST_ADVANTAGE = 0.005
EXPECTED_ERROR = 0.02  # of the advantage that functions which give several labels expect


def correlation_aware(patterns: VotePatterns, setup: Setup) -> FittedModel:
    """Near copies count once, silence is not a vote, gold is used where given; see the module ``learning``."""
    learned = learn(patterns, setup)
    groups = clusters(learned.rates.redundancy)
    notes = [f"the classes explain {learned.explained:.0%} of the dependence between functions"]
    notes += [f"functions {group} are near copies and share one vote" for group in groups if len(group) > 1]
    overlaps_tell = learned.explained > 0 if setup.n_gold else learned.overlaps_tell
    has_advantage = len(groups) >= LEAST_SOURCES and (overlaps_tell or learned.balance_tells)
    fitted = FittedModel(
        learned.rates.score,
        accuracies_of(learned.precision, learned.votes, patterns.n_classes),
        groups,
        learned.rates.balance if setup.class_balance is None else setup.class_balance,
        has_advantage=has_advantage,
    )
    if setup.n_gold:
        blind, (fitted, gold_notes) = fitted, blend_with_gold(patterns, setup, learned, fitted)
        notes += gold_notes
        if fitted.measured_advantage is not None:
            fitted = dataclasses.replace(fitted, has_advantage=_is_better(patterns, setup, learned, blind, fitted))
    else:
        fitted, more = _by_votes_alone(patterns, setup, learned, fitted)
        notes += more
    return dataclasses.replace(fitted, notes=tuple(notes))


def _is_better(patterns: VotePatterns, setup: Setup, learned: Learned, blind: FittedModel, fitted: FittedModel) -> bool:
    """Whether gold, and what the votes alone expect, speak for the fitted model rather than for majority.

    The gain measured on a few gold rows is noisy by how many labels differ at all. Functions that give several labels
    tell rightly without gold what there is to gain, and this counts as a measurement of its own.
    """
    differing = _share_of_other_labels(patterns, fitted, setup.class_balance)
    if differing == 0 or fitted.measured_advantage is None:
        return True
    expected = 0.0
    if learned.explained > 0 and not learned.one_label:
        expected = expected_advantage(patterns, blind.predict_votes(patterns.votes), setup.class_balance)
    return expected / EXPECTED_ERROR**2 + fitted.measured_advantage * setup.n_gold / differing > 0


def _share_of_other_labels(patterns: VotePatterns, fitted: FittedModel, balance: Matrix | None) -> float:
    """Share of covered rows whose label is not majority's."""
    others = covered = 0.0
    for part in in_parts(patterns.votes):
        counts, votes = patterns.counts[part] * patterns.covered[part], patterns.votes[part]
        chosen = fitted.log_posterior(votes).argmax(axis=1)
        plain = majority_shares(votes, patterns.n_classes, balance)[np.arange(len(votes)), chosen]
        others += float(counts @ (1 - plain))
        covered += float(counts.sum())
    return others / covered if covered else 0.0


def _by_votes_alone(
    patterns: VotePatterns, setup: Setup, learned: Learned, fitted: FittedModel
) -> tuple[FittedModel, list[str]]:
    """The fitted model and notes that say how far the votes themselves can be believed."""
    if len(fitted.clusters) < LEAST_SOURCES:
        return fitted, [f"independent sources: {len(fitted.clusters)}, too few to learn which one errs"]
    notes = []
    if not learned.overlaps_tell:
        notes.append("what the classes explain may be chance: nothing to learn from the functions' overlap")
        notes += ["what votes are worth follows from the given class balance"] * fitted.has_advantage
    if not fitted.has_advantage or not learned.one_label:
        return fitted, notes
    table = fitted.predict_votes(patterns.votes)
    expected = expected_advantage(patterns, table, setup.class_balance)
    if expected >= LEAST_ADVANTAGE:
        return dataclasses.replace(fitted, table=table), notes
    notes.append(f"an expected advantage of {expected:+.4f} over majority is less than {LEAST_ADVANTAGE:g}")
    return dataclasses.replace(fitted, has_advantage=False), notes


def automatic(patterns: VotePatterns, setup: Setup) -> FittedModel:
    """The correlation-aware model, or majority where that one shows no advantage."""
    fitted = correlation_aware(patterns, setup)
    if fitted.has_advantage:
        return fitted
    plain = majority(patterns, setup)
    # What gold says of a function holds whoever decides; without gold majority tells how far the others confirm it.
    accuracies = fitted.accuracies if setup.n_gold else plain.accuracies
    notes = (*fitted.notes, "fell back to majority")
    plain = dataclasses.replace(plain, accuracies=accuracies, clusters=fitted.clusters, notes=notes)
    return sharpened(patterns, setup, plain)


def accuracies_of(precision: Matrix, votes: Matrix, n_classes: int) -> Matrix:
    """(m,): share of a function's votes that are right, from P(class | vote) and vote counts in rows j·K+l."""
    own = precision.reshape(-1, n_classes, n_classes)[:, np.arange(n_classes), np.arange(n_classes)]
    given = votes.reshape(-1, n_classes)
    total = given.sum(axis=1)
    right = (own * given).sum(axis=1)
    return np.asarray(np.where(total > 0, right / np.maximum(total, 1e-12), own.mean(axis=1)))


def expected_advantage(patterns: VotePatterns, table: Matrix, balance: Matrix | None) -> float:
    """Expected gain in accuracy over majority on covered rows, if the model's probabilities are right; majority breaks
    ties by `balance` where it is given."""
    gained = covered = 0.0
    for part in in_parts(patterns.votes):
        counts = patterns.counts[part] * patterns.covered[part]
        shares = majority_shares(patterns.votes[part], patterns.n_classes, balance)
        plain = (shares * table[part]) @ np.ones(patterns.n_classes)
        gained += float(counts @ (functools.reduce(np.maximum, list(table[part].T)) - plain))
        covered += float(counts.sum())
    return max(0.0, gained / covered) if covered else 0.0  # not -0.0, where it is majority itself


def make_setup(
    patterns: VotePatterns, class_balance: npt.ArrayLike | None, gold: npt.ArrayLike | None, seed: int
) -> Setup:
    """Check the optional arguments and bring them into the shape label models take."""
    balance = None if class_balance is None else _checked_balance(class_balance, patterns.n_classes)
    if gold is None:
        return Setup(balance, seed=seed)
    labels = np.asarray(gold)
    if labels.shape != patterns.row_pattern.shape:
        raise InputError(f"gold of shape {labels.shape}", expected=f"one label per row: ({len(patterns.row_pattern)},)")
    if labels.dtype.kind not in "iu" or labels.min(initial=-1) < -1 or labels.max(initial=-1) >= patterns.n_classes:
        raise InputError("gold labels", expected=f"integers: -1 (none) or 0 to {patterns.n_classes - 1}")
    rows = np.flatnonzero(labels >= 0)
    return Setup(balance, patterns.row_pattern[rows].astype(np.int64), labels[rows].astype(np.int64), seed)


def _checked_balance(class_balance: npt.ArrayLike, n_classes: int) -> Matrix:
    balance = np.asarray(class_balance, dtype=np.float64)
    if balance.shape != (n_classes,) or not np.isfinite(balance).all() or (balance <= 0).any():
        raise InputError(f"class balance {balance.tolist()}", expected=f"{n_classes} positive shares")
    if abs(balance.sum() - 1) > 0.01:
        raise InputError(f"class balance sums to {balance.sum():.4g}", expected="a sum of 1")
    return np.asarray(balance / balance.sum())
