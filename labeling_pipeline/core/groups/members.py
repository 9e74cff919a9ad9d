"""Votes beside the groups of those who cast them.

Belongs here: reading groups, and which of them are large enough to speak of. Does not: statistics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement.coding import Ints, column_of, indexed
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability.answers import Votes, one_vote_per_task, read_votes, untimed

MIN_SIZE = 10


@dataclass(frozen=True)
class Attribute:
    """One attribute: the group of every annotator (-1 = not stated or no vote), group names, annotators per group."""

    name: str
    group: Ints
    names: list[str]
    sizes: Ints


def read_groups(votes: pd.DataFrame, groups: pd.DataFrame) -> tuple[Votes, list[Attribute]]:
    """Votes (one per annotator and task) and every attribute column of `groups` (annotator, attribute, …).

    Raises InputError when `groups` has no annotator column or no attribute, or an annotator stands there twice.
    """
    read = one_vote_per_task(read_votes(untimed(votes)))
    column = column_of(groups, "annotator")
    if column is None:
        raise InputError("groups have no annotator", expected="columns annotator and an attribute", remedy="rename it")
    codes, names = indexed(column)
    known = codes[codes >= 0]
    if np.unique(known).size < known.size:
        twice = names[int(np.argmax(np.bincount(known) > 1))]
        raise InputError(f"annotator {twice!r} stands twice in groups", expected="one row each", remedy="drop one")
    attributes = [name for name in groups.columns if name != column.name]
    if not attributes:
        raise InputError("groups have no attribute", expected="a column such as group or country", remedy="add one")
    place = np.append(names.get_indexer(read.annotators), -1)[: len(read.annotators)]
    row_of = np.full(len(names) + 1, -1, dtype=np.int64)
    row_of[codes[codes >= 0]] = np.flatnonzero(codes >= 0)
    rows = np.where(place >= 0, row_of[place], -1)
    return read, [_attribute(str(name), groups[name], rows, read) for name in attributes]


def _attribute(name: str, values: pd.Series, rows: Ints, votes: Votes) -> Attribute:
    codes, names = indexed(values)
    group = np.where(rows >= 0, codes[rows], -1)
    has_voted = np.bincount(votes.annotator, minlength=len(votes.annotators)) > 0
    group = np.where(has_voted, group, -1)
    return Attribute(name, group, names.tolist(), np.bincount(group[group >= 0], minlength=len(names)))
