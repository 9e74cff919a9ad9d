"""Cohen's kappa between annotators: per pair, and its mean over pairs.

Belongs here: kappa from votes of two known annotators, plain and weighted. Does not: choosing pairs (see ``pairs``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from labeling_pipeline.core.agreement.by_counts import SMALLEST_DENOMINATOR
from labeling_pipeline.core.agreement.coding import CodedVotes, Floats, Ints, code_votes
from labeling_pipeline.core.agreement.pairs import FEWEST_SHARED, PairVotes, pair_votes


@dataclass(frozen=True)
class PairTables:
    """Sparse sums from tasks to pairs: weighted agreements (P, N), and each one's votes per class (P * K, N)."""

    agreed: sparse.csc_array
    by_a: sparse.csc_array
    by_b: sparse.csc_array
    weights: Floats

    @classmethod
    def of(cls, pairs: PairVotes, weights: Floats, n_tasks: int) -> PairTables:
        """Tables of `pairs` for one set of agreement weights (K, K)."""
        size, n_pairs = weights.shape[0], pairs.first.size
        ones = np.ones(pairs.pair.size, dtype=np.float32)
        agreed = weights[pairs.label_a, pairs.label_b].astype(np.float32)
        return cls(
            _table(agreed, pairs.pair, pairs.task, (n_pairs, n_tasks)),
            _table(ones, pairs.pair * size + pairs.label_a, pairs.task, (n_pairs * size, n_tasks)),
            _table(ones, pairs.pair * size + pairs.label_b, pairs.task, (n_pairs * size, n_tasks)),
            weights,
        )

    def kappas(self, task_weights: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """Kappa of every pair under task weights (B, N): (P, B), NaN where both used one and the same class only.

        kappa = (p_o - p_e) / (1 - p_e), p_o = sum w_ij p_ij, p_e = sum w_ij p_i. p_.j. Cohen (1960),
        doi:10.1177/001316446002000104; weighted: Cohen (1968), doi:10.1037/h0026256.
        """
        drawn = np.ascontiguousarray(task_weights.T)
        size = self.weights.shape[0]
        shape = (self.agreed.shape[0], size, drawn.shape[1])
        by_a, by_b = (self.by_a @ drawn).reshape(shape), (self.by_b @ drawn).reshape(shape)
        n = by_a.sum(axis=1)
        if not np.array_equal(self.weights, np.eye(size)):
            by_a = self.weights.T.astype(by_a.dtype) @ by_a
        expected = (by_a * by_b).sum(axis=1)
        bottom = n**2 - expected
        undefined = bottom < SMALLEST_DENOMINATOR
        values = (n * (self.agreed @ drawn) - expected) / np.where(undefined, 1, bottom)
        return np.where(undefined, np.nan, values)


def mean_over_pairs(tables: PairTables, draws: Iterable[NDArray[np.float32]]) -> Floats:
    """1 + n_boot means over the pairs with a defined kappa (Light 1971, doi:10.1037/h0031643), the data's own first.

    A kappa of few shared tasks leans downwards, and a resample, which has fewer different tasks, leans once more: the
    replicates are moved so that their mean is the data's own value.
    """
    own = _mean(tables.kappas(np.ones((1, tables.agreed.shape[1]))))
    replicates = [_mean(tables.kappas(drawn)) for drawn in draws]
    if not replicates or not np.isfinite(own[0]):
        return own
    drawn = np.concatenate(replicates)
    if np.isfinite(drawn).any():
        drawn = np.clip(drawn + own[0] - np.nanmean(drawn), -1, 1)
    return np.concatenate([own, drawn])


def pairwise_kappa(votes: pd.DataFrame, *, min_shared: int = FEWEST_SHARED) -> pd.DataFrame:
    """Cohen's kappa of each two annotators who share `min_shared` tasks.

    Returns `annotator_a, annotator_b, n_shared, agreement, kappa`; kappa is missing where it is undefined (both
    used one and the same class throughout).

    >>> votes = pd.DataFrame({"task": list("wxyz") * 2, "annotator": ["a"] * 4 + ["b"] * 4, "label": list("ppnnppnp")})
    >>> pairwise_kappa(votes)[["annotator_a", "annotator_b", "n_shared", "agreement", "kappa"]].values.tolist()
    [['a', 'b', 4, 0.75, 0.5]]
    """
    coded = code_votes(votes)
    pairs = pair_votes(coded, min_shared, strict=True)
    agreed = np.bincount(pairs.pair, weights=pairs.label_a == pairs.label_b, minlength=pairs.first.size)
    tables = PairTables.of(pairs, np.eye(len(coded.classes)), coded.n_tasks)
    values = tables.kappas(np.ones((1, coded.n_tasks)))[:, 0]
    return pd.DataFrame(
        {
            "annotator_a": coded.annotators[pairs.first].astype(str),
            "annotator_b": coded.annotators[pairs.second].astype(str),
            "n_shared": pairs.shared,
            "agreement": (agreed / np.maximum(pairs.shared, 1)),
            "kappa": pd.array(np.where(np.isfinite(values), values, np.nan), dtype="Float64"),
        }
    )


def mean_kappa(votes: CodedVotes, pairs: PairVotes, weights: Floats, draws: Iterable[NDArray[np.float32]]) -> Floats:
    """`mean_over_pairs`, or one undefined value where no two annotators share enough tasks."""
    if votes.annotator is None or pairs.first.size == 0:
        return np.array([np.nan])
    return mean_over_pairs(PairTables.of(pairs, weights, votes.n_tasks), draws)


def _table(data: NDArray[np.float32], row: Ints, task: Ints, shape: tuple[int, int]) -> sparse.csc_array:
    # By column, since tasks come in order and the sums of all pairs stay in the cache: three times as fast as by row.
    return sparse.coo_array((data, (row, task)), shape=shape).tocsc()


def _mean(values: NDArray[np.floating[Any]]) -> Floats:
    """Mean over axis 0 of the defined values, NaN where there is none."""
    defined = np.isfinite(values)
    n = defined.sum(axis=0)
    total = np.where(defined, values, 0).sum(axis=0)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)
