"""A whole campaign before its money is spent: what it will cost, how right its labels will be, how long it takes.

Belongs here: playing the waves to come on a sample of comments. Does not: the choice of a wave (``wave``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.overlap.settings import OverlapSettings
from labeling_pipeline.core.overlap.wave import next_wave
from labeling_pipeline.core.overlap.worth import worth_of_answers

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SAMPLE = 4_000
HALVINGS = 14
FAINT = 1e-9


@dataclass(frozen=True)
class Forecast:
    """What a campaign is expected to come to, from now on; costs with honeypots, in USD.

    ``accuracy``: expected share of right labels among all comments. ``error``: standard error of that, from the sample
    that was played. ``votes_per_comment``: mean, votes that are there included. ``days``: waves to come × their days.
    """

    accuracy: float
    error: float
    votes_usd: float
    experts_usd: float
    votes: int
    verdicts: int
    votes_per_comment: float
    waves: int
    days: float

    @property
    def cost_usd(self) -> float:
        """All of it."""
        return self.votes_usd + self.experts_usd


def forecast(
    p: Floats,
    n_votes: Ints,
    annotators: Floats,
    settings: OverlapSettings,
    *,
    expert: Floats,
    spent_usd: float = 0.0,
    waves_done: int = 0,
    skips_crowd: Bools | None = None,
    sample: int = SAMPLE,
    seed: int = 0,
) -> Forecast:
    """Play the waves to come on a sample of the comments: a truth is drawn from each belief, answers from annotators.

    As right as the beliefs are calibrated; where comments differ in difficulty later waves gain less than this says.

    Args:
        p: (n, K) beliefs now, before any vote the class mix. n_votes: (n) votes there are.
        annotators: (A, K, L) confusion of each, rows the true class; drawn evenly. expert: (K, K) of an expert.
        skips_crowd: (n) comments that go to experts at once.
        sample: comments played; the budget and every limit are scaled to it.

    Raises InputError where there is nothing to play.
    """
    n = len(p)
    if not n or not len(annotators):
        raise InputError("no comments or no annotators to forecast with", expected="at least one of each")
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.choice(n, sample, replace=False)) if n > sample else np.arange(n)
    skips = np.zeros(n, dtype=bool) if skips_crowd is None else skips_crowd
    game = _Game(p[rows], n_votes[rows].copy(), skips[rows], annotators, expert, rng)
    game.play(_scaled(settings, spent_usd, len(rows), n), waves_done)
    return game.told(settings, n / len(rows))


def _scaled(settings: OverlapSettings, spent_usd: float, played: int, n: int) -> OverlapSettings:
    """The limits as they are for so many of the comments."""
    return replace(
        settings,
        budget_usd=None if settings.budget_usd is None else (settings.budget_usd - spent_usd) * played / n,
        min_batch=int(settings.min_batch * played / n),
        expert_capacity=-(-settings.expert_capacity * played // n),
    )


def price_for_budget(
    p: Floats, n_votes: Ints, annotators: Floats, settings: OverlapSettings, *, spent_usd: float = 0.0, **options: Any
) -> OverlapSettings:
    """The settings with the ``wrong_usd`` at which the budget lasts until the end: the shadow price of a right label.

    Without it the first waves buy whatever is worth its price, and nothing is left for what later waves would show to
    be worth more. Bisection on the logarithm between .01 USD and the price that was set, which is never exceeded.
    ``options`` go to `forecast`.
    """
    if settings.budget_usd is None:
        return settings
    free = replace(settings, budget_usd=None)
    left = settings.budget_usd - spent_usd
    low, high = np.log(0.01), np.log(settings.wrong_usd)
    if forecast(p, n_votes, annotators, free, **options).cost_usd <= left:
        return settings
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        tried = replace(free, wrong_usd=float(np.exp(middle)))
        if forecast(p, n_votes, annotators, tried, **options).cost_usd <= left:
            low = middle
        else:
            high = middle
    return replace(settings, wrong_usd=float(np.exp(low)))


class _Game:
    """A sample of comments, a truth each, and what answers make of the belief in it."""

    def __init__(
        self, p: Floats, n_votes: Ints, skips: Bools, annotators: Floats, expert: Floats, rng: np.random.Generator
    ) -> None:
        self.belief, self.n_votes, self.skips, self.rng = p.copy(), n_votes, skips, rng
        self.annotators, self.expert = annotators, expert
        self.truth = (p.cumsum(axis=1) < rng.random(len(p))[:, None]).sum(axis=1).clip(max=p.shape[1] - 1)
        self.decided = np.zeros(len(p), dtype=bool)
        self.votes = self.verdicts = self.waves = 0

    def told(self, settings: OverlapSettings, scale: float) -> Forecast:
        """What was played, for ``scale`` times as many comments."""
        right = self.belief.max(axis=1)
        return Forecast(
            float(right.mean()),
            float(right.std() / np.sqrt(len(right))),
            self.votes * settings.real_vote_usd * scale,
            self.verdicts * settings.expert_usd * scale,
            round(self.votes * scale),
            round(self.verdicts * scale),
            float(self.n_votes.mean()),
            self.waves,
            self.waves * settings.wave_days,
        )

    def play(self, settings: OverlapSettings, waves_done: int) -> None:
        """The waves to come, until nothing is worth its price."""
        votes = worth_of_answers(self.annotators.mean(axis=0), settings.most)
        verdicts = worth_of_answers(self.expert, 1)
        spent = 0.0
        for done in range(waves_done, waves_done + settings.most_waves + 2):
            wave = next_wave(
                self.belief, self.n_votes, settings, votes=votes, verdicts=verdicts, spent_usd=spent, waves_done=done,
                decided=self.decided, skips_crowd=self.skips,
            )  # fmt: skip
            if wave.is_empty:
                return
            for turn in range(int(wave.votes.max(initial=0))):
                self._vote(np.flatnonzero(wave.votes > turn))
            self._judge(np.flatnonzero(wave.experts))
            self.n_votes += wave.votes
            self.votes, self.verdicts = self.votes + int(wave.votes.sum()), self.verdicts + int(wave.experts.sum())
            self.waves, spent = self.waves + 1, spent + wave.cost_usd

    def _vote(self, rows: Ints) -> None:
        self._learn(rows, self.annotators[self.rng.integers(0, len(self.annotators), len(rows))])

    def _judge(self, rows: Ints) -> None:
        self._learn(rows, np.broadcast_to(self.expert, (len(rows), *self.expert.shape)))
        self.decided[rows] = True

    def _learn(self, rows: Ints, confusion: Floats) -> None:
        """An answer to each of the rows, drawn from ``confusion`` (rows, K, L), and Bayes' rule."""
        said = confusion[np.arange(len(rows)), self.truth[rows]].cumsum(axis=1)
        answer = (said < self.rng.random(len(rows))[:, None]).sum(axis=1).clip(max=said.shape[1] - 1)
        odds = self.belief[rows] * np.maximum(confusion[np.arange(len(rows)), :, answer], FAINT)
        self.belief[rows] = odds / odds.sum(axis=1, keepdims=True)
