"""Correct votes per annotator and week, and their decayed sums.

Belongs here: counting, and the one step by which a week is added. Does not: intervals, mixing kinds of evidence.

The sum after week w is S(w) = decay · S(w - 1) + counts(w). A full refit takes the same steps in the same order as
weekly updates do, so both give the same numbers to the last bit.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement.coding import Ints
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability.answers import Answers, Votes, judged, read_votes

# Evidence half a year old counts half.
DECAY = 0.5 ** (1 / 26)


def weekly_counts(votes: pd.DataFrame, answers: pd.DataFrame, *, decay: float = DECAY) -> pd.DataFrame:
    """`annotator, week, correct, n, n_votes`: votes with a known answer, by the week in which both were known.

    `votes`: task, annotator, label, perhaps week. `answers`: task, label, perhaps week. Where an answer replaces an
    earlier one, the week of the change takes back what is left of the old judgement and adds the new one; `correct` and
    `n` are then fractions, `n_votes` stays the number of judged votes. Sorted by annotator and week. Raises InputError
    where a column is missing, a week is, or a task has two labels and there are no weeks.

    >>> votes = pd.DataFrame({"task": list("xyz"), "annotator": list("aab"), "label": list("ppq"), "week": [0, 1, 1]})
    >>> weekly_counts(votes, pd.DataFrame({"task": list("xyz"), "label": list("pqq")})).values.tolist()
    [['a', 0, 1.0, 1.0, 1], ['a', 1, 0.0, 1.0, 1], ['b', 1, 1.0, 1.0, 1]]
    """
    read = read_votes(votes)
    return counts_of(read, answers, decay)


def counts_of(votes: Votes, answers: pd.DataFrame | Answers, decay: float, where: str = "answers") -> pd.DataFrame:
    """`weekly_counts` of votes that are read already; errors call the answers `where`."""
    check_decay(decay)
    rows = judged(votes, answers, where)
    is_new = rows.since < 0
    left = np.where(is_new, 0.0, decay ** np.maximum(rows.week - rows.since, 0))
    return _summed(
        votes,
        votes.annotator[rows.vote],
        rows.week,
        rows.is_correct - left * rows.was_correct,
        1 - left,
        is_new.astype(np.int64),
    )


def update_counts(
    state: pd.DataFrame | None, counts: pd.DataFrame, *, decay: float = DECAY, week: int | None = None
) -> pd.DataFrame:
    """The decayed sums after `week` (default: the last week of `counts`); `state` None starts from nothing.

    Returns `annotator, week, correct, n, n_votes`, one row per annotator. Adding the weeks one call at a time or all in
    one call gives identical numbers. Raises InputError for counts of a week that `state` already holds.
    """
    check_decay(decay)
    annotators, sums, done = _started(state, counts)
    weeks = counts["week"].to_numpy(dtype=np.int64)
    if weeks.size and weeks.min() <= done:
        raise InputError(
            f"counts of week {weeks.min()} are already in the state of week {done}",
            expected="later weeks only",
            remedy="leave them out, or start from None",
        )
    place = pd.Index(annotators).get_indexer(pd.Index(counts["annotator"]))
    added = counts[["correct", "n", "n_votes"]].to_numpy(dtype=np.float64)
    last = max(done, int(weeks.max(initial=done))) if week is None else week
    for now in range(done + 1, last + 1):
        sums *= (decay, decay, 1.0)
        rows = weeks == now
        sums[place[rows]] += added[rows]
    frame = pd.DataFrame({"annotator": annotators, "week": last, "correct": sums[:, 0], "n": sums[:, 1]})
    frame["n_votes"] = sums[:, 2].astype(np.int64)
    return frame


def check_decay(decay: float) -> None:
    """Raise InputError unless 0 < decay <= 1."""
    if not 0 < decay <= 1:
        raise InputError(f"decay {decay}", expected="above 0 and at most 1", remedy="1 keeps everything for ever")


def _summed(
    votes: Votes, annotator: np.ndarray, week: np.ndarray, correct: np.ndarray, n: np.ndarray, is_new: np.ndarray
) -> pd.DataFrame:
    start = week.min(initial=0)
    span = int(week.max(initial=0) - start) + 1
    keys, place = _grouped(annotator * span + week - start, len(votes.annotators) * span)
    return pd.DataFrame(
        {
            "annotator": votes.annotators.take(keys // span),
            "week": keys % span + start,
            "correct": np.bincount(place, weights=correct, minlength=keys.size),
            "n": np.bincount(place, weights=n, minlength=keys.size),
            "n_votes": np.bincount(place, weights=is_new, minlength=keys.size).astype(np.int64),
        }
    )


def _grouped(keys: Ints, n_keys: int) -> tuple[Ints, Ints]:
    """The distinct keys, sorted, and each key's place among them; by counting where there are few, else by sorting."""
    if n_keys > 4 * keys.size:
        found, place = np.unique(keys, return_inverse=True)
        return found, place
    used = np.bincount(keys, minlength=n_keys) > 0
    return np.flatnonzero(used), (np.cumsum(used) - 1)[keys]


def _started(state: pd.DataFrame | None, counts: pd.DataFrame) -> tuple[list[str], np.ndarray, int]:
    known = [] if state is None else state["annotator"].tolist()
    new = sorted(set(counts["annotator"]) - set(known))
    names = sorted([*known, *new])
    sums = np.zeros((len(names), 3))
    done = int(counts["week"].min()) - 1 if len(counts) else -1
    if state is not None and len(state):
        rows = pd.Index(names).get_indexer(pd.Index(known))
        sums[rows] = state[["correct", "n", "n_votes"]].to_numpy(dtype=np.float64)
        done = int(state["week"].max())
    return names, sums, done
