"""Who is asked about which comment: balanced over annotators, honeypots mixed in.

Belongs here: pairing comments and honeypots with annotators, for every platform. Does not: how many votes a comment
gets (``core.overlap``), which honeypots there are (``core.honeypots``), or pausing annotators (the caller leaves them
out).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.honeypots import ShortBank, draw_honeypots

Ints = npt.NDArray[np.int64]

COLUMNS = ("assignment_id", "comment_id", "text", "labeling_round", "annotator_id", "is_honeypot")
SWAPS = 50  # passes of exchanges before whoever is still doubled goes to the least busy


def assign(
    comments: pd.DataFrame,
    annotators: Sequence[str],
    votes_per_comment: int | Sequence[int],
    honeypots: pd.DataFrame,
    honeypot_rate: float,
    seed: int,
    labeling_round: int = 1,
    seen_honeypots: pd.DataFrame | None = None,
    *,
    asked: pd.DataFrame | None = None,
    short_bank: ShortBank = "fewer",
) -> pd.DataFrame:
    """Assignments of one round: assignment_id, comment_id, text, labeling_round, annotator_id, is_honeypot.

    comments, honeypots: comment_id, text. No annotator gets one comment twice, nor one that ``asked`` (comment_id,
    annotator_id of earlier rounds) says they had; where everyone had it, the comment gets fewer votes. Without that,
    loads differ by at most one before honeypots. Of each annotator's assignments ``honeypot_rate`` are honeypots, to
    less than one honeypot, none of them one that ``seen_honeypots`` (annotator_id, comment_id) says they had. Rows come
    in an order that hides which are honeypots; ids are hashes, of one form for both.

    Args:
        votes_per_comment: one number for all, or one per comment.
        short_bank: what happens when an annotator needs more unseen honeypots than the bank has: "refuse" or "fewer".
            An empty bank gives none in either case.

    Raises InputError when more votes per comment are asked than there are annotators, or the bank is too small.

    >>> some = pd.DataFrame({"comment_id": ["c1", "c2"], "text": ["a", "b"]})
    >>> assign(some, ["x", "y", "z"], 3, some[:0], 0.05, seed=1).groupby("annotator_id").size().to_dict()
    {'x': 2, 'y': 2, 'z': 2}
    """
    wanted = np.broadcast_to(np.asarray(votes_per_comment, dtype=np.int64), len(comments))
    most = int(wanted.max(initial=0)) if np.ndim(votes_per_comment) else int(np.asarray(votes_per_comment))
    if most > len(annotators):
        raise InputError(
            f"{most} votes per comment asked of {len(annotators)} annotators",
            expected="at least as many annotators",
            remedy="lower labeling.votes_per_comment",
        )
    rng = np.random.default_rng([seed, labeling_round])
    had = np.empty(0, np.int64) if asked is None else _had(comments, list(annotators), asked)
    place, who = pair_up(wanted, len(annotators), had, rng)
    rows = comments[["comment_id", "text"]].iloc[place].reset_index(drop=True)
    ordinary = rows.assign(annotator_id=np.asarray(annotators, dtype=object)[who], is_honeypot=False)
    pots = draw_honeypots(ordinary, honeypots, honeypot_rate, rng, seen=seen_honeypots, short_bank=short_bank)
    frame = pd.concat([ordinary, pots], ignore_index=True)
    frame["labeling_round"] = labeling_round
    pairs = zip(frame["comment_id"].tolist(), frame["annotator_id"].tolist(), strict=True)
    frame.insert(0, "assignment_id", [_id(labeling_round, *pair) for pair in pairs])
    return frame.sort_values("assignment_id", kind="stable", ignore_index=True)[list(COLUMNS)]


def pair_up(wanted: Ints, n_annotators: int, had: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Places of comments and annotators, row by row: ``wanted`` (n) different annotators for each comment.

    ``had``: pairs that may not be asked again, as place × n_annotators + annotator, sorted. Where everyone had a
    comment, it gets fewer.
    """
    place = np.repeat(np.arange(len(wanted)), wanted)
    who = _deal(wanted, n_annotators, rng)
    return _keep_apart(place, who, had, n_annotators, rng) if len(had) and len(place) else (place, who)


