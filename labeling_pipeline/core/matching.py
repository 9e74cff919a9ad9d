"""Who is asked about what is unsure: the surer hand where a mind can least be made up, everyone with as much to do.

Belongs here: exchanging annotators within a wave, and how good each is taken to be. Does not: the deal
(``core.pairing``), or which comments get another vote (``core.overlap``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.errors import InputError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SHUFFLE = 0.05  # of all rows: as far as a row is moved by chance, so that the same people do not meet over and over
ASSUMED = 5.0  # answers as good as the crowd's that everyone is taken to have given


@dataclass(frozen=True)
class Match:
    """``unsure``: of each comment, larger where the label is less sure. ``skill``: of each annotator, larger is better.

    Only their order matters.
    """

    unsure: Floats
    skill: Floats

    def __post_init__(self) -> None:
        if not (np.isfinite(self.unsure).all() and np.isfinite(self.skill).all()):
            raise InputError("match: a doubt or a skill is no number", expected="finite numbers")


@dataclass(frozen=True)
class Known:
    """The same by id. Who or what is not named is taken for the middle of those who are."""

    unsure: Mapping[str, float]
    skill: Mapping[str, float]

    def match(self, comments: Sequence[str], annotators: Sequence[str]) -> Match:
        """Of these comments and annotators, in this order."""
        return Match(_of(comments, self.unsure), _of(annotators, self.skill))


def _of(names: Sequence[str], values: Mapping[str, float]) -> Floats:
    middle = float(np.median(list(values.values()))) if values else 0.0
    return np.asarray([values.get(one, middle) for one in names], dtype=np.float64)


def skills(believed: Floats, answers: Floats) -> Floats:
    """How much of what each annotator (A) answered is believed: a share, drawn to the crowd's where answers are few.

    ``believed``: sum of the probabilities their answers have; ``answers``: how many they gave.

    >>> skills(np.array([9.0, 0.0]), np.array([10.0, 0.0])).round(2).tolist()
    [0.9, 0.9]
    """
    total = float(answers.sum())
    crowd = float(believed.sum()) / total if total else 1.0
    return np.asarray((believed + ASSUMED * crowd) / (answers + ASSUMED))


def match_up(place: Ints, who: Ints, match: Match, rng: np.random.Generator) -> Ints:
    """The annotators of the rows, dealt anew: the best to the rows whose comment is least sure. Loads stay.

    Another answer of accuracy a is worth max(0, a − p) to a label of probability p. That is convex in a − p, so over
    all ways to deal the same answers, the sum is largest where the best answers go to the smallest p (Hardy, Littlewood
    & Pólya 1934, Inequalities, §10: rearrangement and majorization).

    >>> rows = np.arange(40)
    >>> m = Match(unsure=np.arange(40.0), skill=np.array([0.6, 0.9]))
    >>> match_up(rows, np.arange(40) % 2, m, np.random.default_rng(0))[:5].tolist()
    [0, 0, 0, 0, 0]
    """
    dealt = np.empty_like(who)
    dealt[_order(match.unsure[place], rng)] = who[_order(match.skill[who], rng)]
    return dealt


def _order(key: Floats, rng: np.random.Generator) -> Ints:
    """Rows by their key, equal ones as chance will have it, each moved a little."""
    rank = np.empty(len(key))
    rank[np.lexsort([rng.random(len(key)), key])] = np.arange(len(key))
    return np.argsort(rank + rng.uniform(0, SHUFFLE * len(key), len(key)), kind="stable")
