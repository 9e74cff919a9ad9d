"""Metrics equal scikit-learn's, intervals cover, slices and weights count, and nothing is ever NaN."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.evaluation import evaluate

CLASSES = ("a", "b", "c")


def judged(n: int, seed: int, skill: float = 0.7):
    rng = np.random.default_rng(seed)
    true = rng.choice(3, n, p=[0.6, 0.3, 0.1])
    p = (
        rng.dirichlet([1, 1, 1], n) * (1 - skill)
        + skill * np.eye(3)[np.where(rng.random(n) < 0.8, true, (true + 1) % 3)]
    )
    return [CLASSES[k] for k in true], p


def value(frame: pd.DataFrame, metric: str, slice_: str = "all", column: str = "value"):
    return frame.set_index(["slice", "metric"]).at[(slice_, metric), column]


def test_values_equal_scikit_learn():
    y, p = judged(400, seed=1)
    said = [CLASSES[k] for k in p.argmax(axis=1)]
    found = evaluate(y, p, CLASSES)
    precision, recall, f1, _ = precision_recall_fscore_support(y, said, labels=CLASSES)
    assert value(found, "accuracy") == pytest.approx(accuracy_score(y, said))
    assert value(found, "macro_f1") == pytest.approx(f1.mean())
    for k, name in enumerate(CLASSES):
        assert value(found, f"precision_{name}") == pytest.approx(precision[k])
        assert value(found, f"recall_{name}") == pytest.approx(recall[k])
        assert value(found, f"f1_{name}") == pytest.approx(f1[k])


def test_ece_of_a_known_case():
    p = np.array([[0.9, 0.1]] * 10)
    found = evaluate(["a"] * 6 + ["b"] * 4, p, ("a", "b"))
    assert value(found, "ece") == pytest.approx(0.3)


@given(st.integers(1, 40), st.integers(0, 1000))
def test_values_lie_in_their_intervals_and_nothing_is_nan(n, seed):
    y, p = judged(n, seed)
    rng = np.random.default_rng(seed)
    slices = [("s",) if one < 0.3 else () for one in rng.random(n)]
    found = evaluate(y, p, CLASSES, slices)
    known = found[found["value"].notna()]
    numbers = known[["value", "low", "high"]].astype(float).to_numpy()
    assert np.isfinite(numbers).all()
    assert (numbers[:, 1] <= numbers[:, 0] + 1e-12).all()
    assert (numbers[:, 0] <= numbers[:, 2] + 1e-12).all()
    assert ((numbers >= 0) & (numbers <= 1)).all()
    empty = found[found["value"].isna()]
    assert (empty["n"] == 0).all()
    assert (empty["note"] != "").all()


def test_intervals_cover_the_truth():
    # The truth: what a very large sample from the same process says.
    y, p = judged(100_000, seed=0)
    truth = evaluate(y, p, CLASSES)
    wanted = ["accuracy", "macro_f1", "recall_c", "precision_b", "f1_a", "f1_c"]
    hits = dict.fromkeys(wanted, 0)
    for seed in range(1, 101):
        found = evaluate(*judged(200, seed), CLASSES)
        for metric in wanted:
            hits[metric] += (
                value(found, metric, column="low") <= value(truth, metric) <= value(found, metric, column="high")
            )
    assert min(hits.values()) >= 88, hits


def test_a_slice_is_the_same_as_its_rows_alone():
    y, p = judged(300, seed=2)
    mask = np.arange(300) % 3 == 0
    found = evaluate(y, p, CLASSES, [("third", "x") if one else ("x",) for one in mask], seed=4)
    alone = evaluate([one for one, there in zip(y, mask, strict=True) if there], p[mask], CLASSES, seed=4)
    inside = found[found["slice"] == "third"].drop(columns="slice").reset_index(drop=True)
    pd.testing.assert_frame_equal(inside, alone.drop(columns="slice"))
    everyone = found[found["slice"] == "x"].drop(columns="slice").reset_index(drop=True)
    pd.testing.assert_frame_equal(everyone, found[found["slice"] == "all"].drop(columns="slice"))


def test_weights_undo_uneven_drawing():
    y, p = judged(40_000, seed=3)
    truth = value(evaluate(y, p, CLASSES), "accuracy")
    rng = np.random.default_rng(0)
    right = np.array([CLASSES[k] for k in p.argmax(axis=1)]) == np.array(y)
    chance = np.where(right, 0.05, 0.2)  # mistakes were four times as likely to be looked at
    drawn = rng.random(len(y)) < chance
    labels = [one for one, kept in zip(y, drawn, strict=True) if kept]
    plain = value(evaluate(labels, p[drawn], CLASSES), "accuracy")
    weighted = evaluate(labels, p[drawn], CLASSES, weights=1 / chance[drawn])
    assert abs(plain - truth) > 0.2
    assert value(weighted, "accuracy", column="low") < truth < value(weighted, "accuracy", column="high")


def test_few_are_flagged_and_all_right_is_not_certainty():
    found = evaluate(["a", "b", "c", "a"], np.eye(3)[[0, 1, 2, 0]], CLASSES)
    assert value(found, "accuracy") == 1
    assert value(found, "accuracy", column="low") < 0.6
    assert value(found, "macro_f1", column="low") < 0.6
    assert "4 comments only" in value(found, "accuracy", column="note")


def test_row_order_does_not_matter():
    y, p = judged(150, seed=5)
    order = np.random.default_rng(1).permutation(150)
    shuffled = evaluate([y[i] for i in order], p[order], CLASSES)
    pd.testing.assert_frame_equal(evaluate(y, p, CLASSES), shuffled, check_exact=False)


def test_no_gold_is_a_row_that_says_so():
    found = evaluate([], np.zeros((0, 3)), CLASSES)
    assert found[["metric", "n", "note"]].values.tolist() == [["accuracy", 0, "no gold comment"]]


@pytest.mark.parametrize(
    ("y", "p", "slices", "weights", "part"),
    [
        (["z"], np.ones((1, 3)) / 3, None, None, "'z' is not a class"),
        (["a"], np.ones((1, 2)) / 2, None, None, "shape"),
        (["a"], np.full((1, 3), np.nan), None, None, "finite"),
        (["a"], np.ones((1, 3)) / 3, [(), ()], None, "2 lists of slices"),
        (["a"], np.ones((1, 3)) / 3, None, [0.0], "weights"),
    ],
)
def test_wrong_input_is_named(y, p, slices, weights, part):
    with pytest.raises(InputError, match=part):
        evaluate(y, p, CLASSES, slices, weights)
