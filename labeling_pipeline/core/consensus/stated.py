"""What annotators said of their certainty, as weights of their votes.

Belongs here: how far each annotator's stated confidence can be believed. Does not: reading it from a frame.
"""

from __future__ import annotations

import numpy as np

from labeling_pipeline.core.consensus.columns import Floats
from labeling_pipeline.core.consensus.em import Fit
from labeling_pipeline.core.consensus.votes import Votes

MIN_VOTES = 10  # fewer votes with a stated confidence say nothing about its worth
INFORMATIVE = 2.0  # standard errors by which being surer must go with being right
HEAVIEST = 3.0  # largest weight of one vote
SUREST = 0.98  # no vote is believed right more often than this, nor less often than chance


def stated_weights(votes: Votes, fit: Fit) -> tuple[Floats, int]:
    """Weight per vote, and how many annotators' stated confidence was believed.

    Each annotator's chance of being right is regressed on their stated confidence; right is judged by the posterior
    without their own vote. Where the slope is positive beyond two standard errors, a vote weighs its log-odds of being
    right over those of the annotator's average vote; elsewhere, and where nothing was stated, it weighs 1.
    """
    if votes.stated is None:
        return np.ones(len(votes.task)), 0
    K = len(votes.classes)
    told = ~np.isnan(votes.stated) & (votes.answer < K) & (votes.annotator < len(votes.annotators))
    who, said = votes.annotator[told], votes.stated[told]
    right = _right_by_others(votes, fit)[told]
    n = np.bincount(who, minlength=votes.n_annotators).astype(np.float64)
    some = np.maximum(n, 1.0)
    mean_said = np.bincount(who, said, len(n)) / some
    mean_right = np.bincount(who, right, len(n)) / some
    a, b = said - mean_said[who], right - mean_right[who]
    squares = np.bincount(who, a * a, len(n))
    slope = np.bincount(who, a * b, len(n)) / np.where(squares > 0, squares, 1.0)
    rest = np.bincount(who, np.square(b - slope[who] * a), len(n)) / np.maximum(n - 2.0, 1.0)
    error = np.sqrt(rest / np.where(squares > 0, squares, 1.0))
    believed = (n >= MIN_VOTES) & (squares > 0) & (slope > INFORMATIVE * error)
    chance = np.clip(mean_right[who] + slope[who] * a, 1.0 / K, SUREST)
    usual = np.clip(mean_right[who], 1.0 / K, SUREST)
    ratio = _evidence(chance, K) / np.maximum(_evidence(usual, K), 1e-3)
    weight = np.ones(len(votes.task))
    weight[told] = np.where(believed[who], np.clip(ratio, 0.0, HEAVIEST), 1.0)
    return weight, int(believed.sum())


def _right_by_others(votes: Votes, fit: Fit) -> Floats:
    """Chance that each vote names the task's class, judged without that vote."""
    likelihood = fit.confusion[votes.annotator, :, votes.answer]
    if votes.weight is not None:
        likelihood = likelihood ** votes.weight[:, None]
    others = fit.p.T[votes.task] / np.maximum(likelihood, 1e-12)
    total = others.sum(axis=1)
    named = np.minimum(votes.answer, len(votes.classes) - 1)
    return np.asarray(others[np.arange(len(named)), named] / np.where(total > 0, total, 1.0))


def _evidence(chance: Floats, n_classes: int) -> Floats:
    """Log-odds by which a vote right with this chance favours its class over any other."""
    return np.asarray(np.log(chance / (1.0 - chance)) + np.log(max(n_classes - 1, 1)))
