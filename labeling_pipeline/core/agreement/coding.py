"""Votes as integer codes, and the counts every statistic needs.

Belongs here: reading a long frame of votes into codes (ids and labels as text, missing labels, duplicate votes) and
counting it. Does not: any statistic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.plain_text import plain_id, plain_label, undecoded

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# crowd-kit's and the inbox's words for the same three columns.
ALIASES = {
    "task": ("task", "comment_id", "task_id"),
    "annotator": ("annotator", "annotator_id", "worker"),
    "label": ("label", "answer"),
}
MAX_CLASSES = 1_000


@dataclass(frozen=True)
class CodedVotes:
    """Votes of one question as codes; `annotator` is -1 where the id is missing, None where there is no such column."""

    task: Ints
    annotator: Ints | None
    label: Ints
    classes: tuple[str, ...]
    annotators: NDArray[np.object_]
    n_tasks: int
    notes: tuple[str, ...] = ()

    @property
    def n_annotators(self) -> int | None:
        """Annotators with a vote; None where no vote has an annotator id."""
        if self.annotator is None:
            return None
        return int(np.unique(self.annotator[self.annotator >= 0]).size) or None


@dataclass(frozen=True)
class TaskCounts:
    """Votes per task and class, equal tasks folded: `patterns` (U, K), how often each occurs, which task has it."""

    patterns: Floats
    multiplicity: Ints
    pattern_of_task: Ints
    classes: tuple[str, ...]


def column_of(votes: pd.DataFrame, role: str) -> pd.Series[Any] | None:
    """The column that plays `role` under any of its accepted names, or None."""
    for name in ALIASES[role]:
        if name in votes.columns:
            return votes[name]
    return None


def text_codes(values: pd.Series[Any]) -> tuple[Ints, list[str]]:
    """Codes (-1 = missing) and the sorted texts they stand for; 1, 1.0, "1" and "1.0" are the same text.

    >>> text_codes(pd.Series(["b", 1, None, "1"], dtype=object))
    (array([ 1,  0, -1,  0]), ['1', 'b'])
    """
    codes, names = indexed(values)
    return codes, names.tolist()


def indexed(values: pd.Series[Any], *, are_labels: bool = False) -> tuple[Ints, pd.Index[str]]:
    """`text_codes` with the texts as an Index: a million strings are sorted by Arrow and never become Python's.

    Of labels, True and true are one.
    """
    try:
        return _indexed(values, are_labels)
    except UnicodeEncodeError as error:
        raise undecoded(values, values.name) from error


def _indexed(values: pd.Series[Any], are_labels: bool) -> tuple[Ints, pd.Index[str]]:
    codes, uniques = _factorized(values)
    if are_labels or not isinstance(values.dtype, pd.StringDtype) or uniques.str.endswith(".0").any():
        plain = plain_label if are_labels else plain_id
        texts = [plain(_text(value, str(values.name))) for value in uniques]
        inner, uniques = _factorized(pd.Series(texts, dtype="str"))
        codes = np.append(inner, -1)[codes]
    order = uniques.array.argsort()
    if len(order) and uniques[order[0]] == "":
        order = order[1:]
    lookup = np.full(len(uniques) + 1, -1, dtype=np.int64)
    lookup[order] = np.arange(len(order))
    return lookup[codes], uniques.take(order)


def code_votes(votes: pd.DataFrame, classes: Sequence[str] | None = None) -> CodedVotes:
    """Read a long frame (`task`, `annotator`, `label`, or their aliases) into codes.

    Empty labels are missing data and left out; of two votes of one annotator on one task the later `answered_at`
    counts, else the last row; both are said in `notes`. `classes` fixes the class order (labels outside it follow,
    sorted). Raises InputError when a column or every label is missing, or the label column plainly holds something
    else.
    """
    task_column, label_column = column_of(votes, "task"), column_of(votes, "label")
    if task_column is None or label_column is None:
        missing = "task" if task_column is None else "label"
        raise InputError(
            f"votes have no column {missing!r}; there are {', '.join(map(str, votes.columns)) or 'none'}",
            expected="columns task, annotator, label",
            remedy="rename the columns",
        )
    label, label_names = indexed(label_column, are_labels=True)
    names = label_names.tolist()
    task, _ = indexed(task_column)
    annotator, annotator_names = _annotator_codes(column_of(votes, "annotator"))
    kept = (label >= 0) & (task >= 0)
    notes = _missing_notes(len(votes) - int(kept.sum()))
    if annotator is not None:
        kept &= ~_replaced(task, annotator, kept, votes, notes)
    if not kept.any():
        raise InputError("there are no votes", expected="rows with a task and a label", remedy="check the label column")
    order = _class_order(names, classes)
    place = np.array([order.index(name) for name in names], dtype=np.int64)
    task, n_tasks = compact(task[kept])
    who = None if annotator is None else annotator[kept]
    people = np.array(annotator_names, dtype=object)
    return CodedVotes(task, who, place[label[kept]], tuple(order), people, n_tasks, tuple(notes))


def count_tasks(votes: CodedVotes) -> TaskCounts:
    """Fold tasks with equal counts: 800,000 tasks with 3 votes over 5 classes are 35 patterns."""
    shape = (votes.n_tasks, len(votes.classes))
    ones = np.ones(votes.task.size, dtype=np.int64)
    counts = sparse.coo_array((ones, (votes.task, votes.label)), shape=shape).tocsr()
    # A random 64-bit weight per class gives each pattern its own sum; two patterns meet with a chance below 1e-7.
    keys = np.random.default_rng(0).integers(-(2**62), 2**62, size=shape[1])
    sums: Ints = np.asarray(counts @ keys)
    _, first, inverse, times = np.unique(sums, return_index=True, return_inverse=True, return_counts=True)
    patterns = counts[first].toarray().astype(np.float64)
    return TaskCounts(patterns, times.astype(np.int64), inverse.astype(np.int64), votes.classes)


def _factorized(values: pd.Series[Any]) -> tuple[Ints, pd.Index[Any]]:
    try:
        codes, uniques = pd.factorize(values)
    except TypeError as error:
        raise InputError(f"column {values.name!r}: {error}", expected="one text or number per cell") from error
    return np.asarray(codes, dtype=np.int64), uniques


def compact(codes: Ints) -> tuple[Ints, int]:
    """The codes that occur, renumbered from 0 without gaps, and how many there are."""
    used = np.bincount(codes) > 0
    return (np.cumsum(used) - 1)[codes], int(used.sum())


def _text(value: object, column: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"column {column!r}: {error}", expected="text in UTF-8", remedy="re-encode it") from error
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _annotator_codes(column: pd.Series[Any] | None) -> tuple[Ints | None, list[str]]:
    if column is None:
        return None, []
    codes, names = text_codes(column)
    return (codes, names) if names else (None, [])


def _missing_notes(n_missing: int) -> list[str]:
    return [f"{n_missing} rows without a label or task are left out"] if n_missing else []


def _replaced(
    task: Ints, annotator: Ints, kept: NDArray[np.bool_], votes: pd.DataFrame, notes: list[str]
) -> NDArray[np.bool_]:
    """Rows that a later vote of the same annotator on the same task replaces; said, with anonymous ones, in `notes`."""
    known = np.flatnonzero(kept & (annotator >= 0))
    n_anonymous = int(kept.sum()) - known.size
    if n_anonymous:
        notes.append(f"{n_anonymous} votes have no annotator id: counted, but not between pairs of annotators")
    pair = task[known] * (int(annotator.max(initial=0)) + 1) + annotator[known]
    replaced = np.zeros(task.size, dtype=bool)
    replaced[known] = pd.Series(pair).duplicated(keep="last").to_numpy()
    if replaced.any():
        moment = moments_of(votes)
        replaced[known] = repeated_pairs(pair, None if moment is None else moment[known])
        which = "the last row counts" if moment is None else "the latest counts"
        notes.append(f"{int(replaced.sum())} repeated votes of one annotator on one task: {which}")
    return replaced


def repeated_pairs(pair: Ints, moment: Floats | None) -> NDArray[np.bool_]:
    """True for every vote of a pair (annotator and task as one code) that a later one replaces.

    Later by `moment` (seconds; unknown times come first), then by row.
    """
    order = np.arange(pair.size)
    if moment is not None:
        order = np.argsort(np.where(np.isfinite(moment), moment, -np.inf), kind="stable")
    repeated = np.zeros(pair.size, dtype=bool)
    repeated[order] = pd.Series(pair[order]).duplicated(keep="last").to_numpy()
    return repeated


def moments_of(frame: pd.DataFrame) -> Floats | None:
    """The column `answered_at` in seconds, NaN where it cannot be read; None where there is no such column."""
    if "answered_at" not in frame.columns:
        return None
    answered = pd.to_datetime(frame["answered_at"], utc=True, errors="coerce")
    seconds = (answered - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
    return np.asarray(seconds.to_numpy(dtype=np.float64, na_value=np.nan))


def two_labels(where: str, task: object) -> InputError:
    """The error for known answers (``where``: gold, honeypots, …) that contradict themselves."""
    return InputError(
        f"{where}: task {task!r} has two different labels", expected="one label per task", remedy="keep the right one"
    )


def _class_order(names: list[str], classes: Sequence[str] | None) -> list[str]:
    order = list(dict.fromkeys(plain_label(str(name)) for name in classes or ()))
    order += [name for name in names if name not in set(order)]
    if len(order) > MAX_CLASSES:
        raise InputError(
            f"the label column has {len(order)} different values",
            expected=f"at most {MAX_CLASSES} classes",
            remedy="name the column that holds the class",
        )
    return order
