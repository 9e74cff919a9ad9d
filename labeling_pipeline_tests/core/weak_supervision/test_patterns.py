"""Equal rows of votes are one pattern, however many there are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.patterns import vote_patterns


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.int8, st.tuples(st.integers(0, 40), st.integers(1, 45)), elements=st.integers(-1, 4)))
def test_patterns_rebuild_the_matrix(votes: np.ndarray) -> None:
    patterns = vote_patterns(votes, 5)
    assert np.array_equal(patterns.votes[patterns.row_pattern], votes)
    assert len(np.unique(patterns.votes, axis=0)) == len(patterns.votes)
    assert np.array_equal(np.bincount(patterns.row_pattern, minlength=len(patterns.counts)), patterns.counts)


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


@pytest.mark.parametrize(("rows", "columns"), [(9000, 12), (9000, 45)])
@pytest.mark.parametrize("vote", [2, -2, 2**40, -(2**40)])
def test_a_wrong_vote_is_found_wherever_it_stands(rows: int, columns: int, vote: int) -> None:
    votes = np.random.default_rng(0).integers(-1, 2, (rows, columns))
    votes[rows - 7, columns - 2] = vote
    with pytest.raises(InputError, match=f"row {rows - 7}, labeling function {columns - 2}: vote {vote}"):
        vote_patterns(votes, 2)


def test_whole_floats_are_votes() -> None:
    assert vote_patterns(np.array([[1.0, -1.0]]), 2).votes.tolist() == [[1, -1]]


def test_sampling_keeps_the_shares() -> None:
    rng = np.random.default_rng(0)
    patterns = vote_patterns(rng.integers(-1, 2, (5000, 9)).astype(np.int8), 2)
    sampled = patterns.sample(2000, seed=1)
    assert len(sampled.counts) <= 2000
    assert sampled.counts.sum() == pytest.approx(5000)
    coverage = patterns.counts @ patterns.fired / 5000
    assert np.abs(sampled.counts @ sampled.fired / 5000 - coverage).max() < 0.05
