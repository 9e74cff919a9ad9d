"""One model against labels: every metric, every slice, each with its interval.

Belongs here: the table of results. Does not: comparing two models (``paired``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.evaluation import metrics
from labeling_pipeline.core.evaluation.cells import DRAWS, Array, Rows, fold, member_of, read_rows

COLUMNS = ["slice", "metric", "value", "low", "high", "n", "note"]
FEW = 10
Result = tuple[str, float | None, float | None, float | None, int, str]


def evaluate(
    y_true: Sequence[str],
    probabilities: Array,
    classes: Sequence[str],
    slices: Sequence[Sequence[str]] | None = None,
    weights: Array | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Metrics of a model on judged comments, over all of them (slice "all") and in each slice.

    y_true: n labels. probabilities: (n, K) in the order of ``classes``. slices: the slice names each comment is in.
    weights: 1 / inclusion probability, when the judged comments were not drawn evenly. Returns slice, metric, value,
    low, high, n, note; metrics: accuracy, macro_f1 (over the classes the gold has there), ece (15 bins), and f1_,
    recall_, precision_<class>. n is what the metric rests on: for recall the comments of that class, for precision
    those called it. Intervals are at 95 %: Wilson's for shares (F1 by way of right ÷ (there or called), which is a
    share), bootstrap for macro_f1 and ece. A metric that rests on nothing has an empty value (NULL, never NaN) and says
    why; one that rests on fewer than 10 comments says so.

    >>> found = evaluate(["a", "b"] * 20, np.array([[0.8, 0.2], [0.3, 0.7]] * 20), ["a", "b"])
    >>> found.loc[found.metric == "accuracy", ["value", "low"]].round(2).values.tolist()
    [[1.0, 0.91]]
    """
    rows = read_rows(y_true, [probabilities], classes, weights)
    slices = [()] * len(rows) if slices is None else slices
    if len(slices) != len(rows):
        raise InputError(f"{len(slices)} lists of slices for {len(rows)} comments", expected="one list per comment")
    if len(rows) == 0:
        return _frame([("all", *("accuracy", None, None, None, 0, "no gold comment"))])
    names = sorted({name for one in slices for name in one} - {"all"})
    results = [("all", *result) for result in _slice(rows, classes, seed)]
    for name in names:
        results += [(name, *result) for result in _slice(rows[member_of(slices, name)], classes, seed)]
    return _frame(results)


def _slice(rows: Rows, classes: Sequence[str], seed: int) -> list[Result]:
    results = [_accuracy(rows), *_resampled(rows, classes, seed)]
    for k, name in enumerate(classes):
        results += _of_class(rows, k, name)
    return results


def _accuracy(rows: Rows) -> Result:
    return _share("accuracy", rows.true == rows.predicted[0], np.ones(len(rows), dtype=bool), rows, "")


def _of_class(rows: Rows, k: int, name: str) -> list[Result]:
    there, said = rows.true == k, rows.predicted[0] == k
    recall = _share(f"recall_{name}", there & said, there, rows, f"no gold comment of class {name} here")
    precision = _share(f"precision_{name}", there & said, said, rows, f"no comment was called {name} here")
    # Right ÷ (there or called) is a share with an interval; F1 = 2s ÷ (1 + s) rises with it.
    f1 = _share("", there & said, there | said, rows, f"class {name} neither occurs nor was said here")
    ends = [None if end is None else 2 * end / (1 + end) for end in f1[1:4]]
    return [(f"f1_{name}", ends[0], ends[1], ends[2], *f1[4:]), recall, precision]


def _share(metric: str, hit: np.ndarray, base: np.ndarray, rows: Rows, why_none: str) -> Result:
    n = int(base.sum())
    if n == 0:
        return metric, None, None, None, 0, why_none
    weight = rows.weight[base]
    value = float((weight * hit[base]).sum() / weight.sum())
    return metric, value, *metrics.wilson(value, metrics.effective_n(weight)), n, _note(n)


def _resampled(rows: Rows, classes: Sequence[str], seed: int) -> list[Result]:
    cells = fold(rows)
    present = np.bincount(rows.true, minlength=len(classes)) > 0
    once = cells.count[None, :].astype(np.float64)
    f1 = float(metrics.macro_f1(metrics.confusions(once, cells.rows), present)[0])
    error = float(metrics.ece(once, cells.rows)[0])
    f1_draws, error_draws = [], []
    for counts in cells.resample(DRAWS, seed):
        f1_draws.append(metrics.macro_f1(metrics.confusions(counts, cells.rows), present))
        error_draws.append(metrics.ece(counts, cells.rows))
    f1_low, f1_high = _percentiles(np.concatenate(f1_draws), f1)
    if f1_high - f1_low < 1e-12:  # all right or all wrong: resampling sees no doubt where there is some
        f1_low, f1_high = metrics.wilson(f1, metrics.effective_n(rows.weight))
    errors = np.concatenate(error_draws)
    # Resampling adds noise to every bin, which raises the error; take that rise off again.
    low, high = _percentiles(errors - (errors.mean() - error), error)
    missing = [name for name, there in zip(classes, present, strict=True) if not there]
    note = "; ".join(part for part in (_note(len(rows)), f"without {', '.join(missing)}" if missing else "") if part)
    return [
        ("macro_f1", f1, f1_low, f1_high, len(rows), note),
        ("ece", error, max(0.0, low), min(1.0, high), len(rows), _note(len(rows))),
    ]


def _percentiles(draws: Array, value: float) -> tuple[float, float]:
    low, high = np.quantile(draws, [0.025, 0.975])
    return min(float(low), value), max(float(high), value)


def _note(n: int) -> str:
    return f"{n} comments only: read the interval, not the value" if n < FEW else ""


def _frame(results: list[tuple[str, str, float | None, float | None, float | None, int, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(results, columns=COLUMNS)
    # Nullable floats: an empty value reaches the store as NULL.
    return frame.astype({"value": "Float64", "low": "Float64", "high": "Float64", "n": "int64"})
