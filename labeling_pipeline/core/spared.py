"""Nobody is handed more harm in a day than they may be: work moves to people with room, or waits for another day.

Belongs here: moving rows of a dealt round. Does not: the deal (``core.pairing``), or what the limits are
(``core.people``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.people import Limits

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ENOUGH = np.iinfo(np.int64).max


def spare(
    place: Ints, who: Ints, had: Ints, comment_ids: pd.Series, names: Sequence[str], limits: Limits
) -> tuple[Ints, Ints]:
    """The pairs with harmful comments moved to people who have room for them today.

    ``place``, ``who``: comment and annotator of every row, as `pairing.pair_up` gives them; ``had``: pairs that may not
    be asked, as place × annotators + annotator, sorted. Where everybody has room, nothing moves. A comment for which
    fewer people have room today than could ever have is left out whole: it waits. One that many opted out of gets
    fewer votes.

    >>> limits = Limits({"x": 0, "y": 5, "z": 5}, harmful=["c"])
    >>> given = np.array([0, 0]), np.array([0, 1]), np.empty(0, int)
    >>> spare(*given, pd.Series(["c"]), ["x", "y", "z"], limits)[1].tolist()
    [1, 2]
    """
    is_harmful = comment_ids.isin(list(limits.harmful)).to_numpy(dtype=bool)
    rows = np.flatnonzero(is_harmful[place])
    room = np.asarray([0 if one in limits.opted_out else limits.left.get(one, ENOUGH) for one in names], dtype=np.int64)
    if (np.bincount(who[rows], minlength=len(names)) <= room).all():
        return place, who
    may = np.asarray([one not in limits.opted_out for one in names], dtype=bool)
    who, kept, edges = who.copy(), np.ones(len(place), dtype=bool), np.flatnonzero(np.diff(place[rows])) + 1
    for part in np.split(rows, edges):
        start = place[part[0]] * len(names)
        old = had[np.searchsorted(had, start) : np.searchsorted(had, start + len(names))] - start
        free = may.copy()
        free[old] = False
        chosen = _choose(who[part], room, free, min(len(part), int(free.sum())))
        kept[part[len(chosen) :]] = False
        who[part[: len(chosen)]] = chosen
        room[chosen] -= 1
    return place[kept], who[kept]


def _choose(dealt: Ints, room: Ints, free: Bools, wanted: int) -> Ints:
    """Who reads it: those with most room, those it was dealt to before others; nobody where too few have some.

    Room that lies with few people is lost, since each reads a comment once: so it is used up evenly.
    """
    can = np.flatnonzero(free & (room > 0))
    if not wanted or len(can) < wanted:
        return dealt[:0]
    return can[np.lexsort([~np.isin(can, dealt), -room[can]])[:wanted]]
