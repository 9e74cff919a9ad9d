"""One model of a crowd: how far each annotator's votes depend on the comment at all.

Belongs here: the model, its EM fit (cold or warm), what the others say of a vote's comment. Does not: judging people.

Annotator j, on a comment of class k, answers l with probability
    care · C(k, l) + (1 - care) · f(l)
where C is the confusion matrix all share and f the crowd's mix of answers: a person who clicks at random, or always the
same, has care near 0. It is MACE (Hovy et al. 2013, aclanthology.org/N13-1132) with shared errors and, so that strong
personal habits cannot explain the votes of a whole crowd and leave no class at all, with a shared f.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from labeling_pipeline.core.agreement.coding import Floats, Ints, compact
from labeling_pipeline.core.reliability.answers import Votes
from labeling_pipeline.core.threads import THREADS

SMALLEST = 1e-9
BLOCK = 1 << 15  # votes at once where arrays of all of them would only cost memory
TASKS = 1 << 16  # tasks at once in a round
MAX_ROUNDS = 1_000
TOLERANCE = 6e-6  # of a chance; what is told of an annotator then ends within 1e-3, wherever the fit started
MAX_STRIDE = 16.0
FIRST_LOOK = 4  # rounds before an earlier fit is tried, then after twice as many, and so on
IN_SIGHT = 0.3  # of a comment's class: how far an earlier fit may be from where the rounds are
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
    """The votes as the EM map sees them: which (annotator, label) cells each task has, in blocks of tasks.

    In double precision throughout: rounding that is nothing to one posterior is what the last rounds would chase.
    """

    cells: Ints
    blocks: list[sparse.csr_array]
    pool: ThreadPoolExecutor
    usual: Floats
    counts: Floats
    size: int

    def posterior(self, block: sparse.csr_array, log_likely: Floats, log_mix: Floats) -> Floats:
        """Class probabilities of one block's tasks, (K, tasks); `log_likely` of every cell (K, C)."""
        logs = np.stack([block @ row for row in log_likely])
        logs += log_mix[:, None]
        logs -= logs.max(axis=0)
        np.exp(logs, out=logs)
        logs /= logs.sum(axis=0)
        return logs

    def posteriors(self, theta: Floats) -> NDArray[np.float32]:
        """Class probabilities per task, (N, K)."""
        logs = self.logs(theta)
        found = [self.posterior(block, *logs).astype(np.float32) for block in self.blocks]
        return np.ascontiguousarray(np.concatenate(found, axis=1).T)

    def logs(self, theta: Floats) -> tuple[Floats, Floats]:
        """What `posterior` reads: log chances of every cell (K, C) and of the classes (K,)."""
        return np.ascontiguousarray(np.log(self.likely(theta)[1]).T), np.log(self.unpack(theta)[2] + SMALLEST)

    def likely(self, theta: Floats) -> tuple[Floats, Floats]:
        """Per cell and class: chance of a careful answer, and of that answer at all, (C, K) each."""
        care, confusion, _ = self.unpack(theta)
        who, label = self.cells // self.size, self.cells % self.size
        careful = care[who][:, None] * confusion.T[label]
        return careful, np.maximum(careful + ((1 - care[who]) * self.usual[label])[:, None], SMALLEST)

    def step(self, theta: Floats) -> Floats:
        """One EM round on the parameters in one vector."""
        careful, likely = self.likely(theta)
        logs = self.logs(theta)

        def of_block(block: sparse.csr_array) -> tuple[Floats, Floats]:
            posterior, turned = self.posterior(block, *logs), block.T
            return np.stack([turned @ row for row in posterior]), posterior.sum(axis=1)

        expected, classes = np.zeros(likely.T.shape), np.zeros(self.size)
        for cells, each in self.pool.map(of_block, self.blocks):  # in their order, on any number of threads
            expected += cells
            classes += each
        by_care = expected.T * (careful / likely)
        kept = np.bincount(self.cells // self.size, weights=by_care @ np.ones(self.size), minlength=self.counts.size)
        typical = kept.sum() / self.counts.sum()
        care = (kept + PRIOR_CARE_VOTES * typical) / (self.counts + PRIOR_CARE_VOTES)
        confusion = _confusion(by_care, self.cells % self.size, self.size)
        return np.concatenate([care, confusion.ravel(), classes / classes.sum()])

    def inside(self, theta: Floats) -> Floats:
        """The nearest parameters inside their bounds, in one vector again."""
        return np.concatenate([part.ravel() for part in self.unpack(theta)])

    def unpack(self, theta: Floats) -> tuple[Floats, Floats, Floats]:
        """Parameters inside their bounds: care, confusion, class mix."""
        cut = self.counts.size
        care = np.clip(theta[:cut], 1e-3, 1 - 1e-3)
        confusion = np.maximum(theta[cut : cut + self.size**2].reshape(self.size, self.size), SMALLEST)
        mix = np.maximum(theta[cut + self.size**2 :], SMALLEST)
        return care, confusion / confusion.sum(axis=1, keepdims=True), mix / mix.sum()


def fit_competence(votes: Votes, start: Competence | None = None, tolerance: float = TOLERANCE) -> Competence:
    """Fit by EM until no chance of an answer is estimated to be further than `tolerance` from where it is going.

    That is the chance of each annotator's answer, given the class: care and confusion alone can drift against each
    other for many rounds that change no such chance, and with it nothing that is told of anybody.

    `start`, a fit of earlier votes, saves some of the rounds; it may know other annotators or labels. Rounds are
    extrapolated as in SQUAREM (Varadhan & Roland 2008, doi:10.1111/j.1467-9469.2007.00585.x).
    """
    with ThreadPoolExecutor(THREADS) as pool:
        return _fitted(_problem(votes, pool), votes, start, tolerance)


def _fitted(problem: _Problem, votes: Votes, start: Competence | None, tolerance: float) -> Competence:
    theta, n_rounds, next_look = _cold(votes), 0, FIRST_LOOK
    while n_rounds < MAX_ROUNDS:
        if start is not None and n_rounds >= next_look:
            warm, next_look = _warm(problem, votes, theta, start), 2 * next_look
            theta, start = (theta, start) if warm is None else (warm, None)
        once = problem.step(theta)
        twice = problem.step(once)
        n_rounds += 2
        before, between, after = (problem.likely(each)[1] for each in (theta, once, twice))
        if np.abs(after - between).max() * _to_go(between - before, after - between) < tolerance:
            theta = twice
            break
        first, second = once - theta, twice - once
        stride = min(_to_go(first, second), MAX_STRIDE)
        theta = problem.inside(theta + 2 * stride * first + stride**2 * (second - first))
    care, confusion, mix = problem.unpack(theta)
    habits, posterior = habits_of(votes), problem.posteriors(theta)
    return Competence(votes.annotators, votes.labels, care, problem.usual, habits, confusion, mix, posterior, n_rounds)


def _to_go(first: Floats, second: Floats) -> float:
    """How many steps as long as `first` the way would still be if the next ones shrank as `second` did; 1 or more."""
    bend = float(np.linalg.norm(second - first))
    return max(float(np.linalg.norm(first)) / max(bend, SMALLEST), 1.0)


def _cold(votes: Votes) -> Floats:
    """Where the rounds begin: everybody as careful, the classes as common as they are voted."""
    size = len(votes.labels)
    mix = _shares(votes).mean(axis=0)
    return np.concatenate([np.full(len(votes.annotators), 0.7), _prior_confusion(size).ravel(), mix])


def _warm(problem: _Problem, votes: Votes, theta: Floats, start: Competence) -> Floats | None:
    """`start`'s parameters a round on, if they are further on than `theta` and no comment's class is another there.

    A crowd can often be read in more ways than one. Which one is told must not hang on what was told before, so the
    rounds choose it from the cold, and an earlier fit only spares them some of the long end of the way.
    """
    if not start.labels.equals(votes.labels):
        return None
    place = start.annotators.get_indexer(votes.annotators)
    care = np.where(place >= 0, start.care[place], theta[: place.size])
    there = problem.inside(np.concatenate([care, start.confusion.ravel(), start.mix]))
    if np.abs(problem.posteriors(there) - problem.posteriors(theta)).max() > IN_SIGHT:
        return None
    on, here = problem.step(there), problem.step(theta)
    return on if np.abs(on - there).max() < np.abs(here - theta).max() else None


def habits_of(votes: Votes) -> Floats:
    """Each annotator's mix of answers (J, L), with one vote of the crowd's mix added."""
    size = len(votes.labels)
    counts = np.bincount(votes.annotator * size + votes.label, minlength=len(votes.annotators) * size)
    own = counts.reshape(-1, size).astype(np.float64)
    crowd = own.sum(axis=0) / own.sum()
    habits: Floats = (own + crowd) / (own.sum(axis=1, keepdims=True) + 1)
    return habits


def _problem(votes: Votes, pool: ThreadPoolExecutor) -> _Problem:
    size = len(votes.labels)
    cell = votes.annotator * size + votes.label
    place, _ = compact(cell)
    cells = np.flatnonzero(np.bincount(cell))
    shape = (len(votes.tasks), cells.size)
    table = sparse.coo_array((np.ones(place.size), (votes.task, place)), shape=shape).tocsr()
    blocks = [table[low : low + TASKS] for low in range(0, shape[0], TASKS)]
    counts = np.bincount(votes.annotator, minlength=len(votes.annotators)).astype(np.float64)
    crowd = np.bincount(votes.label, minlength=size) / votes.label.size
    return _Problem(cells, blocks, pool, crowd, counts, size)


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
