"""Sudden decline: an annotator whose votes, from some point on, have less to do with the comments than before.

Belongs here: the change-point test. Does not: guideline drift, which moves everybody (see ``core.drift``).

Each vote is compared with what the other votes say of that very comment, so a hard week is not a decline. Two stories
are weighed: a care that falls by at least ``SMALLEST_FALL`` at some point in time, or one that does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from labeling_pipeline.core.agreement.coding import Floats, Ints
from labeling_pipeline.core.reliability.answers import Votes
from labeling_pipeline.core.reliability.competence import SMALLEST, Competence
from labeling_pipeline.core.reliability.habits import FEW_WAYS, WAYS, Carelessness, likelihoods, mixture, posterior

SMALLEST_FALL = 0.3
# Points in an annotator's own series of votes at which the fall is looked for; none nearer to an end than a tenth.
SPLITS = np.linspace(0.1, 0.9, 33)


@dataclass(frozen=True)
class Declines:
    """For each judged annotator (rows of `who`): chance of a fall, its expected size, the week it began."""

    who: Ints
    chance: Floats
    fall: Floats
    since: Ints


def declines(votes: Votes, fit: Competence, habits: Carelessness, week: Ints, min_votes: int) -> Declines:
    """Weigh a fall of care against none for every annotator with `min_votes`, in order of `week` (one per vote)."""
    order = np.lexsort((week, votes.annotator))
    who = np.flatnonzero(habits.n_votes >= min_votes)
    ends = np.cumsum(habits.n_votes)[who]
    starts = ends - habits.n_votes[who]
    splits = starts[:, None] + np.round(SPLITS * habits.n_votes[who][:, None]).astype(np.int64)
    before, after = _parts(votes, fit, order, starts, splits, ends)
    weights = mixture(habits.logs[who][:, FEW_WAYS])
    care = WAYS[FEW_WAYS, 0]
    falls = care[:, None] - care[None, :]
    is_fall = falls >= SMALLEST_FALL - 1e-9
    # Both stories have two parts, so that the grid's coarseness favours neither: they differ in the fall alone.
    parts = before[:, :, :, None] + after[:, :, None, :]
    stories = []
    for allowed in (~is_fall * np.sqrt(weights[:, None] * weights[None, :]), is_fall * weights[:, None]):
        stories.append(parts + np.log(allowed / allowed.sum() + SMALLEST))
    both = np.column_stack([special.logsumexp(story, axis=(1, 2, 3)) for story in stories])
    # One annotator known to be steady, so that a few cannot make decline the rule.
    chance = posterior(both, mixture(np.vstack([both, [[0.0, np.log(SMALLEST)]]])))[:, 1]
    best = special.logsumexp(stories[1], axis=(2, 3)).argmax(axis=1)
    at_best = stories[1][np.arange(who.size), best]
    share = np.exp(at_best - special.logsumexp(at_best, axis=(1, 2), keepdims=True))
    since = week[order[splits[np.arange(who.size), best]]]
    return Declines(who, chance, (share * falls).sum(axis=(1, 2)), since)


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
