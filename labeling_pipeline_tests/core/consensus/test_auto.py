"""The default, the guard, and what gold may change."""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.consensus import consensus
from labeling_pipeline.core.consensus.auto import HeldOut, choose
from labeling_pipeline.core.consensus.gold import Gold
from labeling_pipeline_tests.core.consensus.crowds import accuracy_of, crowd


def test_the_default_without_gold_is_dawid_skene() -> None:
    result = consensus(crowd()[0])
    assert result.method == "dawid_skene"
    assert result.scores == {}
    assert set(result.labels["confidence_is"]) == {"uncalibrated"}


def opinions(n_tasks: int = 3000, seed: int = 0) -> pd.DataFrame:
    """Votes that are opinions: every annotator leans to one class, and tasks hardly matter."""
    rng = np.random.default_rng(seed)
    lean = rng.dirichlet([8, 4, 0.6, 0.4], 400)
    who = rng.integers(0, 400, (n_tasks, 3))
    pull = rng.dirichlet([4, 2, 0.3, 0.2], n_tasks)
    label = [rng.choice(4, p=(lean[j] + pull[i]) / 2) for i in range(n_tasks) for j in who[i]]
    return pd.DataFrame({"task": np.repeat(np.arange(n_tasks), 3), "worker": who.ravel(), "label": label})


def test_a_class_mix_that_runs_away_falls_back_and_says_so() -> None:
    votes = opinions()
    ran = consensus(votes, method="dawid_skene").labels["label"].value_counts(normalize=True)
    plain = consensus(votes, method="majority")
    moved = ran.sub(plain.labels["label"].value_counts(normalize=True), fill_value=0).abs().sum() / 2
    assert moved > 0.15
    result = consensus(votes)
    assert result.method == "majority"
    assert any(f"class mix moved {moved:.2f} from majority's" in note for note in result.notes)
    pd.testing.assert_frame_equal(result.labels, plain.labels)


def test_with_gold_nobody_is_told_that_gold_would_tell() -> None:
    votes = opinions(600)
    gold = pd.DataFrame({"task": np.arange(60), "label": np.random.default_rng(1).integers(0, 4, 60)})
    free, known = consensus(votes), consensus(votes, gold=gold)
    assert any("gold would tell" in note for note in free.notes)
    assert not any("gold would tell" in note or "fell back" in note for note in known.notes)
    assert any("is right more often on the gold, beyond chance" in note for note in known.notes)


def test_gold_reports_every_candidate() -> None:
    votes, gold = crowd()
    result = consensus(votes, gold=gold.head(100))
    assert set(result.scores) == {"dawid_skene", "majority", "wawa", "one_coin", "mace"}
    assert all(0.5 < score <= 1.0 for score in result.scores.values())


def held(is_right: list[int]) -> HeldOut:
    right = np.array(is_right, bool)
    return HeldOut(np.zeros((len(right), 2)), right)


def test_the_default_stays_unless_beaten_by_a_standard_error() -> None:
    gold = Gold(np.arange(10), np.zeros(10, np.int64), np.ones(10))
    base = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    one_better = [1, 1, 1, 1, 1, 1, 0, 0, 0, 0]
    far_better = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0]
    other = [0, 1, 1, 1, 1, 1, 1, 0, 0, 0]
    assert choose({"d": held(base), "m": held(other)}, gold, "d")[0] == "d"
    assert choose({"d": held(base), "m": held(far_better)}, gold, "d")[0] == "m"
    assert choose({"d": held(base), "m": held(base)}, gold, "d")[0] == "d"
    assert choose({"d": held(base), "m": held(one_better)}, gold, "d")[1] == {"d": 0.5, "m": 0.6}


def test_one_or_two_rows_leave_no_default() -> None:
    for n in (1, 2):
        gold = Gold(np.arange(n), np.zeros(n, np.int64), np.ones(n))
        assert choose({"d": held([0, 1][:n]), "m": held([1, 1][:n])}, gold, "d")[0] == "d"
    votes, known = crowd(n_tasks=300, n_votes=3)
    free = consensus(votes, method="dawid_skene").labels.set_index("task")["label"]
    plain = consensus(votes, method="majority").labels.set_index("task")["label"]
    truth = known.set_index("task")["label"]
    lost = truth[(plain[truth.index] == truth) & (free[truth.index] != truth)]
    assert len(lost)
    assert consensus(votes, gold=lost.head(1).reset_index()).method == "dawid_skene"


def test_calibration_runs_no_further_than_a_fit_may() -> None:
    """Gold taken from the fit that ran away: what it says of classes is not the stream's mix."""
    votes = opinions()
    gold = consensus(votes, method="dawid_skene_plain").labels.sample(300, random_state=0)[["task", "label"]]
    plain = consensus(votes, method="majority").labels
    result = consensus(votes, method="majority", gold=gold)
    shares = [one["label"].value_counts(normalize=True) for one in (plain, result.labels)]
    assert shares[0].sub(shares[1], fill_value=0).abs().sum() / 2 <= 0.15
    assert any("by calibration (limit 0.15)" in note for note in result.notes)


def test_labels_that_calibration_changes_are_told() -> None:
    """One task in five is voted on by three more who always say 1: gold shows that such ties are mostly 0."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 600)
    rows = [(i, f"good{j}", t if rng.random() < 0.95 else 1 - t) for i, t in enumerate(truth) for j in range(3)]
    rows += [(i, f"bad{j}", 1) for i in range(0, 600, 5) for j in range(3)]
    votes = pd.DataFrame(rows, columns=["task", "worker", "label"])
    gold = pd.DataFrame({"task": np.arange(600), "label": truth.astype(str)}).head(300)
    plain = consensus(votes, method="majority").labels
    result = consensus(votes, method="majority", gold=gold)
    changed = int((result.labels["label"] != plain["label"])[result.labels["task"].astype(int) >= 300].sum())
    assert changed
    said = f"calibration gave {changed} of 600 tasks another label: right on"
    assert any(note.startswith(said) for note in result.notes)


def test_inclusion_probabilities_weigh_the_scores() -> None:
    gold = Gold(np.arange(2), np.zeros(2, np.int64), np.array([9.0, 1.0]))
    assert choose({"d": held([1, 0])}, gold, "d")[1] == {"d": 0.9}


def test_gold_leaves_a_default_that_is_wrong() -> None:
    """Half the annotators share one systematic error; gold shows what they are worth."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 400)
    rows = []
    for i, t in enumerate(truth):
        rows += [(i, f"good{j}", t if rng.random() < 0.9 else 1 - t) for j in range(3)]
        rows += [(i, f"bad{j}", 1) for j in range(4)]
    votes = pd.DataFrame(rows, columns=["task", "worker", "label"])
    gold = pd.DataFrame({"task": np.arange(400), "label": truth.astype(str)})
    result = consensus(votes, gold=gold.head(100))
    assert accuracy_of(result.labels, gold.tail(300)) > 0.9


def test_gold_raises_the_accuracy_of_the_rest() -> None:
    votes, gold = crowd(n_tasks=1500, n_votes=3, accuracy=(0.75, 0.5, 0.45, 0.4, 0.4, 0.4, 0.35), seed=4)
    known = gold.head(500)
    rest = gold.tail(1000)
    without = accuracy_of(consensus(votes, method="dawid_skene").labels, rest)
    assert accuracy_of(consensus(votes, method="dawid_skene", gold=known).labels, rest) >= without
