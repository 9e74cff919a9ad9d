"""Label models: planted accuracies and copies come back."""

from __future__ import annotations

import numpy as np
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision import label_model
from labeling_pipeline_tests.core.weak_supervision.planted import (
    Votes,
    accuracy,
    bayes_oracle,
    calibration_error,
    independent,
    noisy_copy,
    one_lf,
    one_sided,
    right_share,
    with_copies,
)

EVEN = np.full(5, 0.2)


@pytest.mark.parametrize("seed", range(10))
def test_planted_accuracies_are_recovered(seed: int) -> None:
    """Within what 7,000 votes of a function tell: drawn, they are right as often as planted within .01 or so."""
    planted = np.linspace(0.5, 0.85, 8)
    votes, truth = independent(seed, 20_000, planted.tolist(), 5, 0.35)
    found = label_model(votes, n_classes=5, class_balance=EVEN).accuracies
    assert np.abs(found - right_share(votes, truth)).max() < 0.015
    assert np.abs(found - planted).mean() < 0.01


@pytest.mark.parametrize("balance", [[0.5, 0.5], None])
@pytest.mark.parametrize(
    "planted", [[0.6, 0.75, 0.9], [0.6, 0.6, 0.9], [0.55, 0.6, 0.65, 0.7, 0.95], [0.5, 0.6, 0.7, 0.95]]
)
def test_so_they_are_where_every_function_always_votes(planted: list[float], balance: list[float] | None) -> None:
    votes, truth = independent(1, 50_000, planted, 2, 1.0)
    result = label_model(votes, n_classes=2, class_balance=balance)
    assert np.abs(result.accuracies - planted).max() < 0.02
    assert accuracy(result.probabilities, truth) >= accuracy(bayes_oracle(votes, planted, 2), truth) - 0.002


def test_more_rows_never_tell_less() -> None:
    """Nine rows in ten of one class, no balance given: the mix is found, and what votes are worth."""
    gaps = []
    for n in (3_000, 30_000, 300_000):
        rng = np.random.default_rng(0)
        truth = rng.choice(2, n, p=[0.9, 0.1])
        votes = np.stack([one_lf(rng, truth, a, 0.4, 2) for a in np.linspace(0.55, 0.85, 8)], axis=1)
        given = label_model(votes, n_classes=2, class_balance=[0.9, 0.1]).probabilities
        gaps.append(accuracy(given, truth) - accuracy(label_model(votes, n_classes=2).probabilities, truth))
    assert max(gaps) < 0.02
    assert gaps[2] <= gaps[0]


@pytest.mark.parametrize("seed", range(3))
def test_a_weak_function_copied_five_times_counts_once(seed: int) -> None:
    votes, truth, weak = with_copies(seed)
    ours = label_model(votes, n_classes=5, class_balance=EVEN)
    dropped = label_model(votes[:, :8], n_classes=5, class_balance=EVEN)
    known = np.column_stack([votes[:, :8], weak])
    oracle = bayes_oracle(known, [*np.linspace(0.5, 0.85, 8), 0.45], 5)
    assert accuracy(ours.probabilities, truth) >= accuracy(dropped.probabilities, truth)
    assert accuracy(ours.probabilities, truth) >= accuracy(oracle, truth) - 0.01
    assert calibration_error(ours.probabilities, truth) <= 0.03
    assert [group for group in ours.clusters if len(group) > 1] == [[8, 9, 10, 11, 12]]


