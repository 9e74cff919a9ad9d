"""Distinct vote patterns with their counts. Belongs here: rows of votes -> patterns and back. Does not: any label
model.

Twelve labeling functions over 800,000 comments make a few dozen to a few thousand different rows of votes. Every label
model works on those, so its cost and memory follow the number of patterns and not the number of comments.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError

Matrix = npt.NDArray[np.float64]
Votes = npt.NDArray[np.int8]
ABSTAIN = -1
CHUNK_ROWS = 16_384  # a chunk of a dozen functions stays in the processor's cache
# Codes are summed in float64 (one BLAS call); whole numbers are exact below 2**53.
EXACT = 2**53


@dataclass(frozen=True)
class VotePatterns:
    """Distinct rows of votes: `votes` (P, m), `counts` (P,), `row_pattern` (n,) index of each row's pattern."""

    votes: Votes
    counts: Matrix
    row_pattern: npt.NDArray[np.int64]
    n_classes: int

    @property
    def fired(self) -> npt.NDArray[np.bool_]:
        """(P, m): which labeling functions voted."""
        return np.asarray(self.votes >= 0)

    def one_hot(self, start: int = 0, stop: int | None = None) -> Matrix:
        """(p, m, K) float64: 1 where labeling function m voted class k in pattern p."""
        part = self.votes[start:stop]
        return np.asarray(part[:, :, None] == np.arange(self.n_classes, dtype=np.int8), dtype=np.float64)

    def sample(self, limit: int, seed: int) -> VotePatterns:
        """At most about `limit` patterns, drawn by their counts: enough to learn rates from when patterns are too
        many."""
        if len(self.counts) <= limit:
            return self
        rng = np.random.default_rng(seed)
        drawn = rng.multinomial(limit, self.counts / self.counts.sum())
        kept = np.flatnonzero(drawn)
        scale = self.counts.sum() / limit
        none = np.empty(0, dtype=np.int64)
        return VotePatterns(self.votes[kept], drawn[kept] * scale, none, self.n_classes)


def check_votes(matrix: npt.ArrayLike, n_classes: int) -> Votes:
    """The matrix as int8 (n, m); InputError where a vote is not -1 or a class below `n_classes`."""
    votes = np.asarray(matrix)
    if votes.ndim != 2 or votes.shape[1] == 0:
        raise InputError(
            f"vote matrix of shape {votes.shape}", expected="rows × labeling functions, at least one column"
        )
    if not 2 <= n_classes <= 127:
        raise InputError(f"n_classes={n_classes}", expected="2 to 127 classes")
    if votes.dtype.kind not in "iu":
        _refuse_fractions(votes)
    for start in range(0, len(votes), CHUNK_ROWS):
        part = votes[start : start + CHUNK_ROWS]
        if part.min() < ABSTAIN or part.max() >= n_classes:
            row, column = np.argwhere((part < ABSTAIN) | (part >= n_classes))[0]
            raise InputError(
                f"row {start + row}, labeling function {column}: vote {part[row, column]}",
                expected=f"-1 (abstain) or a class 0 to {n_classes - 1}",
            )
    return votes.astype(np.int8, copy=False)


def _refuse_fractions(votes: npt.NDArray[np.generic]) -> None:
    if votes.dtype.kind != "f":
        raise InputError(f"vote matrix of type {votes.dtype}", expected="integers, -1 where a function abstains")
    wrong = ~np.isfinite(votes) | (votes != np.floor(votes))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise InputError(f"row {row}, labeling function {column}: vote {votes[row, column]}", expected="an integer")


def vote_patterns(votes: Votes, n_classes: int) -> VotePatterns:
    """Group equal rows; memory beside the matrix is one code and one index per row.

    >>> p = vote_patterns(np.array([[0, 1], [0, 1], [-1, 1]], dtype=np.int8), 2)
    >>> p.votes.tolist(), p.counts.tolist(), p.row_pattern.tolist()
    ([[0, 1], [-1, 1]], [2.0, 1.0], [0, 0, 1])
    """
    n, m = votes.shape
    width = int(np.log(EXACT) / np.log(n_classes + 1))
    codes = np.zeros(n, dtype=np.int64)
    n_codes = 1
    for left in range(0, m, width):
        part = _codes(votes[:, left : left + width], n_classes)
        if left:
            part = pd.factorize(part)[0].astype(np.int64)
            part += codes * (int(part.max(initial=0)) + 1)
        codes, uniques = pd.factorize(part)
        n_codes = len(uniques)
    first = np.empty(n_codes, dtype=np.int64)
    first[codes[::-1]] = np.arange(n - 1, -1, -1)
    counts = np.bincount(codes, minlength=n_codes).astype(np.float64)
    return VotePatterns(votes[first], counts, codes, n_classes)


def _codes(votes: Votes, n_classes: int) -> npt.NDArray[np.int64]:
    powers = float(n_classes + 1) ** np.arange(votes.shape[1])
    codes = np.empty(len(votes), dtype=np.int64)
    for start in range(0, len(votes), CHUNK_ROWS):
        part = votes[start : start + CHUNK_ROWS].astype(np.float64)
        codes[start : start + CHUNK_ROWS] = part @ powers + powers.sum()
    return codes
