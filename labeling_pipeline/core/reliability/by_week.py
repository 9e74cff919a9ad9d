"""Every annotator's accuracies and reliability week by week, from one votes file.

Belongs here: which week a vote belongs to, and since when its consensus is known. Does not: the weekly fold (see
``history``).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement.coding import Floats, moments_of, text_codes
from labeling_pipeline.core.agreement.parts import mondays, weeks_since_1970
from labeling_pipeline.core.consensus import consensus
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability.answers import read_votes
from labeling_pipeline.core.reliability.history import reliability_history
from labeling_pipeline.core.reliability.weeks import whole_numbers


def reliability_by_week(
    votes: pd.DataFrame, *, gold: pd.DataFrame | None = None, honeypots: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, int]:
    """`annotator, week, statistic, value, low, high, n`, and how many votes without a time are left out.

    `votes`: task, annotator, label, and `week` or `answered_at` (its week is named by its Monday). `gold`, `honeypots`:
    task, label, known from the start. The consensus of all votes judges a vote from the week of the last vote on its
    task on. Statistics as in `reliability_history`. Raises InputError when no vote has a time.

    >>> rows = {"task": list("tttuuu"), "annotator": list("abcabc"), "label": list("xxyxxx"), "week": [0] * 3 + [1] * 3}
    >>> table, _ = reliability_by_week(pd.DataFrame(rows))
    >>> table.query("statistic == 'consensus_accuracy' and annotator == 'c'")[["week", "n"]].values.tolist()
    [['0', 1], ['1', 2]]
    """
    week, names = _weeks(votes)
    dated = votes.assign(week=week)[week >= 0]
    if dated.empty:
        raise InputError("no vote has a time", expected="a column week or answered_at", remedy="add one")
    labels = consensus(votes.drop(columns="week", errors="ignore"), ambiguity=False).labels[["task", "label"]]
    read = read_votes(dated)
    last = pd.Series(read.week).groupby(read.tasks.take(read.task).to_numpy()).max()
    known = labels.assign(week=labels["task"].astype(str).map(last)).dropna(subset="week")
    history = reliability_history(
        read,
        gold=None if gold is None else gold.drop(columns="week", errors="ignore"),
        honeypots=None if honeypots is None else honeypots.drop(columns="week", errors="ignore"),
        consensus=known.astype({"week": np.int64}),
    )
    named = history["week"].map(dict(enumerate(names)))
    return history.assign(week=named).rename(columns={"annotator_id": "annotator"}), int((week < 0).sum())


def _weeks(votes: pd.DataFrame) -> tuple[np.ndarray, list[str]]:
    """Whole weeks from the first on, -1 where there is no time, and their names."""
    if "week" in votes.columns:
        numbers = whole_numbers(votes["week"])
        if numbers is None:
            return text_codes(votes["week"])
        return _from_first(numbers, lambda weeks: [f"{week:g}" for week in weeks])
    seconds = moments_of(votes)
    if seconds is None or not np.isfinite(seconds).any():
        return np.full(len(votes), -1), []
    return _from_first(weeks_since_1970(seconds), mondays)


def _from_first(weeks: Floats, named: Callable[[Floats], list[str]]) -> tuple[np.ndarray, list[str]]:
    first = np.nanmin(weeks)
    place = np.where(np.isfinite(weeks), weeks - first, -1).astype(np.int64)
    return place, named(first + np.arange(place.max() + 1))
