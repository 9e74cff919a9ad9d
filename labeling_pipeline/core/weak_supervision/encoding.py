"""Vote patterns made ready to be scored and counted many times. Belongs here: one-hot votes, the weights of near
copies, blocks of functions. Does not: rates (``rates``) and how they are learned (``learning``).

What votes say adds up over functions. Functions are therefore dealt into blocks with few different combinations of
votes (functions that share votes stay together): a score is computed once per combination and looked up per pattern.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.weak_supervision.patterns import Matrix, Votes

Index = npt.NDArray[np.intp]
Fired = npt.NDArray[np.bool_]
MOST_CELLS = 1024  # combinations of one block: its tables stay in the processor's cache
LARGEST_CODE = 2**31
LARGEST_SHORT = 2**16  # numpy sorts numbers below it without comparing them


def flat_one_hot(votes: Votes, n_classes: int) -> Matrix:
    """(p, m·K): 1 where function j voted l, in column j·K+l."""
    hot = np.empty((votes.shape[1] * n_classes, len(votes)))  # a row per (function, label) is written in one go
    by_function = np.ascontiguousarray(votes.T)
    for k in range(n_classes):
        hot[k::n_classes] = by_function == k
    return hot.T


def shared_weights(fired: Fired, redundancy: Matrix) -> Matrix:
    """(p, m): 1 over the number of redundant functions that voted on the same row (copies share one vote); 0 if
    silent."""
    voted = fired.astype(np.float64)
    return np.asarray(voted / np.maximum(voted @ redundancy, 1.0))


@dataclass(frozen=True)
class Block:
    """Some functions: their rows among (function, label), each pattern's combination (None: its own; all occur), and
    per combination the votes, the votes with their weights, and who abstained."""

    rows: Index | slice
    functions: Index
    codes: Index | None
    one_hot: Matrix
    weighted: Matrix
    silent: Matrix

    def looked_up(self, table: Matrix) -> Matrix:
        """(J, combinations) → (J, patterns)."""
        return table if self.codes is None else table.take(self.codes, axis=1)

    def summed(self, mass: Matrix) -> Matrix:
        """(J, patterns) → (J, combinations)."""
        if self.codes is None:
            return mass
        order, starts = self._by_combination
        return np.asarray(np.add.reduceat(mass if order is None else mass.take(order, axis=1), starts, axis=1))

    @cached_property
    def _by_combination(self) -> tuple[Index | None, Index]:
        """The order in which patterns of one combination stand together (None: they do), and where each begins."""
        if self.codes is None:
            raise ValueError("every pattern is its own combination")
        sizes = np.bincount(self.codes)
        starts = np.cumsum(sizes) - sizes
        if (self.codes[1:] >= self.codes[:-1]).all():
            return None, starts
        few = len(starts) <= LARGEST_SHORT
        return np.argsort(self.codes.astype(np.uint16) if few else self.codes, kind="stable"), starts


class EncodedVotes:
    """Vote patterns (p, m) under one redundancy (m, m)."""

    def __init__(self, votes: Votes, n_classes: int, redundancy: Matrix) -> None:
        self.n_rows = votes.shape[1] * n_classes
        self.blocks = []
        if len(votes) <= MOST_CELLS:
            self.blocks = [_block(votes, n_classes, redundancy, list(range(votes.shape[1])), None)]
            return
        by_function = np.ascontiguousarray(votes.T)
        occurs = np.array([(by_function == label).any(axis=1) for label in range(-1, n_classes)])
        found = [np.flatnonzero(labels) for labels in occurs.T]
        columns = by_function.astype(np.intp)
        columns += 1  # (m, p), from 0
        for group in _dealt([len(labels) for labels in found], redundancy):
            codes = _codes([columns[j] for j in group], [found[j] for j in group], n_classes)
            self.blocks.append(_block(votes, n_classes, redundancy, group, codes))

    def score(self, worth: Matrix, silence: Matrix | None = None) -> Matrix:
        """(J, p) sums of what votes are worth, (m·K, J), near copies sharing one vote, and silence, (m, J)."""
        total: Matrix | None = None
        for block in self.blocks:
            table = worth[block.rows].T @ block.weighted.T
            if silence is not None:
                table += silence[block.functions].T @ block.silent.T
            part = block.looked_up(table)
            total = part if total is None else np.add(total, part, out=total)
        if total is None:
            raise ValueError("no labeling functions")  # vote_patterns refuses such a matrix
        return total

    def count(self, mass: Matrix, out: Matrix) -> None:
        """Write (m·K, J) votes by (function, label), each pattern counting as much as `mass` (J, p) says."""
        for block in self.blocks:
            out[block.rows] = (block.summed(mass) @ block.one_hot).T

    def vote_mass(self, counts: Matrix) -> Matrix:
        """(m·K,) votes by (function, label), near copies sharing theirs."""
        out = np.empty(self.n_rows)
        for block in self.blocks:
            out[block.rows] = block.summed(counts[None])[0] @ block.weighted
        return out


def _dealt(spread: list[int], redundancy: Matrix) -> list[list[int]]:
    """Functions in blocks of at most about a thousand combinations of votes, near copies together; `spread`: how many
    different votes each function gives."""
    from scipy.sparse.csgraph import connected_components

    group: npt.NDArray[np.integer[Any]] = np.arange(len(redundancy))
    if np.count_nonzero(redundancy) > len(group):  # some are near copies
        _, group = connected_components(redundancy > 0, directed=False)
    dealt: list[list[int]] = []
    room = 0.0
    for g in dict.fromkeys(group.tolist()):
        together = np.flatnonzero(group == g).tolist()
        cells = float(np.prod([float(spread[j]) for j in together]))
        if not dealt or cells > room:
            dealt.append([])
            room = float(MOST_CELLS)
        dealt[-1] += together
        room /= cells
    return dealt


def _block(votes: Votes, n_classes: int, redundancy: Matrix, group: list[int], codes: Index | None) -> Block:
    functions = np.asarray(group, dtype=np.intp)
    rows: Index | slice = (functions[:, None] * n_classes + np.arange(n_classes)).ravel()
    if (np.diff(functions) == 1).all():
        rows = slice(int(functions[0]) * n_classes, (int(functions[-1]) + 1) * n_classes)
    shown = np.arange(len(votes))
    if codes is not None:
        shown = np.zeros(int(codes.max()) + 1, dtype=np.intp)
        shown[codes] = np.arange(len(votes))
    combinations = votes[np.ix_(shown, functions)]
    fired = combinations >= 0
    one_hot = flat_one_hot(combinations, n_classes)
    weights = shared_weights(fired, redundancy[np.ix_(functions, functions)])
    weighted = one_hot * np.repeat(weights, n_classes, axis=1)
    return Block(rows, functions, codes, one_hot, weighted, (~fired).astype(np.float64))


def _codes(columns: list[Index], found: list[Index], n_classes: int) -> Index:
    """(p,) which combination of these functions' votes, numbered without gaps."""
    codes, cells = np.zeros(len(columns[0]), dtype=np.intp), 1
    for column, labels in zip(columns, found, strict=True):
        if cells * len(labels) > LARGEST_CODE:
            codes, cells = _without_gaps(codes, cells)
        place = np.zeros(n_classes + 1, dtype=np.intp)
        place[labels] = np.arange(len(labels)) * cells
        codes += place.take(column)
        cells *= len(labels)
    return _without_gaps(codes, cells)[0]


def _without_gaps(codes: Index, cells: int) -> tuple[Index, int]:
    """`codes` below `cells`, numbered by their order among those that occur, and how many do."""
    if cells > MOST_CELLS:
        found, numbered = np.unique(codes, return_inverse=True)
        return numbered.astype(np.intp), len(found)
    occurs = np.bincount(codes) > 0
    return (np.cumsum(occurs) - 1).take(codes), int(occurs.sum())
