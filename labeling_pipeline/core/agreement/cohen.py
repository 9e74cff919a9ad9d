"""Cohen's kappa between annotators: per pair, and its mean over pairs.

Belongs here: kappa from votes of two known annotators, plain and weighted. Does not: choosing pairs (see ``pairs``).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from labeling_pipeline.core.agreement.by_counts import SMALLEST_DENOMINATOR
from labeling_pipeline.core.agreement.coding import CodedVotes, Floats, code_votes
from labeling_pipeline.core.agreement.pairs import FEWEST_SHARED, PairVotes, pair_votes


def kappas(pairs: PairVotes, weights: Floats, task_weights: NDArray[np.float32] | None = None) -> Floats:
    """Kappa of every pair, NaN where both always used one and the same class: (P,), or (P, B) with task weights (B, N).

    kappa = (p_o - p_e) / (1 - p_e), p_o = sum w_ij p_ij, p_e = sum w_ij p_i. p_.j. Cohen (1960),
    doi:10.1177/001316446002000104; weighted: Cohen (1968), doi:10.1037/h0026256.
    """
    classes, n_pairs = weights.shape[0], pairs.first.size
    drawn = np.ones((pairs.task.max(initial=-1) + 1, 1), dtype=np.float32) if task_weights is None else task_weights.T
    agreed = _summed(pairs.pair, n_pairs, pairs, drawn, weights[pairs.label_a, pairs.label_b])
    by_a = _summed(pairs.pair * classes + pairs.label_a, n_pairs * classes, pairs, drawn)
    by_b = _summed(pairs.pair * classes + pairs.label_b, n_pairs * classes, pairs, drawn)
    by_a, by_b = by_a.reshape(n_pairs, classes, -1), by_b.reshape(n_pairs, classes, -1)
    n = by_a.sum(axis=1)
    expected = np.einsum("pib,ij,pjb->pb", by_a, weights, by_b, optimize=True)
    bottom = n**2 - expected
    undefined = bottom < SMALLEST_DENOMINATOR
    values = np.where(undefined, np.nan, (n * agreed - expected) / np.where(undefined, 1, bottom))
    return values[:, 0] if task_weights is None else values


def mean_over_pairs(pairs: PairVotes, weights: Floats, draws: Iterable[NDArray[np.float32]]) -> Floats:
    """1 + n_boot means over the pairs with a defined kappa (Light 1971, doi:10.1037/h0031643), the data's own first.

    A kappa of few shared tasks leans downwards, and a resample, which has fewer different tasks, leans once more: the
    replicates are moved so that their mean is the data's own value.
    """
    own = _mean(kappas(pairs, weights)[:, None])
    replicates = [_mean(kappas(pairs, weights, drawn)) for drawn in draws]
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
    pairs = pair_votes(coded, min_shared)
    enough = pairs.shared >= min_shared
    agreed = np.bincount(pairs.pair, weights=pairs.label_a == pairs.label_b, minlength=pairs.first.size)
    values = kappas(pairs, np.eye(len(coded.classes)))
    return pd.DataFrame(
        {
            "annotator_a": coded.annotators[pairs.first[enough]].astype(str),
            "annotator_b": coded.annotators[pairs.second[enough]].astype(str),
            "n_shared": pairs.shared[enough],
            "agreement": (agreed / np.maximum(pairs.shared, 1))[enough],
            "kappa": pd.array(np.where(np.isfinite(values), values, np.nan)[enough], dtype="Float64"),
        }
    )


def mean_kappa(votes: CodedVotes, pairs: PairVotes, weights: Floats, draws: Iterable[NDArray[np.float32]]) -> Floats:
    """`mean_over_pairs`, or one undefined value where no two annotators share enough tasks."""
    if votes.annotator is None or pairs.first.size == 0:
        return np.array([np.nan])
    return mean_over_pairs(pairs, weights, draws)


def _summed(
    cell: NDArray[np.int64], n_cells: int, pairs: PairVotes, drawn: NDArray[np.float32], values: Floats | None = None
) -> Floats:
    """Weighted observations per cell, (n_cells, B)."""
    data = np.ones(cell.size, dtype=np.float32) if values is None else values.astype(np.float32)
    matrix = sparse.coo_array((data, (cell, pairs.task)), shape=(n_cells, drawn.shape[0])).tocsr()
    return np.asarray(matrix @ np.ascontiguousarray(drawn), dtype=np.float64)


def _mean(values: Floats) -> Floats:
    """Mean over axis 0 of the defined values, NaN where there is none."""
    defined = np.isfinite(values)
    n = defined.sum(axis=0)
    total = np.where(defined, values, 0).sum(axis=0)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)
