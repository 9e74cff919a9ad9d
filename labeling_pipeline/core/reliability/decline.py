"""Sudden decline: an annotator whose votes, from some point on, have less to do with the comments than before.

Belongs here: the change-point test. Does not: guideline drift, which moves everybody (see ``core.drift``).

Each vote is compared with what the other votes say of that very comment, so a hard week is not a decline. Two stories
are weighed: a care that falls by at least ``SMALLEST_FALL`` at some point in time, or one that does not. Votes of one
time are never parted: which of them stands first in a file means nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from labeling_pipeline.core.agreement.coding import Floats, Ints
from labeling_pipeline.core.reliability.answers import Bools, Votes
from labeling_pipeline.core.reliability.competence import SMALLEST, Competence
from labeling_pipeline.core.reliability.habits import FEW_WAYS, WAYS, Carelessness, likelihoods, mixture, posterior

SMALLEST_FALL = 0.3
# Points in an annotator's own series of votes at which the fall is looked for; none nearer to an end than a tenth.
SPLITS = np.linspace(0.1, 0.9, 33)


@dataclass(frozen=True)
class Declines:
    """For each judged annotator (rows of `who`): chance of a fall, its expected size, the week it began.

    Judged are those whose votes are of more than one time.
    """

    who: Ints
    chance: Floats
    fall: Floats
    since: Ints


def declines(votes: Votes, fit: Competence, habits: Carelessness, min_votes: int) -> Declines:
    """Weigh a fall of care against none for every annotator with `min_votes`, in order of week and moment."""
    time = _places_in_time(votes)
    order = np.lexsort((time, votes.annotator))
    who, starts, splits = _splits(votes.annotator[order], time[order], habits.n_votes, min_votes)
    if not who.size:
        return Declines(who, np.zeros(0), np.zeros(0), who)
    ends = starts + habits.n_votes[who]
    before, after = _parts(votes, fit, order, starts, splits, ends)
    weights = mixture(habits.logs[who][:, FEW_WAYS])
    care = WAYS[FEW_WAYS, 0]
    falls = care[:, None] - care[None, :]
    is_fall = falls >= SMALLEST_FALL - 1e-9
    # Both stories have two parts, so that the grid's coarseness favours neither: they differ in the fall alone.
    parts = before[:, :, :, None] + after[:, :, None, :]
    stories = []
    for allowed in (~is_fall * np.sqrt(weights[:, None] * weights[None, :]), is_fall * weights[:, None]):
        story = parts + np.log(allowed / allowed.sum() + SMALLEST)
        stories.append(np.where(_is_inside(splits, starts, ends)[:, :, None, None], story, -np.inf))
    both = np.column_stack([special.logsumexp(story, axis=(1, 2, 3)) for story in stories])
    # One annotator known to be steady, so that a few cannot make decline the rule.
    chance = posterior(both, mixture(np.vstack([both, [[0.0, np.log(SMALLEST)]]])))[:, 1]
    best = special.logsumexp(stories[1], axis=(2, 3)).argmax(axis=1)
    at_best = stories[1][np.arange(who.size), best]
    share = np.exp(at_best - special.logsumexp(at_best, axis=(1, 2), keepdims=True))
    since = votes.week[order[splits[np.arange(who.size), best]]]
    return Declines(who, chance, (share * falls).sum(axis=(1, 2)), since)


def _places_in_time(votes: Votes) -> Ints:
    """Every vote's place among all times: by week and, where every moment is known, by moment."""
    is_known = votes.moment is not None and bool(np.isfinite(votes.moment).all())
    moment = votes.moment if votes.moment is not None and is_known else np.zeros(votes.week.size)
    order = np.lexsort((moment, votes.week))
    is_new = (np.diff(votes.week[order]) > 0) | (np.diff(moment[order]) > 0)
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.append(0, np.cumsum(is_new))[: order.size]
    return place


def _splits(annotator: Ints, time: Ints, n_votes: Ints, min_votes: int) -> tuple[Ints, Ints, Ints]:
    """Who can be judged, where their votes (by annotator and time) start, and where these are split.

    A split is moved to the nearest place where another time begins; those who have no such place are not judged.
    """
    who = np.flatnonzero(n_votes >= min_votes)
    starts = (np.cumsum(n_votes) - n_votes)[who]
    places = starts[:, None] + np.round(SPLITS * n_votes[who][:, None]).astype(np.int64)
    begins = np.append(True, (annotator[1:] != annotator[:-1]) | (time[1:] != time[:-1]))
    first = np.append(np.flatnonzero(begins), annotator.size)
    run = (np.cumsum(begins) - 1)[places]
    is_back = places - first[run] <= first[run + 1] - places
    splits = np.where(is_back, first[run], first[run + 1])
    judged = _is_inside(splits, starts, starts + n_votes[who]).any(axis=1)
    return who[judged], starts[judged], splits[judged]


def _is_inside(splits: Ints, starts: Ints, ends: Ints) -> Bools:
    """Whether a split leaves votes on both of its sides."""
    return np.asarray((splits > starts[:, None]) & (splits < ends[:, None]))


def _parts(votes: Votes, fit: Competence, order: Ints, starts: Ints, splits: Ints, ends: Ints) -> tuple[Floats, Floats]:
    """Log-likelihood of the votes before and after every split for every way, (who, splits, ways)."""
    label, annotator = votes.label[order], votes.annotator[order]
    others = fit.without_own(votes)[order]
    before, after = (np.empty((*splits.shape, FEW_WAYS.size)) for _ in range(2))
    for way, likely in enumerate(likelihoods(fit, others, annotator, label, WAYS[FEW_WAYS])):
        summed = np.concatenate([[0.0], np.cumsum(np.log(likely))])
        before[:, :, way] = summed[splits] - summed[starts][:, None]
        after[:, :, way] = summed[ends][:, None] - summed[splits]
    return before, after
