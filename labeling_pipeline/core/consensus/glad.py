"""GLAD: votes are right the oftener the abler the annotator and the easier the task.

Belongs here: this model whole, since its per-task difficulty does not fit the shared EM. Does not: answers that name
no class, which say nothing here.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, log_expit

from labeling_pipeline.core.consensus.columns import Codes, Floats, sum_by
from labeling_pipeline.core.consensus.em import TOLERANCE, Fit
from labeling_pipeline.core.consensus.majority import clamped, describe, smoothed_shares
from labeling_pipeline.core.consensus.votes import Votes

MAX_STEPS = 300
LARGEST_MOVE = 0.5  # longest single step of an ability or a log easiness


def glad(votes: Votes, *, clamp: Codes | None = None, history: Floats | None = None, seed: int = 0) -> Fit:
    """Posteriors when a vote is right with chance σ(ability × easiness); errors fall on any other class alike.

    As published, every class is as likely as any other before the votes. Abilities are N(1, 1) before the data, log
    easiness N(0, 1). Each M-step is one step of Fisher scoring.
    ``history[annotator, class, answer]`` counts as votes of known truth on tasks of middling easiness.

    Source: Whitehill et al. 2009, https://papers.nips.cc/paper/3644
    """
    model = _Glad(votes, history)
    p = clamped(smoothed_shares(votes), clamp)
    change, step = np.inf, 0
    while change >= TOLERANCE and step < MAX_STEPS:
        model.m_step(p)
        after = clamped(model.e_step(), clamp)
        change, p, step = float(np.abs(after - p).max()), after, step + 1
    fit = describe(votes, p, history)
    return Fit(p, fit.confusion, fit.mix, fit.log_likelihood, step, change < TOLERANCE)


class _Glad:
    def __init__(self, votes: Votes, history: Floats | None) -> None:
        self.n_classes = len(votes.classes)
        kept = votes.answer < self.n_classes
        self.task, self.annotator, self.answer = votes.task[kept], votes.annotator[kept], votes.answer[kept]
        self.weight = np.ones(len(self.task)) if votes.weight is None else votes.weight[kept]
        self.shape = (self.n_classes, votes.n_tasks)
        self.ability = np.ones(votes.n_annotators)
        self.log_easiness = np.zeros(votes.n_tasks)
        self.past_right, self.past = _past(history, self.n_classes, votes.n_annotators)

    def m_step(self, p: Floats) -> None:
        """One step of Fisher scoring for the abilities, then one for the easiness."""
        believed = p[self.answer, self.task]
        easiness = np.exp(self.log_easiness)[self.task]
        chance = expit(self.ability[self.annotator] * easiness)
        usual = expit(self.ability)
        slope = sum_by(self.annotator, self.weight * easiness * (believed - chance), len(self.ability))
        bend = sum_by(self.annotator, self.weight * easiness**2 * chance * (1 - chance), len(self.ability))
        slope += self.past_right - self.past * usual - (self.ability - 1.0)
        bend += self.past * usual * (1 - usual) + 1.0
        self.ability += np.clip(slope / bend, -LARGEST_MOVE, LARGEST_MOVE)
        steep = self.ability[self.annotator] * easiness
        chance = expit(steep)
        slope = sum_by(self.task, self.weight * steep * (believed - chance), self.shape[1]) - self.log_easiness
        bend = sum_by(self.task, self.weight * steep**2 * chance * (1 - chance), self.shape[1]) + 1.0
        self.log_easiness += np.clip(slope / bend, -LARGEST_MOVE, LARGEST_MOVE)

    def e_step(self) -> Floats:
        """Posteriors[class, task] under the current abilities and easiness."""
        if self.n_classes == 1:
            return np.ones(self.shape)
        strength = self.ability[self.annotator] * np.exp(self.log_easiness)[self.task]
        wrong = log_expit(-strength) - np.log(self.n_classes - 1)
        gain = self.weight * (log_expit(strength) - wrong)  # against every vote naming another class
        key = self.answer.astype(np.int64) * self.shape[1] + self.task
        logits = sum_by(key, gain, self.shape[0] * self.shape[1]).reshape(self.shape)
        logits -= logits.max(axis=0)
        np.exp(logits, out=logits)
        return np.asarray(logits / logits.sum(axis=0))


def _past(history: Floats | None, n_classes: int, n_annotators: int) -> tuple[Floats, Floats]:
    """Right votes and all votes of known truth per annotator."""
    if history is None:
        return np.zeros(n_annotators), np.zeros(n_annotators)
    diagonal = np.arange(n_classes)
    return history[:, diagonal, diagonal].sum(axis=1), history[:, :, :n_classes].sum(axis=(1, 2))
