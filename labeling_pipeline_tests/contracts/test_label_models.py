"""What every label model in the registry promises."""

from __future__ import annotations

import numpy as np
import pytest

from labeling_pipeline.core.weak_supervision import LABEL_MODELS, label_model
from labeling_pipeline_tests.core.weak_supervision.planted import accuracy, independent

pytestmark = pytest.mark.parametrize("method", LABEL_MODELS)


def test_rows_are_distributions_and_repeat(method: str) -> None:
    votes, _ = independent(0, 500, [0.8, 0.7, 0.6, 0.75], 3, 0.5)
    one = label_model(votes, n_classes=3, method=method, seed=3)
    two = label_model(votes, n_classes=3, method=method, seed=3)
    assert one.probabilities.shape == (500, 3)
    assert np.isfinite(one.probabilities).all()
    assert np.allclose(one.probabilities.sum(axis=1), 1)
    assert np.array_equal(one.probabilities, two.probabilities)
    assert one.accuracies.shape == (4,)
    assert one.confidence_is in ("calibrated", "uncalibrated")


def test_planted_truth_is_found(method: str) -> None:
    votes, truth = independent(1, 3000, [0.85, 0.75, 0.7, 0.8], 2, 0.8)
    assert accuracy(label_model(votes, n_classes=2, method=method).probabilities, truth) > 0.8


def test_equal_rows_get_equal_labels(method: str) -> None:
    votes, _ = independent(2, 400, [0.8, 0.7, 0.6], 2, 0.5)
    found = label_model(votes, n_classes=2, method=method).probabilities
    _, group = np.unique(votes, axis=0, return_inverse=True)
    assert all(np.ptp(found[group.ravel() == g], axis=0).max() < 1e-12 for g in np.unique(group))


def test_rows_without_votes_are_answered(method: str) -> None:
    votes, _ = independent(3, 300, [0.8, 0.7, 0.6], 2, 0.5)
    votes[:5] = -1
    found = label_model(votes, n_classes=2, method=method, class_balance=[0.4, 0.6])
    assert np.isfinite(found.probabilities).all()
    assert np.ptp(found.probabilities[:5], axis=0).max() == 0


def test_gold_is_accepted(method: str) -> None:
    votes, truth = independent(4, 600, [0.8, 0.7, 0.6, 0.65], 2, 0.6)
    gold = np.where(np.arange(600) < 60, truth, -1)
    assert accuracy(label_model(votes, n_classes=2, method=method, gold=gold).probabilities, truth) > 0.65


def test_the_matrix_is_not_changed(method: str) -> None:
    votes, _ = independent(5, 200, [0.8, 0.7, 0.6], 2, 0.6)
    before = votes.copy()
    label_model(votes, n_classes=2, method=method)
    assert np.array_equal(votes, before)
