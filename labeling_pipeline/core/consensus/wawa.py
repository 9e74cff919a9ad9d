"""Wawa (worker agreement with aggregate): majority, then majority again with every vote weighted by its annotator.

Belongs here: the weights. Does not: any model of errors.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from labeling_pipeline.core.consensus.columns import Codes, Floats
from labeling_pipeline.core.consensus.em import Fit
from labeling_pipeline.core.consensus.majority import clamped, describe, smoothed_shares
from labeling_pipeline.core.consensus.votes import Votes


def wawa(votes: Votes, *, clamp: Codes | None = None, history: Floats | None = None, seed: int = 0) -> Fit:
    """Smoothed shares of votes weighted by how often each annotator agrees with the majority.

    The weight is the annotator's share of votes for the majority's label (for the known class where ``clamp`` gives
    one), after one pseudo-vote at the crowd's share. ``history[annotator, class, answer]`` adds to both counts.

    Source: Appen (Figure Eight) documentation of "worker agreement with aggregate"
    """
    label = clamped(smoothed_shares(votes), clamp).argmax(axis=0)
    own = 1.0 if votes.weight is None else votes.weight
    names_class = votes.answer < len(votes.classes)
    agrees = (votes.answer == label[votes.task]) * own
    right = np.bincount(votes.annotator, agrees, votes.n_annotators)
    n = np.bincount(votes.annotator, names_class * own, votes.n_annotators)
    if history is not None:
        diagonal = np.arange(len(votes.classes))
        right += history[:, diagonal, diagonal].sum(axis=1)
        n += history[:, :, : len(votes.classes)].sum(axis=(1, 2))
    crowd = right.sum() / n.sum() if n.sum() > 0 else 1.0
    weight = (right + crowd) / (n + 1.0)
    weighted = replace(votes, weight=np.asarray(own * weight[votes.annotator], np.float64))
    return describe(votes, clamped(smoothed_shares(weighted), clamp), history)
