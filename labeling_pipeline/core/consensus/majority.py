"""Majority: the class most votes name. The start of every other method, and what they fall back to.

Belongs here: vote shares, their smoothing and the tie policy. Does not: weights of annotators (see ``wawa``).
"""

from __future__ import annotations

import numpy as np

from labeling_pipeline.core.consensus.columns import Codes, Floats, blocks
from labeling_pipeline.core.consensus.em import Blocks, Fit
from labeling_pipeline.core.consensus.votes import Votes


def vote_counts(votes: Votes) -> Floats:
    """Votes[answer, task], weighted where votes carry a weight; non-class answers come after the classes."""
    counts = np.empty((votes.n_answers, votes.n_tasks))
    for tasks, part in votes.spans():
        n = tasks.stop - tasks.start
        key = votes.answer[part].astype(np.int64) * n + (votes.task[part] - tasks.start)
        weight = None if votes.weight is None else votes.weight[part]
        counts[:, tasks] = np.bincount(key, weight, votes.n_answers * n).reshape(votes.n_answers, n)
    return counts


def class_mix(counts: Floats) -> Floats:
    """Share of each class among all votes that name one; even where none does."""
    total = counts.sum(axis=1)
    return total / total.sum() if total.sum() > 0 else np.full(len(total), 1 / len(total))


def smoothed_shares(votes: Votes) -> Floats:
    """Vote shares[class, task] after one pseudo-vote spread as the overall class mix.

    One pseudo-vote never overturns a lead of one vote; between tied classes it prefers the commoner one. A task whose
    every vote names no class gets the overall mix.
    """
    return smoothed(vote_counts(votes)[: len(votes.classes)])


def smoothed(counts: Floats) -> Floats:
    """The same from the votes[class, task] themselves, in their place: they are not needed twice."""
    mix = class_mix(counts)[:, None]
    for part in blocks(counts.shape[1]):
        counts[:, part] += mix
        counts[:, part] /= counts[:, part].sum(axis=0)
    return counts


def majority(votes: Votes, *, clamp: Codes | None = None, history: Floats | None = None, seed: int = 0) -> Fit:
    """Smoothed vote shares as posteriors; ties go to the class commoner overall, then to the first class.

    ``clamp`` fixes tasks of known class. ``history`` only shows in the confusions: majority weighs no annotator.
    """
    return describe(votes, clamped(smoothed_shares(votes), clamp), history)


def clamped(p: Floats, clamp: Codes | None) -> Floats:
    """The posteriors with tasks of known class (code ≥ 0) set to certainty, in place."""
    if clamp is not None:
        known = np.flatnonzero(clamp >= 0)
        p[:, known] = 0.0
        p[clamp[known], known] = 1.0
    return p


def describe(votes: Votes, p: Floats, history: Floats | None) -> Fit:
    """A Fit around posteriors that no confusion matrices gave: the confusions are counted under them."""
    counts = Blocks(votes).counts(p)
    if history is not None:
        counts = counts + history.transpose(0, 2, 1)
    crowd = counts.sum(axis=0) + 1 / votes.n_answers
    counts = counts + crowd / crowd.sum(axis=0)
    confusion = (counts / counts.sum(axis=1, keepdims=True)).transpose(0, 2, 1)
    return Fit(p, confusion, p.mean(axis=1), None, 1, True)
