"""What more answers are worth: how much surer of the label they are expected to make us.

Belongs here: the expectation over the answers that may come. Does not: prices or budgets (``wave``).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import lgamma

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.errors import InputError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STEPS = 96  # places of the table along the log-odds of the top class
FURTHEST = 12.0  # log-odds beyond which nothing changes a mind


@dataclass(frozen=True)
class Worth:
    """``top[m, a, b, g]``: expected probability of the label after m more answers, where a is on top and b next."""

    top: Floats

    @property
    def most(self) -> int:
        """Answers the table looks ahead."""
        return len(self.top) - 1

    def gain(self, p: Floats, answers: int) -> Floats:
        """How much the probability (n, K) of the label is expected to rise by so many more answers."""
        return np.asarray(np.maximum(self._after(p, answers) - p.max(axis=1), 0.0))

    def best(self, p: Floats, left: Ints) -> tuple[Floats, Ints]:
        """The most a single answer can be worth, over buying 1 to ``left`` (n) of them, and how many that takes.

        One vote is often worth nothing, since it cannot change the label, where three of them may.
        """
        rate, number = np.zeros(len(p)), np.zeros(len(p), dtype=np.int64)
        for m in range(1, self.most + 1):
            open_ = np.flatnonzero(left >= m)
            if not len(open_):
                break
            each = self.gain(p[open_], m) / m
            better = each > rate[open_] + 1e-12
            rate[open_[better]], number[open_[better]] = each[better], m
        return rate, number

    def _after(self, p: Floats, answers: int) -> Floats:
        order = np.argsort(-p, axis=1, kind="stable")[:, :2]
        rows = np.arange(len(p))
        a, b = order[:, 0], order[:, -1]
        top = np.clip(p[rows, a], 0.5, 1 - 1e-9)
        place = np.clip(np.log(top / (1 - top)) / FURTHEST, 0, 1) * (STEPS - 1)
        low = np.minimum(place.astype(np.int64), STEPS - 2)
        share = place - low
        table = self.top[answers]
        found = table[a, b, low] * (1 - share) + table[a, b, low + 1] * share
        # Under a probability of .5 the table starts at .5; what it gains there is a lower bound of what is gained here.
        return np.asarray(found - top + p[rows, a])


def worth_of_answers(confusion: Floats, most: int) -> Worth:
    """The table for answers that follow ``confusion`` (K, L): rows the true class, columns the answers.

    Belief is taken to lie between the two likeliest classes, and the answers to be independent given the class; the
    label is the likelier class after m answers, so its expected probability is Σ over counts of answers of
    max(p·P(counts | a), (1 − p)·P(counts | b)), summed exactly.

    Source: value of sample information, Raiffa & Schlaifer 1961, Applied Statistical Decision Theory.

    Raises InputError where a row is no distribution.
    """
    if confusion.ndim != 2 or not np.allclose(confusion.sum(axis=1), 1.0, atol=1e-6) or confusion.min() < 0:
        raise InputError("confusion: a row is no distribution", expected="rows of probabilities that sum to 1")
    K = len(confusion)
    logs = np.log(np.maximum(confusion, 1e-9))
    odds = np.linspace(0, FURTHEST, STEPS)
    p = 1 / (1 + np.exp(-odds))
    top = np.empty((most + 1, K, K, STEPS))
    top[0] = p
    for m in range(1, most + 1):
        counts, ways = _counts(m, confusion.shape[1])
        likelihood = np.exp(counts @ logs.T + ways[:, None])  # (outcomes, K)
        for a in range(K):
            on_a = likelihood[:, a, None] * p
            for b in range(K):
                top[m, a, b] = np.maximum(on_a, likelihood[:, b, None] * (1 - p)).sum(axis=0)
    return Worth(top)


def expert_confusion(accuracy: float, n_classes: int) -> Floats:
    """An expert's rows: right with the accuracy, errors spread evenly.

    >>> expert_confusion(0.95, 2).tolist()
    [[0.95, 0.05], [0.05, 0.95]]
    """
    if not 0 < accuracy <= 1:
        raise InputError(f"an expert's accuracy is {accuracy}", expected="a share above 0")
    wrong = (1 - accuracy) / max(n_classes - 1, 1)
    return np.asarray(np.round(np.full((n_classes, n_classes), wrong) + np.eye(n_classes) * (accuracy - wrong), 12))


def _counts(answers: int, kinds: int) -> tuple[Floats, Floats]:
    """All ways to divide answers over kinds, and the log of how many sequences each stands for."""
    picks = combinations_with_replacement(range(kinds), answers)
    counts = np.asarray([np.bincount(pick, minlength=kinds) for pick in picks], dtype=np.float64)
    ways = lgamma(answers + 1) - np.asarray([sum(lgamma(one + 1) for one in row) for row in counts])
    return counts, ways