def _deal(wanted: Ints, n_annotators: int, rng: np.random.Generator) -> Ints:
    """Deal as from a shuffled deck: each pass over the annotators is a fresh shuffle, so groups keep changing."""
    hands: list[int] = []
    deck: list[int] = []
    for size in wanted.tolist():
        hand, deck = _hand(deck, n_annotators, size, rng)
        hands += hand
    return np.asarray(hands, dtype=np.int64)


def _hand(deck: list[int], n_annotators: int, size: int, rng: np.random.Generator) -> tuple[list[int], list[int]]:
    if len(deck) >= size:
        return deck[:size], deck[size:]
    hand = list(deck)
    fresh = rng.permutation(n_annotators).tolist()
    later = [one for one in fresh if one in hand]
    rest = [one for one in fresh if one not in hand]
    need = size - len(hand)
    return hand + rest[:need], rest[need:] + later


def _had(comments: pd.DataFrame, annotators: list[str], asked: pd.DataFrame) -> Ints:
    """Pairs that may not be asked again, as place × number of annotators + annotator, sorted."""
    place = _places(comments["comment_id"].tolist(), asked["comment_id"].tolist())
    who = _places(annotators, asked["annotator_id"].tolist())
    known = (place >= 0) & (who >= 0)
    return np.sort(place[known] * len(annotators) + who[known])


def _places(names: list[str], wanted: list[str]) -> Ints:
    """Where each wanted name stands among the names; −1 for one that does not."""
    place = dict(zip(names, range(len(names)), strict=True))
    return np.asarray([place.get(one, -1) for one in wanted], dtype=np.int64)


def _keep_apart(place: Ints, who: Ints, had: Ints, n_annotators: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Exchange annotators between rows until nobody has a comment again; loads stay as they were dealt."""
    who = who.copy()
    for _ in range(SWAPS):
        doubled = np.flatnonzero(_is_doubled(place, who, had, n_annotators))
        if not len(doubled):
            return place, who
        # Each with a partner of its own, so that all exchanges of a pass can be made at once.
        partner = rng.permutation(len(place))[: len(doubled)]
        is_doubled = np.zeros(len(place), dtype=bool)
        is_doubled[doubled] = True
        free = ~is_doubled[partner]
        one, other = doubled[free], partner[free]
        who[one], who[other] = who[other], who[one]
    return _to_the_least_busy(place, who, had, n_annotators)


def _is_doubled(place: Ints, who: Ints, had: Ints, n_annotators: int) -> npt.NDArray[np.bool_]:
    pair = place * n_annotators + who
    order = np.argsort(pair, kind="stable")
    again = np.zeros(len(pair), dtype=bool)
    again[order[1:]] = pair[order[1:]] == pair[order[:-1]]
    if not len(had):
        return again
    at = np.minimum(np.searchsorted(had, pair), len(had) - 1)
    return np.asarray(again | (had[at] == pair))


def _to_the_least_busy(place: Ints, who: Ints, had: Ints, n_annotators: int) -> tuple[Ints, Ints]:
    """Where exchanges do not help (few annotators, each had much), one row after the other; some may have to go."""
    doubled = _is_doubled(place, who, had, n_annotators)
    load = np.bincount(who[~doubled], minlength=n_annotators)
    taken = set((place * n_annotators + who)[~doubled].tolist()) | set(had.tolist())
    kept = ~doubled
    for row in np.flatnonzero(doubled).tolist():
        start = int(place[row]) * n_annotators
        free = [one for one in np.argsort(load, kind="stable").tolist() if start + one not in taken]
        if free:
            who[row], kept[row] = free[0], True
            load[free[0]] += 1
            taken.add(start + free[0])
    return place[kept], who[kept]


def _id(labeling_round: int, comment: str, annotator: str) -> str:
    return "a-" + hashlib.blake2b(f"{labeling_round}|{comment}|{annotator}".encode(), digest_size=8).hexdigest()
