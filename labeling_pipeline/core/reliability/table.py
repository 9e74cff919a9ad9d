"""Accuracy of every annotator against known answers, in one table.

Belongs here: the undecayed table with intervals. Does not: history.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement.coding import column_of, indexed
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability.answers import Judged, Votes, judged, one_vote_per_task, read_votes, untimed
from labeling_pipeline.core.reliability.intervals import wilson

MIN_ANSWERS = 10


def accuracy_table(
    votes: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    by_class: bool = False,
    confidence: float = 0.95,
    min_n: int = MIN_ANSWERS,
) -> pd.DataFrame:
    """`annotator, n, correct, accuracy, low, high, note`: each annotator's votes against `answers` (task, label).

    One vote of an annotator on a task counts, the latest; of answers with weeks the latest, too. Wilson intervals.
    Annotators without a known answer are there with n = 0 and no accuracy; below `min_n` the note says `insufficient`.
    `by_class` gives a row per annotator and true class (column `class`). Raises InputError without a vote.

    >>> votes = pd.DataFrame({"task": list("wxyz"), "annotator": ["a", "a", "a", "b"], "label": list("ppqq")})
    >>> accuracy_table(votes, pd.DataFrame({"task": list("wxy"), "label": list("ppp")})).iloc[:, :4].values.tolist()
    [['a', 3, 2, 0.6666666666666666], ['b', 0, 0, <NA>]]
    """
    read = one_vote_per_task(read_votes(untimed(votes)))
    if not read.label.size:
        raise InputError("there are no votes", expected="rows with a task, an annotator and a label")
    rows = judged(read, _latest(answers))
    keys: dict[str, Any] = {"annotator": read.annotators.take(read.annotator[rows.vote])}
    if by_class:
        keys["class"] = _true_class(read, rows, answers)
    counted = pd.DataFrame({**keys, "correct": rows.is_correct}).groupby(list(keys))["correct"]
    table = counted.agg(n="size", correct="sum")
    if not by_class:
        table = table.reindex(read.annotators.rename("annotator"), fill_value=0)
    return _with_intervals(table.reset_index(), confidence, min_n)


def _latest(answers: pd.DataFrame) -> pd.DataFrame:
    """The answers of the latest week to each task, without weeks."""
    task = column_of(answers, "task")
    if "week" not in answers.columns or task is None:
        return answers
    order = answers["week"].sort_values(kind="stable").index
    return answers.loc[order][~task.loc[order].duplicated(keep="last")].drop(columns="week")


def _true_class(votes: Votes, rows: Judged, answers: pd.DataFrame) -> pd.Index[str]:
    task, label = column_of(answers, "task"), column_of(answers, "label")
    if task is None or label is None:  # `judged` has already said so
        return pd.Index([], dtype="str")
    codes, names = indexed(task)
    labels, classes = indexed(label, are_labels=True)
    last = pd.Series(labels[codes >= 0], index=names.take(codes[codes >= 0]))
    last = last[~last.index.duplicated(keep="last")]
    return classes.take(last.reindex(votes.tasks.take(votes.task[rows.vote])).to_numpy(dtype=np.int64))


def _with_intervals(table: pd.DataFrame, confidence: float, min_n: int) -> pd.DataFrame:
    n, correct = table["n"].to_numpy(dtype=np.float64), table["correct"].to_numpy(dtype=np.float64)
    seen = n > 0
    low, high = wilson(correct, np.where(seen, n, 1), confidence)
    for name, values in {"accuracy": correct / np.where(seen, n, 1), "low": low, "high": high}.items():
        table[name] = pd.array(np.where(seen, values, np.nan), dtype="Float64")
    few = np.where(n < min_n, [f"insufficient: {int(size)} of {min_n} answers" for size in n], "")
    table["note"] = np.where(seen, few, "insufficient: none of this annotator's tasks has a known answer")
    return table
