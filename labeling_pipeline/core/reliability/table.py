"""Accuracy of every annotator against known answers, in one table.

Belongs here: the undecayed table with intervals. Does not: history.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability.answers import (
    NO_ANSWER,
    one_per_week,
    one_vote_per_task,
    read_answers,
    read_votes,
    untimed,
)
from labeling_pipeline.core.reliability.intervals import wilson
from labeling_pipeline.core.reliability.weeks import in_order

MIN_ANSWERS = 10


def accuracy_table(
    votes: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    by_class: bool = False,
    confidence: float = 0.95,
    min_n: int = MIN_ANSWERS,
    where: str = "answers",
) -> pd.DataFrame:
    """`annotator, n, correct, accuracy, low, high, note`: each annotator's votes against `answers` (task, label).

    One vote of an annotator on a task counts, the latest; of answers with weeks the latest, too (one without a week is
    before all others). Wilson intervals. Annotators without a known answer are there with n = 0 and no accuracy; below
    `min_n` the note says `insufficient`. `by_class` gives a row per annotator and true class (column `class`). Raises
    InputError without a vote, where a column is missing, and where `answers` (named `where` there) have two labels for
    a task and no weeks.

    >>> votes = pd.DataFrame({"task": list("wxyz"), "annotator": ["a", "a", "a", "b"], "label": list("ppqq")})
    >>> accuracy_table(votes, pd.DataFrame({"task": list("wxy"), "label": list("ppp")})).iloc[:, :4].values.tolist()
    [['a', 3, 2, 0.6666666666666666], ['b', 0, 0, <NA>]]
    """
    read = one_vote_per_task(read_votes(untimed(votes)))
    if not read.label.size:
        raise InputError("there are no votes", expected="rows with a task, an annotator and a label")
    known = read_answers(read, in_order(answers), where)
    last = one_per_week(known).drop_duplicates("task", keep="last")
    truth = np.full(len(read.tasks), NO_ANSWER)
    truth[last["task"]] = last["answer"]
    true = truth[read.task]
    is_judged = true != NO_ANSWER
    keys: dict[str, Any] = {"annotator": read.annotators.take(read.annotator[is_judged])}
    if by_class:
        keys["class"] = known.labels.take(true[is_judged])
    is_correct = (read.label == true)[is_judged]
    counted = pd.DataFrame({**keys, "correct": is_correct}).groupby(list(keys))["correct"]
    table = counted.agg(n="size", correct="sum")
    if not by_class:
        table = table.reindex(read.annotators.rename("annotator"), fill_value=0)
    return _with_intervals(table.reset_index(), confidence, min_n)


def _with_intervals(table: pd.DataFrame, confidence: float, min_n: int) -> pd.DataFrame:
    n, correct = table["n"].to_numpy(dtype=np.float64), table["correct"].to_numpy(dtype=np.float64)
    seen = n > 0
    low, high = wilson(correct, np.where(seen, n, 1), confidence)
    for name, values in {"accuracy": correct / np.where(seen, n, 1), "low": low, "high": high}.items():
        table[name] = pd.array(np.where(seen, values, np.nan), dtype="Float64")
    few = np.where(n < min_n, [f"insufficient: {int(size)} of {min_n} answers" for size in n], "")
    table["note"] = np.where(seen, few, "insufficient: none of this annotator's tasks has a known answer")
    return table
