"""Gold as arrays beside the votes.

Belongs here: matching known answers to tasks. Does not: what they are used for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from labeling_pipeline.core.agreement.coding import two_labels
from labeling_pipeline.core.consensus.columns import Codes, Floats, encode, encode_labels
from labeling_pipeline.core.consensus.numbers import numbers_of
from labeling_pipeline.core.consensus.votes import Votes, pick
from labeling_pipeline.core.errors import InputError


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


def classes_of(frame: pd.DataFrame | None, column: str = "label", where: str = "gold") -> list[str]:
    """The classes a frame of votes, gold or history names."""
    if frame is None or not len(frame):
        return []
    if column == "label":
        return list(encode_labels(pick(frame, "label", where))[1].to_pylist())
    if column not in frame.columns:
        raise InputError(f"history: no column {column!r}", expected="annotator, true, given, n (and age_days)")
    return list(encode_labels(frame[column])[1].to_pylist())


def read_gold(frame: pd.DataFrame, votes: Votes, notes: list[str]) -> Gold | None:
    """Gold rows of tasks with votes; the others are counted in a note. None when none is left.

    Raises InputError when one task has two different gold labels.
    """
    column, labels = pick(frame, "task", "gold"), pick(frame, "label", "gold")
    if not len(frame):
        notes.append("gold holds no rows")
        return None
    label, names = encode_labels(labels)
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
        raise two_labels("gold", votes.tasks[int(task[np.flatnonzero(clash)[0]])].as_py())
    return Gold(task[~again], truth[~again], weight[~again]) if len(task) else None


def _weight(frame: pd.DataFrame) -> Floats:
    """One over the inclusion probability, where gold says with which chance a task was picked."""
    if "inclusion_p" not in frame.columns:
        return np.ones(len(frame))
    p = numbers_of(frame["inclusion_p"], 0.0, 1.0, where="gold")
    if (p == 0).any():
        row = int(np.flatnonzero(p == 0)[0])
        raise InputError(
            f"gold: row {row + 1}: inclusion_p is 0", expected="above 0", remedy="mend it, or leave it empty"
        )
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
