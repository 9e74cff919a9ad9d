"""Drafts stand alone only where gold proves the precision asked for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.prelabel import prelabel, thresholds

CLASSES = ("a", "b")


def scored(n: int, seed: int):
    """Calibrated scores: a draft of confidence c is right with chance c; class b is rare."""
    rng = np.random.default_rng(seed)
    confidence = rng.uniform(0.5, 1, n)
    said = (rng.random(n) < 0.03).astype(int)
    true = np.where(rng.random(n) < confidence, said, 1 - said)
    p = np.where(said[:, None] == np.arange(2), confidence[:, None], 1 - confidence[:, None])
    return [CLASSES[k] for k in true], p


def test_without_gold_everything_is_reviewed_and_says_why():
    found = prelabel(["c-1", "c-2"], np.array([[0.99, 0.01], [0.4, 0.6]]), CLASSES, None)
    assert found["decision"].tolist() == ["review", "review"]
    assert found["label"].tolist() == ["a", "b"]
    assert found["why"].str.contains("no gold").all()


def test_a_class_with_too_little_gold_stays_closed():
    y, p = scored(600, seed=1)
    opened = thresholds(y, p, CLASSES, target=0.9).set_index("class")
    assert opened.at["a", "threshold"] is not pd.NA
    assert opened.at["b", "threshold"] is pd.NA
    assert "needed" in opened.at["b", "note"]
    drafts = prelabel([str(i) for i in range(600)], p, CLASSES, opened.reset_index())
    assert (drafts.loc[drafts["label"] == "b", "decision"] == "review").all()
    auto = drafts["decision"] == "auto"
    assert (drafts.loc[auto, "confidence"] >= opened.at["a", "threshold"]).all()
    assert auto.any()


def test_the_promise_holds_on_fresh_comments():
    broken = 0
    fresh_y, fresh_p = scored(50_000, seed=999)
    right = np.array([CLASSES[k] for k in fresh_p.argmax(axis=1)]) == np.array(fresh_y)
    for seed in range(60):
        opened = thresholds(*scored(1000, seed), CLASSES, target=0.9)
        drafts = prelabel([str(i) for i in range(50_000)], fresh_p, CLASSES, opened)
        auto = (drafts["decision"] == "auto").to_numpy()
        broken += bool(auto.any() and right[auto].mean() < 0.9)
    assert broken <= 7  # the bound allows 5 %


def test_the_target_is_a_share():
    with pytest.raises(InputError, match="target precision"):
        thresholds(["a"], np.array([[1.0, 0.0]]), CLASSES, target=1.0)


def test_thresholds_from_the_store_may_be_plain_floats():
    opened = pd.DataFrame({"class": ["a", "b"], "threshold": [0.8, np.nan], "note": ["", "too few"]})
    found = prelabel(["x", "y"], np.array([[0.9, 0.1], [0.1, 0.9]]), CLASSES, opened)
    assert found["decision"].tolist() == ["auto", "review"]
    assert found["why"].tolist() == ["confidence at least 0.800", "too few"]


def test_empty():
    assert prelabel([], np.zeros((0, 2)), CLASSES, None).empty
