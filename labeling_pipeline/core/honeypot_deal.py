"""Who gets which honeypot, so that counting rows over everybody's sheets does not tell them from comments.

Belongs here: how many each annotator gets in a round, and the deal. Does not: which comments are honeypots, and what
is wanted of them (``core.honeypots``).

Somebody who holds all sheets sees how often a text is there, in a round and over all rounds. A comment is there once
per vote, so a honeypot is given to as many annotators as a comment of the same round, and is taken from those that as
many had seen in earlier rounds as that comment. Where the bank is too small for that, the surplus lies on as few
honeypots as can bear it: those stand out, the others do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NOTHING = 1e-9  # a part of a honeypot for which nobody is rounded up


@dataclass(frozen=True)
class Shelf:
    """The bank as numbers, for B honeypots and A annotators.

    ``shown`` (B): people who saw each in earlier rounds; ``left`` (B): who may still be shown it. ``had``: honeypot →
    annotators who may not have it. ``is_hard`` (B): harmful to read; ``bears`` (A): how many such an annotator may
    still be given. ``left``, ``had`` and ``bears`` are used up by `deal`.
    """

    shown: Ints
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

    def able(self, pot: int, need: Ints) -> Ints:
        """Annotators who need more honeypots and may have this one."""
        may = need > 0
        may[self.had.get(pot, [])] = False
        return np.flatnonzero(may & (self.bears > 0) if self.is_hard[pot] else may)


@dataclass(frozen=True)
class Alike:
    """What honeypots are to be like: ``votes`` annotators get a comment of this round, ``before`` got it earlier."""

    votes: Ints
    before: Ints


def round_up(wanted: Floats, supply: Ints, comments: Alike, rng: np.random.Generator) -> tuple[Ints, Alike]:
    """How many honeypots each annotator gets, and what each honeypot is to be like.

    ``wanted`` (A): honeypots before rounding; everybody gets that, rounded up or down, as far as their ``supply`` goes.
    ``comments``: those of the round, from which the honeypots' likenesses are drawn. Who is rounded up is drawn so that
    the total is a sum of their votes, on average the total wanted.
    """
    low = np.minimum(np.maximum(np.floor(wanted), 0).astype(np.int64), supply)
    part = np.where((wanted > low + NOTHING) & (supply > low), np.minimum(wanted - low, 1.0), 0.0)
    total, lowest, highest = float(low.sum() + part.sum()), int(low.sum()), int(low.sum() + (part > 0).sum())
    if not highest or not len(comments.votes):
        return low, Alike(comments.votes[:0], comments.before[:0])
    drawn = rng.integers(len(comments.votes), size=int(total / comments.votes.min()) + 2)
    ends = np.concatenate([[0], np.cumsum(comments.votes[drawn])])
    at = int(np.searchsorted(ends, total, side="right")) - 1
    below, above = int(ends[at]), int(ends[at + 1])
    chosen = above if rng.random() < (total - below) / (above - below) else below
    if not lowest <= chosen <= highest:
        chosen = min(max(below if chosen == above else above, lowest), highest)
    ups = _drawn(part, chosen - lowest, rng)
    low[ups] += 1
    # Where no sum of them is within reach, the last honeypot goes to fewer.
    votes = np.diff(np.append(ends[ends < chosen], chosen))
    return low, Alike(votes, comments.before[drawn[: len(votes)]])


def deal(need: Ints, alike: Alike, shelf: Shelf, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Pairs of honeypot and annotator: ``need`` (A) different ones for each, the honeypots ``alike`` comments.

    What cannot be dealt so (a bank too small, people who had too much of it) is dealt to as few honeypots as can be.
    """
    need = need.copy()
    pairs = _deal_alike(need, alike, shelf, rng)
    mixed = rng.permutation(len(shelf.left))
    may_see = np.asarray([len(need) - len(shelf.had.get(int(pot), ())) for pot in mixed], dtype=np.int64)
    for pot in mixed[np.argsort(-np.minimum(shelf.left[mixed], may_see), kind="stable")].tolist():
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


def _deal_alike(need: Ints, alike: Alike, shelf: Shelf, rng: np.random.Generator) -> list[tuple[int, Ints]]:
    """One honeypot for each likeness, shown before as often as that or as near to it as can be; ``need`` is used up."""
    pairs: list[tuple[int, Ints]] = []
    by_shown: dict[int, list[int]] = {}
    for pot in rng.permutation(len(shelf.left)).tolist():
        by_shown.setdefault(int(shelf.shown[pot]), []).append(pot)
    least, hopeless = int(alike.votes.min(initial=0)), np.iinfo(np.int64).max
    for votes, before in zip(alike.votes.tolist(), alike.before.tolist(), strict=True):
        # Who may get what only becomes less: what went to nobody once goes to nobody later.
        if votes >= hopeless:
            continue
        found = None
        for shown in sorted(by_shown, key=lambda n: (abs(n - before), n)):
            found = _first_able(by_shown[shown], votes, least, need, shelf)
            if found is not None:
                break
        if found is None:
            hopeless = votes
        else:
            pairs.append((found[0], _give(*found, votes, need, shelf, rng)))
    return pairs


def _first_able(pots: list[int], votes: int, least: int, need: Ints, shelf: Shelf) -> tuple[int, Ints] | None:
    """The last of the pots that so many annotators may get, taken out; what not even ``least`` may get goes, too."""
    for at in range(len(pots) - 1, -1, -1):
        able = shelf.able(pots[at], need)
        can = min(int(shelf.left[pots[at]]), len(able))
        if can >= votes:
            return pots.pop(at), able
        if can < least:
            pots.pop(at)
    return None


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
