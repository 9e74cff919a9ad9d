"""Dawid–Skene: every annotator has a confusion matrix, shrunk as far as the annotators resemble each other.

Belongs here: the M-step of this model and its prior. Does not: the EM loop (see ``em``).
"""

from __future__ import annotations

import numpy as np

from labeling_pipeline.core.consensus.columns import Codes, Floats
from labeling_pipeline.core.consensus.em import Blocks, Fit, Parameters, run
from labeling_pipeline.core.consensus.majority import clamped, smoothed_shares
from labeling_pipeline.core.consensus.votes import Votes

# Prior strengths in votes. Counts under posteriors make annotators look more different than they are (each posterior
# leans towards its own annotators), so no single estimate is believed: the fits under these floors are averaged.
STRENGTHS = (2.0, 5.0, 10.0, 20.0)
STRONGEST = 100.0  # with a hundred votes' worth of prior, few annotators are left a pattern of their own
FAINT = 1e-6  # pseudo-votes of the fit without prior: a never-seen answer stays possible


def dawid_skene(votes: Votes, *, clamp: Codes | None = None, history: Floats | None = None, seed: int = 0) -> Fit:
    """Posteriors under one confusion matrix per annotator, with a hierarchical prior.

    An annotator's row for a true class is Dirichlet around the crowd's row, as many votes strong as the spread between
    annotators says. The crowd's row stands half way between what the votes show and one-coin (right with the crowd's
    accuracy, errors spread evenly), so a class does not drift to whatever pattern of votes is common.
    ``history[annotator, class, answer]`` counts as votes of known truth in every M-step.

    Source: Dawid & Skene 1979, doi:10.2307/2346806; pooling as in Gelman et al., Bayesian Data Analysis, ch. 5.
    """
    blocks = Blocks(votes, clamp)
    fits: list[Fit] = []
    for floor in STRENGTHS:
        m_step = Hierarchy(votes, history, floor)
        fits.append(run(blocks, m_step, clamped(smoothed_shares(votes), clamp)))
        if m_step.strength > floor and m_step.strength >= STRENGTHS[-1]:
            break  # stronger than every floor: all of them would give this fit
    return fits[-1] if m_step.strength > STRENGTHS[-1] else average(fits)


def dawid_skene_plain(votes: Votes, *, clamp: Codes | None = None, history: Floats | None = None, seed: int = 0) -> Fit:
    """Dawid–Skene as published: maximum likelihood, no prior but a trace that keeps every answer possible.

    To compare with. Annotators with few votes fit any class, so a task voted on by strangers alone gets the class that
    is commoner overall.

    Source: Dawid & Skene 1979, doi:10.2307/2346806
    """

    def m_step(counts: Floats, classes: Floats, _: Floats) -> Parameters:
        return log_rows((counts if history is None else counts + by_answer(history)) + FAINT), log_mix(classes, FAINT)

    return run(Blocks(votes, clamp), m_step, clamped(smoothed_shares(votes), clamp))


class Hierarchy:
    """The M-step: crowd's rows, strength of the prior, annotators' rows."""

    def __init__(self, votes: Votes, history: Floats | None, floor: float) -> None:
        self.n_classes, self.floor, self.strength = len(votes.classes), floor, floor
        self.history = None if history is None else by_answer(history)

    def __call__(self, counts: Floats, classes: Floats, _: Floats) -> Parameters:
        full = counts if self.history is None else counts + self.history
        crowd = crowd_rows(full.sum(axis=0), self.n_classes)
        self.strength = float(np.clip(strength(full, crowd), self.floor, STRONGEST))
        rows = log_rows(full + self.strength * crowd)
        rows[-1] = np.log(crowd)  # nameless votes and those of strangers: nobody's own
        return rows, log_mix(classes, 1.0)


def crowd_rows(total: Floats, n_classes: int) -> Floats:
    """The crowd's confusion[answer, class]: half what the votes show, half one-coin with the same accuracy."""
    diagonal = np.arange(n_classes)
    named = total[:n_classes].sum()
    right = (total[diagonal, diagonal].sum() + 1.0) / (named + 2.0)
    coin = np.full(total.shape, (1.0 - right) / max(n_classes - 1, 1))
    coin[diagonal, diagonal] = right if n_classes > 1 else 1.0
    # All that one-coin knows of unsure is how common it is.
    no_class = (total[n_classes:].sum(axis=1) + 1.0) / (total.sum() + len(total))
    coin[:n_classes] *= 1.0 - no_class.sum()
    coin[n_classes:] = no_class[:, None]
    size = total.sum(axis=0)
    crowd = total + (size + 1.0) * coin
    return np.asarray(crowd / crowd.sum(axis=0))


def strength(counts: Floats, crowd: Floats) -> float:
    """How many votes the crowd's row is worth: the method of moments for a Dirichlet-multinomial, pooled over rows.

    ``counts[annotator, answer, class]``; a row of n votes is weighted by 1 / n, so that no busy annotator decides.
    """
    n = counts.sum(axis=1)
    spread = 1.0 - np.square(crowd).sum(axis=0)
    excess = np.square(counts - n[:, None, :] * crowd).sum(axis=1) - n * spread
    weight = 1.0 / np.maximum(n, 1.0)
    possible = float((np.maximum(n - 1.0, 0.0) * spread * n * weight).sum())
    correlation = float((excess * weight).sum()) / possible if possible > 0 else 0.0
    return 1.0 / correlation - 1.0 if correlation > 0 else np.inf


def average(fits: list[Fit]) -> Fit:
    """The mean of several fits; converged when all are."""
    return Fit(
        np.mean([f.p for f in fits], axis=0),
        np.mean([f.confusion for f in fits], axis=0),
        np.mean([f.mix for f in fits], axis=0),
        fits[0].log_likelihood,
        sum(f.n_iterations for f in fits),
        all(f.is_converged for f in fits),
    )


def log_rows(counts: Floats) -> Floats:
    """Log of each row's shares; rows run along the answers (axis 1)."""
    return np.asarray(np.log(counts) - np.log(counts.sum(axis=1, keepdims=True)))


def log_mix(classes: Floats, pseudo: float) -> Floats:
    """Log of the class mix, no class impossible."""
    return np.asarray(np.log((classes + pseudo) / (classes + pseudo).sum()))


def by_answer(history: Floats) -> Floats:
    """[annotator, class, answer] as the counts of an M-step lie: [annotator, answer, class]."""
    return np.ascontiguousarray(history.transpose(0, 2, 1))
