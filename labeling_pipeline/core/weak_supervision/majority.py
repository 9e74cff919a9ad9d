"""Majority vote and weighted vote. Belongs here: the two that trust votes as they come. Does not: learning from
overlap."""

from __future__ import annotations

import functools

import numpy as np

from labeling_pipeline.core.weak_supervision.one_label import most_by_several
from labeling_pipeline.core.weak_supervision.patterns import Matrix, VotePatterns, Votes, in_parts
from labeling_pipeline.core.weak_supervision.result import (
    FittedModel,
    Setup,
    majority_mix,
    vote_counts,
)

# A voting function is believed right with this probability before anything is known about it.
PRIOR_ACCURACY = 0.7
PSEUDO_VOTES = 5.0


def majority(patterns: VotePatterns, setup: Setup) -> FittedModel:
    """Vote shares with one pseudo-vote spread as the given class balance, else evenly: without it a tie stays a tie."""
    k = patterns.n_classes
    mix = np.full(k, 1.0 / k) if setup.class_balance is None else setup.class_balance

    def log_posterior(votes: Votes) -> Matrix:
        return np.asarray(np.log(vote_counts(votes, k) + mix))

    accuracies = confirmed_accuracies(patterns)
    return FittedModel(log_posterior, accuracies, [[j] for j in range(len(accuracies))], mix)


def weighted(patterns: VotePatterns, setup: Setup) -> FittedModel:
    """A vote in which a function weighs by the log-odds of its accuracy.

    The accuracy is measured on gold where there is some, else it is what the *other* functions confirm.
    """
    mix = majority_mix(patterns) if setup.class_balance is None else setup.class_balance
    n_classes = patterns.n_classes
    accuracies = confirmed_accuracies(patterns) if setup.n_gold == 0 else gold_accuracies(patterns, setup)
    bounded = np.clip(accuracies, 1.0 / n_classes, 0.98)
    weights = np.log(bounded * (n_classes - 1) / (1 - bounded))

    def log_posterior(votes: Votes) -> Matrix:
        return np.asarray(vote_counts(votes, n_classes, weights) + np.log(mix))

    return FittedModel(log_posterior, accuracies, [[j] for j in range(len(accuracies))], mix)


def confirmed_accuracies(patterns: VotePatterns) -> Matrix:
    """(m,): how often a function agrees with the majority of the others; the prior accuracy where most votes are by
    functions that know one class, whose agreement tells which of them meet and not who is right."""
    if most_by_several(vote_totals(patterns), patterns.n_classes):
        return agreement_with_others(patterns)
    return np.full(patterns.votes.shape[1], PRIOR_ACCURACY)


def agreement_with_others(patterns: VotePatterns) -> Matrix:
    """(m,): share of a function's votes that the majority of the others confirms, shrunk to the prior accuracy."""
    m = patterns.votes.shape[1]
    agreed, met = np.full(m, PSEUDO_VOTES * PRIOR_ACCURACY), np.full(m, PSEUDO_VOTES)
    for part in in_parts(patterns.votes):
        votes, counts = patterns.votes[part], patterns.counts[part]
        given = vote_counts(votes, patterns.n_classes)
        several = given.sum(axis=1) > 1
        for j in range(m):
            rows = np.flatnonzero((votes[:, j] >= 0) & several)
            others, own = given[rows], (np.arange(len(rows)), votes[rows, j])
            others[own] -= 1
            top = others == functools.reduce(np.maximum, others.T)[:, None]
            agreed[j] += counts[rows] @ (top[own] / top.sum(axis=1))
            met[j] += counts[rows].sum()
    return np.asarray(agreed / met)


def vote_totals(patterns: VotePatterns) -> Matrix:
    """(m·K,): how often each function gave each label."""
    total = np.zeros((patterns.votes.shape[1], patterns.n_classes))
    for part in in_parts(patterns.votes):
        votes, counts = patterns.votes[part], patterns.counts[part]
        total += np.stack([counts @ (votes == k) for k in range(patterns.n_classes)], axis=1)
    return total.ravel()


def gold_accuracies(patterns: VotePatterns, setup: Setup) -> Matrix:
    """(m,): share of right votes on the gold rows, shrunk to the prior accuracy."""
    if setup.gold_patterns is None or setup.gold_labels is None:
        return np.full(patterns.votes.shape[1], PRIOR_ACCURACY)
    votes = patterns.votes[setup.gold_patterns]
    right = (votes == setup.gold_labels[:, None]).sum(axis=0) + PSEUDO_VOTES * PRIOR_ACCURACY
    return np.asarray(right / ((votes >= 0).sum(axis=0) + PSEUDO_VOTES))
