"""Dawid–Skene: every annotator has a confusion matrix, shrunk towards what is known of all.

Belongs here: the M-step of this model and its prior. Does not: the EM loop (see ``em``).
"""

from __future__ import annotations

import numpy as np

from labeling_pipeline.core.consensus.em import Blocks, Fit, Parameters, run
from labeling_pipeline.core.consensus.majority import clamped, smoothed_shares
from labeling_pipeline.core.consensus.votes import Codes, Floats, Votes

STRENGTH = 5.0


def dawid_skene(votes: Votes, *, clamp: Codes | None = None, history: Floats | None = None, seed: int = 0) -> Fit:
    """Posteriors under one confusion matrix per annotator.

    Source: Dawid & Skene 1979, doi:10.2307/2346806
    """

    def m_step(counts: Floats, classes: Floats, _: Floats) -> Parameters:
        full = counts if history is None else counts + history
        pooled = full.sum(axis=0) + 1 / votes.n_answers
        pooled /= pooled.sum(axis=0)
        full = full + STRENGTH * pooled
        return np.log(full) - np.log(full.sum(axis=1, keepdims=True)), _log_mix(classes)

    return run(Blocks(votes, clamp), m_step, clamped(smoothed_shares(votes), clamp))


def _log_mix(classes: Floats) -> Floats:
    mix = classes + 1.0
    return np.asarray(np.log(mix / mix.sum()))
