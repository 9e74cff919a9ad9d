"""A votes frame as arrays.

Belongs here: missing, changed and doubled votes, the order of tasks and classes. Does not: any statistics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from labeling_pipeline.core.consensus.changed import changed_later
from labeling_pipeline.core.consensus.columns import Codes, Floats, blocks, encode, encode_labels
from labeling_pipeline.core.consensus.numbers import check_weights, numbers_of
from labeling_pipeline.core.consensus.votes import Votes, check_one_question, pick, pick_optional, stated_column
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.plain_text import plain_label


def read_votes(
    frame: pd.DataFrame,
    classes: Sequence[str] | None,
    non_class_answers: Sequence[str],
    extra_classes: Sequence[str] = (),
) -> Votes:
    """Votes from a long frame. ``extra_classes`` are classes only gold or history knows.

    A row with an empty label is no vote, whatever else it holds; its annotator is known all the same. Raises InputError
    when a column is missing, no vote is left, or a label is neither a class nor a non-class answer.
    """
    task_column, label_column = pick(frame, "task"), pick(frame, "label")
    if not len(frame):
        raise InputError("no votes", expected="at least one row with a task and a label")
    check_one_question(frame)
    notes: list[str] = []
    answer, answers = encode_labels(label_column)
    if not len(answers):
        raise InputError("no votes: every label is empty", expected="at least one vote with a label")
    task, tasks = encode(task_column)
    _check_tasks(task)
    annotator, annotators = _annotators(pick_optional(frame, "annotator"), len(frame), notes)
    known, non_class, lookup = _answers(answers.to_pylist(), classes, non_class_answers, extra_classes)
    said = stated_column(frame)
    weight = numbers_of(frame["weight"], 0.0, np.inf) if "weight" in frame.columns else None
    stated = None if said is None else numbers_of(said, 0.0, 1.0)
    kept = _votes(frame, task, annotator, answer, len(annotators), notes)
    if kept is not None:
        task, tasks = _only_used(task[kept], tasks)
        annotator, answer = annotator[kept], answer[kept]
        weight, stated = (None if x is None else x[kept] for x in (weight, stated))
    weight, stated = (None if x is None or np.isnan(x).all() else x for x in (weight, stated))
    check_weights(weight)
    answer = lookup[answer]
    return _sorted(
        Votes(task, annotator, answer, weight, stated, tasks, annotators, known, non_class, len(annotators) > 0, notes)
    )


def _votes(
    frame: pd.DataFrame, task: Codes, annotator: Codes, answer: Codes, n_named: int, notes: list[str]
) -> NDArray[np.bool_] | None:
    """Which rows are votes that count; None where all are."""
    kept = answer >= 0
    n_empty = len(kept) - int(np.count_nonzero(kept))
    if n_empty:
        notes.append(f"{n_empty} votes have an empty label and are left out")
    changed = changed_later(frame, task, annotator, kept & (annotator < n_named))
    if changed is not None:
        notes.append(f"{int(changed.sum())} votes were changed by the same annotator later; the later answer counts")
        return np.asarray(kept & ~changed)
    return kept if n_empty else None


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
    """Classes, non-class answers, and from the found labels' codes to theirs."""
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
    return known, non_class, np.array([code[a] for a in found], np.int32)


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
    found = replace(votes, task=task, annotator=annotator, answer=answer, weight=None, stated=stated)
    weight = _share(found.is_again, weight, votes.notes)
    return found if weight is None else replace(found, weight=weight)


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


def _share(again: NDArray[np.bool_], weight: Floats | None, notes: list[str]) -> Floats | None:
    """Weights (missing ones are 1) where an annotator's contradicting answers to one task share one vote."""
    weight = None if weight is None else np.where(np.isnan(weight), 1.0, weight)
    if not again.any():
        return weight
    group = np.cumsum(~again) - 1
    size = np.bincount(group)[group]
    notes.append(f"{int((size > 1).sum())} votes contradict the same annotator's other answer; they share one vote")
    return np.asarray((1.0 if weight is None else weight) / size)
