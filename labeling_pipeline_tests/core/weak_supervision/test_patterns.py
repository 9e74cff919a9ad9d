"""Equal rows of votes are one pattern, however many there are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision import patterns as module
from labeling_pipeline.core.weak_supervision.patterns import vote_patterns


@st.composite
def vote_matrices(draw: st.DrawFn) -> tuple[np.ndarray, int]:
    """A matrix of 1 to 40 functions in any layout, with rows that repeat, and its number of classes."""
    n_classes, m = draw(st.sampled_from([2, 3, 4, 9, 127])), draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    distinct = rng.integers(-1, n_classes, (draw(st.integers(1, 30)), m))
    votes = distinct[rng.integers(0, len(distinct), draw(st.integers(0, 60)))]
    layout = np.asarray(votes, dtype=draw(st.sampled_from(["i1", "i2", "i4", "i8", ">i8", "f4", "f8"])))
    return np.array(layout, order=draw(st.sampled_from(["C", "F"])))[:: draw(st.sampled_from([1, -1, 2]))], n_classes


def same_as_unique(votes: np.ndarray, n_classes: int) -> None:
    patterns = vote_patterns(votes, n_classes)
    expected, counts = np.unique(votes, axis=0, return_counts=True)
    order = np.lexsort(patterns.votes.T[::-1])
    assert patterns.votes.dtype == np.int8
    assert np.array_equal(patterns.votes[order], expected)
    assert np.array_equal(patterns.counts[order], counts)
    assert np.array_equal(patterns.votes[patterns.row_pattern], votes)
    table = np.random.default_rng(0).random((len(counts), 3))
    assert np.array_equal(patterns.per_row(table), table[patterns.row_pattern])
    assert np.array_equal(patterns.covered, patterns.fired.any(axis=1))


@settings(max_examples=150, deadline=None)
@given(vote_matrices())
def test_patterns_are_the_distinct_rows(drawn: tuple[np.ndarray, int]) -> None:
    same_as_unique(*drawn)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("n_rows", [0, 1, 2, 99, 100, 101, 205])
@pytest.mark.parametrize(("m", "n_classes"), [(1, 2), (12, 2), (13, 2), (14, 2), (3, 127), (4, 127), (33, 2), (40, 5)])
def test_no_row_is_lost_between_chunks(
    monkeypatch: pytest.MonkeyPatch, m: int, n_classes: int, n_rows: int, threads: int
) -> None:
    monkeypatch.setattr(module, "CHUNK_VOTES", 100 * m)
    monkeypatch.setattr(module, "CHUNK_ROWS", 50)
    monkeypatch.setattr(module, "BLOCK_ROWS", 70)
    monkeypatch.setattr(module, "TWO_THREADS", 0 if threads == 2 else 2**40)
    votes = np.random.default_rng(n_rows).integers(-1, n_classes, (n_rows, m))
    votes[:, 2:] = votes[:, :1]  # few patterns, so that some repeat
    for order in ("C", "F"):
        same_as_unique(np.asarray(votes, order=order), n_classes)


@pytest.mark.parametrize("m", [12, 20])
def test_two_threads_read_what_one_reads(monkeypatch: pytest.MonkeyPatch, m: int) -> None:
    votes = np.random.default_rng(0).integers(-1, 2, (50_001, m))
    one = vote_patterns(votes, 2)
    monkeypatch.setattr(module, "TWO_THREADS", 0)
    two = vote_patterns(votes, 2)
    assert np.array_equal(one.votes, two.votes)
    assert np.array_equal(one.counts, two.counts)
    assert np.array_equal(one.row_pattern, two.row_pattern)
    votes[[40_000, 20_000]] = 7  # one in each half: the first is named
    with pytest.raises(InputError, match="row 20000, labeling function 0: vote 7"):
        vote_patterns(votes, 2)


def test_patterns_and_their_order_do_not_follow_the_order_of_rows() -> None:
    rng = np.random.default_rng(1)
    votes = rng.integers(-1, 2, (20_000, 12))
    rows = rng.permutation(len(votes))
    one, other = vote_patterns(votes, 2), vote_patterns(votes[rows].astype(np.int8), 2)
    assert np.array_equal(one.votes, other.votes)
    assert np.array_equal(one.counts, other.counts)
    assert np.array_equal(one.row_pattern[rows], other.row_pattern)


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        ([[0, 5]], "row 0, labeling function 1: vote 5"),
        ([[0, -2]], "vote -2"),
        ([[0, 0.5]], "vote 0.5"),
        ([[0, np.nan]], "vote nan"),
        ([0, 1], "vote matrix of shape"),
        ([["a", "b"]], "vote matrix of type"),
    ],
)
def test_what_is_no_vote_matrix_is_refused(matrix: list[object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        vote_patterns(np.asarray(matrix), 2)


@pytest.mark.parametrize("most", [module.MOST_PATTERNS, 10])
@pytest.mark.parametrize(("rows", "columns"), [(9000, 12), (9000, 45)])
@pytest.mark.parametrize("vote", [2, -2, 2**40, -(2**40)])
def test_a_wrong_vote_is_found_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch, rows: int, columns: int, vote: int, most: int
) -> None:
    monkeypatch.setattr(module, "MOST_PATTERNS", most)  # known to be too many before the last columns are read
    votes = np.random.default_rng(0).integers(-1, 2, (rows, columns))
    votes[rows - 7, columns - 2] = vote
    with pytest.raises(InputError, match=f"row {rows - 7}, labeling function {columns - 2}: vote {vote}"):
        vote_patterns(votes, 2)


def test_whole_floats_are_votes() -> None:
    assert vote_patterns(np.array([[1.0, -1.0]]), 2).votes.tolist() == [[1, -1]]


@pytest.mark.parametrize("most", [module.MOST_PATTERNS, 10])
@pytest.mark.parametrize("m", [9, 16])
def test_sampling_keeps_the_shares(monkeypatch: pytest.MonkeyPatch, m: int, most: int) -> None:
    monkeypatch.setattr(module, "MOST_PATTERNS", most)
    rng = np.random.default_rng(0)
    patterns = vote_patterns((rng.integers(-1, 2, (5000, m)) * (rng.random((5000, m)) < 0.6)).astype(np.int8), 2)
    assert patterns.by_row == (m > 13 and most == 10)
    sampled = patterns.sample(2000, seed=1)
    assert len(sampled.counts) <= 2000
    assert sampled.counts.sum() == pytest.approx(5000)
    coverage = patterns.counts @ patterns.fired / 5000
    assert np.abs(sampled.counts @ sampled.fired / 5000 - coverage).max() < 0.05
