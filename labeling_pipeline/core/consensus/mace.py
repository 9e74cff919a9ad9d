"""MACE: an annotator either knows, or spams from a habit of their own; how often is what is learned.

Belongs here: the M-step of this model. Does not: answers that name no class, which say nothing here.
"""

from __future__ import annotations

import numpy as np

from labeling_pipeline.core.consensus.columns import Codes, Floats
from labeling_pipeline.core.consensus.dawid_skene import by_answer, log_mix
from labeling_pipeline.core.consensus.em import Blocks, Fit, Parameters, run
from labeling_pipeline.core.consensus.majority import clamped, smoothed_shares
from labeling_pipeline.core.consensus.one_coin import coin_rows, with_non_class
from labeling_pipeline.core.consensus.votes import Votes

KNOWS, SPAMS = 1.5, 0.5  # Beta prior of knowing: three in four votes, worth two votes
HABIT = 1.0  # pseudo-votes of the spamming habit, spread as the crowd's answers


def mace(votes: Votes, *, clamp: Codes | None = None, history: Floats | None = None, seed: int = 0) -> Fit:
    """Posteriors when a vote is the true class with chance θ, else drawn from the annotator's own habit ξ.

    ``history[annotator, class, answer]`` counts as votes of known truth in every M-step.

    Source: Hovy et al. 2013, https://aclanthology.org/N13-1132
    """
    n_classes = len(votes.classes)
    past = None if history is None else by_answer(history)

    def m_step(counts: Floats, classes: Floats, before: Floats) -> Parameters:
        full = counts if past is None else counts + past
        return spam_rows(full, before, n_classes), log_mix(classes, 1.0)

    blocks = Blocks(votes, clamp)
    knows = np.full(blocks.shape[0], KNOWS / (KNOWS + SPAMS))
    before = coin_rows(knows + (1.0 - knows) / n_classes, blocks.shape)
    fit = run(blocks, m_step, clamped(smoothed_shares(votes), clamp), before=before)
    return with_non_class(fit, votes)


def spam_rows(counts: Floats, before: Floats, n_classes: int) -> Floats:
    """New log confusion[annotator, answer, class]; the last one says how many right votes were luck."""
    rows = np.zeros(counts.shape)
    if n_classes < 2:
        return rows
    diagonal = np.arange(n_classes)
    right = counts[:, diagonal, diagonal]
    given = counts[:, :n_classes].sum(axis=2)
    luck = np.exp(before[:, diagonal, (diagonal + 1) % n_classes])  # any wrong class's entry: (1 − θ) ξ
    knew = right * (1.0 - np.minimum(luck / np.exp(before[:, diagonal, diagonal]), 1.0))
    n = given.sum(axis=1)
    theta = (knew.sum(axis=1) + KNOWS) / (n + KNOWS + SPAMS)
    crowd = (given.sum(axis=0) + 1.0) / (n.sum() + n_classes)
    habit = given - knew + HABIT * crowd
    habit /= habit.sum(axis=1, keepdims=True)
    spam = (1.0 - theta)[:, None] * habit
    rows[:, :n_classes] = np.log(spam)[:, :, None]
    rows[:, diagonal, diagonal] = np.log(spam + theta[:, None])
    return rows
