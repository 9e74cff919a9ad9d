"""The planner: what votes are worth, what a wave may cost, and whether forecasts come true."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.overlap import (
    OverlapSettings,
    expert_confusion,
    forecast,
    next_wave,
    price_for_budget,
    worth_of_answers,
)

COIN = worth_of_answers(expert_confusion(0.7, 2), 7)
EXPERT = worth_of_answers(expert_confusion(0.95, 2), 1)


def crowd(n: int, classes: int = 4, seed: int = 0) -> np.ndarray:
    skill = np.random.default_rng(seed).uniform(0.55, 0.9, n)
    return np.stack([expert_confusion(float(one), classes) for one in skill])


def test_worth_is_what_enumeration_of_a_coin_gives() -> None:
    """From even odds, m answers of a .7 coin: majority is right with the binomial probability, ties at .5."""
    p = np.array([[0.5, 0.5]])
    assert COIN.gain(p, 1)[0] == pytest.approx(0.2)
    assert COIN.gain(p, 2)[0] == pytest.approx(0.2)
    assert COIN.gain(p, 3)[0] == pytest.approx(0.7**3 + 3 * 0.7**2 * 0.3 - 0.5)


def test_one_vote_may_be_worth_nothing_where_three_are() -> None:
    p = np.array([[0.9, 0.1]])
    assert COIN.gain(p, 1)[0] == 0
    assert COIN.gain(p, 3)[0] > 0
    rate, number = COIN.best(p, np.array([7]))
    assert rate[0] > 0
    assert number[0] >= 3
    assert COIN.best(p, np.array([2]))[0][0] == 0


def test_the_worth_of_answers_never_falls_with_their_number() -> None:
    p = np.array([[0.5, 0.5], [0.7, 0.3], [0.99, 0.01], [0.4, 0.6]])
    gains = np.stack([COIN.gain(p, m) for m in range(8)])
    assert (np.diff(gains, axis=0) >= -1e-9).all()
    assert (gains <= 1 - p.max(axis=1)).all()


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 99),
    budget=st.floats(0, 60),
    first=st.integers(1, 3),
    rate=st.sampled_from([0.0, 0.05, 0.2]),
    batch=st.sampled_from([0, 20, 300]),
)
def test_the_budget_is_never_exceeded_nor_the_most_votes(
    seed: int, budget: float, first: int, rate: float, batch: int
) -> None:
    """Wave after wave with beliefs that move at random, honeypots and verdicts paid for."""
    rng = np.random.default_rng(seed)
    limits = OverlapSettings(first_wave=first, honeypot_rate=rate, budget_usd=budget, min_batch=batch, most_waves=5)
    n_votes, spent, decided = np.zeros(80, dtype=np.int64), 0.0, np.zeros(80, dtype=bool)
    skips = rng.random(80) < 0.1
    for done in range(7):
        p = rng.dirichlet([0.5, 0.5], 80)
        wave = next_wave(
            p, n_votes, limits, votes=COIN, verdicts=EXPERT, spent_usd=spent, waves_done=done,
            decided=decided, skips_crowd=skips, expert_capacity=6, n_annotators=9,
        )  # fmt: skip
        # What the honeypots of nine annotators really come to: each rounded up, at worst.
        real = int(wave.votes.sum())
        pots = real * rate / (1 - rate) + 9 * (rate > 0 and real > 0)
        spent += (real + pots) * limits.vote_usd + float(wave.experts.sum()) * limits.expert_usd
        assert spent <= budget + 1e-6
        assert int(wave.experts.sum()) <= 6
        assert not (wave.experts & (wave.votes > 0)).any()
        assert not wave.votes[skips | decided].any()
        assert real == 0 or real / (1 - rate) >= batch
        n_votes, decided = n_votes + wave.votes, decided | wave.experts
    assert n_votes.max() <= limits.most


def test_what_gains_most_per_usd_is_bought_first() -> None:
    p = np.array([[0.75, 0.25], [0.6, 0.4], [0.999, 0.001]])
    limits = OverlapSettings(budget_usd=0.05, honeypot_rate=0.0)
    wave = next_wave(p, np.full(3, 3), limits, votes=COIN, verdicts=EXPERT)
    assert wave.votes.tolist() == [0, 1, 0]
    assert wave.held_back > 0
    rich = next_wave(p, np.full(3, 3), replace(limits, budget_usd=None), votes=COIN, verdicts=EXPERT)
    assert rich.votes.tolist()[2] == 0, "nobody is asked about what is sure"


def test_where_the_crowd_is_exhausted_the_expert_is_asked() -> None:
    p, seven = np.array([[0.55, 0.45]]), np.array([7])
    wave = next_wave(p, seven, OverlapSettings(), votes=COIN, verdicts=EXPERT)
    assert wave.experts.tolist() == [True]
    dear = next_wave(p, seven, OverlapSettings(wrong_usd=5), votes=COIN, verdicts=EXPERT)
    assert dear.is_empty


def test_comments_that_skip_the_crowd_wait_for_experts() -> None:
    p = np.array([[0.5, 0.5], [0.8, 0.2], [0.5, 0.5]])
    skips = np.array([True, True, False])
    wave = next_wave(
        p, np.zeros(3, dtype=np.int64), OverlapSettings(), votes=COIN, verdicts=EXPERT, waves_done=0,
        skips_crowd=skips, expert_capacity=1,
    )  # fmt: skip
    assert wave.experts.tolist() == [True, False, False]
    assert wave.votes.tolist() == [0, 0, 3]


def test_the_forecast_is_what_a_campaign_comes_to() -> None:
    people, mix = crowd(60), np.array([0.6, 0.2, 0.15, 0.05])
    p, none = np.tile(mix, (6_000, 1)), np.zeros(6_000, dtype=np.int64)
    limits = OverlapSettings(wrong_usd=3.0, expert_capacity=0)
    first, second = (forecast(p, none, people, limits, expert=expert_confusion(0.95, 4), seed=seed) for seed in (1, 2))
    assert first.accuracy == pytest.approx(second.accuracy, abs=4 * np.hypot(first.error, second.error))
    assert first.cost_usd == pytest.approx(second.cost_usd, rel=0.03)
    assert first.votes_per_comment == pytest.approx(first.votes / 6_000, rel=0.01)
    assert 3 < first.votes_per_comment < 7
    assert first.days == first.waves


def test_a_smaller_budget_lasts_to_the_end() -> None:
    people, mix = crowd(60), np.array([0.6, 0.2, 0.15, 0.05])
    p, none = np.tile(mix, (3_000, 1)), np.zeros(3_000, dtype=np.int64)
    options: dict[str, Any] = {"expert": expert_confusion(0.95, 4), "sample": 2_000}
    limits = OverlapSettings(budget_usd=450.0)
    priced = price_for_budget(p, none, people, limits, **options)
    assert priced.wrong_usd < limits.wrong_usd
    greedy, spread = (forecast(p, none, people, one, **options) for one in (limits, priced))
    assert spread.cost_usd <= 450
    assert spread.accuracy >= greedy.accuracy - 0.002


def test_nonsense_is_refused() -> None:
    with pytest.raises(SettingError, match=r"most_votes = 2"):
        OverlapSettings(first_wave=3, most=2)
    with pytest.raises(SettingError, match="crowd_price_usd = 0"):
        OverlapSettings(vote_usd=0)
    with pytest.raises(InputError, match="no distribution"):
        worth_of_answers(np.array([[0.5, 0.4], [0.5, 0.5]]), 2)
    with pytest.raises(InputError, match="no comments"):
        forecast(np.empty((0, 2)), np.empty(0, dtype=np.int64), crowd(2, 2), OverlapSettings(), expert=np.eye(2))
