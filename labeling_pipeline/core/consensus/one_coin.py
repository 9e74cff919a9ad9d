"""One-coin: every annotator has one number, the chance to be right; errors fall on any other class alike.

Belongs here: the M-step of this model. Does not: answers that name no class, which say nothing here.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from labeling_pipeline.core.consensus.columns import Codes, Floats, sum_by
from labeling_pipeline.core.consensus.dawid_skene import by_answer, log_mix
from labeling_pipeline.core.consensus.em import Blocks, Fit, Parameters, run
from labeling_pipeline.core.consensus.majority import clamped, smoothed_shares
from labeling_pipeline.core.consensus.votes import Votes

STRENGTH = 4.0  # votes' worth of the crowd's accuracy in everyone's own


def one_coin(votes: Votes, *, clamp: Codes | None = None, history: Floats | None = None, seed: int = 0) -> Fit:
    """Posteriors under one accuracy per annotator, each shrunk towards the crowd's.

    ``history[annotator, class, answer]`` counts as votes of known truth in every M-step.

    Source: Zhang et al. 2016, doi:10.48550/arXiv.1406.3824 (the one-coin model)
    """
    n_classes = len(votes.classes)
    past = None if history is None else by_answer(history)

    def m_step(counts: Floats, classes: Floats, _: Floats) -> Parameters:
        full = counts if past is None else counts + past
        return coin_rows(accuracies(full, n_classes), full.shape), log_mix(classes, 1.0)

    return with_non_class(run(Blocks(votes, clamp), m_step, clamped(smoothed_shares(votes), clamp)), votes)


def accuracies(counts: Floats, n_classes: int) -> Floats:
    """Share of right votes per annotator from counts[annotator, answer, class], shrunk towards the crowd's."""
    diagonal = np.arange(n_classes)
    right = counts[:, diagonal, diagonal].sum(axis=1)
    n = counts[:, :n_classes].sum(axis=(1, 2))
    crowd = (right.sum() + 1.0) / (n.sum() + 2.0)
    return np.asarray((right + STRENGTH * crowd) / (n + STRENGTH))


def with_non_class(fit: Fit, votes: Votes) -> Fit:
    """The fit with each annotator's share of non-class answers in the confusions, the same for every true class."""
    n_classes = len(votes.classes)
    if not votes.non_class:
        return fit
    key = votes.annotator.astype(np.int64) * votes.n_answers + votes.answer
    own = np.ones(len(key)) if votes.weight is None else votes.weight
    counts = sum_by(key, own, votes.n_annotators * votes.n_answers).reshape(votes.n_annotators, votes.n_answers)
    crowd = counts.sum(axis=0) / max(counts.sum(), 1.0)
    share = ((counts + crowd) / (counts.sum(axis=1, keepdims=True) + crowd.sum()))[:, None, n_classes:]
    confusion = fit.confusion.copy()
    confusion[:, :, :n_classes] *= 1.0 - share.sum(axis=2, keepdims=True)
    confusion[:, :, n_classes:] = share
    return replace(fit, confusion=confusion)


def coin_rows(accuracy: Floats, shape: tuple[int, ...]) -> Floats:
    """Log confusion[annotator, answer, class] of annotators right this often; non-class answers weigh nothing."""
    n_classes = shape[2]
    diagonal = np.arange(n_classes)
    rows = np.zeros(shape)
    if n_classes > 1:
        rows[:, :n_classes] = np.log((1.0 - accuracy) / (n_classes - 1))[:, None, None]
        rows[:, diagonal, diagonal] = np.log(accuracy)[:, None]
    return rows
