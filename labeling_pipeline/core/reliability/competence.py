"""One model of a crowd: how far each annotator's votes depend on the comment at all.

Belongs here: the model, its EM fit (cold or warm), what the others say of a vote's comment. Does not: judging people.

Annotator j, on a comment of class k, answers l with probability
    care · C(k, l) + (1 - care) · f(l)
where C is the confusion matrix all share and f the crowd's mix of answers: a person who clicks at random, or always the
same, has care near 0. It is MACE (Hovy et al. 2013, aclanthology.org/N13-1132) with shared errors and, so that strong
personal habits cannot explain the votes of a whole crowd and leave no class at all, with a shared f.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from labeling_pipeline.core.agreement.coding import Floats, Ints, compact
from labeling_pipeline.core.reliability.answers import Votes

SMALLEST = 1e-9
BLOCK = 1 << 15  # votes at once where arrays of all of them would only cost memory
MAX_ROUNDS = 60
MAX_STRIDE = 16.0
# A shared confusion matrix starts from "right seven times in ten", worth this many votes per class.
PRIOR_VOTES = 10.0
PRIOR_RIGHT = 0.7
# Every annotator starts as careful as all are on average, worth this many votes.
PRIOR_CARE_VOTES = 4.0


@dataclass(frozen=True)
class Competence:
    """What the fit believes: care (J,), the crowd's answer mix `usual` (L,), confusion (K, L), class mix (K,).

    `habits` (J, L): each annotator's own answer mix. K = L = the labels seen.
    """

    annotators: pd.Index[str]
    labels: pd.Index[str]
    care: Floats
    usual: Floats
    habits: Floats
    confusion: Floats
    mix: Floats
    posterior: NDArray[np.float32]
    n_rounds: int

    def likelihood(self, annotator: Ints, label: Ints) -> Floats:
        """P(label | class) for every given vote, (votes, K)."""
        care = self.care[annotator][:, None]
        own = (1 - care) * self.usual[label][:, None]
        likely: Floats = np.maximum(care * self.confusion.T[label] + own, SMALLEST)
        return likely

    def named_by_others(self, votes: Votes) -> Floats:
        """Chance that each vote names its comment's class, as the other votes on it have it, (votes,)."""
        found = np.empty(votes.label.size)
        for low in range(0, found.size, BLOCK):
            part = slice(low, low + BLOCK)
            label = votes.label[part]
            rest = self.posterior[votes.task[part]] / self.likelihood(votes.annotator[part], label)
            found[part] = rest[np.arange(label.size), label] / rest.sum(axis=1)
        return found

    def without_own(self, votes: Votes) -> Floats:
        """Class probabilities of each vote's comment as the other votes on it have them, (votes, K)."""
        rest = self.posterior[votes.task] / self.likelihood(votes.annotator, votes.label)
        return np.asarray(rest / rest.sum(axis=1, keepdims=True), dtype=np.float64)


