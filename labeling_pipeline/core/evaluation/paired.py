"""Two models on the same comments: the difference, with an interval that knows they are the same comments.

Belongs here: paired resampling. Does not: the decision (``promotion``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.evaluation import metrics
from labeling_pipeline.core.evaluation.cells import Array, Rows, fold, member_of, read_rows

DRAWS = 2000
COLUMNS = ["slice", "metric", "diff", "low", "high", "se", "n"]


class Difference(NamedTuple):
    """b − a with its 95 % interval and standard error; n comments it rests on."""

    diff: float
    low: float
    high: float
    se: float
    n: int


def paired_difference(
    y_true: Sequence[str],
    probabilities_a: Array,
    probabilities_b: Array,
    *,
    classes: Sequence[str],
    metric: str = "macro_f1",
    rows: NDArray[np.bool_] | None = None,
    weights: Array | None = None,
    seed: int = 0,
) -> Difference:
    """b − a by paired bootstrap over comments (Efron and Tibshirani 1993, doi:10.1201/9780429246593).

    metric: accuracy, macro_f1, or f1_, recall_, precision_<class>. rows: the comments of one slice. Raises InputError
    when the metric rests on no comment.

    >>> a, b = np.array([[0.9, 0.1]] * 40), np.array([[0.1, 0.9]] * 30 + [[0.9, 0.1]] * 10)
    >>> paired_difference(["y"] * 40, a, b, classes=["x", "y"], metric="recall_y").diff
    0.75
    """
    every = read_rows(y_true, [probabilities_a, probabilities_b], classes, weights)
    judged = every if rows is None else every[np.asarray(rows, dtype=bool)]
    found = _difference(judged, metric, classes, seed)
    if found is None:
        raise InputError(f"{metric}: no comment to compare the models on", remedy="add gold of that class and slice")
    return found


def compare(
    y_true: Sequence[str],
    serving: Array,
    candidate: Array,
    classes: Sequence[str],
    slices: Sequence[Sequence[str]] | None = None,
    weights: Array | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Candidate − serving: macro_f1 and accuracy over all, accuracy in every slice, recall of every class in both.

    Returns slice, metric, diff, low, high, se, n; metrics that rest on nothing are left out.
    """
    rows = read_rows(y_true, [serving, candidate], classes, weights)
    names = sorted({name for one in slices or () for name in one} - {"all"})
    wanted = [("all", "macro_f1")] + [(name, "accuracy") for name in ("all", *names)]
    wanted += [(name, f"recall_{one}") for name in ("all", *names) for one in classes]
    found = []
    for name, metric in wanted:
        judged = rows if name == "all" else rows[member_of(slices or (), name)]
        result = _difference(judged, metric, classes, seed)
        found += [(name, metric, *result)] if result else []
    return pd.DataFrame(found, columns=COLUMNS)


def _difference(rows: Rows, metric: str, classes: Sequence[str], seed: int) -> Difference | None:
    n = _base(rows, metric, classes)
    if n == 0:
        return None
    # Confidence plays no part here; without it there are fewer kinds of rows.
    cells = fold(Rows(rows.true, rows.predicted, np.zeros(len(rows)), rows.weight, rows.n_classes))
    present = np.bincount(rows.true, minlength=len(classes)) > 0

    def gap(counts: Array) -> Array:
        a, b = (_value(metrics.confusions(counts, cells.rows, model), metric, classes, present) for model in (0, 1))
        return b - a

    diff = float(gap(cells.count[None, :].astype(np.float64))[0])
    draws = np.concatenate([gap(counts) for counts in cells.resample(DRAWS, seed)])
    low, high = np.quantile(draws, [0.025, 0.975])
    return Difference(diff, min(float(low), diff), max(float(high), diff), float(draws.std()), n)


def _class_of(metric: str, classes: Sequence[str]) -> tuple[str, int]:
    kind, _, name = metric.partition("_")
    if kind not in ("f1", "recall", "precision") or name not in classes:
        raise InputError(f"metric {metric!r}", expected="accuracy, macro_f1, or f1_, recall_, precision_<class>")
    return kind, list(classes).index(name)


def _value(confusion: Array, metric: str, classes: Sequence[str], present: NDArray[np.bool_]) -> Array:
    if metric == "accuracy":
        return metrics.accuracy(confusion)
    if metric == "macro_f1":
        return metrics.macro_f1(confusion, present)
    kind, k = _class_of(metric, classes)
    by_class = {"f1": metrics.f1s, "recall": metrics.recalls, "precision": metrics.precisions}[kind]
    return np.asarray(by_class(confusion)[:, k])


def _base(rows: Rows, metric: str, classes: Sequence[str]) -> int:
    """Comments the metric rests on."""
    if metric in ("accuracy", "macro_f1"):
        return len(rows)
    kind, k = _class_of(metric, classes)
    said = (rows.predicted[0] == k) | (rows.predicted[1] == k)
    there = rows.true == k
    return int({"recall": there, "precision": said, "f1": there | said}[kind].sum())
