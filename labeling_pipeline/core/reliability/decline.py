"""Sudden decline: an annotator whose votes, from some point on, fit the others' less than before.

Belongs here: the change-point test. Does not: guideline drift, which moves everybody (see ``core.drift``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labeling_pipeline.core.agreement.coding import Floats, Ints
from labeling_pipeline.core.reliability.answers import Votes
from labeling_pipeline.core.reliability.competence import Competence

# A change nearer to either end than this share of the votes cannot be told from noise.
EDGE = 0.1
SMALLEST_DROP = 0.1


@dataclass(frozen=True)
class Declines:
    """Per annotator (J,): how far the match with the others fell, in which week, the test's p-value (1: not tested)."""

    drop: Floats
    since: Ints
    p: Floats


def declines(votes: Votes, fit: Competence, week: Ints) -> Declines:
    """Largest fall of the cumulative match, in order of `week` (of each vote; ties keep their order).

    A vote's match is the chance the other votes give its label, less what a typical annotator would reach on that very
    comment: a hard week is not a decline. p = exp(-2 D²), the tail of the supremum of a Brownian bridge (one-sided
    CUSUM: Ploberger & Krämer 1992, doi:10.2307/2951597).
    """
    others = fit.without_own(votes)
    match = others[np.arange(votes.label.size), votes.label] - (others * (others @ fit.confusion)).sum(axis=1)
    careful = others @ fit.confusion
    habit = fit.habits[votes.annotator]
    score = np.log((careful + 1e-3) / (habit + 1e-3))
    evidence = score[np.arange(votes.label.size), votes.label] - (careful * score).sum(axis=1)
    n = len(votes.annotators)
    drop, since, p = np.zeros(n), np.zeros(n, dtype=np.int64), np.ones(n)
    order = np.lexsort((week, votes.annotator))
    ends = np.cumsum(np.bincount(votes.annotator, minlength=n))
    for who, (start, end) in enumerate(zip(np.r_[0, ends[:-1]], ends, strict=True)):
        if end - start >= 2 / EDGE:
            rows = order[start:end]
            drop[who], place, p[who] = _largest_fall(evidence[rows])
            since[who] = week[rows[place]]
    return Declines(drop, since, p)


def _largest_fall(match: Floats) -> tuple[float, int, float]:
    """(mean before - mean after, first place after, p) at the point where the cumulative sum is furthest ahead."""
    n = match.size
    spread = match.std()
    if spread < 1e-12:
        return 0.0, 0, 1.0
    ahead = np.cumsum(match - match.mean())[:-1]
    inner = slice(int(EDGE * n), n - 1 - int(EDGE * n))
    place = int(np.argmax(ahead[inner])) + int(EDGE * n) + 1
    distance = ahead[place - 1] / (spread * np.sqrt(n))
    fall = match[:place].mean() - match[place:].mean()
    return float(fall), place, float(np.exp(-2 * max(distance, 0) ** 2))
