"""Distinct vote patterns with their counts. Belongs here: rows of votes -> patterns and back. Does not: any label
model.

Twelve labeling functions over 800,000 comments make a few dozen to a few thousand different rows of votes. Every label
model works on those, so its cost and memory follow the number of patterns and not the number of comments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError

Matrix = npt.NDArray[np.float64]
Votes = npt.NDArray[np.int8]
Numbers = npt.NDArray[np.int32] | npt.NDArray[np.int64]
ABSTAIN = -1
# A chunk of a dozen functions stays in the processor's cache, and the calls for it cost little beside the work. Two
# threads gain nothing: calls this short hand Python's lock back and forth.
CHUNK_ROWS = 8_192
# Up to so many different codes are counted in a table with one cell each; beyond it they are hashed.
MOST_CELLS = 1 << 22
# Codes are summed in float64 (one BLAS call); whole numbers are exact below 2**53.
EXACT = 2**53


@dataclass(frozen=True)
class VotePatterns:
    """Distinct rows of votes: `votes` (P, m), `counts` (P,), `row_pattern` (n,) index of each row's pattern."""

    votes: Votes
    counts: Matrix
    row_pattern: Numbers
    n_classes: int

    @property
    def fired(self) -> npt.NDArray[np.bool_]:
        """(P, m): which labeling functions voted."""
        return np.asarray(self.votes >= 0)

    def one_hot(self, start: int = 0, stop: int | None = None) -> Matrix:
        """(p, m, K) float64: 1 where labeling function m voted class k in pattern p."""
        part = self.votes[start:stop]
        return np.asarray(part[:, :, None] == np.arange(self.n_classes, dtype=np.int8), dtype=np.float64)

    def per_row(self, table: Matrix) -> Matrix:
        """(P, K) by pattern → (n, K) by row."""
        out = np.empty((len(self.row_pattern), table.shape[1]))
        for rows in _chunks(len(out)):  # clip: every number is in range, and numpy then writes in place
            table.take(self.row_pattern[rows], axis=0, out=out[rows], mode="clip")
        return out

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


def vote_patterns(matrix: npt.ArrayLike, n_classes: int) -> VotePatterns:
    """Check a vote matrix and group its equal rows; memory beside it is one code and one index per row. The order of
    patterns does not depend on the order of rows while codes fit a table.

    InputError where a vote is not -1 or a class below `n_classes`, with its row and labeling function.

    >>> p = vote_patterns(np.array([[0, 1], [0, 1], [-1, 1]], dtype=np.int8), 2)
    >>> p.votes.tolist(), p.counts.tolist(), p.row_pattern.tolist()
    ([[-1, 1], [0, 1]], [1.0, 2.0], [1, 1, 0])
    """
    votes = _whole_numbers(matrix, n_classes)
    m = votes.shape[1]
    if (n_classes + 1) ** m <= MOST_CELLS:
        return _counted(votes, n_classes)
    codes = np.zeros(len(votes), dtype=np.int64)
    n_codes = 1
    width = int(np.log(EXACT) / np.log(n_classes + 1))
    for left in range(0, m, width):
        part = np.empty(len(votes), dtype=np.int64)
        for rows, numbers in _codes(votes[:, left : left + width], n_classes, left):
            part[rows] = numbers
        if left:
            part = pd.factorize(part)[0].astype(np.int64)
            part += codes * (int(part.max(initial=0)) + 1)
        codes, uniques = pd.factorize(part)
        n_codes = len(uniques)
    first = np.empty(n_codes, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(votes) - 1, -1, -1)
    counts = np.bincount(codes, minlength=n_codes).astype(np.float64)
    return VotePatterns(votes[first].astype(np.int8), counts, codes, n_classes)


