"""Scores and counts computed once per combination of votes equal those computed pattern by pattern."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.weak_supervision import encoding
from labeling_pipeline.core.weak_supervision.encoding import EncodedVotes, flat_one_hot, shared_weights


@pytest.mark.parametrize("rows", [3, encoding.MOST_CELLS, 3_000])
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 14), st.integers(2, 5), st.sampled_from([0.0, 0.1, 0.5]), st.booleans())
def test_blocks_change_no_sum(rows: int, seed: int, m: int, n_classes: int, tied: float, one_sided: bool) -> None:
    rng = np.random.default_rng(seed)
    votes = rng.integers(-1, n_classes, (rows, m)).astype(np.int8)
    if one_sided:
        votes[votes >= 0] = 1
    together = np.triu(rng.random((m, m)) < tied, 1) * rng.random((m, m))
    redundancy = together + together.T + np.eye(m)
    encoded = EncodedVotes(votes, n_classes, redundancy)
    one_hot, weights = flat_one_hot(votes, n_classes), shared_weights(votes >= 0, redundancy)
    weighted = one_hot * np.repeat(weights, n_classes, axis=1)
    worth, silence = rng.normal(size=(m * n_classes, 2)), rng.normal(size=(m, 2))
    assert np.allclose(encoded.score(worth), (weighted @ worth).T)
    assert np.allclose(encoded.score(worth, silence), (weighted @ worth + (votes < 0) @ silence).T)
    mass, counted = rng.random((2, rows)), np.empty((m * n_classes, 2))
    encoded.count(mass, out=counted)
    assert np.allclose(counted, one_hot.T @ mass.T)
    assert np.allclose(encoded.vote_mass(mass[0]), mass[0] @ weighted)
    assert sorted(j for block in encoded.blocks for j in block.functions) == list(range(m))


@pytest.mark.parametrize("shortest", [2**16, 10])
def test_each_combination_sums_its_own_patterns(monkeypatch: pytest.MonkeyPatch, shortest: int) -> None:
    monkeypatch.setattr(encoding, "LARGEST_SHORT", shortest)
    rng = np.random.default_rng(3)
    votes = rng.integers(-1, 2, (4_000, 10)).astype(np.int8)
    votes[:, 1] = np.where(votes[:, 0] < 0, 1, votes[:, 1])  # many combinations never occur
    for block in EncodedVotes(votes, 2, np.eye(10)).blocks:
        assert block.codes is not None
        assert np.array_equal(np.unique(block.codes), np.arange(len(block.one_hot)))
        mass = rng.random((2, len(votes)))
        expected = [np.bincount(block.codes, one) for one in mass]
        assert np.allclose(block.summed(mass), expected, rtol=1e-13)
        assert np.array_equal(block.summed(np.ones((1, len(votes))))[0], np.bincount(block.codes))


def test_near_copies_share_a_block_and_blocks_are_small() -> None:
    votes = np.random.default_rng(0).integers(-1, 2, (5_000, 45)).astype(np.int8)
    redundancy = np.eye(45)
    redundancy[3, 40] = redundancy[40, 3] = 0.4
    blocks = EncodedVotes(votes, 2, redundancy).blocks
    assert any({3, 40} <= set(block.functions.tolist()) for block in blocks)
    assert all(len(block.one_hot) <= encoding.MOST_CELLS for block in blocks)
    all_tied = EncodedVotes(votes, 2, np.ones((45, 45))).blocks
    assert [len(block.one_hot) for block in all_tied] == [len(np.unique(votes, axis=0))]


def test_one_hot_has_a_one_where_a_label_was_given() -> None:
    votes = np.array([[0, -1], [1, 2]], dtype=np.int8)
    assert flat_one_hot(votes, 3).tolist() == [[1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 1]]
