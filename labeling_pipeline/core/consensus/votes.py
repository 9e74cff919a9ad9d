"""A votes frame as arrays: what every consensus method reads.

Belongs here: which columns count, missing and doubled votes, the order of tasks and classes. Does not: any statistics.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from labeling_pipeline.core.consensus.changed import without_changed
from labeling_pipeline.core.consensus.columns import Codes, Floats, blocks, encode, encode_labels
from labeling_pipeline.core.consensus.numbers import check_weights, numbers_of
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.plain_text import plain_label

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

    @property
    def n_people(self) -> NDArray[np.int32]:
        """How many voted on each task; contradicting answers of one annotator are one person's."""
        same = np.zeros(len(self.task), bool)
        same[1:] = (self.task[1:] == self.task[:-1]) & (self.annotator[1:] == self.annotator[:-1])
        same &= self.annotator < len(self.annotators)
        return self.sizes - np.bincount(self.task[same], minlength=self.n_tasks).astype(np.int32)

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


def read_votes(
    frame: pd.DataFrame,
    classes: Sequence[str] | None,
    non_class_answers: Sequence[str],
    extra_classes: Sequence[str] = (),
) -> Votes:
    """Votes from a long frame. ``extra_classes`` are classes only gold or history knows.

    Raises InputError when a column is missing, no vote is left, or a label is neither a class nor a non-class answer.
    """
    task_column, label_column = pick(frame, "task"), pick(frame, "label")
    if not len(frame):
        raise InputError("no votes", expected="at least one row with a task and a label")
    check_one_question(frame)
    notes: list[str] = []
    answer, answers = encode_labels(label_column)
    task, tasks = encode(task_column)
    _check_tasks(task)
    annotator, annotators = _annotators(pick_optional(frame, "annotator"), len(frame), notes)
    frame, changed = without_changed(frame, task, annotator, len(annotators))
    if changed is not None:
        notes.append(f"{int(changed.sum())} votes were changed by the same annotator later; the later answer counts")
        answer, task, annotator = (codes[~changed] for codes in (answer, task, annotator))
    weight = numbers_of(frame["weight"], 0.0, np.inf) if "weight" in frame.columns else None
    said = stated_column(frame)
    stated = None if said is None else numbers_of(said, 0.0, 1.0)
    check_weights(weight)
    said_of, where = _not_blank(answers.to_pylist())
    known, non_class, lookup = _answers(said_of, classes, non_class_answers, extra_classes)
    answer = lookup[where][answer]
    if answer.min() < 0:
        kept = answer >= 0
        notes.append(f"{int((~kept).sum())} votes have an empty label and are left out")
        task, tasks = _only_used(task[kept], tasks)
        annotator, answer = annotator[kept], answer[kept]
        weight, stated = (None if x is None else x[kept] for x in (weight, stated))
    return _sorted(
        Votes(task, annotator, answer, weight, stated, tasks, annotators, known, non_class, len(annotators) > 0, notes)
    )


def _not_blank(answers: list[str]) -> tuple[list[str], Codes]:
    """The answers that say something, and from all their codes to those (−1 where nothing is said, and at the end)."""
    where = np.full(len(answers) + 1, -1, dtype=np.int32)
    kept: list[str] = []
    for code, answer in enumerate(answers):
        if answer.strip():
            where[code] = len(kept)
            kept.append(answer)
    if not kept:
        raise InputError("no votes: every label is empty", expected="at least one vote with a label")
    return kept, where


def check_one_question(frame: pd.DataFrame) -> None:
    """Answers to different questions about one comment are no votes on the same thing.

    A task of its own for every question is fine; a comment, or a task, with several questions is not.
    """
    if "question" not in frame.columns:
        return
    asked = frame[["question"]].assign(task=frame["task"] if "task" in frame.columns else "").dropna()
    if asked.drop_duplicates()["task"].duplicated().any():
        n_questions = asked["question"].nunique()
        raise InputError(f"votes answer {n_questions} questions", remedy="aggregate one question at a time")


def _check_tasks(task: Codes) -> None:
    if task.min() < 0:
        raise InputError(f"{int((task < 0).sum())} votes name no task", remedy="fill in the task column")


def _annotators(column: pd.Series | None, n: int, notes: list[str]) -> tuple[Codes, pa.Array]:
    if column is None or column.isna().all():
        notes.append("no annotator ids: only majority is possible, nothing can be known about annotators")
        return np.zeros(n, np.int32), pa.array([], pa.string())
    codes, values = encode(column)
    if codes.min() < 0:
        nameless = codes < 0
        notes.append(f"{int(nameless.sum())} votes name no annotator; they share one reliability")
        codes = np.where(nameless, np.int32(len(values)), codes)
    return codes, values


