"""Agreement per task, and on a round that is still coming in.

Belongs here: what can be said of one task, and of an unfinished set. Does not: chance-corrected statistics.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement.coding import code_votes, column_of, indexed, text_codes
from labeling_pipeline.core.agreement.measure import agreement


def task_agreement(votes: pd.DataFrame) -> pd.DataFrame:
    """`task, n_votes, agreement`: the share of agreeing pairs of votes, missing where a task has one vote.

    Cohen's kappa is not defined for one task, so no kappa stands here.

    >>> votes = pd.DataFrame({"task": list("aaab"), "annotator": list("wxyw"), "label": list("ppnp")})
    >>> task_agreement(votes).values.tolist()
    [['a', 3, 0.3333333333333333], ['b', 1, <NA>]]
    """
    coded = code_votes(votes)
    per_class = np.bincount(coded.task * len(coded.classes) + coded.label, minlength=coded.n_tasks * len(coded.classes))
    counts = per_class.reshape(coded.n_tasks, -1)
    n = counts.sum(axis=1)
    agreeing = (counts * (counts - 1)).sum(axis=1) / np.maximum(n * (n - 1), 1)
    return pd.DataFrame(
        {
            "task": _task_names(votes),
            "n_votes": n,
            "agreement": pd.array(np.where(n >= 2, agreeing, np.nan), dtype="Float64"),
        }
    )


def interim_agreement(votes: pd.DataFrame, n_expected: int, **options: Any) -> dict[str, Any]:
    """`agreement` of a round that is still coming in, with how much of it is there.

    Adds `n_complete` (tasks with `n_expected` votes), `n_waiting` (tasks with fewer) and a note: the tasks answered
    first are not a random sample, so the figure may move by more than its interval says. `options` go to `agreement`.
    """
    return agreement(votes, n_expected=n_expected, **options)


def _task_names(votes: pd.DataFrame) -> list[str]:
    """Names of the tasks with a vote, in the order of `code_votes`."""
    task_column, label_column = column_of(votes, "task"), column_of(votes, "label")
    if task_column is None or label_column is None:  # code_votes has already said so
        return []
    label, _ = indexed(label_column, are_labels=True)
    codes, names = text_codes(task_column)
    return [names[code] for code in np.unique(codes[(codes >= 0) & (label >= 0)])]
