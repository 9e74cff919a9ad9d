"""Who gets which honeypot, so that counting rows over everybody's sheets does not tell them from comments.

Belongs here: how many each annotator gets in a round, and the deal. Does not: which comments are honeypots, and what
is wanted of them (``core.honeypots``).

Somebody who holds all sheets sees how often a text is there. A comment is there once per vote, so a honeypot is given
to as many annotators as a comment of the same round. Where the bank is too small for that, the surplus lies on as few
honeypots as can bear it: those stand out, the others do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Shelf:
    """The bank as numbers, for B honeypots and A annotators.

    ``left`` (B): annotators who may still be shown each. ``had``: honeypot → annotators who may not have it.
    ``is_hard`` (B): harmful to read; ``bears`` (A): how many such an annotator may still be given. ``left`` and
    ``bears`` are used up by `deal`.
    """

    left: Ints
    had: dict[int, list[int]]
    is_hard: npt.NDArray[np.bool_]
    bears: Ints

    def supply(self) -> Ints:
        """(A) How many honeypots of the shelf each annotator may get."""
        there = self.left > 0
        counts = np.empty((2, len(self.bears)), dtype=np.int64)
        counts[:] = [[int((there & ~self.is_hard).sum())], [int((there & self.is_hard).sum())]]
        for pot, people in self.had.items():
            if there[pot]:
                counts[int(self.is_hard[pot]), people] -= 1
        return np.asarray(counts[0] + np.minimum(counts[1], self.bears))

    def wear_order(self, rng: np.random.Generator) -> Ints:
        """Honeypots that most may still see first: what was shown in few rounds cannot be counted over many."""
        mixed = rng.permutation(len(self.left))
        had = np.asarray([len(self.had.get(int(pot), ())) for pot in mixed], dtype=np.int64)
        return mixed[np.argsort(-np.minimum(self.left[mixed], len(self.bears) - had), kind="stable")]

    def able(self, pot: int, need: Ints) -> Ints:
        """Annotators who need more honeypots and may have this one."""
        may = need > 0
        may[self.had.get(pot, [])] = False
        return np.flatnonzero(may & (self.bears > 0) if self.is_hard[pot] else may)


def round_up(wanted: Floats, supply: Ints, votes: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """How many honeypots each annotator gets, and to how many annotators each honeypot goes.

    ``wanted`` (A): honeypots before rounding; everybody gets that, rounded up or down, as far as their ``supply`` goes.
    ``votes``: how many annotators get each comment of the round; honeypots go to as many, drawn from these. Who is
    rounded up is drawn so that the total is a sum of such numbers, on average the total wanted.
    """
    low = np.minimum(np.maximum(np.floor(wanted), 0).astype(np.int64), supply)
    part = np.where((wanted > low) & (supply > low), np.minimum(wanted - low, 1.0), 0.0)
    total, lowest, highest = float(low.sum() + part.sum()), int(low.sum()), int(low.sum() + (part > 0).sum())
    if not highest or not len(votes):
        return low, votes[:0]
    sizes = rng.choice(votes, int(total / votes.min()) + 2)
    ends = np.concatenate([[0], np.cumsum(sizes)])
    at = int(np.searchsorted(ends, total, side="right")) - 1
    below, above = int(ends[at]), int(ends[at + 1])
    chosen = above if rng.random() < (total - below) / (above - below) else below
    if not lowest <= chosen <= highest:
        chosen = min(max(below if chosen == above else above, lowest), highest)
    ups = _drawn(part, chosen - lowest, rng)
    low[ups] += 1
    # Where no sum of them is within reach, the last honeypot goes to fewer.
    return low, np.diff(np.append(ends[ends < chosen], chosen))


def deal(need: Ints, sizes: Ints, shelf: Shelf, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Pairs of honeypot and annotator: ``need`` (A) different ones each, every honeypot for one of ``sizes`` people.

    What cannot be dealt so (a bank too small, people who had too much of it) is dealt to as few honeypots as can be.
    """
    need, order = need.copy(), shelf.wear_order(rng)
    pairs: list[tuple[int, Ints]] = []
    open_sizes = sizes.tolist()
    for pot in order.tolist():
        if not open_sizes:
            break
        able = shelf.able(pot, need)
        if open_sizes[-1] <= min(int(shelf.left[pot]), len(able)):
            pairs.append((pot, _give(pot, able, open_sizes.pop(), need, shelf, rng)))
    for pot in order.tolist():
        if not need.any():
            break
        able = shelf.able(pot, need)
        count = min(int(shelf.left[pot]), len(able))
        if count > 0:
            pairs.append((pot, _give(pot, able, count, need, shelf, rng)))
    pots = np.repeat(np.asarray([pot for pot, _ in pairs], dtype=np.int64), [len(who) for _, who in pairs])
    return pots, np.concatenate([who for _, who in pairs] or [np.empty(0, np.int64)])


def told_apart(dealt: pd.DataFrame) -> list[str]:
    """Honeypots that counting finds: as many annotators have each as more honeypots than comments have.

    ``dealt``: comment_id, is_honeypot; all assignments of one round. Returns their ids, sorted.

    >>> rows = [("c-1", False), ("c-1", False), ("c-2", False), ("c-2", False), ("h-1", True), ("h-2", True)]
    >>> told_apart(pd.DataFrame([*rows, ("h-1", True)], columns=["comment_id", "is_honeypot"]))
    ['h-2']
    """
    is_pot = dealt["is_honeypot"].astype(bool)
    pots, comments = dealt.loc[is_pot, "comment_id"].value_counts(), dealt.loc[~is_pot, "comment_id"].value_counts()
    alike = comments.value_counts().reindex(pots.to_numpy(), fill_value=0).to_numpy()
    as_many = pots.value_counts().reindex(pots.to_numpy()).to_numpy()
    return sorted(pots.index[as_many > alike])


def _drawn(part: Floats, count: int, rng: np.random.Generator) -> Ints:
    """So many places, those with a larger part sooner (Efraimidis & Spirakis 2006, doi:10.1016/j.ipl.2005.11.003)."""
    may = np.flatnonzero(part > 0)
    keys = np.log(np.maximum(rng.random(len(may)), 1e-300)) / part[may]
    return may[np.argsort(-keys, kind="stable")[:count]]


def _give(pot: int, able: Ints, count: int, need: Ints, shelf: Shelf, rng: np.random.Generator) -> Ints:
    """Those who need most get it, so that nobody is left at the end to whom the last ones cannot all go."""
    mixed = able[rng.permutation(len(able))]
    chosen = mixed[np.argsort(-need[mixed], kind="stable")[:count]]
    need[chosen] -= 1
    shelf.left[pot] -= count
    shelf.had[pot] = [*shelf.had.get(pot, []), *chosen.tolist()]
    if shelf.is_hard[pot]:
        shelf.bears[chosen] -= 1
    return chosen
