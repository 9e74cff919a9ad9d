"""Bootstrap over tasks: weighted sums of per-task features, for the data as they are and for every resample.

Belongs here: how tasks are drawn, and how replicates become an interval. Does not: what is summed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeling_pipeline.core.agreement.coding import Floats, TaskCounts

# Up to here a resample is one exact multinomial draw over folded tasks; above, every task draws its own weight.
MAX_FOLDED = 2_000
CHUNK_CELLS = 20_000_000
# Poisson(1) in 256 equal parts (mean exactly 1, variance 1.008): one random byte is one task's weight.
WEIGHT_OF_BYTE = np.repeat(np.arange(6, dtype=np.float32), [95, 93, 47, 16, 4, 1])


@dataclass(frozen=True)
class Resampler:
    """Draws `n_boot` resamples of the tasks; the same seed gives the same draws to every statistic."""

    n_tasks: int
    n_boot: int
    seed: int

    def sums(self, counts: TaskCounts, features: Floats) -> Floats:
        """(1 + n_boot, F) sums of `features` (U, F) over tasks; row 0 is the data as they are."""
        actual = counts.multiplicity.astype(np.float64) @ features
        if self.n_boot == 0:
            return actual[None, :]
        if counts.multiplicity.size <= MAX_FOLDED:
            rng = np.random.default_rng(self.seed)
            drawn = rng.multinomial(self.n_tasks, counts.multiplicity / self.n_tasks, size=self.n_boot)
            return np.vstack([actual, drawn.astype(np.float64) @ features])
        per_task = features[counts.pattern_of_task].astype(np.float32)
        at_once = max(1, CHUNK_CELLS // self.n_tasks)
        rows = [(weights @ per_task).astype(np.float64) for weights in self.task_weights(self.n_boot, at_once)]
        return np.vstack([actual, *rows])

    def task_weights(self, n_boot: int, rows: int) -> Iterator[NDArray[np.float32]]:
        """Weights of every task in chunks of at most `rows` resamples, (rows, n_tasks), `n_boot` rows in all."""
        rng = np.random.default_rng(self.seed)
        for start in range(0, n_boot, rows):
            size = (min(rows, n_boot - start), self.n_tasks)
            yield WEIGHT_OF_BYTE[rng.integers(0, 256, size=size, dtype=np.uint8)]


def interval(replicates: Floats, confidence: float) -> tuple[float, float] | None:
    """Percentile interval of the defined replicates; None where fewer than half are defined.

    >>> interval(np.array([0.1, 0.2, 0.3, np.nan]), 0.5)
    (0.15, 0.25)
    """
    defined = replicates[np.isfinite(replicates)]
    if defined.size == 0 or 2 * defined.size < replicates.size:
        return None
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return round(float(low), 12), round(float(high), 12)