@pytest.mark.parametrize("balance", [[0.5, 0.5], None])
@pytest.mark.parametrize("seed", [300, 301, 302])
def test_copies_count_once_with_two_classes_too_whatever_is_known_of_their_mix(
    seed: int, balance: list[float] | None
) -> None:
    """Three functions and six of the fourth: .55, given six times as often as it deserves."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, 20_000)
    alone = [one_lf(rng, truth, a, 0.35, 2) for a in (0.65, 0.75, 0.85)]
    weak = one_lf(rng, truth, 0.55, 0.35, 2)
    votes = np.stack([*alone, weak, *(noisy_copy(rng, weak, 2) for _ in range(5))], axis=1)
    ours = label_model(votes, n_classes=2, class_balance=balance).probabilities
    dropped = label_model(votes[:, :3], n_classes=2, class_balance=balance).probabilities
    oracle = bayes_oracle(votes[:, :4], [0.65, 0.75, 0.85, 0.55], 2)
    assert accuracy(ours, truth) >= accuracy(dropped, truth)
    assert accuracy(ours, truth) >= accuracy(oracle, truth) - 0.01
    assert calibration_error(ours, truth) <= 0.03


@pytest.mark.parametrize("activity", [0.0, 1.0])
@pytest.mark.parametrize("topic", [0.0, 1.0])
def test_functions_that_know_one_class_do_not_run_away(activity: float, topic: float) -> None:
    gains = []
    for seed in range(6):
        votes, truth = one_sided(seed, activity=activity, topic=topic)
        covered = (votes >= 0).any(axis=1)
        ours = label_model(votes, n_classes=2).probabilities[covered]
        plain = label_model(votes, n_classes=2, method="majority").probabilities[covered]
        gains.append(accuracy(ours, truth[covered]) - accuracy(plain, truth[covered]))
    assert np.mean(gains) > -0.005
    assert min(gains) > -0.04


@pytest.mark.parametrize("m", [1, 2])
def test_one_or_two_functions_work(m: int) -> None:
    votes, truth = independent(4, 2000, [0.8, 0.7][:m], 2, 0.6)
    result = label_model(votes, n_classes=2)
    covered = (votes >= 0).any(axis=1)
    assert result.method == "majority"
    assert (result.labels[covered] == truth[covered]).mean() > 0.65
    assert any("too few" in note for note in result.notes)


def test_gold_overrules_a_function_that_is_mostly_wrong() -> None:
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 2, 4000)
    votes = np.stack([one_lf(rng, truth, a, 0.7, 2) for a in (0.15, 0.2, 0.6)], axis=1)
    gold = np.where(np.arange(4000) < 300, truth, -1)
    blind = label_model(votes, n_classes=2)
    told = label_model(votes, n_classes=2, gold=gold)
    rest = slice(300, None)
    assert accuracy(told.probabilities[rest], truth[rest]) > 0.8 > accuracy(blind.probabilities[rest], truth[rest])
    assert told.confidence_is == "calibrated"
    assert calibration_error(told.probabilities[rest], truth[rest]) < 0.06
    assert told.accuracies[0] < 0.3


def test_where_majority_decides_gold_still_tells_how_good_functions_are() -> None:
    """Gold by a coin: what it says of advantages is chance, and majority decides in about half of the worlds."""
    off = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        kind = rng.integers(0, 3, 600)
        votes = np.full((600, 4), -1)
        votes[kind == 0, 0], votes[kind == 1, 1] = 1, 0
        votes[kind == 2, 2:] = [1, 0]  # two that always contradict each other: one of them is right
        gold = np.where(np.arange(600) < 60, rng.integers(0, 2, 600), -1)
        result = label_model(votes, n_classes=2, gold=gold)
        share = gold[(kind == 2) & (gold >= 0)].mean()
        if result.method == "majority":
            off.append(np.abs(result.accuracies[2:] - [share, 1 - share]).max())
    assert len(off) >= 5
    assert np.mean(off) < 0.1


def test_a_function_without_a_vote_changes_nothing() -> None:
    votes, _ = independent(7, 3000, [0.7, 0.8, 0.6, 0.75], 3, 0.4)
    silent = np.column_stack([votes, np.full(3000, -1)])
    without = label_model(votes, n_classes=3).probabilities
    assert np.allclose(label_model(silent, n_classes=3).probabilities, without, atol=1e-9)


def test_order_of_rows_and_functions_does_not_matter() -> None:
    votes, _ = independent(8, 3000, [0.7, 0.8, 0.6, 0.75], 3, 0.4)
    rows, columns = np.random.default_rng(0).permutation(3000), [2, 0, 3, 1]
    one = label_model(votes, n_classes=3).probabilities
    other = label_model(votes[rows][:, columns], n_classes=3).probabilities
    assert np.allclose(other, one[rows], atol=1e-9)


@pytest.mark.parametrize(("seed", "n_gold"), [(0, 12), (2, 40), (5, 120)])
def test_with_gold_order_does_not_matter_either(seed: int, n_gold: int) -> None:
    votes, truth = independent(seed, 600, [0.45, 0.5, 0.6, 0.7, 0.8, 0.85, 0.4, 0.6, 0.7], 3, 0.3)
    gold = np.where(np.arange(600) < n_gold, truth, -1)
    one = label_model(votes, n_classes=3, gold=gold)
    for shuffle in range(3):
        rng = np.random.default_rng(shuffle)
        rows, columns, classes = (rng.permutation(n) for n in (600, 9, 3))
        renamed = np.append(classes, -1)
        mixed = renamed[votes[rows][:, columns]]
        other = label_model(mixed, n_classes=3, gold=renamed[gold[rows]])
        assert np.allclose(other.probabilities[:, classes], one.probabilities[rows], atol=1e-9)
        assert other.advantage == pytest.approx(one.advantage)


def test_renaming_classes_renames_the_labels() -> None:
    votes, _ = independent(9, 4000, [0.7, 0.8, 0.6, 0.75], 3, 0.4)
    renamed = np.where(votes >= 0, (votes + 1) % 3, -1)
    one = label_model(votes, n_classes=3).probabilities
    assert np.allclose(label_model(renamed, n_classes=3).probabilities, np.roll(one, 1, axis=1), atol=1e-9)


def test_repeating_every_row_changes_little() -> None:
    votes, _ = independent(10, 4000, [0.7, 0.8, 0.6, 0.75], 2, 0.5)
    once = label_model(votes, n_classes=2).probabilities
    twice = label_model(np.tile(votes, (2, 1)), n_classes=2).probabilities[:4000]
    assert np.abs(once - twice).mean() < 0.02


def test_when_nobody_votes_every_row_has_the_class_balance() -> None:
    result = label_model(np.full((7, 3), -1), n_classes=2, class_balance=[0.3, 0.7])
    assert np.allclose(result.probabilities, [0.3, 0.7])
    assert any("no labeling function voted" in note for note in result.notes)


def test_prediction_on_new_rows_equals_the_fit() -> None:
    votes, _ = independent(11, 3000, [0.7, 0.8, 0.6, 0.75], 3, 0.4)
    result = label_model(votes, n_classes=3)
    assert np.allclose(result.predict(votes), result.probabilities)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"class_balance": [0.5, 0.6]}, "sums to"),
        ({"class_balance": [1.0, 0.0]}, "positive"),
        ({"gold": [0, 1]}, "gold of shape"),
        ({"gold": [0, 1, 2]}, "gold labels"),
        ({"method": "best"}, "no label model 'best'"),
    ],
)
def test_wrong_arguments_are_named(more: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        label_model([[0, 1], [1, 1], [0, -1]], n_classes=2, **more)  # type: ignore[arg-type]


def planted_world(seed: int, balance: list[float], accuracies: list[float], coverage: float) -> tuple[Votes, Votes]:
    """(matrix, truth): 20,000 rows, functions that are independent given the class."""
    rng = np.random.default_rng([99, seed])
    truth = rng.choice(len(balance), 20_000, p=balance)
    return np.stack([one_lf(rng, truth, a, coverage, len(balance)) for a in accuracies], axis=1), truth


BALANCES = [[0.5, 0.5], [0.7, 0.3], [0.9, 0.1], [0.95, 0.05], [0.6, 0.3, 0.1], [0.5, 0.2, 0.15, 0.1, 0.05]]
FAIR, MIXED = [0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9], [0.3, 0.3, 0.9, 0.9, 0.9, 0.7]


@pytest.mark.parametrize("balance", BALANCES)
@pytest.mark.parametrize(("planted", "coverage"), [(FAIR, 0.35), (MIXED, 0.5), ([0.8, 0.75, 0.7, 0.65, 0.6], 0.5)])
def test_a_given_balance_is_used_whatever_it_is(balance: list[float], planted: list[float], coverage: float) -> None:
    """Functions worse than chance too; within .02 of what each function did, or of what was planted."""
    votes, truth = planted_world(1, balance, planted, coverage)
    result = label_model(votes, n_classes=len(balance), class_balance=balance)
    plain = label_model(votes, n_classes=len(balance), class_balance=balance, method="majority")
    covered = (votes >= 0).any(axis=1)
    assert result.method == "correlation_aware"
    assert np.abs(result.accuracies - planted).max() < 0.02
    ours, theirs = (accuracy(r.probabilities[covered], truth[covered]) for r in (result, plain))
    assert ours > theirs
    assert result.advantage == pytest.approx(ours - theirs, abs=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_functions_worse_than_chance_are_found_out_by_the_others(seed: int) -> None:
    votes, truth = planted_world(seed, [0.5, 0.5], [0.3, 0.3, 0.9, 0.9, 0.9], 0.5)
    result = label_model(votes, n_classes=2)
    assert np.abs(result.accuracies - [0.3, 0.3, 0.9, 0.9, 0.9]).max() < 0.02
    assert accuracy(result.probabilities, truth) > accuracy(label_model(votes[:, 2:], n_classes=2).probabilities, truth)


def test_the_advantage_told_is_the_one_measured_and_majority_is_kept_where_gold_says_worse() -> None:
    methods = set()
    for seed in range(12):
        votes, truth = one_sided(seed, n=600, m=6, activity=1.0, topic=1.0)
        gold = np.where(np.arange(600) < 60, truth, -1)
        result = label_model(votes, n_classes=2, gold=gold)
        told = [float(note.split(": ")[1].split(" ± ")[0]) for note in result.notes if "held-out gold" in note]
        methods.add(result.method)
        if result.method == "majority":
            assert told[0] <= 0
            assert (result.advantage, result.advantage_is) == (0.0, "expected")
        else:
            assert told[0] == pytest.approx(result.advantage, abs=6e-4)
            assert result.advantage >= 0
            assert result.advantage_is == "measured"
    assert methods == {"majority", "correlation_aware"}