@dataclass(frozen=True)
class _Problem:
    """The votes as the EM map sees them: which (annotator, label) cells each task has."""

    cells: Ints
    table: sparse.csr_array
    usual: Floats
    counts: Floats
    size: int

    def posterior(self, care: Floats, confusion: Floats, mix: Floats) -> tuple[NDArray[np.float32], Floats]:
        """Class probabilities per task (N, K), and per cell and class the chance that care, not habit, answered."""
        who, label = self.cells // self.size, self.cells % self.size
        careful = care[who][:, None] * confusion.T[label]
        likely = np.maximum(careful + ((1 - care[who]) * self.usual[label])[:, None], SMALLEST)
        logs = self.table @ np.log(likely).astype(np.float32) + np.log(mix + SMALLEST).astype(np.float32)
        return _softmax(logs), careful / likely

    def step(self, theta: Floats) -> Floats:
        """One EM round on the parameters in one vector."""
        posterior, by_care = self.posterior(*self.unpack(theta))
        expected = (self.table.T @ posterior).astype(np.float64) * by_care
        kept = np.bincount(self.cells // self.size, weights=expected @ np.ones(self.size), minlength=self.counts.size)
        typical = kept.sum() / self.counts.sum()
        care = (kept + PRIOR_CARE_VOTES * typical) / (self.counts + PRIOR_CARE_VOTES)
        confusion = _confusion(expected, self.cells % self.size, self.size)
        return np.concatenate([care, confusion.ravel(), posterior.mean(axis=0, dtype=np.float64)])

    def unpack(self, theta: Floats) -> tuple[Floats, Floats, Floats]:
        """Parameters inside their bounds: care, confusion, class mix."""
        cut = self.counts.size
        care = np.clip(theta[:cut], 1e-3, 1 - 1e-3)
        confusion = np.maximum(theta[cut : cut + self.size**2].reshape(self.size, self.size), SMALLEST)
        mix = np.maximum(theta[cut + self.size**2 :], SMALLEST)
        return care, confusion / confusion.sum(axis=1, keepdims=True), mix / mix.sum()


def fit_competence(votes: Votes, start: Competence | None = None, tolerance: float = 1e-4) -> Competence:
    """Fit by EM until no parameter is estimated to be further than `tolerance` from where it is going.

    `start`, a fit of earlier votes, saves most of the rounds; it may know fewer annotators or labels. Rounds are
    extrapolated as in SQUAREM (Varadhan & Roland 2008, doi:10.1111/j.1467-9469.2007.00585.x).
    """
    problem = _problem(votes)
    theta, n_rounds = _start(votes, start), 0
    while n_rounds < MAX_ROUNDS:
        once = problem.step(theta)
        twice = problem.step(once)
        n_rounds += 2
        first, second = once - theta, twice - once
        bend = second - first
        length = float(np.linalg.norm(first)) / max(float(np.linalg.norm(bend)), SMALLEST)
        if np.abs(second).max() * max(length, 1.0) < tolerance:
            theta = twice
            break
        stride = min(max(length, 1.0), MAX_STRIDE)
        theta = np.concatenate([part.ravel() for part in problem.unpack(theta + 2 * stride * first + stride**2 * bend)])
    care, confusion, mix = problem.unpack(theta)
    posterior, _ = problem.posterior(care, confusion, mix)
    return Competence(
        votes.annotators, votes.labels, care, problem.usual, habits_of(votes), confusion, mix, posterior, n_rounds
    )


def _start(votes: Votes, start: Competence | None) -> Floats:
    size = len(votes.labels)
    care, confusion, mix = np.full(len(votes.annotators), 0.7), _prior_confusion(size), _shares(votes).mean(axis=0)
    if start is not None and start.labels.equals(votes.labels):
        place = start.annotators.get_indexer(votes.annotators)
        care = np.where(place >= 0, start.care[place], care)
        confusion, mix = start.confusion, start.mix
    return np.concatenate([care, confusion.ravel(), mix])


def habits_of(votes: Votes) -> Floats:
    """Each annotator's mix of answers (J, L), with one vote of the crowd's mix added."""
    size = len(votes.labels)
    counts = np.bincount(votes.annotator * size + votes.label, minlength=len(votes.annotators) * size)
    own = counts.reshape(-1, size).astype(np.float64)
    crowd = own.sum(axis=0) / own.sum()
    habits: Floats = (own + crowd) / (own.sum(axis=1, keepdims=True) + 1)
    return habits


def _problem(votes: Votes) -> _Problem:
    size = len(votes.labels)
    cell = votes.annotator * size + votes.label
    place, _ = compact(cell)
    cells = np.flatnonzero(np.bincount(cell))
    shape = (len(votes.tasks), cells.size)
    table = sparse.coo_array((np.ones(place.size, dtype=np.float32), (votes.task, place)), shape=shape).tocsr()
    counts = np.bincount(votes.annotator, minlength=len(votes.annotators)).astype(np.float64)
    crowd = np.bincount(votes.label, minlength=size) / votes.label.size
    return _Problem(cells, table, crowd, counts, size)


def _confusion(expected: Floats, label: Ints, size: int) -> Floats:
    seen = np.stack([np.bincount(label, weights=column, minlength=size) for column in expected.T])
    counts: Floats = seen + PRIOR_VOTES * _prior_confusion(size)
    confusion: Floats = counts / counts.sum(axis=1, keepdims=True)
    return confusion


def _prior_confusion(size: int) -> Floats:
    if size == 1:
        return np.ones((1, 1))
    wrong = (1 - PRIOR_RIGHT) / (size - 1)
    return np.full((size, size), wrong) + np.eye(size) * (PRIOR_RIGHT - wrong)


def _shares(votes: Votes) -> Floats:
    """Vote shares per task, one vote of the crowd's mix added."""
    size = len(votes.labels)
    counts = np.bincount(votes.task * size + votes.label, minlength=len(votes.tasks) * size)
    shares = counts.reshape(-1, size) + np.bincount(votes.label, minlength=size) / votes.label.size
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _softmax(logs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Class probabilities of rows of logs, in place; class by class, as reducing short rows is slow."""
    top = logs[:, 0].copy()
    for column in logs.T[1:]:
        np.maximum(top, column, out=top)
    logs -= top[:, None]
    np.exp(logs, out=logs)
    total = logs[:, 0].copy()
    for column in logs.T[1:]:
        total += column
    logs /= total[:, None]
    return logs
