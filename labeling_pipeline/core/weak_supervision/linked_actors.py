"""Which acts in production come from one source. Belongs here: actors that act together, bursts. Does not: what acts
mean.

A brigade shows in two ways: the same actors meet on many comments, or many acts fall on one comment within minutes, or
very many within a day. Acts joined by either are one source, however many they are: where a run of acts becomes a
burst, one more act lowers what they add up to. It has to: five people in a day count, five hundred are one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from labeling_pipeline.core.weak_supervision.times import times_of

SHARED_COMMENTS = 3  # actors who met on fewer comments are not called linked
MANY_ACTORS = 10  # … but on two, where so many did and, as below, spent most of their acts so
SHARED_PART = 0.5  # … nor those who spent less than this part of their acts together
# So many acts on one comment within so many seconds are one burst.
DAY = 86_400.0
BURSTS = ((60.0, 3), (600.0, 6), (3_600.0, 12), (DAY, 40))
UNDATED = -1e15  # acts without a time may all be of one day, and not of one with dated ones
MOST_ACTORS = 2_000  # a comment with more actors says nothing about who works with whom


def source_of_act(acts: pd.DataFrame) -> npt.NDArray[np.int64]:
    """(n,): a number per act, equal for acts on one comment that are not independent of each other.

    `acts`: comment_id, and optionally actor_id (missing: all such acts on a comment are one source) and created_at.
    """
    n = len(acts)
    actors, comments = _codes(acts, "actor_id"), pd.factorize(acts["comment_id"].astype("str"))[0]
    pairs = [(np.arange(n), np.arange(n)), *_same_circle(actors, comments), *_bursts(acts, comments)]
    left, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return _components(left, right, n)


def circles(actors: npt.NDArray[np.int64], comments: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """(number of actors,): a number per actor, equal for actors who keep meeting on the same comments."""
    n_actors = int(actors.max(initial=-1)) + 1
    known = actors >= 0
    met = coo_matrix((np.ones(int(known.sum())), (actors[known], comments[known]))).tocsr()
    met.data[:] = 1.0
    met.sum_duplicates()
    met.data = np.minimum(met.data, 1.0)
    crowd = np.asarray(met.sum(axis=0)).ravel()
    kept = met[:, np.flatnonzero((crowd > 1) & (crowd <= MOST_ACTORS))]
    shared = (kept @ kept.T).tocoo()
    total = np.asarray(met.sum(axis=1)).ravel()
    either = total[shared.row] + total[shared.col] - shared.data
    close = (shared.data > 1) & (shared.data >= SHARED_PART * either) & (shared.row < shared.col)
    row, column, often = shared.row[close], shared.col[close], shared.data[close] >= SHARED_COMMENTS
    by_two = _components(row, column, n_actors)
    linked = often | (np.bincount(by_two, minlength=n_actors)[by_two[row]] >= MANY_ACTORS)
    return _components(row[linked], column[linked], n_actors)


def _components(left: npt.NDArray[np.integer], right: npt.NDArray[np.integer], n: int) -> npt.NDArray[np.int64]:
    """(n,): a number per thing, equal for those that pairs join."""
    joined = coo_matrix((np.ones(len(left)), (left, right)), shape=(n, n))
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int64)


def _codes(acts: pd.DataFrame, column: str) -> npt.NDArray[np.int64]:
    if column not in acts.columns:
        return np.full(len(acts), -1, dtype=np.int64)
    return np.asarray(pd.factorize(acts[column])[0], dtype=np.int64)


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
