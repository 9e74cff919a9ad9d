"""Which acts in production come from one source. Belongs here: bursts, and acts of actors who work together. Does not:
who those are (``actor_circles``), what acts mean.

A brigade shows in two ways: the same actors meet on many comments, or many acts fall on one comment within minutes, or
very many within a day. Acts joined by either are one source, however many they are: where a run of acts becomes a
burst, one more act lowers what they add up to. It has to: five people in a day count, five hundred are one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.weak_supervision.actor_circles import circles, components
from labeling_pipeline.core.weak_supervision.times import times_of

# So many acts on one comment within so many seconds are one burst.
DAY = 86_400.0
BURSTS = ((60.0, 3), (600.0, 6), (3_600.0, 12), (DAY, 40))
UNDATED = -1e15  # acts without a time may all be of one day, and not of one with dated ones


def source_of_act(acts: pd.DataFrame) -> npt.NDArray[np.int64]:
    """(n,): a number per act, equal for acts on one comment that are not independent of each other.

    `acts`: comment_id, and optionally actor_id (missing: all such acts on a comment are one source) and created_at.
    """
    n = len(acts)
    actors, comments = _codes(acts, "actor_id"), pd.factorize(acts["comment_id"].astype("str"), sort=True)[0]
    pairs = [(np.arange(n), np.arange(n)), *_same_circle(actors, comments), *_bursts(acts, comments)]
    left, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return components(left, right, n)


def _codes(acts: pd.DataFrame, column: str) -> npt.NDArray[np.int64]:
    if column not in acts.columns:
        return np.full(len(acts), -1, dtype=np.int64)
    return np.asarray(pd.factorize(acts[column].astype("str"), sort=True)[0], dtype=np.int64)


Pair = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def _same_circle(actors: npt.NDArray[np.int64], comments: npt.NDArray[np.int64]) -> Iterator[Pair]:
    """Acts on one comment by one circle, and all acts on it whose actor is unknown, in chains."""
    circle = np.where(actors >= 0, circles(actors, comments)[actors] if (actors >= 0).any() else -1, -1)
    order = np.lexsort((circle, comments))
    chained = (comments[order][1:] == comments[order][:-1]) & (circle[order][1:] == circle[order][:-1])
    yield order[1:][chained], order[:-1][chained]


def _bursts(acts: pd.DataFrame, comments: npt.NDArray[np.int64]) -> Iterator[Pair]:
    """Chains through runs of acts on one comment that follow each other as densely as `BURSTS` says.

    A date alone, or no time at all, cannot show that acts were apart, nor that they were closer than a day.
    """
    seconds = np.full(len(acts), UNDATED)
    if "created_at" in acts.columns:
        since = times_of(acts["created_at"], "feedback") - pd.Timestamp(0, tz="UTC")
        seconds = since.dt.total_seconds().fillna(UNDATED).to_numpy(dtype=np.float64)
    at_midnight = (seconds % DAY == 0) & pd.DataFrame({"c": comments, "s": seconds}).duplicated(keep=False).to_numpy()
    is_exact = (seconds != UNDATED) & ~at_midnight  # several at one midnight: dates
    by_time = np.lexsort((seconds, comments))
    for within, many in BURSTS:
        order = by_time if within >= DAY else by_time[is_exact[by_time]]
        first, last = order[: -many + 1], order[many - 1 :]
        starts = np.flatnonzero((comments[first] == comments[last]) & (seconds[last] - seconds[first] <= within))
        opened = np.bincount(starts, minlength=len(order)) - np.bincount(starts + many - 1, minlength=len(order))
        linked = np.flatnonzero(np.cumsum(opened) > 0)
        yield order[linked + 1], order[linked]