def _whole_numbers(matrix: npt.ArrayLike, n_classes: int) -> npt.NDArray[Any]:
    votes = np.asarray(matrix)
    if votes.ndim != 2 or votes.shape[1] == 0:
        raise InputError(
            f"vote matrix of shape {votes.shape}", expected="rows × labeling functions, at least one column"
        )
    if not 2 <= n_classes <= 127:
        raise InputError(f"n_classes={n_classes}", expected="2 to 127 classes")
    if votes.dtype.kind not in "iu":
        _refuse_fractions(votes)
    return votes


def _refuse_fractions(votes: npt.NDArray[np.generic]) -> None:
    if votes.dtype.kind != "f":
        raise InputError(f"vote matrix of type {votes.dtype}", expected="integers, -1 where a function abstains")
    wrong = ~np.isfinite(votes) | (votes != np.floor(votes))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise InputError(f"row {row}, labeling function {column}: vote {votes[row, column]}", expected="an integer")


def _counted(votes: npt.NDArray[Any], n_classes: int) -> VotePatterns:
    """Patterns by one cell per possible code: no hashing, and votes are read back from the codes."""
    cells = np.zeros((n_classes + 1) ** votes.shape[1], dtype=np.int64)
    row_pattern = np.empty(len(votes), dtype=np.int32)  # codes first: both are below MOST_CELLS
    for rows, codes in _codes(votes, n_classes):
        np.add.at(cells, codes, 1)
        row_pattern[rows] = codes
    found = np.flatnonzero(cells > 0)
    counts = cells[found].astype(np.float64)
    cells[found] = np.arange(len(found))
    for rows in _chunks(len(votes)):
        row_pattern[rows] = cells.take(row_pattern[rows])
    patterns = np.empty((len(found), votes.shape[1]), dtype=np.int8, order="F")  # models read function by function
    rest = found.astype(np.uint32)
    for j in range(votes.shape[1]):
        rest, vote = np.divmod(rest, np.uint32(n_classes + 1))
        patterns[:, j] = vote.astype(np.int8) - 1
    return VotePatterns(patterns, counts, row_pattern, n_classes)


def _codes(votes: npt.NDArray[Any], n_classes: int, left: int = 0) -> Iterator[tuple[slice, npt.NDArray[np.int64]]]:
    """Chunk by chunk: its rows, and one number per row of votes, which are checked on the way: the matrix is read once.
    The numbers are the caller's until the next chunk. `left`: the first column's number among all."""
    # Whole numbers are exact in float32 below 2**24, and half the size.
    kind: type[Any] = np.float32 if (n_classes + 1) ** votes.shape[1] <= MOST_CELLS else np.float64
    powers = (float(n_classes + 1) ** np.arange(votes.shape[1])).astype(kind)
    offset = powers.sum()
    # Narrowed first: numpy turns wide integers into floats one by one, narrow ones many at once.
    narrow, ready = (np.empty_like(votes[:CHUNK_ROWS], dtype=dtype) for dtype in (np.int8, kind))
    sums, codes = np.empty(len(ready), dtype=kind), np.empty(len(ready), dtype=np.int64)
    for rows in _chunks(len(votes)):
        part, n = votes[rows], rows.stop - rows.start
        if part.min() < ABSTAIN or part.max() >= n_classes:
            _refuse(part, n_classes, rows.start, left)
        np.copyto(narrow[:n], part, casting="unsafe")
        np.copyto(ready[:n], narrow[:n])
        np.matmul(ready[:n], powers, out=sums[:n])
        np.add(sums[:n], offset, out=sums[:n])
        np.copyto(codes[:n], sums[:n], casting="unsafe")
        yield rows, codes[:n]


def _chunks(n_rows: int) -> Iterator[slice]:
    for start in range(0, n_rows, CHUNK_ROWS):
        yield slice(start, min(start + CHUNK_ROWS, n_rows))


def _refuse(part: npt.NDArray[Any], n_classes: int, start: int, left: int) -> None:
    row, column = np.argwhere((part < ABSTAIN) | (part >= n_classes))[0]
    raise InputError(
        f"row {start + row}, labeling function {left + column}: vote {part[row, column]}",
        expected=f"-1 (abstain) or a class 0 to {n_classes - 1}",
    )
