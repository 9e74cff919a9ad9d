"""The statistics that follow from votes per task and class alone: percent, Fleiss, Krippendorff, Gwet.

Belongs here: their per-task features and the formula over the sums. Does not: anything that needs to know who voted
(see ``cohen``), drawing resamples, notes for the reader.

Each takes the counts and a source of sums, and returns 1 + n_boot values: the data's own first, NaN where undefined.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labeling_pipeline.core.agreement.coding import Floats, TaskCounts

SumsOf = Callable[[Floats], Floats]
# Below this the chance-corrected denominator is rounding noise.
SMALLEST_DENOMINATOR = 1e-12


def percent_agreement(counts: TaskCounts, sums_of: SumsOf) -> Floats:
    """Share of agreeing pairs of votes per task, mean over tasks with two votes or more.

    P_i = sum_k n_ik (n_ik - 1) / (n_i (n_i - 1)), as in Fleiss (1971), doi:10.1037/h0031619.
    """
    sums = sums_of(_agreeing(counts, np.eye(len(counts.classes))))
    return _ratio(sums[:, 0], sums[:, 1])


def fleiss_kappa(counts: TaskCounts, sums_of: SumsOf) -> Floats:
    """Fleiss' kappa: (P - P_e) / (1 - P_e), P_e = sum_k p_k².

    Fleiss (1971), doi:10.1037/h0031619. With unequal numbers of votes p_k is the mean over tasks of the task's own
    shares, as in Gwet (2014), Handbook of Inter-Rater Reliability; with equal numbers that is Fleiss' own formula.
    """
    observed, shares = _observed_and_shares(counts, sums_of, np.eye(len(counts.classes)))
    chance = (shares**2).sum(axis=1)
    return _ratio(observed - chance, 1 - chance)


def gwet_ac1(counts: TaskCounts, sums_of: SumsOf) -> Floats:
    """Gwet's AC1: chance agreement sum_k p_k (1 - p_k) / (K - 1), K = the classes of the question.

    Gwet (2008), doi:10.1348/000711006X126600. Stays stable where one class is very common and kappas collapse.
    """
    return _gwet(counts, sums_of, np.eye(len(counts.classes)))


def gwet_ac2(counts: TaskCounts, sums_of: SumsOf) -> Floats:
    """AC1 with quadratic weights for ordered classes, Gwet (2014), Handbook of Inter-Rater Reliability, ch. 5."""
    return _gwet(counts, sums_of, quadratic_weights(len(counts.classes)))


def krippendorff_alpha(counts: TaskCounts, sums_of: SumsOf) -> Floats:
    """Krippendorff's alpha, nominal: 1 - D_o / D_e over pairable votes; missing votes need no filling in.

    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, repository.upenn.edu/asc_papers/43.
    """
    patterns, votes, pairable = _pairable(counts)
    disagreeing = (votes**2 - (patterns**2).sum(axis=1)) / np.maximum(votes - 1, 1) * pairable
    sums = sums_of(np.column_stack([disagreeing, patterns * pairable[:, None]]))
    per_class = sums[:, 1:]
    total = per_class.sum(axis=1)
    expected = total**2 - (per_class**2).sum(axis=1)
    return _one_minus(_ratio((total - 1) * sums[:, 0], expected))


def krippendorff_alpha_ordinal(counts: TaskCounts, sums_of: SumsOf) -> Floats:
    """Krippendorff's alpha with the ordinal metric; the classes' order is `counts.classes`.

    d²(c, k) = (sum of n_g for g from c to k, minus (n_c + n_k) / 2)², n_g = pairable votes for class g.
    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, repository.upenn.edu/asc_papers/43.
    """
    patterns, votes, pairable = _pairable(counts)
    size = len(counts.classes)
    both = patterns[:, :, None] * patterns[:, None, :]
    both[:, np.arange(size), np.arange(size)] -= patterns
    weight = pairable / np.maximum(votes - 1, 1)
    coincidences = sums_of((both * weight[:, None, None]).reshape(len(patterns), -1)).reshape(-1, size, size)
    per_class = coincidences.sum(axis=2)
    up_to = per_class.cumsum(axis=1) - per_class / 2
    distance = (up_to[:, :, None] - up_to[:, None, :]) ** 2
    expected = np.einsum("bc,bk,bck->b", per_class, per_class, distance)
    observed = (coincidences * distance).sum(axis=(1, 2))
    return _one_minus(_ratio((per_class.sum(axis=1) - 1) * observed, expected))


def quadratic_weights(size: int) -> Floats:
    """1 on the diagonal, falling with the squared distance to 0 at the far corners."""
    places = np.arange(size, dtype=np.float64)
    weights: Floats = 1 - ((places[:, None] - places[None, :]) / max(size - 1, 1)) ** 2
    return weights


def linear_weights(size: int) -> Floats:
    """1 on the diagonal, falling with the distance to 0 at the far corners."""
    places = np.arange(size, dtype=np.float64)
    weights: Floats = 1 - np.abs(places[:, None] - places[None, :]) / max(size - 1, 1)
    return weights


def _gwet(counts: TaskCounts, sums_of: SumsOf, weights: Floats) -> Floats:
    observed, shares = _observed_and_shares(counts, sums_of, weights)
    size = len(counts.classes)
    if size < 2:
        return np.full(observed.size, np.nan)
    chance = weights.sum() / (size * (size - 1)) * (shares * (1 - shares)).sum(axis=1)
    return _ratio(observed - chance, 1 - chance)


def _observed_and_shares(counts: TaskCounts, sums_of: SumsOf, weights: Floats) -> tuple[Floats, Floats]:
    votes = counts.patterns.sum(axis=1, keepdims=True)
    sums = sums_of(np.column_stack([_agreeing(counts, weights), counts.patterns / votes]))
    shares = sums[:, 2:]
    return _ratio(sums[:, 0], sums[:, 1]), shares / shares.sum(axis=1, keepdims=True)


def _agreeing(counts: TaskCounts, weights: Floats) -> Floats:
    """Per pattern: the (weighted) share of agreeing pairs, and 1 where there is a pair at all."""
    patterns, votes, pairable = _pairable(counts)
    agreeing = (patterns * (patterns @ weights)).sum(axis=1) - votes
    return np.column_stack([agreeing / np.maximum(votes * (votes - 1), 1) * pairable, pairable])


def _pairable(counts: TaskCounts) -> tuple[Floats, Floats, Floats]:
    votes = counts.patterns.sum(axis=1)
    return counts.patterns, votes, (votes >= 2).astype(np.float64)


def _ratio(top: Floats, bottom: Floats) -> Floats:
    undefined = np.abs(bottom) < SMALLEST_DENOMINATOR
    return np.where(undefined, np.nan, top / np.where(undefined, 1, bottom))


def _one_minus(values: Floats) -> Floats:
    result: Floats = 1 - values
    return result
