"""Ten labeling functions that people wrote for YouTube comments: label models, and classifiers trained on labels."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from labeling_pipeline.core.weak_supervision import label_model
from labeling_pipeline.core.weak_supervision.result import LabelModelResult
from labeling_pipeline_tests.benchmarks.weak_data import DATA, wrench_youtube
from labeling_pipeline_tests.benchmarks.weak_youtube import classify, hard, snorkel
from labeling_pipeline_tests.core.weak_supervision.planted import accuracy

pytestmark = pytest.mark.skipif(
    not (DATA / "wrench_youtube").is_dir(), reason="../shared/data/wrench_youtube is not there"
)
splits = cache(wrench_youtube)


@cache
def fitted(method: str) -> LabelModelResult:
    return label_model(splits()["train"][1], n_classes=2, method=method)


@cache
def fitted_on_gold() -> LabelModelResult:
    (_, train, _), (_, valid, labels) = splits()["train"], splits()["valid"]
    gold = np.concatenate([np.full(len(train), -1), labels])
    return label_model(np.concatenate([train, valid]), n_classes=2, gold=gold)


def on_covered(result: LabelModelResult, split: str = "test") -> float:
    _, votes, truth = splits()[split]
    covered = (votes >= 0).any(axis=1)
    return accuracy(result.predict(votes)[covered], truth[covered])


def test_without_gold_it_is_as_good_as_snorkels_model() -> None:
    _, votes, truth = splits()["test"]
    covered = (votes >= 0).any(axis=1)
    theirs = [accuracy(snorkel(splits()["train"][1], votes, epochs)[covered], truth[covered]) for epochs in (100, 500)]
    assert on_covered(fitted("auto")) >= max(theirs) - 0.01


def test_gold_makes_it_better() -> None:
    assert on_covered(fitted_on_gold()) >= 0.90


@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_it_is_never_under_majority(split: str) -> None:
    assert on_covered(fitted("auto"), split) >= on_covered(fitted("majority"), split) - 0.005


def test_a_classifier_learns_more_from_its_labels_than_from_majoritys() -> None:
    (texts, votes, labels), (more, _, gold) = splits()["train"], splits()["valid"]
    covered = (votes >= 0).any(axis=1)
    shown = [text for text, is_covered in zip(texts, covered, strict=True) if is_covered]
    told = np.concatenate([fitted_on_gold().probabilities[: len(votes)][covered, 1], gold])
    by_majority = trained(shown, hard(fitted("majority").probabilities[covered]))
    by_truth = trained(texts, labels.astype(float))
    assert trained(shown, fitted("auto").probabilities[covered, 1]) >= by_majority
    assert trained([*shown, *more], told) >= by_truth - 0.02


def trained(texts: list[str], positive: np.typing.NDArray[np.float64]) -> float:
    test_texts, _, truth = splits()["test"]
    return accuracy(classify(texts, positive, test_texts), truth)
