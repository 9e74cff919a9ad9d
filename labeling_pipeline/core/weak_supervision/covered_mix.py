"""The class mix of the rows that functions vote on. Belongs here: what is known of it before anything is learned, and
the bounds it keeps. Does not: learning it (``learning``).

A function that gives every label covers all classes alike: the mix of its rows is the corpus's. Functions that know one
class choose their rows by class, so that a given balance only bounds the mix of the rows they cover: no class can have
more covered rows than it has rows, nor more rows without a vote than there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labeling_pipeline.core.weak_supervision.patterns import Matrix

# A given balance that rules out so much of majority's mix (total variation) says that majority is wrong.
CONTRADICTION = 0.1


@dataclass(frozen=True)
class CoveredMix:
    """`expected` (K,), how far from it (total variation) what is learned may go, the `least` and `most` (K,) that
    a given balance leaves, and how far it moves majority's mix."""

    expected: Matrix
    radius: float
    least: Matrix | None = None
    most: Matrix | None = None
    moved: float = 0.0

    @property
    def contradicts_majority(self) -> bool:
        """Whether the given balance leaves no room for anything near majority's mix."""
        return self.moved > CONTRADICTION

    def near(self, mix: Matrix) -> Matrix:
        """The mix (K,) within reach that is nearest to `mix` on the way from what was expected."""
        distance = 0.5 * float(np.abs(mix - self.expected).sum())
        if distance > self.radius:
            mix = self.expected + (mix - self.expected) * (self.radius / distance)
        return mix if self.least is None or self.most is None else scaled_into(mix, self.least, self.most)


def mix_under_balance(majority: Matrix, balance: Matrix, n_rows: float, n_covered: float, radius: float) -> CoveredMix:
    """What the corpus's balance (K,) says of the covered rows where functions choose their rows by class.

    Expected is what lies midway between majority's mix and the balance, each class's logarithm halved, within bounds.
    """
    of_class = balance * n_rows
    least = np.maximum(of_class - (n_rows - n_covered), 0.0) / n_covered
    most = np.minimum(of_class / n_covered, 1.0)
    moved = 0.5 * float(np.abs(scaled_into(majority, least, most) - majority).sum())
    between = np.sqrt(majority * balance)
    return CoveredMix(scaled_into(between / between.sum(), least, most), radius, least, most, moved)


def scaled_into(mix: Matrix, least: Matrix, most: Matrix) -> Matrix:
    """`mix` (K,) times the one factor with which it sums to 1 once every class is kept within its bounds.

    `least` and `most` (K,) sum to at most and at least 1.

    >>> scaled_into(np.array([0.5, 0.3, 0.2]), np.zeros(3), np.array([1.0, 1.0, 0.1])).round(4).tolist()
    [0.5625, 0.3375, 0.1]
    """
    if (mix >= least).all() and (mix <= most).all():
        return mix
    # The sum grows piecewise linearly with the factor; it bends where a class leaves or meets a bound.
    bends = np.sort(np.concatenate([least, most]) / np.tile(mix, 2))
    sums = np.clip(bends[:, None] * mix, least, most).sum(axis=1)
    kept = np.clip(mix * np.interp(1.0, sums, bends), least, most)
    return np.asarray(kept / kept.sum())
