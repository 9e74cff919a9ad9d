"""What gold may be used for. Belongs here: which rows teach, which measure, and the accuracy on those that measure.
Does not: joining gold to comments (``weak_labels``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.gold import ROLES as SHARES
from labeling_pipeline.core.weak_supervision.analysis import wilson

ROLES = tuple(name for name, _ in SHARES)


def fit_rows(gold: pd.DataFrame) -> pd.DataFrame:
    """The rows that may teach: of role fit, and those that name none.

    >>> gold = pd.DataFrame({"comment_id": ["a", "b", "c"], "label": "x", "role": ["fit", "sealed", None]})
    >>> fit_rows(gold)["comment_id"].tolist()
    ['a', 'c']
    """
    return gold[_roles(gold) == "fit"]


def measure_rows(gold: pd.DataFrame) -> pd.DataFrame:
    """The rows of role measure, which taught nothing; none where no row names a role."""
    return gold[_roles(gold) == "measure"]


def judging_rows(gold: pd.DataFrame) -> pd.DataFrame:
    """The rows to judge fixed rules on: of role measure where roles are named, else all."""
    return measure_rows(gold) if has_roles(gold) else gold


def has_roles(gold: pd.DataFrame) -> bool:
    """Whether any row names a role."""
    return "role" in gold.columns and bool((_given(gold) != "").any())


def measured_accuracy(
    truth: npt.NDArray[np.int64], labels: npt.NDArray[np.int64], votes: npt.NDArray[np.integer]
) -> dict[str, float | int] | None:
    """value, low, high (95 %), n: how often labels are right where `truth` is known (not -1) and a function voted.

    `truth`, `labels`: (n,) classes; `votes`: (n, m), -1 abstains.
    """
    judged = np.asarray((truth >= 0) & (votes >= 0).any(axis=1))
    n = int(judged.sum())
    if not n:
        return None
    value, low, high = wilson(int((labels[judged] == truth[judged]).sum()), n)
    return {"value": float(value), "low": float(low), "high": float(high), "n": n}


def _roles(gold: pd.DataFrame) -> pd.Series:
    if "role" not in gold.columns:
        return pd.Series("fit", index=gold.index)
    roles = _given(gold)
    unknown = roles[~roles.isin([*ROLES, ""])]
    if len(unknown):
        raise InputError(f"gold: role {unknown.iloc[0]!r}", expected=", ".join(ROLES))
    return roles.where(roles != "", "fit")


def _given(gold: pd.DataFrame) -> pd.Series:
    return gold["role"].astype(object).where(gold["role"].notna(), "").astype(str).str.strip()
