"""How common ambiguous tasks are, beside how noisy annotators are on clear ones: one model of both.

Belongs here: the joint fit on a sample of tasks, and whether votes can tell the two apart. Does not: what that makes of
each task (see ``disagreement``).

A clear task has one class, and annotator j answers by row C_j(k, ·). Of an ambiguous one each annotator sees either of
two classes, at even odds, and answers by that row. "Nothing is ambiguous, annotators are noisy" explains itself, so the
share of ambiguous tasks is not read off one fit: over a grid of shares, annotators are fitted anew at each, and judged
by tasks they were not fitted on, as an annotator more votes would be needed for can explain any task of their own.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import Akima1DInterpolator
from scipy.sparse import csr_array
from scipy.special import digamma, gammaln

from labeling_pipeline.core.consensus.columns import Codes, Floats
from labeling_pipeline.core.consensus.em import Fit
from labeling_pipeline.core.consensus.votes import Votes

# With K classes, three votes are too few for the K (K + 1) / 2 ways a task can be (Kruskal 1977,
# doi:10.1016/0024-3795(77)90069-6): whatever share is assumed, some noise of the annotators fits it.
FEWEST_VOTES = 4
GRID = (0.0, 0.03, 0.08, 0.15, 0.22, 0.3, 0.4, 0.55, 0.75)
PRIOR = (1.0, 4.0)  # Beta: before any vote, one task in five is ambiguous, more or less
WIDEST = 0.2  # 90 % interval of the share that still says something
MOST_VOTES = 20_000  # in the sample
# Ambiguous tasks of other pairs would pass for clear ones with noisy annotators, so nearly all have to be of these.
MOST_PAIRS, ENOUGH_HELD = 15, 0.85
FOLDS = 5
STEPS = 15  # of EM at each share, from where the share before it ended
OWN_VOTES = 15  # in the sample; those with fewer answer by the crowd's rows
STRENGTHS = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)  # votes' worth of the crowd's rows in everyone's own: tried
FAINT = 1e-12
TOO_FEW = "too few votes per task to tell ambiguous tasks from noisy annotators"


@dataclass(frozen=True)
class Ambiguous:
    """Share of ambiguous tasks and its 90 % interval, and the model that goes with it.

    ``rows[annotator, class, answer]`` on clear tasks; logs of how common each class is among clear tasks, and each pair
    ``log_pairs[class, class]`` among ambiguous ones; ``strength``: how many votes' worth of the crowd is in a row;
    ``is_whole``: whether all tasks were looked at.
    """

    share: float
    low: float
    high: float
    rows: Floats
    log_mix: Floats
    log_pairs: Floats
    strength: float
    is_whole: bool


@dataclass(frozen=True)
class _State:
    rows: Floats
    mix: Floats
    pairs: Floats
    strength: float


class _Model:
    """A sample of tasks × (row, answer), and the ways a task can be: clear in a class, ambiguous between two."""

    def __init__(self, votes: Votes, label: Codes, second: Codes, fit: Fit) -> None:
        _, self.K, self.L = fit.confusion.shape
        self.every = -(-len(votes.task) // MOST_VOTES)
        taken = votes.task % self.every == 0
        annotator = votes.annotator[taken]
        n = np.bincount(annotator, minlength=votes.n_annotators)
        own = n >= OWN_VOTES
        own[-1] = False  # all votes without a name
        self.row = np.where(own, np.cumsum(own), 0)
        self.n_rows = int(own.sum()) + 1
        cells = self.row[annotator] * self.L + votes.answer[taken]
        weight = np.ones(len(cells)) if votes.weight is None else votes.weight[taken]
        shape = (-(-votes.n_tasks // self.every), self.n_rows * self.L)
        self.X = csr_array((weight, (votes.task[taken] // self.every, cells)), shape=shape)
        low, high = np.minimum(label, second)[:: self.every], np.maximum(label, second)[:: self.every]
        common = np.bincount(low * self.K + high, minlength=self.K**2)
        common[np.tri(self.K, dtype=bool).ravel()] = -1
        pairs = np.argsort(-common, kind="stable")[: min(MOST_PAIRS, self.K * (self.K - 1) // 2)]
        self.a, self.b = pairs // self.K, pairs % self.K
        self.held = _held(votes, label, second, pairs)
        crowd = np.einsum("a,akl->kl", n.astype(np.float64), fit.confusion) + FAINT
        rows = np.concatenate([crowd[None], fit.confusion[own]]) + 1e-3
        even = np.full(len(pairs), 1.0 / len(pairs))
        self.start = _State(rows / rows.sum(axis=2, keepdims=True), np.maximum(fit.mix, 1e-3), even, STRENGTHS[2])

    def fold(self, i: int) -> tuple[_Model, csr_array]:
        """The model on all tasks but one part, and that part."""
        rest, place = copy(self), np.arange(self.X.shape[0]) % FOLDS
        rest.X = csr_array(self.X[place != i])
        return rest, csr_array(self.X[place == i])

    def ways(self, X: csr_array, state: _State, share: float) -> tuple[Floats, float]:
        """Probability of every way, per task, and the log-likelihood of all."""
        pairs = (state.rows[:, self.a] + state.rows[:, self.b]) / 2
        chances = np.concatenate([state.rows, pairs], axis=1).transpose(0, 2, 1).reshape(X.shape[1], -1)
        p = X @ np.log(chances)
        p += np.log(np.concatenate([(1 - share) * state.mix, share * state.pairs]) + FAINT)
        top = p.max(axis=1, keepdims=True)
        np.exp(p - top, out=p)
        total = p.sum(axis=1, keepdims=True)
        p /= total
        return p, float((np.log(total) + top).sum())

    def fitted(self, state: _State, share: float) -> _State:
        """``STEPS`` of EM at this share; everyone's rows have the crowd's as a prior."""
        turned = csr_array(self.X.T)
        for _ in range(STEPS):
            p, _ = self.ways(self.X, state, share)
            counts = (turned @ p).reshape(self.n_rows, self.L, -1).transpose(0, 2, 1)
            seen, rows = counts[:, : self.K].copy(), state.rows
            for pair, (a, b) in enumerate(zip(self.a, self.b, strict=True)):  # who saw which of the two
                part = counts[:, self.K + pair] / (rows[:, a] + rows[:, b])
                seen[:, a] += part * rows[:, a]
                seen[:, b] += part * rows[:, b]
            rows, strength = _rows(seen, state.strength)
            mix, pairs = np.split(p.sum(axis=0) + 1.0, [self.K])
            state = _State(rows, mix / mix.sum(), pairs / pairs.sum(), strength)
        return state


def ambiguous_tasks(votes: Votes, label: Codes, second: Codes, fit: Fit) -> Ambiguous | str:
    """Fit both kinds of task; the reason where votes do not tell ambiguous tasks from noisy annotators.

    ``label`` and ``second`` are the most probable classes of each task under ``fit``. At least half of the votes must
    be on tasks with four or more, nearly all tasks whose votes name both classes be of the commonest pairs, and the
    90 % interval of the share be no wider than .2. Deterministic.
    """
    people = votes.n_people
    if 2 * int(people[people >= FEWEST_VOTES].sum()) < int(people.sum()):
        return TOO_FEW
    model = _Model(votes, label, second, fit)
    if model.held < ENOUGH_HELD:
        return (
            f"the {MOST_PAIRS} commonest pairs of the {model.K} classes hold only {model.held:.0%} of the tasks with "
            f"votes for two classes ({ENOUGH_HELD:.0%} needed); split the question, or read agreement"
        )
    logs = np.zeros(len(GRID))
    for i in range(FOLDS):
        rest, held_out = model.fold(i)
        state = model.start
        for place, share in enumerate(GRID):
            state = rest.fitted(state, share)
            logs[place] += model.ways(held_out, state, share)[1]
    share, low, high = _interval(logs)
    if high - low > WIDEST:
        return (
            f"these votes fit any share of ambiguous tasks from {low:.2f} to {high:.2f}; more tasks, or more votes on "
            "each, would tell"
        )
    state = model.start
    for step in (*(s for s in GRID if s < share), share):
        state = model.fitted(state, step)
    pairs = np.full((model.K, model.K), FAINT)
    pairs[model.a, model.b] = pairs[model.b, model.a] = state.pairs
    rows = state.rows[model.row]
    return Ambiguous(
        share, low, high, rows, np.log(state.mix), np.log(pairs), state.strength, is_whole=model.every == 1
    )


def _held(votes: Votes, label: Codes, second: Codes, pairs: NDArray[np.int64]) -> float:
    """Of the tasks whose votes name both their likeliest classes, the share with one of these pairs; 1 without any."""
    K = len(votes.classes)
    if len(pairs) == K * (K - 1) // 2:
        return 1.0
    named = [np.zeros(votes.n_tasks, bool) for _ in range(2)]
    for whose, best in zip(named, (label, second), strict=True):
        whose[votes.task[votes.answer == best[votes.task]]] = True
    pair = (np.minimum(label, second) * np.int64(K) + np.maximum(label, second))[named[0] & named[1]]
    return float(np.isin(pair, pairs).mean()) if pair.size else 1.0


def _rows(seen: Floats, strength: float) -> tuple[Floats, float]:
    """Everyone's rows, and the strength of the crowd's in them that fits people best (empirical Bayes)."""
    crowd = seen.sum(axis=0) + 1.0 / seen.shape[2]
    crowd /= crowd.sum(axis=1, keepdims=True)
    after = seen + strength * crowd
    logs = (digamma(after[1:]) - digamma(after[1:].sum(axis=2, keepdims=True))).sum(axis=0)
    fits = [(s * crowd * logs).sum() - (len(seen) - 1) * _log_beta(s * crowd).sum() for s in STRENGTHS]
    return after / after.sum(axis=2, keepdims=True), STRENGTHS[int(np.argmax(fits))]


def _log_beta(counts: Floats) -> NDArray[np.float64]:
    return np.asarray(gammaln(counts).sum(axis=-1) - gammaln(counts.sum(axis=-1)))


def _interval(logs: Floats) -> tuple[float, float, float]:
    """Mean and 90 % interval of the share, from log-likelihoods over the grid and the prior."""
    fine = (np.arange(int(GRID[-1] * 1000)) + 0.5) / 1000
    a, b = PRIOR
    log = Akima1DInterpolator(GRID, logs, method="makima")(fine) + (a - 1) * np.log(fine) + (b - 1) * np.log1p(-fine)
    weights = np.exp(log - log.max())
    weights /= weights.sum()
    low, high = np.interp([0.05, 0.95], np.cumsum(weights), fine)
    return float(weights @ fine), float(low), float(high)
