"""Votes beside known answers: which votes were right, and from which week on that is known.

Belongs here: matching votes to answers. Does not: decay, intervals, what kind of answer it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.agreement.coding import Floats, Ints, column_of, indexed, moments_of, two_labels
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability.weeks import in_order, weeks_of

Bools = NDArray[np.bool_]
NO_ANSWER = -1  # not the code of any label
NEVER = np.iinfo(np.int64).max  # the week in which what is never replaced is replaced
MOST_WEEKS = 10_000


@dataclass(frozen=True)
class Votes:
    """Votes with an annotator as codes; names are sorted. `moment`: when, in seconds, None without `answered_at`.

    They stand by task, annotator and week, whatever the order of the rows they were read from; that decides only
    between votes of one annotator on one task in one week of which no time tells the later: the last row counts.
    """

    task: Ints
    annotator: Ints
    label: Ints
    week: Ints
    moment: Floats | None
    tasks: pd.Index[str]
    annotators: pd.Index[str]
    labels: pd.Index[str]


def read_votes(votes: pd.DataFrame | Votes) -> Votes:
    """Votes of `task, annotator, label` (aliases accepted) and, where there is one, `week` (whole number, else 0).

    Rows without annotator, task or label are left out, and of several votes of one annotator on one task in one week
    all but the latest (`answered_at`, then row). Raises InputError when a column is missing or no vote has an
    annotator, since reliability is somebody's. Votes that are read already are handed back.
    """
    if isinstance(votes, Votes):
        return votes
    (task, tasks), (annotator, annotators), (label, labels) = (
        indexed(_column(votes, role), are_labels=role == "label") for role in ("task", "annotator", "label")
    )
    if len(votes) and annotators.empty:
        raise InputError("no vote has an annotator", expected="annotator ids", remedy="without ids read agreement")
    kept = (task >= 0) & (annotator >= 0) & (label >= 0)
    week = weeks_of(votes)
    moment = moments_of(votes)
    return _in_order(
        Votes(
            task[kept],
            annotator[kept],
            label[kept],
            week[kept],
            None if moment is None else moment[kept],
            tasks,
            annotators,
            labels,
        )
    )


def taken(votes: Votes, kept: Ints | Bools) -> Votes:
    """The votes of these rows; tasks and annotators keep their codes."""
    return replace(
        votes,
        task=votes.task[kept],
        annotator=votes.annotator[kept],
        label=votes.label[kept],
        week=votes.week[kept],
        moment=None if votes.moment is None else votes.moment[kept],
    )


def _in_order(votes: Votes) -> Votes:
    """The votes by task, annotator and week, one of each: the latest."""
    weeks, place = votes.week - votes.week.min(initial=0), votes.week.max(initial=0) - votes.week.min(initial=0) + 1
    if place > MOST_WEEKS:  # numbers such as 20260105: only their order matters
        _, weeks = np.unique(votes.week, return_inverse=True)
        place = weeks.max() + 1
    key = _pairs(votes) * place + weeks
    if (key[1:] > key[:-1]).all():
        return votes
    order = np.argsort(key, kind="stable")
    if votes.moment is not None and (np.diff(key[order]) == 0).any():
        order = np.lexsort((np.where(np.isfinite(votes.moment), votes.moment, -np.inf), key))
    return taken(votes, order[_ends(key[order])])


def one_vote_per_task(votes: Votes) -> Votes:
    """Of several votes of one annotator on one task, the latest (week, `answered_at`, then row)."""
    last = _ends(_pairs(votes))
    return votes if last.all() else taken(votes, last)


def with_company(votes: Votes) -> Bools:
    """Which votes are on tasks that somebody else voted on too: only those can be compared with anything."""
    people = np.bincount(votes.task[_ends(_pairs(votes))], minlength=len(votes.tasks))
    return np.asarray(people[votes.task] > 1)


def _pairs(votes: Votes) -> Ints:
    """Task and annotator as one code."""
    return votes.task * len(votes.annotators) + votes.annotator


def _ends(sorted_keys: Ints) -> Bools:
    """Where a run of equal keys ends."""
    return np.append(sorted_keys[1:] != sorted_keys[:-1], np.ones(min(sorted_keys.size, 1), dtype=bool))


def _column(frame: pd.DataFrame, role: str, where: str = "votes") -> pd.Series[Any]:
    column = column_of(frame, role)
    if column is None:
        there = ", ".join(map(str, frame.columns)) or "none"
        remedy = "rename the columns" + ("; without ids read agreement" if role == "annotator" else "")
        raise InputError(f"{where}: no column {role!r}; there are {there}", expected=role, remedy=remedy)
    return column


def untimed(votes: pd.DataFrame | Votes) -> pd.DataFrame | Votes:
    """The votes with weeks that tell no more than which of two is later, and so may be missing, or have any names."""
    return votes if isinstance(votes, Votes) else in_order(votes)


@dataclass(frozen=True)
class Judged:
    """One judgement per row: `vote` (row of Votes), right or not, the week both were known; one vote may have several.

    `was_correct` and `since`: what an earlier judgement of that annotator's vote on that task was, and from when; -1
    where there is none.
    """

    vote: Ints
    is_correct: Bools
    week: Ints
    was_correct: Bools
    since: Ints


@dataclass(frozen=True)
class Answers:
    """Answers as codes of the votes' tasks and of `labels`, with their weeks.

    `labels`: those of the votes in their order, then those that no vote ever gave.
    """

    task: Ints
    label: Ints
    week: Ints
    labels: pd.Index[str]


def judged(votes: Votes, answers: pd.DataFrame | Answers, where: str = "answers") -> Judged:
    """Votes beside `answers` (`task, label`, perhaps `week`: since when it is known), named `where` in errors.

    An answer that replaces an earlier one of the same task counts from its own week on, and so does a vote that
    replaces an earlier one of the same annotator; within a week the last row counts; a judgement that a later answer or
    vote only repeats is not there a second time. Raises InputError where a column is missing, or a task has two labels
    and no week says which of them is the later.
    """
    known = one_per_week(read_answers(votes, answers, where))
    first = known.drop_duplicates("task")
    answer, since = np.full(len(votes.tasks), NO_ANSWER), np.zeros(len(votes.tasks), dtype=np.int64)
    answer[first["task"]], since[first["task"]] = first["answer"], first["week"]
    vote = np.flatnonzero(answer[votes.task] != NO_ANSWER)
    week = np.maximum(votes.week[vote], since[votes.task[vote]])
    is_correct = votes.label[vote] == answer[votes.task[vote]]
    none = Judged(vote, is_correct, week, np.zeros(vote.size, dtype=bool), np.full(vote.size, -1))
    changed = np.zeros(len(votes.tasks), dtype=bool)
    changed[known.loc[known["task"].duplicated(), "task"]] = True
    last = _ends(_pairs(votes))
    again = (changed[votes.task] | ~last | np.append(False, ~last[:-1])[: last.size])[vote]
    return _replaced(none, votes, known, again) if again.any() else none


def _replaced(first: Judged, votes: Votes, known: pd.DataFrame, again: Bools) -> Judged:
    """`first` with these of its rows judged by every answer, and for every vote, in turn."""
    vote = first.vote[again]
    pair = _pairs(votes)
    later = np.append(np.where(pair[1:] == pair[:-1], votes.week[1:], NEVER), NEVER)
    mine = pd.DataFrame({"vote": vote, "pair": pair[vote], "task": votes.task[vote], "ends": later[vote]})
    until = known.groupby("task")["week"].shift(-1, fill_value=NEVER)
    rows = mine.merge(known.assign(until=until), on="task")
    rows["is_correct"] = votes.label[rows["vote"]] == rows["answer"].to_numpy()
    rows["week"] = np.maximum(rows["week"].to_numpy(), votes.week[rows["vote"]])
    # A vote that came after two answers has only ever met the later one, and an answer only the latest vote.
    rows = rows[rows["week"] < rows[["ends", "until"]].min(axis=1)].sort_values(["pair", "week"], kind="stable")
    rows = rows[(rows["is_correct"] != rows.groupby("pair")["is_correct"].shift()).to_numpy()]
    earlier = rows.groupby("pair")[["is_correct", "week"]].shift()
    is_new = earlier["week"].isna().to_numpy()
    return Judged(
        np.concatenate([first.vote[~again], rows["vote"].to_numpy()]),
        np.concatenate([first.is_correct[~again], rows["is_correct"].to_numpy()]),
        np.concatenate([first.week[~again], rows["week"].to_numpy()]),
        np.concatenate([first.was_correct[~again], ~is_new & ~rows["is_correct"].to_numpy()]),
        np.concatenate([first.since[~again], earlier["week"].fillna(-1).to_numpy(dtype=np.int64)]),
    )


def read_answers(votes: Votes, answers: pd.DataFrame | Answers, where: str = "answers") -> Answers:
    """`answers` (`task, label`, perhaps `week`) on tasks that have votes; if read already, themselves.

    Raises InputError where a column is missing, or a task has two labels and there are no weeks.
    """
    if isinstance(answers, Answers):
        return answers
    check_one_truth(answers, where)
    codes, tasks = indexed(_column(answers, "task", where))
    task = _place_of(codes, votes.tasks.get_indexer(tasks))
    codes, names = indexed(_column(answers, "label", where), are_labels=True)
    place = votes.labels.get_indexer(names)
    # An answer no vote ever gave stays: every vote on that task is wrong.
    is_new = place < 0
    place[is_new] = len(votes.labels) + np.arange(int(is_new.sum()))
    label = _place_of(codes, place)
    known = (task >= 0) & (label >= 0)
    return Answers(task[known], label[known], weeks_of(answers)[known], votes.labels.append(names[is_new]))


def _place_of(codes: Ints, place: NDArray[np.signedinteger[Any]]) -> Ints:
    """The place of each code, -1 where there is no value."""
    return np.append(place.astype(np.int64), -1)[codes]


def check_one_truth(answers: pd.DataFrame, where: str) -> None:
    """Without weeks no answer can have replaced another: raise InputError where a task has two."""
    if "week" in answers.columns:
        return
    task, tasks = indexed(_column(answers, "task", where))
    label, _ = indexed(_column(answers, "label", where), are_labels=True)
    said = pd.DataFrame({"task": task, "label": label})[(task >= 0) & (label >= 0)].drop_duplicates()
    twice = tasks.take(said.loc[said["task"].duplicated(), "task"].to_numpy())
    if len(twice):
        raise two_labels(where, twice[0])


def one_per_week(answers: Answers) -> pd.DataFrame:
    """`task, answer, week`, by week; of several answers to a task in one week the last row."""
    known = pd.DataFrame({"task": answers.task, "answer": answers.label, "week": answers.week})
    return known.drop_duplicates(["task", "week"], keep="last").sort_values("week", kind="stable")
