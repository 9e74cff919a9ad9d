"""Stated confidence, calibrated confidence, and the split of disagreement."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.calibration import (
    Calibration,
    balanced_folds,
    brier,
    calibrate,
    calibration_error,
    log_loss,
)
from labeling_pipeline.core.consensus import consensus
from labeling_pipeline_tests.core.consensus.crowds import CLASSES, accuracy_of, crowd


def auroc(score: pd.Series, flag: np.ndarray) -> float:
    rank = score.rank().to_numpy()
    n = int(flag.sum())
    return float((rank[flag].sum() - n * (n + 1) / 2) / (n * (len(flag) - n)))


def overconfident(n: int = 2000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    honest = rng.dirichlet([1.0, 1.0, 1.0], n)
    truth = np.array([rng.choice(3, p=p) for p in honest])
    sharp = honest**3
    return sharp / sharp.sum(axis=1, keepdims=True), truth


def test_calibration_undoes_a_planted_exponent() -> None:
    p, truth = overconfident()
    found = calibrate(p, truth)
    assert found is not None
    assert found.posterior == pytest.approx(1 / 3, abs=0.05)
    after = found.apply(p)
    assert log_loss(after, truth) < log_loss(p, truth)
    assert brier(after, truth) < brier(p, truth)
    right = after.argmax(axis=1) == truth
    assert calibration_error(after.max(axis=1), right) < 0.02


def test_calibration_uses_shares_where_they_know_more() -> None:
    p, truth = overconfident()
    rng = np.random.default_rng(1)
    noise = rng.dirichlet([1.0, 1.0, 1.0], len(p))
    found = calibrate(noise, truth, shares=p)
    assert found is not None
    assert found.share == pytest.approx(1 / 3, abs=0.05)
    assert found.posterior < 0.05


def test_honest_probabilities_are_left_alone() -> None:
    rng = np.random.default_rng(3)
    p = rng.dirichlet([1.0, 1.0], 3000)
    truth = (rng.random(3000) < p[:, 1]).astype(np.int64)
    found = calibrate(p, truth)
    after = p if found is None else found.apply(p)
    assert np.abs(after - p).max() < 0.05


def test_too_little_gold_calibrates_nothing() -> None:
    p, truth = overconfident(29)
    assert calibrate(p, truth) is None


def test_calibration_keeps_rows_sums_and_order_of_two_classes() -> None:
    p = np.linspace(0.01, 0.99, 9)[:, None] * np.array([1.0, -1.0]) + np.array([0.0, 1.0])
    after = Calibration(0.5, 0.0, np.zeros(2)).apply(p)
    assert np.allclose(after.sum(axis=1), 1.0)
    assert (np.diff(after[:, 0]) > 0).all()


def test_folds_do_not_depend_on_the_order_of_rows() -> None:
    key = np.random.default_rng(0).random(50)
    order = np.random.default_rng(1).permutation(50)
    assert (balanced_folds(key, 5)[order] == balanced_folds(key[order], 5)).all()


def test_calibration_error_takes_chance_off() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1.0, 3000)
    assert calibration_error(confidence, rng.random(3000) < confidence) < 0.02
    assert calibration_error(np.full(3000, 0.9), rng.random(3000) < 0.7) == pytest.approx(0.2, abs=0.03)


def test_calibrated_confidence_is_marked_and_helps() -> None:
    """Tasks differ in how hard they are, so posteriors that multiply votes are too sure."""
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 2, 1500)
    chance = rng.choice([0.55, 0.9], 1500)
    rows = [
        (i, f"w{j}", str(t if rng.random() < c else 1 - t))
        for i, (t, c) in enumerate(zip(truth, chance, strict=True))
        for j in rng.permutation(30)[:7]
    ]
    votes = pd.DataFrame(rows, columns=["task", "worker", "label"])
    gold = pd.DataFrame({"task": np.arange(1500), "label": truth.astype(str)})
    plain, fitted = consensus(votes, method="dawid_skene"), consensus(votes, gold=gold.head(300))
    assert set(fitted.labels["confidence_is"]) == {"calibrated"}
    rest = slice(300, None)
    columns = ["p_0", "p_1"]
    before, after = (r.labels[columns].to_numpy()[rest] for r in (plain, fitted))
    assert log_loss(after, truth[rest]) < log_loss(before, truth[rest])


def stated_votes(*, informative: bool, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    votes, gold = crowd(n_tasks=600, n_votes=3, seed=seed)
    rng = np.random.default_rng(seed)
    truth = gold.set_index("task").loc[votes["task"], "label"].to_numpy()
    right = votes["label"].to_numpy() == truth
    said = np.where(right, rng.beta(8, 2, len(votes)), rng.beta(4, 4, len(votes)))
    return votes.assign(confidence=said if informative else rng.permutation(said)), gold


def test_stated_confidence_helps_where_it_is_informative() -> None:
    votes, gold = stated_votes(informative=True)
    deaf = accuracy_of(consensus(votes.drop(columns="confidence"), method="dawid_skene").labels, gold)
    result = consensus(votes, method="dawid_skene")
    assert accuracy_of(result.labels, gold) > deaf + 0.01
    assert any("stated confidence weighs the votes of 10 of 10" in note for note in result.notes)


def test_stated_confidence_is_ignored_where_it_is_not() -> None:
    votes, gold = stated_votes(informative=False)
    deaf = accuracy_of(consensus(votes.drop(columns="confidence"), method="dawid_skene").labels, gold)
    assert accuracy_of(consensus(votes, method="dawid_skene").labels, gold) > deaf - 0.01


def planted_disagreement(seed: int = 0) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Clear tasks with good annotators, clear tasks with noisy ones, and ambiguous tasks with good ones."""
    rng = np.random.default_rng(seed)
    n = 900
    kind = rng.integers(0, 3, n)
    truth = rng.integers(0, 3, n)
    rows = []
    for i in range(n):
        noisy = kind[i] == 1
        for j in rng.permutation(20)[:7]:
            seen = (truth[i] + rng.integers(0, 2)) % 3 if kind[i] == 2 else truth[i]
            right = rng.random() < (0.55 if noisy else 0.95)
            label = seen if right else (seen + rng.integers(1, 3)) % 3
            rows.append((f"t{i:04d}", f"{'noisy' if noisy else 'good'}{j}", str(label)))
    return pd.DataFrame(rows, columns=["task", "worker", "label"]), kind == 2, kind == 1


