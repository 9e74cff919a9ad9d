"""Votes as arrays: what every consensus method reads.

Belongs here: the arrays, and which columns of a frame play which part. Does not: making one of the other (``reading``),
any statistics.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from labeling_pipeline.core.consensus.columns import Codes, Floats, blocks, count_by
from labeling_pipeline.core.errors import InputError

NAMES: dict[str, tuple[str, ...]] = {
    "task": ("task", "comment_id", "task_id"),
    "annotator": ("annotator", "annotator_id", "worker"),
    "label": ("label", "answer"),
}
STATED = ("confidence", "stated_confidence")


@dataclass(frozen=True)
class Votes:
    """V votes, sorted by task, annotator and answer, as codes.

    ``task`` codes into ``tasks``, ``annotator`` into ``annotators``, ``answer`` into ``classes`` followed by
    ``non_class`` (the answers that name no class: unsure, none of these).
    """

    task: Codes
    annotator: Codes
    answer: Codes
    weight: Floats | None
    stated: Floats | None
    tasks: pa.Array
    annotators: pa.Array
    classes: tuple[str, ...]
    non_class: tuple[str, ...]
    has_annotators: bool
    notes: list[str] = field(default_factory=list)

    @property
    def n_tasks(self) -> int:
        return len(self.tasks)

    @property
    def n_annotators(self) -> int:
        """Rows of a confusion array: the named annotators, then one row for all votes without a name."""
        return len(self.annotators) + 1

    @property
    def n_answers(self) -> int:
        return len(self.classes) + len(self.non_class)

    @cached_property
    def sizes(self) -> Codes:
        """How many votes each task has."""
        sizes = np.zeros(self.n_tasks, np.int32)
        for part in blocks(len(self.task)):
            first = int(self.task[part.start])
            own = np.bincount(self.task[part] - np.int32(first))
            sizes[first : first + len(own)] += own.astype(np.int32)
        return sizes

    @cached_property
    def is_again(self) -> NDArray[np.bool_]:
        """Whether a vote is by the annotator of the vote before it, on the same task: one person, of two minds."""
        again = np.zeros(len(self.task), np.bool_)
        np.equal(self.task[1:], self.task[:-1], out=again[1:])
        again[1:] &= self.annotator[1:] == self.annotator[:-1]
        again &= self.annotator < len(self.annotators)
        return again

    @cached_property
    def n_people(self) -> NDArray[np.int32]:
        """How many voted on each task; contradicting answers of one annotator are one person's."""
        return self.sizes - np.bincount(self.task[self.is_again], minlength=self.n_tasks).astype(np.int32)

    @cached_property
    def n_tasks_of(self) -> NDArray[np.int64]:
        """How many tasks each annotator voted on, those without a name last."""
        n = count_by(self.annotator, self.n_annotators)
        return n - np.bincount(self.annotator[self.is_again], minlength=self.n_annotators)

    def spans(self) -> Iterator[tuple[slice, slice]]:
        """The tasks in blocks: a slice of the tasks, and one of their votes."""
        start = 0
        for tasks in blocks(self.n_tasks):
            stop = start + int(self.sizes[tasks].sum())
            yield tasks, slice(start, stop)
            start = stop


def pick(frame: pd.DataFrame, what: str, where: str = "votes") -> pd.Series:
    """The column that plays this part, under any of the names people use for it. Raises InputError when none does."""
    column = pick_optional(frame, what, where)
    if column is None:
        columns = ", ".join(map(str, frame.columns[:12])) or "no columns"
        raise InputError(f"{where}: no column {what!r} among {columns}", expected=" or ".join(NAMES[what]))
    return column


def pick_optional(frame: pd.DataFrame, what: str, where: str = "votes") -> pd.Series | None:
    """The column that plays this part, or None."""
    for name in NAMES[what]:
        if name in frame.columns:
            column = frame[name]
            if isinstance(column, pd.DataFrame):
                raise InputError(f"{where}: column {name!r} stands there twice", remedy="keep one")
            return column
    return None


def stated_column(frame: pd.DataFrame) -> pd.Series | None:
    """What annotators said of their certainty: ``confidence``, or ``stated_confidence`` as the inbox has it."""
    return next((frame[name] for name in STATED if name in frame.columns), None)


def check_one_question(frame: pd.DataFrame) -> None:
    """Answers to different questions about one comment are no votes on the same thing.

    A task of its own for every question is fine; a comment, or a task, with several questions is not.
    """
    if "question" not in frame.columns:
        return
    asked = pd.DataFrame({"question": frame["question"], "task": pick(frame, "task")}).dropna()
    if asked.drop_duplicates()["task"].duplicated().any():
        n_questions = asked["question"].nunique()
        raise InputError(f"votes answer {n_questions} questions", remedy="aggregate one question at a time")
