"""Where nearly every row of votes is another one, each row is its own pattern: the same results in bounded memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from labeling_pipeline.core.weak_supervision import LabelModelResult, analysis, label_model, learning
from labeling_pipeline.core.weak_supervision import patterns as module
from labeling_pipeline.core.weak_supervision.patterns import vote_patterns
from labeling_pipeline_tests.core.weak_supervision.planted import accuracy, independent

METHODS = ["auto", "correlation_aware", "majority", "weighted"]


def many(n: int, n_classes: int = 2, m: int = 20) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int64]]:
    votes, truth = independent(0, n, np.linspace(0.55, 0.9, m).tolist(), n_classes, 0.35)
    return votes.astype(np.int8), truth


def gold_of(truth: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.where(np.arange(len(truth)) < 300, truth, -1)


def by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PATTERNS", 10)
    monkeypatch.setattr(module, "MOST_SHARE", 0.0)


@pytest.mark.parametrize("m", [14, 40])
def test_each_row_is_its_own_pattern_in_the_callers_matrix(monkeypatch: pytest.MonkeyPatch, m: int) -> None:
    votes, _ = many(1000, m=m)
    assert not vote_patterns(votes, 2).by_row
    by_row(monkeypatch)
    patterns = vote_patterns(votes, 2)
    assert patterns.by_row
    assert patterns.votes is votes
    assert np.array_equal(patterns.counts, np.ones(1000))
    assert np.array_equal(patterns.row_pattern, np.arange(1000))
    table = np.random.default_rng(0).random((1000, 2))
    assert patterns.per_row(table) is table
    assert np.array_equal(vote_patterns(votes.astype(np.int64), 2).votes, votes)


@pytest.mark.parametrize("has_gold", [False, True])
@pytest.mark.parametrize("n_classes", [2, 5])
@pytest.mark.parametrize("method", METHODS)
def test_results_are_those_of_distinct_patterns(
    monkeypatch: pytest.MonkeyPatch, method: str, n_classes: int, has_gold: bool
) -> None:
    votes, truth = many(4000, n_classes)
    votes = votes[np.arange(4000) // 2]  # every row twice
    gold = gold_of(truth[np.arange(4000) // 2]) if has_gold else None

    def fitted() -> LabelModelResult:
        return label_model(votes, n_classes=n_classes, method=method, gold=gold)

    one = fitted()
    by_row(monkeypatch)
    monkeypatch.setattr(module, "PART", 300)
    other = fitted()
    assert np.allclose(other.probabilities, one.probabilities, rtol=0, atol=1e-12)
    assert np.allclose(other.accuracies, one.accuracies, rtol=0, atol=1e-12)
    assert other.advantage == pytest.approx(one.advantage, abs=1e-12)
    assert (other.method, other.clusters, other.notes) == (one.method, one.clusters, one.notes)


def test_drawn_rows_teach_what_drawn_patterns_teach(monkeypatch: pytest.MonkeyPatch) -> None:
    votes, truth = many(60_000)
    one = label_model(votes, n_classes=2)
    by_row(monkeypatch)
    other = label_model(votes, n_classes=2)
    assert accuracy(other.probabilities, truth) == pytest.approx(accuracy(one.probabilities, truth), abs=0.002)
    assert np.abs(other.accuracies - np.linspace(0.55, 0.9, 20)).max() < 0.03
    again = label_model(votes, n_classes=2)
    assert np.array_equal(again.probabilities, other.probabilities)


@pytest.mark.parametrize("n_classes", [2, 5])
def test_figures_about_functions_are_those_of_distinct_patterns(
    monkeypatch: pytest.MonkeyPatch, n_classes: int
) -> None:
    votes, truth = many(3000, n_classes)
    votes[:1500] = votes[1500:]
    votes[:, 3] = -1
    names, gold = [f"f{j}" for j in range(20)], gold_of(truth)
    groups = pd.Series(np.where(np.arange(3000) % 7 == 0, None, np.arange(3000) % 4))

    def figures() -> list[pd.DataFrame]:
        patterns = vote_patterns(votes, n_classes)
        return [
            analysis.lf_summary(patterns, names, gold),
            pd.DataFrame([analysis.corpus_summary(patterns)]),
            analysis.by_group(patterns, groups, names, gold),
            analysis.worst_conflicts(patterns, names, None, np.arange(3000.0)),
        ]

    expected = figures()
    by_row(monkeypatch)
    monkeypatch.setattr(module, "PART", 300)
    for one, other in zip(expected, figures(), strict=True):
        pd.testing.assert_frame_equal(other, one, rtol=0, atol=1e-12)
    worst, (a, b) = expected[3].iloc[0], votes[:, [int(expected[3][c][0][1:]) for c in ("lf", "other")]].T
    differ = (a >= 0) & (b >= 0) & (a != b)
    assert (worst["n_rows"], worst["share"]) == (differ.sum(), differ.sum() / ((a >= 0) & (b >= 0)).sum())
    assert worst["comment_ids"] == [str(row) for row in np.flatnonzero(differ)[:5]]


@pytest.mark.parametrize("has_gold", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_memory_grows_by_what_is_given_back_and_little_more(
    monkeypatch: pytest.MonkeyPatch, method: str, has_gold: bool
) -> None:
    by_row(monkeypatch)
    monkeypatch.setattr(module, "PART", 4096)
    monkeypatch.setattr(module, "BLOCK_ROWS", 4096)
    monkeypatch.setattr(learning, "MAX_PATTERNS", 1000)
    votes, truth = many(120_000, 5)
    gold = gold_of(truth) if has_gold else None
    peaks = []
    for n in (60_000, 120_000):
        tracemalloc.start()
        label_model(votes[:n], n_classes=5, method=method, gold=None if gold is None else gold[:n])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    given_back = 5 * 8
    assert (peaks[1] - peaks[0]) / 60_000 < given_back + 24
