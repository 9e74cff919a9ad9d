"""What is known of the class mix of covered rows, and labels of functions that know one class."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling_pipeline.core.weak_supervision import label_model
from labeling_pipeline.core.weak_supervision.covered_mix import CoveredMix, mix_under_balance, scaled_into
from labeling_pipeline_tests.core.weak_supervision.planted import Votes, accuracy

SHARES = st.integers(2, 6).flatmap(lambda k: st.lists(st.floats(0.01, 1.0), min_size=k, max_size=k))


@given(SHARES, st.integers(0, 2**32 - 1), st.floats(0.02, 1.0))
def test_what_is_learned_stays_within_what_the_balance_leaves(shares: list[float], seed: int, covered: float) -> None:
    k = len(shares)
    balance = np.array(shares) / np.sum(shares)
    rng = np.random.default_rng(seed)
    mix = mix_under_balance(rng.dirichlet(np.ones(k)) + 1e-9, balance, 1000.0, 1000.0 * covered, 0.08)
    for found in (mix.expected, mix.near(rng.dirichlet(np.ones(k)))):
        rows = found * 1000.0 * covered
        assert found.sum() == pytest.approx(1.0)
        assert (rows <= balance * 1000.0 + 1e-6).all()
        assert (balance * 1000.0 - rows <= 1000.0 * (1 - covered) + 1e-6).all()


def test_where_every_row_is_covered_the_balance_is_taken_at_its_word() -> None:
    balance = np.array([0.9, 0.07, 0.03])
    mix = mix_under_balance(np.array([0.3, 0.3, 0.4]), balance, 500.0, 500.0, 0.08)
    assert np.allclose(mix.expected, balance)
    assert mix.contradicts_majority


def test_a_balance_that_fits_majority_does_not_contradict_it() -> None:
    mix = mix_under_balance(np.array([0.5, 0.5]), np.array([0.8, 0.2]), 1000.0, 300.0, 0.08)
    assert mix.moved == 0
    assert not mix.contradicts_majority


def test_a_mix_within_its_bounds_is_left_alone() -> None:
    inside = np.array([0.6, 0.4])
    assert scaled_into(inside, np.array([0.1, 0.1]), np.array([0.9, 0.9])).tolist() == [0.6, 0.4]


def test_without_a_balance_the_mix_goes_no_farther_than_its_radius() -> None:
    near = CoveredMix(np.array([0.5, 0.5]), 0.08).near(np.array([1.0, 0.0]))
    assert near.tolist() == pytest.approx([0.58, 0.42])


def keyword_world(seed: int, balance: list[float], precisions: list[float], rate: float) -> tuple[Votes, Votes]:
    """(matrix, truth): 8,000 rows, functions that give their class in turn, rightly so often, on `rate` of the rows (or
    what half of their class allows)."""
    rng = np.random.default_rng([31, seed])
    k, share = len(balance), np.array(balance)
    truth = rng.choice(k, 8_000, p=share)
    columns = []
    for j, right in enumerate(precisions):
        b = share[j % k]
        covered = min(rate, 0.5 * b / right, 0.5 * (1 - b) / (1 - right))
        fires = np.where(truth == j % k, covered * right / b, covered * (1 - right) / (1 - b))
        columns.append(np.where(rng.random(8_000) < fires, j % k, -1))
    return np.stack(columns, axis=1), truth


GOOD = [0.6, 0.65, 0.75, 0.7, 0.85, 0.9, 0.8, 0.75]


@pytest.mark.parametrize("balance", [[0.5, 0.5], [0.85, 0.15], [0.8, 0.12, 0.08], [0.6, 0.2, 0.1, 0.1]])
@pytest.mark.parametrize("told", [True, False])
def test_functions_that_know_one_class_do_not_lose_to_majority(balance: list[float], told: bool) -> None:
    gains = []
    for seed in range(5):
        votes, truth = keyword_world(seed, balance, GOOD, 0.15)
        covered = (votes >= 0).any(axis=1)
        known = balance if told else None
        ours, plain = (
            label_model(votes, n_classes=len(balance), class_balance=known, method=method).probabilities[covered]
            for method in ("auto", "majority")
        )
        gains.append(accuracy(ours, truth[covered]) - accuracy(plain, truth[covered]))
    assert min(gains) > -0.01
    assert np.mean(gains) > 0


def test_a_rare_class_that_functions_find_everywhere_is_held_to_its_share() -> None:
    """Words for a class that one row in twenty has, chosen without care: most of what they find is of the other."""
    rng = np.random.default_rng(3)
    truth = (rng.random(6_000) < 0.05).astype(np.int64)
    votes = np.stack([np.where(rng.random(6_000) < 0.15 + 0.1 * (truth == j % 2), j % 2, -1) for j in range(6)], axis=1)
    covered = (votes >= 0).any(axis=1)
    plain = label_model(votes, n_classes=2, class_balance=[0.95, 0.05], method="majority")
    ours = label_model(votes, n_classes=2, class_balance=[0.95, 0.05])
    assert ours.method == "correlation_aware"
    assert accuracy(ours.probabilities[covered], truth[covered]) > 0.9
    assert accuracy(plain.probabilities[covered], truth[covered]) < 0.8
    assert np.allclose(ours.probabilities[~covered], [0.95, 0.05])
    assert ours.class_balance.tolist() == [0.95, 0.05]


def test_too_few_overlaps_to_vouch_for_what_was_learned_leave_majority() -> None:
    votes, _ = keyword_world(0, [0.4, 0.3, 0.3], [0.6, 0.9, 0.7], 0.3)
    assert label_model(votes, n_classes=3).method == "majority"


@pytest.mark.parametrize("told", [True, False])
def test_gold_beats_majority_with_a_balance_and_without(told: bool) -> None:
    votes, truth = keyword_world(1, [0.8, 0.2], GOOD, 0.15)
    gold = np.where(np.arange(len(truth)) < 400, truth, -1)
    covered = (votes >= 0).any(axis=1) & (gold < 0)
    known = [0.8, 0.2] if told else None
    found = label_model(votes, n_classes=2, class_balance=known, gold=gold).probabilities[covered]
    plain = label_model(votes, n_classes=2, class_balance=known, method="majority").probabilities[covered]
    assert accuracy(found, truth[covered]) > accuracy(plain, truth[covered])
