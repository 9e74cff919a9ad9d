"""Training recovers planted classes, uses soft labels as they are, and says what it could not learn."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.training import TrainingSettings, model_digest, train
from labeling_pipeline_tests.core.training.texts import CLASSES, one_hot, planted


def test_planted_classes_are_found_and_probabilities_are_a_distribution():
    texts, label = planted(600, seed=1)
    unseen, truth = planted(300, seed=2)
    predicted = train(texts, one_hot(label), classes=CLASSES).predict(unseen)
    assert (predicted.argmax(axis=1) == truth).mean() > 0.97
    assert predicted.shape == (300, 3)
    np.testing.assert_allclose(predicted.sum(axis=1), 1, atol=1e-12)


def test_same_input_same_model_and_another_seed_may_differ_only_in_calibration():
    texts, label = planted(300, seed=3)
    first = train(texts, one_hot(label), classes=CLASSES, seed=1)
    assert model_digest(first) == model_digest(train(texts, one_hot(label), classes=CLASSES, seed=1))
    other = train(texts, one_hot(label), classes=CLASSES, seed=2)
    assert (first.predict(texts).argmax(axis=1) == other.predict(texts).argmax(axis=1)).mean() > 0.99


def test_a_soft_label_is_the_same_as_repeating_the_comment_once_per_class():
    texts, label = planted(120, seed=4)
    soft = 0.7 * one_hot(label) + 0.3 / 3
    settings = TrainingSettings(calibration_share=0, min_df=1, max_iterations=2000)
    repeated = [text for text in texts for _ in CLASSES]
    expanded = np.tile(np.eye(3), (len(texts), 1))
    ours = train(texts, soft, classes=CLASSES, settings=settings).predict(texts)
    # The same vocabulary but other document frequencies: repeat every comment in both.
    theirs = train(repeated, expanded, classes=CLASSES, weights=soft.ravel() + 1e-12, settings=settings).predict(texts)
    assert (ours.argmax(axis=1) == theirs.argmax(axis=1)).all()
    assert np.abs(ours - theirs).mean() < 0.02


def test_soft_labels_teach_their_dispute():
    texts = ["plain words about soup"] * 60 + ["strange words about lamps"] * 60
    labels = np.array([[1.0, 0.0]] * 60 + [[0.6, 0.4]] * 60)
    settings = TrainingSettings(class_balance=0, c=100)
    predicted = train(texts, labels, classes=("a", "b"), settings=settings).predict(texts[59:61])
    np.testing.assert_allclose(predicted[1], [0.6, 0.4], atol=0.05)
    assert predicted[0, 0] > 0.9


def test_weight_zero_is_as_if_the_comment_were_not_labeled():
    texts, label = planted(200, seed=5)
    wrong = one_hot(label).copy()
    wrong[100:] = np.roll(wrong[100:], 1, axis=1)
    weights = np.r_[np.ones(100), np.zeros(100)]
    predicted = train(texts, wrong, classes=CLASSES, weights=weights).predict(texts[100:])
    assert (predicted.argmax(axis=1) == label[100:]).mean() > 0.85


def test_a_class_never_seen_gets_probability_zero_and_a_note():
    texts, label = planted(100, seed=6, shares=(0.6, 0.4, 0.0))
    model = train(texts, one_hot(label), classes=CLASSES)
    assert (model.predict(texts)[:, 2] == 0).all()
    assert "no training label of class question: its probability is 0" in model.notes


@pytest.mark.parametrize(
    ("texts", "labels", "note"),
    [
        (["one row"], [[1.0, 0.0]], "every training label is a"),
        (["x y", "z w", "u v"], [[0.0, 1.0]] * 3, "every training label is b"),
        (["", "", ""], [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], "no usable n-gram"),
    ],
)
def test_what_cannot_be_learned_gives_a_constant_model_that_says_so(texts, labels, note):
    model = train(texts, np.array(labels), classes=("a", "b"))
    assert model.is_constant
    assert note in model.notes[0]
    expected = np.tile(np.mean(labels, axis=0), (2, 1))
    np.testing.assert_allclose(model.predict(["anything", ""]), expected)


@pytest.mark.parametrize(
    ("texts", "labels", "weights", "part"),
    [
        ([], np.zeros((0, 2)), None, "no comments to train on"),
        (["a"], np.ones((1, 3)) / 3, None, "shape (1, 3)"),
        (["a", "b"], np.array([[0.5, 0.5], [np.nan, 1]]), None, "row 1"),
        (["a", "b"], np.array([[0.5, 0.5], [0.5, 0.1]]), None, "row 1"),
        (["a", None], np.array([[0.5, 0.5], [0.5, 0.5]]), None, "text 1 is NoneType"),
        (["a"], np.array([[0.5, 0.5]]), np.array([-1.0]), "training weights"),
        (["a"], np.array([[0.5, 0.5]]), np.array([0.0]), "training weights"),
    ],
)
def test_wrong_input_is_named(texts, labels, weights, part):
    with pytest.raises(InputError, match=part.replace("(", r"\(").replace(")", r"\)")):
        train(texts, labels, classes=("a", "b"), weights=weights)


@pytest.mark.parametrize("change", [{"min_df": 0}, {"c": 0.0}, {"class_balance": 2.0}, {"calibration_share": 0.9}])
def test_wrong_settings_are_named(change):
    with pytest.raises(SettingError, match=next(iter(change))):
        dataclasses.replace(TrainingSettings(), **change)


def test_hostile_and_empty_texts_are_only_texts():
    texts, label = planted(80, seed=7)
    model = train(texts, one_hot(label), classes=CLASSES)
    strange = ["", "\x00\x00", "=1+1", "\ud800 lone surrogate", "🙂" * 500, "a" * 100_000]
    predicted = model.predict(strange)
    assert np.isfinite(predicted).all()
    np.testing.assert_allclose(predicted.sum(axis=1), 1)
    assert model.predict([]).shape == (0, 3)


def test_other_classes_may_be_asked_for_as_long_as_none_is_lost():
    texts, label = planted(80, seed=8)
    model = train(texts, one_hot(label), classes=CLASSES)
    wider = model.predict(texts, ["new", "question", "praise", "complaint"])
    assert (wider[:, [2, 3, 1]] == model.predict(texts)).all()
    assert (wider[:, 0] == 0).all()
    with pytest.raises(InputError, match="knows class complaint"):
        model.predict(texts, ["praise", "question"])
