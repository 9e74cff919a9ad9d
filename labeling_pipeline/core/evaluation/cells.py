"""Rows that count alike, folded: resampling a few dozen cells is resampling the rows, at a fraction of the work.

Belongs here: checks, folding, multinomial resampling. Does not: metrics.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeling_pipeline.core.errors import InputError

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
BINS = 15
DRAWS = 1000
CHUNK = 5_000_000  # draws × cells held at once


@dataclass(frozen=True)
class Rows:
    """n judged comments: true class, one predicted class per model, confidence of the first, weight."""

    true: Codes
    predicted: tuple[Codes, ...]
    confidence: Array
    weight: Array
    n_classes: int

    def __getitem__(self, rows: NDArray[np.bool_]) -> Rows:
        predicted = tuple(one[rows] for one in self.predicted)
        return Rows(self.true[rows], predicted, self.confidence[rows], self.weight[rows], self.n_classes)

    def __len__(self) -> int:
        return len(self.true)


@dataclass(frozen=True)
class Cells:
    """The distinct kinds of rows: how many there are of each, and what one of them is."""

    count: Codes
    rows: Rows

    def resample(self, draws: int, seed: int) -> Iterator[Array]:
        """Counts of every cell in bootstrap samples of the rows: blocks of shape (≤ draws, cells)."""
        rng = np.random.default_rng(seed)
        n, step = int(self.count.sum()), max(1, CHUNK // max(1, len(self.count)))
        for start in range(0, draws, step):
            size = min(step, draws - start)
            yield rng.multinomial(n, self.count / n, size=size).astype(np.float64)


def read_rows(
    y_true: Sequence[str], probabilities: Sequence[Array], classes: Sequence[str], weights: Array | None
) -> Rows:
    """Checked rows; InputError names an unknown class or a wrong shape."""
    codes = {name: k for k, name in enumerate(classes)}
    strange = sorted({str(label) for label in y_true if label not in codes})
    if strange:
        raise InputError(f"label {strange[0]!r} is not a class", expected=", ".join(classes))
    matrices = [np.asarray(one, dtype=np.float64) for one in probabilities]
    for matrix in matrices:
        if matrix.shape != (len(y_true), len(classes)) or not np.isfinite(matrix).all():
            shape = f"({len(y_true)}, {len(classes)}): comments × classes, finite"
            raise InputError(f"probabilities of shape {matrix.shape}", expected=shape)
    weight = np.ones(len(y_true)) if weights is None else np.asarray(weights, dtype=np.float64)
    if weight.shape != (len(y_true),) or not np.isfinite(weight).all() or (weight <= 0).any():
        raise InputError("evaluation weights", expected=f"{len(y_true)} numbers above 0 (1 / inclusion probability)")
    true = np.array([codes[label] for label in y_true], dtype=np.int64)
    confidence = matrices[0].max(axis=1) if len(true) else np.zeros(0)
    return Rows(true, tuple(one.argmax(axis=1) for one in matrices), confidence, weight, len(classes))


def fold(rows: Rows) -> Cells:
    """Rows with the same classes, weight and confidence bin are one cell, with their mean confidence."""
    bins = confidence_bin(rows.confidence)
    key = np.column_stack([rows.true, *rows.predicted, bins, np.unique(rows.weight, return_inverse=True)[1]])
    _, first, cell, count = np.unique(key, axis=0, return_index=True, return_inverse=True, return_counts=True)
    confidence = np.bincount(cell.ravel(), weights=rows.confidence) / count
    predicted = tuple(one[first] for one in rows.predicted)
    return Cells(count, Rows(rows.true[first], predicted, confidence, rows.weight[first], rows.n_classes))


def confidence_bin(confidence: Array) -> Codes:
    """Which of the equal bins over 0 … 1 a confidence falls in."""
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def member_of(slices: Sequence[Sequence[str]], name: str) -> NDArray[np.bool_]:
    """Which rows are in the slice."""
    return np.fromiter((name in one for one in slices), dtype=bool, count=len(slices))
