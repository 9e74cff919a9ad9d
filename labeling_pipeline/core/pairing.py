"""Pairs of comments and annotators, dealt evenly, nobody twice about one comment.

Belongs here: the deal, on places and numbers alone. Does not: ids, texts and honeypots (``core.assignment``), or what a
person may be given to read (``core.spared``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.matching import Match, match_up

Ints = npt.NDArray[np.int64]

SWAPS = 50  # passes of exchanges before whoever is still doubled goes to the least busy


def pair_up(
    wanted: Ints, n_annotators: int, had: Ints, rng: np.random.Generator, match: Match | None = None
) -> tuple[Ints, Ints]:
    """Places of comments and annotators, row by row: ``wanted`` (n) different annotators for each comment.

    ``had``: pairs that may not be asked again, as place × n_annotators + annotator, sorted. Where everyone had a
    comment, it gets fewer. ``match``: what is known of comments and annotators; without it chance alone decides.
    """
    place = np.repeat(np.arange(len(wanted)), wanted)
    who = _deal(wanted, n_annotators, rng)
    if match is not None and len(place):
        who = match_up(place, who, match, rng)
    is_dealt = match is None and not len(had)
    return (place, who) if is_dealt or not len(place) else _keep_apart(place, who, had, n_annotators, rng)


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


def had_before(comment_ids: pd.Series, annotators: list[str], asked: pd.DataFrame) -> Ints:
    """Pairs that may not be asked again, as place × number of annotators + annotator, sorted."""
    place = _places(comment_ids.tolist(), asked["comment_id"].tolist())
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