@pytest.mark.parametrize("method", ["dawid_skene", "majority"])
def test_ambiguous_tasks_are_told_from_noisy_annotators(method: str) -> None:
    found = []
    for seed in range(3):
        votes, ambiguous, noisy = planted_disagreement(seed)
        labels = consensus(votes, method=method).labels
        found.append((auroc(labels["ambiguity"], ambiguous), auroc(labels["annotator_noise"], noisy)))
    assert np.mean(found, axis=0).min() >= 0.85
    assert labels["ambiguity"].between(0, 1).all()
    assert labels["annotator_noise"].between(0, 1).all()


def test_unanimous_votes_that_gold_contradicts_are_not_ambiguous() -> None:
    votes, _, _ = planted_disagreement(1)
    counts = votes.groupby(["task", "label"]).size().unstack(fill_value=0)
    unanimous = counts.index[counts.max(axis=1) == counts.sum(axis=1)][:10]
    wrong = {task: str((int(counts.loc[task].idxmax()) + 1) % 3) for task in unanimous}
    gold = pd.DataFrame({"task": list(wrong), "label": list(wrong.values())})
    labels = consensus(votes, gold=gold, method="dawid_skene").labels.set_index("task")
    assert (labels.loc[list(wrong), "label"] == list(wrong.values())).all()
    assert labels.loc[list(wrong), "ambiguity"].max() < 0.5


def test_shares_are_what_people_said() -> None:
    votes = pd.DataFrame({"task": [1, 1, 1, 2], "worker": list("abca"), "label": ["x", "x", "y", "y"]})
    labels = consensus(votes, method="majority").labels.set_index("task")
    assert labels.loc[1, "v_x"] == pytest.approx((2 + 0.5) / 4)
    assert labels.loc[2, "v_x"] == pytest.approx(0.5 / 2)
    assert labels.loc[1, "agreement"] == pytest.approx(1 / 3)
    assert labels.loc[1, "entropy"] == pytest.approx(-(0.625 * np.log2(0.625) + 0.375 * np.log2(0.375)))


def test_unsure_speaks_where_it_has_a_habit() -> None:
    """Annotators answer unsure mostly on vile tasks; Dawid-Skene reads that, majority cannot."""
    rng = np.random.default_rng(2)
    truth = rng.choice(["calm", "vile"], 800)
    rows = []
    for i, t in enumerate(truth):
        for j in rng.permutation(12)[:3]:
            dodges = rng.random() < (0.6 if t == "vile" else 0.02)
            wrong = "calm" if t == "vile" else "vile"
            rows.append((i, j, "unsure" if dodges else t if rng.random() < 0.75 else wrong))
    votes = pd.DataFrame(rows, columns=["task", "worker", "label"])
    gold = pd.DataFrame({"task": np.arange(800), "label": truth})
    read = accuracy_of(consensus(votes, method="dawid_skene").labels, gold)
    assert read > accuracy_of(consensus(votes, method="majority").labels, gold) + 0.03


def test_history_fades() -> None:
    votes, _ = crowd(n_tasks=40)
    row = {"annotator": ["a000"], "true": ["calm"], "given": ["vile"], "n": [50.0]}
    fresh = consensus(votes, method="dawid_skene", history=pd.DataFrame(row | {"age_days": [0]}))
    faded = consensus(votes, method="dawid_skene", history=pd.DataFrame(row | {"age_days": [900]}))
    bad = [r.annotators.set_index("annotator").loc["a000", "c_calm_vile"] for r in (fresh, faded)]
    assert bad[0] > bad[1] + 0.3


def test_gold_tasks_are_also_told_as_their_votes_alone_have_them() -> None:
    votes, truth = crowd(n_tasks=400, seed=3)
    gold = truth.iloc[:200]
    result = consensus(votes, gold=gold)
    columns = [f"p_{one}" for one in CLASSES]
    assert sorted(result.blind["task"]) == sorted(gold["task"])
    assert np.allclose(result.blind[columns].sum(axis=1), 1.0)
    blind = result.blind.set_index("task")[columns]
    clamped = result.labels.set_index("task")[columns].loc[blind.index]
    right = truth.set_index("task")["label"].loc[blind.index]
    on_truth = np.array([[f"p_{label}" == c for c in columns] for label in right])
    assert (clamped.to_numpy()[on_truth] > 0.999).all(), "what is known is believed"
    told = blind.idxmax(axis=1) == "p_" + right
    rest = truth.iloc[200:]
    assert abs(told.mean() - accuracy_of(result.labels, rest)) < 0.08, "as right as on tasks without gold"
    assert consensus(votes).blind.empty
