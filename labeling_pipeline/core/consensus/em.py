"""Expectation–maximisation over sparse votes: blocks of tasks on a few threads, accelerated, until nothing moves.

Belongs here: the E-step, the counts every M-step reads, the acceleration and the stopping rule. Does not: any model of
annotators (each method brings its own M-step).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from labeling_pipeline.core.consensus.columns import Codes, Floats
from labeling_pipeline.core.consensus.votes import Votes
from labeling_pipeline.core.threads import THREADS

TOLERANCE = 1e-4
MAX_MAPS = 1000
PART = 8  # where there are blocks enough, every eighth leads the way for all of them
ROUGHLY = 10  # so many times the tolerance is near enough for that part
LEAST_HEARD = 100.0  # votes in that part, of every annotator and for every class
MAX_STEP = 64.0  # longest extrapolation
SLACK, SLACK_PER_TASK = 1.0, 1e-4  # nats an extrapolation may lose: with priors the likelihood itself need not rise


Part = TypeVar("Part")
Parameters = tuple[Floats, Floats]  # log confusion[annotator, answer, class], log mix
# From counts[annotator, answer, class], class counts and the log confusion so far.
MStep = Callable[[Floats, Floats, Floats], Parameters]


@dataclass(frozen=True)
class Fit:
    """What a method believes: ``p[class, task]``, ``confusion[annotator, class, answer]``, and how it got there."""

    p: Floats
    confusion: Floats
    mix: Floats
    log_likelihood: float | None
    n_iterations: int
    is_converged: bool


class Method(Protocol):
    """The one signature of every consensus method.

    ``clamp`` gives the class code of tasks of known class (−1 elsewhere), ``history[annotator, class, answer]`` past
    answers to tasks of known class. Posteriors of clamped tasks are certain.
    """

    def __call__(
        self, votes: Votes, *, clamp: Codes | None = None, history: Floats | None = None, seed: int = 0
    ) -> Fit: ...


@dataclass
class _Step:
    counts: Floats
    class_counts: Floats
    log_likelihood: float
    change: float


class Blocks:
    """The votes as sparse matrices tasks × (annotator, answer), cut into blocks of tasks."""

    def __init__(self, votes: Votes, clamp: Codes | None = None) -> None:
        self.shape = (votes.n_annotators, votes.n_answers, len(votes.classes))
        self.n_tasks = votes.n_tasks
        width = self.shape[0] * self.shape[1]
        self.bounds, self.rows, self.columns = [], [], []
        ones = np.ones(max((part.stop - part.start for _, part in votes.spans()), default=0))
        for tasks, part in votes.spans():
            column = votes.annotator[part] * np.int32(votes.n_answers) + votes.answer[part]
            data = ones[: len(column)] if votes.weight is None else votes.weight[part]
            n = tasks.stop - tasks.start
            starts = np.zeros(n + 1, np.int32)
            np.cumsum(votes.sizes[tasks], out=starts[1:])
            parts = (data, column, starts)
            self.bounds.append(tasks)
            self.rows.append(csr_array(parts, shape=(n, width)))
            self.columns.append(csc_array(parts, shape=(width, n)))
        self.pool = ThreadPoolExecutor(min(THREADS, len(self.bounds))) if len(self.bounds) > 1 else None
        self.clamps = [_clamped(clamp, tasks) for tasks in self.bounds]

    def counts(self, p: Floats) -> Floats:
        """Expected votes[annotator, answer, class] under posteriors p[class, task]."""
        A, L, K = self.shape
        parts = self._each(lambda i: self._block_counts(i, p[:, self.bounds[i]]))
        return np.asarray(np.sum(parts, axis=0).T.reshape(A, L, K))

    def e_step(self, log_confusion: Floats, log_mix: Floats, p: Floats) -> _Step:
        """Posteriors into ``p`` (in place), and the expected counts under them."""
        A, L, K = self.shape
        W = np.ascontiguousarray(log_confusion.reshape(A * L, K).T)
        parts = self._each(lambda i: self._block(i, W, log_mix, p[:, self.bounds[i]]))
        counts = np.zeros((K, A * L))
        class_counts = np.zeros(K)
        log_likelihood = change = 0.0
        for block_counts, block_classes, block_likelihood, block_change in parts:
            counts += block_counts
            class_counts += block_classes
            log_likelihood += block_likelihood
            change = max(change, block_change)
        return _Step(counts.T.reshape(A, L, K), class_counts, log_likelihood, change)

    def some(self, counts: Floats, p: Floats) -> tuple[Blocks, Floats, Floats] | None:
        """Every ``PART``-th block, its counts and posteriors; None where it would not know everyone and every class.

        ``counts`` are those of all tasks under ``p``.
        """
        chosen = range(0, len(self.bounds), PART)
        if len(chosen) < 2:
            return None
        part = copy(self)
        part.rows, part.columns = [self.rows[i] for i in chosen], [self.columns[i] for i in chosen]
        part.clamps = [self.clamps[i] for i in chosen]
        p_part = np.concatenate([p[:, self.bounds[i]] for i in chosen], axis=1)
        ends = np.cumsum([0, *(self.bounds[i].stop - self.bounds[i].start for i in chosen)])
        part.n_tasks = int(ends[-1])
        part.bounds = [slice(int(low), int(high)) for low, high in pairwise(ends)]
        own = part.counts(p_part)
        heard = own.sum(axis=1)  # by annotator and class
        is_known = (heard.sum(axis=1) >= LEAST_HEARD) | (counts.sum(axis=(1, 2)) == 0)
        return (part, own, p_part) if is_known.all() and heard.sum(axis=0).min() >= LEAST_HEARD else None

    def _block(self, i: int, W: Floats, log_mix: Floats, p: Floats) -> tuple[Floats, Floats, float, float]:
        logits = np.stack([self.rows[i] @ W[k] for k in range(len(W))])
        logits += log_mix[:, None]
        known, truth = self.clamps[i]
        likelihood_known = float(logits[truth, known].sum())
        top = logits.max(axis=0)
        logits -= top
        np.exp(logits, out=logits)
        total = logits.sum(axis=0)
        logits /= total
        each = np.log(total, out=total)
        each += top
        likelihood = float(each.sum() - each[known].sum()) + likelihood_known
        logits[:, known] = 0.0
        logits[truth, known] = 1.0
        p -= logits
        change = float(max(p.max(initial=0.0), -p.min(initial=0.0)))
        p[:] = logits
        return self._block_counts(i, p), p.sum(axis=1), likelihood, change

    def _block_counts(self, i: int, p: Floats) -> Floats:
        return np.stack([self.columns[i] @ row for row in p])

    def _each(self, work: Callable[[int], Part]) -> list[Part]:
        """The work on every block, in block order: the result is the same on any number of threads."""
        if self.pool is None:
            return [work(i) for i in range(len(self.bounds))]
        return list(self.pool.map(work, range(len(self.bounds))))


def run(
    blocks: Blocks,
    m_step: MStep,
    p: Floats,
    *,
    before: Floats | None = None,
    tolerance: float = TOLERANCE,
    max_maps: int = MAX_MAPS,
) -> Fit:
    """Fit from posteriors ``p[class, task]`` (written over) until none changes by the tolerance in one plain step.

    Between pairs of plain steps the parameters are extrapolated (SQUAREM, step length S3); a step that lowers the
    likelihood is taken back, so the acceleration changes how soon, not where it ends. ``before`` is the log confusion
    that the first M-step is told of, where it asks.

    Source: Varadhan & Roland 2008, doi:10.1111/j.1467-9469.2007.00585.x
    """
    counts = blocks.counts(p)
    theta = m_step(counts, p.sum(axis=1), np.zeros(counts.shape) if before is None else before)
    theta = _led(blocks, m_step, counts, p, theta, tolerance, max_maps)
    theta, likelihood, n_maps, is_converged = _settle(blocks, m_step, p, theta, tolerance, max_maps)
    return Fit(p, np.exp(theta[0]).transpose(0, 2, 1), np.exp(theta[1]), likelihood, n_maps, is_converged)


def _led(
    blocks: Blocks, m_step: MStep, counts: Floats, p: Floats, theta: Parameters, tolerance: float, max_maps: int
) -> Parameters:
    """Most of the way on a part of the tasks, led in turn by a part of its own; where to end, all tasks decide."""
    some = blocks.some(counts, p)
    if some is None:
        return theta
    part, own, p_part = some
    theta = _led(part, m_step, own, p_part, theta, tolerance, max_maps)
    return _settle(part, m_step, p_part, theta, ROUGHLY * tolerance, max_maps)[0]


def _settle(
    blocks: Blocks, m_step: MStep, p: Floats, theta: Parameters, tolerance: float, max_maps: int
) -> tuple[Parameters, float, int, bool]:
    """Steps from ``theta`` until no posterior moves: parameters, likelihood, steps taken; posteriors are in ``p``."""
    slack = max(SLACK, SLACK_PER_TASK * blocks.n_tasks)
    trail: list[Parameters] = []
    best, extrapolated, n_maps = -np.inf, False, 0
    while True:
        step = blocks.e_step(*theta, p)
        n_maps += 1
        if extrapolated and step.log_likelihood < best - slack:
            theta, trail, extrapolated = trail[-1], [], False
            continue
        best = step.log_likelihood
        is_converged = step.change < tolerance and not extrapolated
        if is_converged or n_maps >= max_maps:
            break
        trail = [*trail, theta] if not extrapolated else [theta]
        theta, extrapolated = m_step(step.counts, step.class_counts, theta[0]), False
        if len(trail) == 2:
            last = theta
            theta, extrapolated = _extrapolate(trail[0], trail[1], theta), True
            trail = [last]
    return theta, best, n_maps, is_converged


def _extrapolate(first: Parameters, second: Parameters, third: Parameters) -> Parameters:
    """Squared extrapolation through three successive parameters; confusion and mix share one step length."""
    r = [b - a for a, b in zip(first, second, strict=True)]
    v = [c - b - d for b, c, d in zip(second, third, r, strict=True)]
    r_norm = sum(float((x * x).sum()) for x in r)
    v_norm = sum(float((x * x).sum()) for x in v)
    alpha = -np.sqrt(r_norm / v_norm) if v_norm > 0 else -1.0
    alpha = float(np.clip(alpha, -MAX_STEP, -1.0))
    a, b = (x - 2 * alpha * dr + alpha * alpha * dv for x, dr, dv in zip(first, r, v, strict=True))
    return a, b - np.logaddexp.reduce(b)


def _clamped(clamp: Codes | None, tasks: slice) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions in the block whose class is known, and that class."""
    if clamp is None:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    known = np.flatnonzero(clamp[tasks] >= 0)
    return known, clamp[tasks][known].astype(np.int64)