def _answers(
    found: list[str], classes: Sequence[str] | None, non_class_answers: Sequence[str], extra: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...], Codes]:
    """Classes, non-class answers, and from the found labels' codes to theirs (last entry: −1 for missing)."""
    own = tuple(plain_label(str(name)) for name in classes or ())
    special = {plain_label(str(name)) for name in non_class_answers} - set(own)
    if classes is None:
        known = tuple(sorted((set(found) | set(extra)) - special))
    else:
        known = own
        if len(set(known)) < len(known):
            raise InputError(f"classes {known} name a class twice", remedy="name each class once")
        strange = sorted((set(found) | set(extra)) - set(known) - special)
        if strange:
            where = "" if strange[0] in found else "gold or history: "
            raise InputError(
                f"{where}label {strange[0]!r} is not a class",
                expected=", ".join(known),
                remedy="add the class or mend the label",
            )
    if not known:
        raise InputError(f"no vote names a class: all are {', '.join(found)}", remedy="name the classes")
    non_class = tuple(sorted(set(found) & special))
    code = {answer: i for i, answer in enumerate(known + non_class)}
    return known, non_class, np.array([code[a] for a in found] + [-1], np.int32)


def _only_used(task: Codes, tasks: pa.Array) -> tuple[Codes, pa.Array]:
    used = np.bincount(task, minlength=len(tasks)) > 0
    if used.all():
        return task, tasks
    return (np.cumsum(used) - 1).astype(np.int32)[task], tasks.filter(pa.array(used))


def _sorted(votes: Votes) -> Votes:
    """Votes in one order whatever the file's, and one vote per annotator and task.

    The same answer twice counts once; different answers of one annotator share that annotator's one vote.
    """
    key = _keys(votes)
    weight, stated = votes.weight, votes.stated
    if (key[1:] < key[:-1]).any():
        if weight is None and stated is None:
            key.sort()
        else:
            columns = [np.nan_to_num(c, nan=-1.0) for c in (weight, stated) if c is not None]
            order = np.lexsort((*columns, key))
            key = key[order]
            weight, stated = (None if x is None else x[order] for x in (weight, stated))
    task, annotator, answer = _unpacked(votes, key)
    again = np.zeros(len(key), bool)
    np.equal(key[1:], key[:-1], out=again[1:])
    again &= annotator < len(votes.annotators)
    if again.any():
        votes.notes.append(f"{int(again.sum())} votes repeat an annotator's own answer and count once")
        task, annotator, answer = (x[~again] for x in (task, annotator, answer))
        weight, stated = (None if x is None else x[~again] for x in (weight, stated))
    same = (task[1:] == task[:-1]) & (annotator[1:] == annotator[:-1]) & (annotator[1:] < len(votes.annotators))
    weight = _share(same, weight, votes.notes)
    return Votes(
        task, annotator, answer, weight, stated,
        votes.tasks, votes.annotators, votes.classes, votes.non_class, votes.has_annotators, votes.notes,
    )  # fmt: skip


def _keys(votes: Votes) -> NDArray[np.int64]:
    """One number per vote, in the order of task, annotator, answer; block by block, as arrays of all votes are slow."""
    key = np.empty(len(votes.task), np.int64)
    for part in blocks(len(key)):
        own = votes.task[part].astype(np.int64)
        own *= votes.n_annotators
        own += votes.annotator[part]
        own *= votes.n_answers
        own += votes.answer[part]
        key[part] = own
    return key


def _unpacked(votes: Votes, key: NDArray[np.int64]) -> tuple[Codes, Codes, Codes]:
    """Task, annotator and answer of each key, in the place of the votes' own where those may be written to."""
    own = (votes.task, votes.annotator, votes.answer)
    task, annotator, answer = (x if x.flags.writeable else np.empty(len(key), np.int32) for x in own)
    for part in blocks(len(key)):
        rest, answer[part] = np.divmod(key[part], votes.n_answers)
        task[part], annotator[part] = np.divmod(rest, votes.n_annotators)
    return task, annotator, answer


def _share(same: NDArray[np.bool_], weight: Floats | None, notes: list[str]) -> Floats | None:
    """Weights (missing ones are 1) where an annotator's contradicting answers to one task share one vote.

    ``same``: whether a vote is by the annotator of the vote before it, on the same task.
    """
    weight = None if weight is None else np.where(np.isnan(weight), 1.0, weight)
    if not same.any():
        return weight
    group = np.concatenate([[0], np.cumsum(~same)])
    size = np.bincount(group)[group]
    notes.append(f"{int((size > 1).sum())} votes contradict the same annotator's other answer; they share one vote")
    return np.asarray((1.0 if weight is None else weight) / size)
