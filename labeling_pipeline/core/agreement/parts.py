"""Parts of the votes that agreement is told of one by one.

Belongs here: splitting by columns, by week and by class, and columns from beside the votes. Does not: statistics.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement.by_class import one_against_rest
from labeling_pipeline.core.agreement.coding import Floats, column_of, indexed, moments_of
from labeling_pipeline.core.errors import InputError

MISSING = "(missing)"
MONDAY, WEEK = 4 * 86_400.0, 7 * 86_400.0  # seconds from 1970-01-01 to the first Monday; a week


def split(votes: pd.DataFrame, by: str | Sequence[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """(name, votes) of every part, sorted by name; the names of several columns are joined by " / ".

    Without such a column, ``week`` is the Monday of ``answered_at``, and ``class`` takes each class against the rest of
    its part. Raises InputError for any other column that is not there.

    >>> votes = pd.DataFrame({"task": ["t", "t"], "label": ["x", "y"], "question": ["q", "r"]})
    >>> [name for name, _ in split(votes, ["question", "class"])]
    ['q / x', 'r / y']
    """
    columns = [by] if isinstance(by, str) else list(by)
    alone = "class" in columns and "class" not in votes.columns
    for name, part in _groups(votes, [column for column in columns if not (alone and column == "class")]):
        if alone:
            yield from ((f"{name} / {one}" if name else one, rest) for one, rest in one_against_rest(part))
        else:
            yield name, part


def _groups(votes: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    if not columns:
        yield "", votes
        return
    parts = [_names(votes, column) for column in columns]
    key = parts[0]
    for other in parts[1:]:
        key = key + " / " + other
    for name, rows in votes.groupby(key.to_numpy(), sort=True).indices.items():
        yield str(name), votes.iloc[rows]


def _names(votes: pd.DataFrame, column: str) -> pd.Series:
    if column in votes.columns:
        return votes[column].astype(object).where(votes[column].notna(), MISSING).astype(str)
    seconds = moments_of(votes) if column == "week" else None
    if seconds is None:
        there = ", ".join(map(str, votes.columns))
        hint = ", or answered_at" if column == "week" else ""
        raise InputError(f"votes have no column {column!r}", expected=f"one of {there}{hint}", remedy="check --by")
    weeks, place = np.unique(weeks_since_1970(seconds), return_inverse=True)
    return pd.Series(np.array(mondays(weeks), dtype=object)[place], votes.index)


def weeks_since_1970(seconds: Floats) -> Floats:
    """Whole weeks between Monday, 1970-01-05, and these moments; NaN where there is none."""
    return np.asarray(np.floor((seconds - MONDAY) / WEEK))


def mondays(weeks: Floats) -> list[str]:
    """The first day of each of these weeks, as text."""
    days = pd.to_datetime(MONDAY + WEEK * weeks, unit="s")
    return [MISSING if pd.isna(day) else f"{day:%Y-%m-%d}" for day in days]


def joined(votes: pd.DataFrame, table: pd.DataFrame, role: str, wanted: Sequence[str]) -> pd.DataFrame:
    """The votes with the wanted columns of ``table`` (one row per ``role``: task or annotator), matched as text.

    A column that the votes have themselves stays theirs; one that the table lacks is left out. Raises InputError where
    either has no such ids, or an id stands twice in the table.

    >>> votes = pd.DataFrame({"task": [1, 2], "label": list("xy")})
    >>> joined(votes, pd.DataFrame({"comment_id": ["2"], "slice": ["tea"]}), "task", ["slice"])["slice"].isna().tolist()
    [True, False]
    """
    own, other = _ids(votes, role), _ids(table, role)
    codes, names = indexed(other)
    if np.bincount(codes[codes >= 0], minlength=1).max() > 1:
        twice = names[int(np.bincount(codes[codes >= 0]).argmax())]
        raise InputError(f"{role} {twice!r} stands twice", expected="one row each", remedy="drop one")
    row_of = np.full(len(names) + 1, -1, dtype=np.int64)
    row_of[codes[codes >= 0]] = np.flatnonzero(codes >= 0)
    own_codes, own_names = indexed(own)
    rows = row_of[np.append(names.get_indexer(own_names), -1)[own_codes]]
    new = [column for column in wanted if column in table.columns and column not in votes.columns]
    found = {
        column: pd.Series(table[column].astype(object).to_numpy()[rows], votes.index).where(rows >= 0) for column in new
    }
    return votes.assign(**found)


def pooled(votes: pd.DataFrame, attributes: Sequence[str], min_size: int) -> pd.DataFrame:
    """The votes with the groups of fewer than ``min_size`` annotators under one name: so few could be recognised.

    Where all of these together are as few, their votes are left out.
    """
    for name in attributes:
        who = _ids(votes, "annotator")
        size = who.groupby(votes[name]).nunique()
        is_small = votes[name].isin(size.index[size < min_size])
        votes = votes.assign(**{name: votes[name].mask(is_small, f"(groups under {min_size} annotators)")})
        if who[is_small].nunique() < min_size:
            votes = votes[~is_small]
    return votes


def _ids(frame: pd.DataFrame, role: str) -> pd.Series:
    column = column_of(frame, role)
    if column is None:
        there = ", ".join(map(str, frame.columns)) or "none"
        raise InputError(
            f"no column {role!r} among {there}", expected=f"ids of each {role}", remedy="rename the column"
        )
    return column
