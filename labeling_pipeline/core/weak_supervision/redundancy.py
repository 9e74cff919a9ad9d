"""Which labeling functions are near copies. Belongs here: redundancy between functions and the clusters it makes,
and how much of their dependence the classes explain. Does not: the label model that uses both.

Two functions agree because both are right (the class explains it), because some comments trigger everything
(activity), or because one copies the other. Only the excess over the first two is redundancy.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.weak_supervision.patterns import Matrix

# At a first look, before anything is learned, only functions that repeat each other this often count as copies.
OBVIOUS_COPY = 0.8
# Excess agreement below this is left alone: discounting honest overlap costs more than it protects.
LEAST_REDUNDANCY = 0.3
# Agreement on this few votes proves nothing.
FEW_VOTES = 5.0
# Functions tied by at least this much are reported as one cluster and counted as one source.
CLUSTER_REDUNDANCY = 0.5


def first_redundancy(co_votes: Matrix, n_classes: int) -> Matrix:
    """(m, m) from co-vote counts (m·K, m·K) alone: the share of the narrower function's votes that the other
    repeats."""
    same = same_label(co_votes, n_classes)
    ceiling = _ceiling(np.diag(co_votes), n_classes)
    share = same / (ceiling + FEW_VOTES)
    return _with_floor(share, OBVIOUS_COPY)


def excess_redundancy(co_votes: Matrix, class_votes: Matrix, class_mass: Matrix, known: Matrix) -> Matrix:
    """(m, m) redundancy beyond what classes and activity explain.

    `class_votes` (m·K, K): votes by (function, label) and believed class; `class_mass` (K,): rows by believed class;
    `known`: the redundancy so far, whose pairs do not inform the activity factor.
    """
    n_classes = len(class_mass)
    expected = class_votes / np.maximum(class_mass, 1.0) @ class_votes.T
    apart = np.repeat(np.repeat(known, n_classes, 0), n_classes, 1) == 0
    seen, explained = float(co_votes[apart].sum()), float(expected[apart].sum())
    activity = max(1.0, seen / explained) if explained > 0 else 1.0
    same = same_label(co_votes, n_classes)
    by_chance = np.minimum(same_label(expected, n_classes) * activity, same)
    ceiling = _ceiling(np.diag(co_votes), n_classes)
    return _with_floor((same - by_chance) / (ceiling - by_chance + FEW_VOTES), LEAST_REDUNDANCY)


def explained_dependence(
    co_votes: Matrix, precision: Matrix, balance: Matrix, redundancy: Matrix, n_rows: float
) -> float:
    """Share (0..1) of the dependence between different functions that the classes explain; 0 where there is none to
    see.

    Poisson deviance of the co-vote counts under "classes" against "independent", each free in one factor for activity,
    less what chance alone gives; near copies are left out.
    """
    n_classes = len(balance)
    votes = np.diag(co_votes)
    function = np.repeat(np.arange(len(votes) // n_classes), n_classes)
    independent = np.outer(votes, votes) / n_rows
    joint = precision * votes[:, None]
    by_class = (joint / balance) @ joint.T / n_rows
    cells = (function[:, None] < function[None]) & (independent > 1.0)
    cells &= redundancy[np.ix_(function, function)] < CLUSTER_REDUNDANCY
    n_cells = int(cells.sum())
    if n_cells == 0:
        return 0.0
    seen = co_votes[cells]
    free = max(1, n_cells - int((votes > 0).sum()) * (n_classes - 1))
    unexplained = max(0.0, _deviance(seen, by_class[cells]) - free)
    dependence = _deviance(seen, independent[cells]) - n_cells
    return float(np.clip(1 - unexplained / dependence, 0.0, 1.0)) if dependence > 0 else 0.0


def overlaps_to_spare(co_votes: Matrix, n_classes: int, redundancy: Matrix, unknown: float) -> float:
    """Share (0..1) of the overlaps between functions, near copies left out, that is left once each of the `unknown`
    numbers learned of every function has taken one: only these can vouch for what was learned."""
    votes = np.diag(co_votes).reshape(-1, n_classes).sum(axis=1)
    voted = votes > 0
    pairs = np.triu(redundancy < CLUSTER_REDUNDANCY, 1) & voted[:, None] & voted
    n_pairs = int(pairs.sum())
    return max(0.0, 1.0 - unknown * int(voted.sum()) / n_pairs) if n_pairs else 0.0


def clusters(redundancy: Matrix) -> list[list[int]]:
    """Labeling functions (by index) grouped by near copying, in order of their first member."""
    from scipy.sparse.csgraph import connected_components

    tied = redundancy >= CLUSTER_REDUNDANCY
    if np.count_nonzero(tied) == len(tied):  # no function is tied to another
        return [[j] for j in range(len(tied))]
    _, group = connected_components(tied, directed=False)
    return [np.flatnonzero(group == g).tolist() for g in dict.fromkeys(group.tolist())]


def same_label(pairs: Matrix, n_classes: int) -> Matrix:
    """(m·K, m·K) -> (m, m): summed over equal labels."""
    m = len(pairs) // n_classes
    return np.asarray(np.einsum("jlkl->jk", pairs.reshape(m, n_classes, m, n_classes)))


def _ceiling(votes: npt.NDArray[np.float64], n_classes: int) -> Matrix:
    coverage = votes.reshape(-1, n_classes).sum(axis=1)
    return np.asarray(np.minimum(coverage[:, None], coverage[None]))


def _with_floor(share: Matrix, floor: float) -> Matrix:
    kept = np.where(share >= floor, np.minimum(share, 1.0), 0.0)
    np.fill_diagonal(kept, 1.0)
    return kept


def _deviance(seen: Matrix, expected: Matrix) -> float:
    scaled = np.maximum(expected * (seen.sum() / max(float(expected.sum()), 1e-12)), 1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        surprise = np.where(seen > 0, seen * np.log(seen / scaled), 0.0)
    return float(2.0 * surprise.sum())
