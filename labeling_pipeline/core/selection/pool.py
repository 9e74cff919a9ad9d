"""What a strategy sees: the comment pool and what one or several models say of it.

Belongs here: reading and checking predictions. Does not: scoring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.stable_hash import fast_hash

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pool:
    """n comments, K classes.

    comment_ids: (n,). probabilities: (n, K), the mean over models. members: (m, K), one row per comment and model;
    comment_of_member: (m,) row of ``probabilities``. members_per_comment: (n,). luck: (n,) uniform numbers fixed by id
    and seed, for ties and chance.
    """

    comment_ids: NDArray[np.object_]
    classes: tuple[str, ...]
    probabilities: Array
    members: Array
    comment_of_member: NDArray[np.int64]
    members_per_comment: NDArray[np.int64]
    luck: Array

    @classmethod
    def of(cls, probabilities: Array, comment_ids: Sequence[str] | None = None, seed: int = 0) -> Pool:
        """A pool from the matrix of one model."""
        n, k = probabilities.shape
        frame = pd.DataFrame(probabilities, columns=[f"p_{i}" for i in range(k)])
        frame["comment_id"] = [f"c-{i}" for i in range(n)] if comment_ids is None else list(comment_ids)
        return read_pool(frame, tuple(str(i) for i in range(k)), seed)


def read_pool(predictions: pd.DataFrame, classes: Sequence[str] | None, seed: int) -> Pool:
    """Predictions (comment_id, p_<class>…, optional model_version) as a pool; an empty cell or column counts as 0.

    ``classes`` None takes the p_ columns in their order. Raises InputError on missing columns, cells that are no
    number ≥ 0, rows that sum to 0, or one model's comment given twice.
    """
    if "comment_id" not in predictions.columns:
        raise InputError("predictions: no column comment_id", expected="comment_id, p_<class>…")
    names = tuple(classes or (str(c)[2:] for c in predictions.columns if str(c).startswith("p_")))
    known = [name for name in names if f"p_{name}" in predictions.columns]
    if not known:
        raise InputError(
            "predictions: no class probabilities", expected=", ".join(f"p_{c}" for c in names) or "p_<class>…"
        )
    _check_unique(predictions)
    members = np.zeros((len(predictions), len(names)))
    for name in known:
        given = predictions[f"p_{name}"]
        numbers = pd.to_numeric(given, errors="coerce").where(given.notna(), 0.0)
        members[:, names.index(name)] = numbers.to_numpy(dtype=float, na_value=np.nan)
    totals = members.sum(axis=1)
    bad = ~(np.isfinite(members).all(axis=1) & (members >= 0).all(axis=1) & (totals > 0))
    if bad.any():
        first = predictions["comment_id"].iloc[int(np.argmax(bad))]
        raise InputError(f"predictions of comment {first}", expected="numbers ≥ 0, not all 0, in the p_ columns")
    return _pool(predictions["comment_id"], names, members / totals[:, None], seed)


def _pool(ids: pd.Series[str], names: tuple[str, ...], members: Array, seed: int) -> Pool:
    comment_of_member, unique = pd.factorize(ids.astype(object))
    counts = np.bincount(comment_of_member, minlength=len(unique))
    if len(unique) == len(ids):
        mean = members
    else:
        mean = np.zeros((len(unique), len(names)))
        np.add.at(mean, comment_of_member, members)
        mean = mean / counts[:, None]
    luck = fast_hash(np.asarray(unique, dtype=object), seed).astype(np.float64) / 2.0**64
    return Pool(np.asarray(unique, dtype=object), names, mean, members, comment_of_member, counts, luck)


def _check_unique(predictions: pd.DataFrame) -> None:
    key = [column for column in ("comment_id", "model_version") if column in predictions.columns]
    twice = predictions.duplicated(key)
    if twice.any():
        first = predictions["comment_id"][twice].iloc[0]
        raise InputError(
            f"predictions: comment {first} is there twice", expected="one row per comment and model_version"
        )
