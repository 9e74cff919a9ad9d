"""Distinct vote patterns with their counts. Belongs here: rows of votes -> patterns and back. Does not: any label
model.

Twelve labeling functions over 800,000 comments make a few dozen to a few thousand different rows of votes. Every label
model works on those, so its cost and memory follow the number of patterns and not the number of comments. Twenty busy
functions over millions of comments make nearly as many patterns as comments: there is little to save then, and each row
is taken as its own pattern, in the caller's matrix.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.one_thread import one_thread
from labeling_pipeline.core.threads import THREADS

Matrix = npt.NDArray[np.float64]
Votes = npt.NDArray[np.int8]
Numbers = npt.NDArray[np.int32] | npt.NDArray[np.int64]
Numbered = tuple[npt.NDArray[np.int32], int]
ABSTAIN = -1
CHUNK_ROWS = 65_536  # one number each: they stay in the processor's cache
CHUNK_VOTES = 393_216  # nearly stay in it, and calls are long enough for two threads to seldom wait for Python's lock
TWO_THREADS = 1 << 25  # bytes of votes: reading more of them is what takes the time
# Up to so many different codes are counted in a table with one cell each; beyond it they are hashed.
MOST_CELLS = 1 << 22
# More patterns than both of these are not numbered: finding them again would take more memory than they save.
MOST_PATTERNS, MOST_SHARE = 1 << 20, 0.25
BLOCK_ROWS = 1 << 20  # hashed at once
PART = 65_536  # patterns worked on at once, where what is computed of them is larger than their votes
# Codes are summed in float64 (one BLAS call); whole numbers are exact below 2**53.
EXACT = 2**53


@dataclass(frozen=True)
class VotePatterns:
    """Distinct rows of votes: `votes` (P, m), `counts` (P,), `row_pattern` (n,) index of each row's pattern.

    `by_row`: there are too many to be worth it; each row is its own pattern, so that equal rows make several.
    """

    votes: Votes
    counts: Matrix
    row_pattern: Numbers
    n_classes: int
    by_row: bool = False

    @property
    def fired(self) -> npt.NDArray[np.bool_]:
        """(P, m): which labeling functions voted."""
        return np.asarray(self.votes >= 0)

    @cached_property
    def covered(self) -> npt.NDArray[np.bool_]:
        """(P,): whether any labeling function voted."""
        out = np.empty(len(self.votes), dtype=bool)
        for part in in_parts(self.votes):
            np.any(self.votes[part] >= 0, axis=1, out=out[part])
        return out

    def one_hot(self, start: int = 0, stop: int | None = None) -> Matrix:
        """(p, m, K) float64: 1 where labeling function m voted class k in pattern p."""
        part = self.votes[start:stop]
        return np.asarray(part[:, :, None] == np.arange(self.n_classes, dtype=np.int8), dtype=np.float64)

    def per_row(self, table: Matrix) -> Matrix:
        """(P, K) by pattern → (n, K) by row; `table` itself where each row is its own pattern."""
        if self.by_row:
            return table
        out = np.empty((len(self.row_pattern), table.shape[1]))
        for rows in _chunks(len(out), CHUNK_ROWS):  # clip: every number is in range, and numpy then writes in place
            table.take(self.row_pattern[rows], axis=0, out=out[rows], mode="clip")
        return out

    def sample(self, limit: int, seed: int) -> VotePatterns:
        """At most about `limit` patterns, drawn by their counts: enough to learn rates from when patterns are too
        many."""
        if len(self.counts) <= limit:
            return self
        rng = np.random.default_rng(seed)
        scale = self.counts.sum() / limit
        if self.by_row:
            some = vote_patterns(self.votes[rng.integers(0, len(self.votes), limit)], self.n_classes)
            return dataclasses.replace(some, counts=some.counts * scale)
        drawn = rng.multinomial(limit, self.counts / self.counts.sum())
        kept = np.flatnonzero(drawn)
        none = np.empty(0, dtype=np.int64)
        return VotePatterns(self.votes[kept], drawn[kept] * scale, none, self.n_classes)


def in_parts(votes: Votes) -> Iterator[slice]:
    """Vote patterns (p, m) in slices, for work whose arrays are larger than the votes it is about."""
    return _chunks(len(votes), PART)


def vote_patterns(matrix: npt.ArrayLike, n_classes: int) -> VotePatterns:
    """Check a vote matrix and group its equal rows; memory beside it is one code and one index per row. The order of
    patterns does not depend on the order of rows while codes fit a table. Where more than a million patterns and a
    quarter of the rows differ, each row is its own pattern, in `matrix` itself if that is int8.

    InputError where a vote is not -1 or a class below `n_classes`, with its row and labeling function.

    >>> p = vote_patterns(np.array([[0, 1], [0, 1], [-1, 1]], dtype=np.int8), 2)
    >>> p.votes.tolist(), p.counts.tolist(), p.row_pattern.tolist()
    ([[-1, 1], [0, 1]], [1.0, 2.0], [1, 1, 0])
    """
    votes = _whole_numbers(matrix, n_classes)
    m = votes.shape[1]
    if (n_classes + 1) ** m <= MOST_CELLS:
        return _counted(votes, n_classes)
    return _hashed(votes, n_classes)


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
    row_pattern = np.empty(len(votes), dtype=np.int32)  # codes first: both are below MOST_CELLS
    _write_codes(votes, n_classes, row_pattern)
    cells = np.zeros((n_classes + 1) ** votes.shape[1], dtype=np.int64)
    for rows in _chunks(len(votes), CHUNK_ROWS):
        np.add.at(cells, row_pattern[rows].astype(np.int64), 1)
    found = np.flatnonzero(cells > 0)
    counts = cells[found].astype(np.float64)
    cells[found] = np.arange(len(found))
    for rows in _chunks(len(votes), CHUNK_ROWS):
        row_pattern[rows] = cells.take(row_pattern[rows])
    patterns = np.empty((len(found), votes.shape[1]), dtype=np.int8, order="F")  # models read function by function
    rest = found.astype(np.uint32)
    for j in range(votes.shape[1]):
        rest, vote = np.divmod(rest, np.uint32(n_classes + 1))
        patterns[:, j] = vote.astype(np.int8) - 1
    return VotePatterns(patterns, counts, row_pattern, n_classes)


def _hashed(votes: npt.NDArray[Any], n_classes: int) -> VotePatterns:
    """Patterns by their codes' hashes, as many functions at a time as one whole number tells apart; each row its own
    pattern where there are too many."""
    width = int(np.log(EXACT) / np.log(n_classes + 1))
    codes = np.empty(len(votes), dtype=np.int64)
    numbered: Numbered | None = np.zeros(len(votes), dtype=np.int32), 1
    for left in range(0, votes.shape[1], width):
        _write_codes(votes[:, left : left + width], n_classes, codes, left)  # all votes are checked, whatever is found
        part = None if numbered is None else _numbered(codes)
        if numbered is not None and part is not None and left:
            np.multiply(numbered[0], part[1], out=codes, dtype=np.int64)
            codes += part[0]
            part = _numbered(codes)
        numbered = part
    if numbered is None:
        whole = votes.astype(np.int8, copy=False)
        return VotePatterns(whole, np.ones(len(whole)), np.arange(len(whole)), n_classes, by_row=True)
    row_pattern, n_codes = numbered
    first = np.empty(n_codes, dtype=np.int64)
    for rows in reversed(list(_chunks(len(votes), BLOCK_ROWS))):  # of equal rows the last one written stays
        first[row_pattern[rows][::-1]] = np.arange(rows.stop - 1, rows.start - 1, -1)
    counts = np.bincount(row_pattern, minlength=n_codes).astype(np.float64)
    return VotePatterns(votes[first].astype(np.int8), counts, row_pattern, n_classes)


def _numbered(codes: npt.NDArray[np.int64]) -> Numbered | None:
    """Each code's number by first appearance, and how many there are; None where they are too many.

    Blocks are hashed one by one: a hash table of all codes would be larger than all votes.
    """
    most = max(MOST_PATTERNS, int(len(codes) * MOST_SHARE))
    known = np.empty(0, dtype=np.int64)
    numbers = np.empty(len(codes), dtype=np.int32)
    for rows in _chunks(len(codes), BLOCK_ROWS):
        own, found = pd.factorize(codes[rows])
        places, known = pd.factorize(np.concatenate([known, found])) if len(known) else (np.arange(len(found)), found)
        if len(known) > most:
            return None
        numbers[rows] = places[len(places) - len(found) :].take(own)
    return numbers, len(known)


def _write_codes(votes: npt.NDArray[Any], n_classes: int, codes: Numbers, left: int = 0) -> None:
    """Into `codes` (n,) one number per row of votes, which are checked on the way: the matrix is read once. `left`: the
    first column's number among all."""
    # Whole numbers are exact in float32 below 2**24, and half the size.
    kind: type[Any] = np.float32 if (n_classes + 1) ** votes.shape[1] <= MOST_CELLS else np.float64
    powers = (float(n_classes + 1) ** np.arange(votes.shape[1])).astype(kind)
    least, most, offset = kind(ABSTAIN), kind(n_classes - 1), powers.sum()
    chunk = max(1, CHUNK_VOTES // votes.shape[1])

    def write(start: int, stop: int) -> None:
        floats, sums = np.empty_like(votes[:chunk], dtype=kind), np.empty(chunk, dtype=kind)
        for rows in _chunks(stop, chunk, start):
            part, total = floats[: rows.stop - rows.start], sums[: rows.stop - rows.start]
            np.copyto(part, votes[rows], casting="unsafe")
            if part.min() < least or part.max() > most:
                _refuse(votes[rows], n_classes, rows.start, left)
            np.matmul(part, powers, out=total)
            np.add(total, offset, out=total)
            np.copyto(codes[rows], total, casting="unsafe")

    with one_thread():
        _by_halves(write, len(votes), votes.nbytes >= TWO_THREADS)


def _by_halves(work: Callable[[int, int], None], n_rows: int, at_once: bool) -> None:
    """`work` on all rows; `at_once`: on both halves, this thread on the first (a thread that only waited would have to
    be woken, which takes as long as it saves)."""
    if not at_once or THREADS == 1:
        work(0, n_rows)
        return
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(work, n_rows // 2, n_rows)
        work(0, n_rows // 2)
        second.result()


def _chunks(stop: int, size: int, start: int = 0) -> Iterator[slice]:
    for begin in range(start, stop, size):
        yield slice(begin, min(begin + size, stop))


def _refuse(part: npt.NDArray[Any], n_classes: int, start: int, left: int) -> None:
    row, column = np.argwhere((part < ABSTAIN) | (part >= n_classes))[0]
    raise InputError(
        f"row {start + row}, labeling function {left + column}: vote {part[row, column]}",
        expected=f"-1 (abstain) or a class 0 to {n_classes - 1}",
    )
