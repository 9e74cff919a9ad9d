"""Entropy: the widest class distributions first (Shannon 1948, doi:10.1002/j.1538-7305.1948.tb01338.x)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr

from labeling_pipeline.core.selection.pool import Pool


def entropy(pool: Pool) -> NDArray[np.float64]:
    """−Σ p log p in nats; (n,) in 0 … log K."""
    return np.asarray(entr(pool.probabilities).sum(axis=1))
