"""Gold and history as arrays beside the votes.

Belongs here: matching known answers to tasks and past answers to annotators. Does not: what they are used for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from labeling_pipeline.core.consensus.columns import Codes, Floats, encode
from labeling_pipeline.core.consensus.votes import Votes, pick
from labeling_pipeline.core.errors import InputError

HALF_LIFE_DAYS = 90.0  # an annotator's answer of a quarter ago counts half


@dataclass(frozen=True)
class Gold:
    """Known classes of tasks that have votes: positions, class codes, and weights for estimates about the stream."""

    task: NDArray[np.int64]
    truth: NDArray[np.int64]
    weight: Floats

    def clamp(self, n_tasks: int, kept: NDArray[np.bool_] | None = None) -> Codes:
        """Class code per task, −1 where not known (or not ``kept``)."""
        codes = np.full(n_tasks, -1, np.int32)
        kept = np.ones(len(self.task), bool) if kept is None else kept
        codes[self.task[kept]] = self.truth[kept]
        return codes


def classes_of(frame: pd.DataFrame | None, column: str = "label") -> list[str]:
    """The classes a gold or history frame names."""
    if frame is None or not len(frame):
        return []
    if column == "label":
        return list(encode(pick(frame, "label", "gold"), as_text=True)[1].to_pylist())
    if column not in frame.columns:
        raise InputError(f"history: no column {column!r}", expected="annotator, true, given, n (and age_days)")
    return list(encode(frame[column], as_text=True)[1].to_pylist())


def read_gold(frame: pd.DataFrame, votes: Votes, notes: list[str]) -> Gold | None:
    """Gold rows of tasks with votes; the others are counted in a note. None when none is left.

    Raises InputError when one task has two different gold labels.
    """
    column, labels = pick(frame, "task", "gold"), pick(frame, "label", "gold")
    if not len(frame):
        notes.append("gold holds no rows")
        return None
    label, names = encode(labels, as_text=True)
    code = {name: k for k, name in enumerate(votes.classes)}
    truth = np.array([code.get(name, -1) for name in names.to_pylist()] + [-1], np.int64)[label]
    position = positions(column, votes.tasks)
    used = (position >= 0) & (truth >= 0)
    if not used.all():
        notes.append(f"{int((~used).sum())} gold rows name no class or a task without votes, and are not used")
    weight = _weight(frame)
    order = np.argsort(position[used], kind="stable")
    task, truth, weight = position[used][order], truth[used][order], weight[used][order]
    again = np.zeros(len(task), bool)
    again[1:] = task[1:] == task[:-1]
    clash = again.copy()
    clash[1:] &= truth[1:] != truth[:-1]
    if clash.any():
        name = votes.tasks[int(task[np.flatnonzero(clash)[0]])].as_py()
        raise InputError(f"gold: task {name!r} has two different labels", remedy="keep one row per task")
    return Gold(task[~again], truth[~again], weight[~again]) if len(task) else None


def _weight(frame: pd.DataFrame) -> Floats:
    """One over the inclusion probability, where gold says with which chance a task was picked."""
    if "inclusion_p" not in frame.columns:
        return np.ones(len(frame))
    p = pd.to_numeric(frame["inclusion_p"], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    if ((p <= 0) | (p > 1)).any():
        raise InputError("gold: an inclusion_p is not in (0, 1]", remedy="mend it, or leave it empty")
    return np.where(np.isnan(p), 1.0, 1.0 / np.where(np.isnan(p), 1.0, p))


def positions(column: pd.Series, values: pa.Array) -> NDArray[np.int64]:
    """Where each cell stands among the sorted values, −1 where it does not."""
    cells = encode(column, as_text=pa.types.is_string(values.type) or pa.types.is_large_string(values.type))
    try:
        names = cells[1].cast(values.type)
    except pa.ArrowInvalid:  # text ids looked up among numbers
        names, values = cells[1].cast(pa.string()), values.cast(pa.string())
    found = pc.fill_null(pc.index_in(names, value_set=values), -1).to_numpy(zero_copy_only=False)
    return np.append(found, -1).astype(np.int64)[cells[0]]


def read_history(frame: pd.DataFrame, votes: Votes) -> Floats:
    """History[annotator, class, answer] from rows annotator, true, given, n and, if it is to fade, age_days.

    Rows of annotators, classes or answers that the votes do not know are left out: they say nothing here.
    """
    missing = [c for c in ("true", "given", "n") if c not in frame.columns]
    if missing:
        raise InputError(f"history: no column {missing[0]!r}", expected="annotator, true, given, n (and age_days)")
    annotators = pick(frame, "annotator", "history")
    counts = np.zeros((votes.n_annotators, len(votes.classes), votes.n_answers))
    if not len(frame):
        return counts
    n = pd.to_numeric(frame["n"], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    age = (
        pd.to_numeric(frame["age_days"], errors="coerce")
        if "age_days" in frame.columns
        else pd.Series(0.0, frame.index)
    )
    n = n * 0.5 ** (age.to_numpy(np.float64, na_value=np.nan) / HALF_LIFE_DAYS)
    if not np.isfinite(n).all() or (n < 0).any():
        raise InputError("history: a count or an age is missing or negative", expected="numbers ≥ 0 in n and age_days")
    answers = votes.classes + votes.non_class
    who = positions(annotators, votes.annotators) if len(votes.annotators) else np.full(len(frame), -1, np.int64)
    true, given = _lookup(frame["true"], votes.classes), _lookup(frame["given"], answers)
    known = (who >= 0) & (true >= 0) & (given >= 0)
    np.add.at(counts, (who[known], true[known], given[known]), n[known])
    return counts


def _lookup(column: pd.Series, names: tuple[str, ...]) -> NDArray[np.int64]:
    codes, values = encode(column, as_text=True)
    code = {name: i for i, name in enumerate(names)}
    return np.array([code.get(v, -1) for v in values.to_pylist()] + [-1], np.int64)[codes]
