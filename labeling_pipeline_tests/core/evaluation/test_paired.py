"""Paired differences are exact, sharper than two intervals, and the gate uses them as it says."""

from __future__ import annotations

import numpy as np
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.evaluation import compare, paired_difference, promotion

CLASSES = ("fine", "harsh")


def said(labels: np.ndarray) -> np.ndarray:
    """Certain predictions."""
    return np.where(labels[:, None] == np.arange(2), 0.95, 0.05)


def gold(n: int = 1000, n_slice: int = 200, seed: int = 0):
    rng = np.random.default_rng(seed)
    true = rng.integers(0, 2, n)
    slices = [("dog_whistle",) if i < n_slice else ("plain",) for i in range(n)]
    true[:n_slice] = 1
    return true, slices


def flipped(true: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The truth with mistakes at ``rows``."""
    labels = true.copy()
    labels[rows] = 1 - labels[rows]
    return labels


def names(true: np.ndarray) -> list[str]:
    return [CLASSES[k] for k in true]


def test_difference_of_slice_recall():
    true, _ = gold()
    before, after = flipped(true, np.arange(0, 120)), flipped(true, np.arange(0, 40))
    rows = np.arange(1000) < 200
    found = paired_difference(names(true), said(before), said(after), classes=CLASSES, metric="recall_harsh", rows=rows)
    assert found.diff == pytest.approx(0.4)
    assert found.n == 200
    assert 0.32 < found.low < 0.36
    assert 0.44 < found.high < 0.48
    again = paired_difference(names(true), said(before), said(after), classes=CLASSES, metric="recall_harsh", rows=rows)
    assert again == found


def test_equal_models_differ_by_exactly_nothing():
    true, _ = gold(100, 20)
    found = paired_difference(names(true), said(true), said(true), classes=CLASSES)
    assert tuple(found[:4]) == (0, 0, 0, 0)


def test_nothing_to_compare_and_unknown_metric_are_named():
    true, _ = gold(50, 10)
    none = np.zeros(50, dtype=bool)
    with pytest.raises(InputError, match="no comment to compare"):
        paired_difference(names(true), said(true), said(true), classes=CLASSES, rows=none)
    with pytest.raises(InputError, match="metric 'recall_x'"):
        paired_difference(names(true), said(true), said(true), classes=CLASSES, metric="recall_x")


def test_no_gold_no_promotion():
    assert promotion(None, n_gold=0)[0] == "candidate"
    assert "no gold" in promotion(None, n_gold=0).reason


def test_the_first_model_with_gold_serves():
    found = promotion(None, n_gold=120)
    assert found.status == "serving"
    assert "first" in found.reason


def test_better_overall_but_worse_in_a_slice_is_refused():
    true, slices = gold()
    serving = flipped(true, np.arange(200, 260))  # 60 mistakes outside the slice
    candidate = flipped(true, np.r_[np.arange(0, 10), np.arange(200, 220)])  # 10 in the slice: recall −.05
    found = promotion(compare(names(true), said(serving), said(candidate), CLASSES, slices), n_gold=1000)
    assert found.status == "refused"
    assert "dog_whistle -0.050" in found.reason


def test_better_or_equal_serves():
    true, slices = gold()
    serving = flipped(true, np.arange(150, 260))
    for candidate in (serving, flipped(true, np.arange(150, 200)), true):
        found = promotion(compare(names(true), said(serving), said(candidate), CLASSES, slices), n_gold=1000)
        assert found.status == "serving"
        assert "macro_f1" in found.reason


def test_worse_overall_is_refused_even_on_little_gold():
    true, slices = gold(25, 5)
    found = promotion(compare(names(true), said(true), said(1 - true), CLASSES, slices), n_gold=25)
    assert found.status == "refused"


def test_a_small_slice_alone_refuses_nobody():
    true, slices = gold(1000, 12)
    found = promotion(
        compare(names(true), said(true), said(flipped(true, np.arange(12))), CLASSES, slices), n_gold=1000
    )
    assert "dog_whistle" not in found.reason


def test_chance_alone_refuses_few_even_with_many_slices():
    refused = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        true, _ = gold(1500, 0, seed)
        slices = [(f"s{i % 20}",) for i in range(1500)]
        a, b = (flipped(true, np.flatnonzero(rng.random(1500) < 0.2)) for _ in range(2))
        refused += promotion(compare(names(true), said(a), said(b), CLASSES, slices), n_gold=1500).status == "refused"
    assert refused <= 7  # 5 % overall, 5 % over all slices together, and some room
