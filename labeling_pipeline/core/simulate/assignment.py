"""Who is asked about which comment: balanced over annotators, honeypots mixed in.

Belongs here: pairing comments and honeypots with annotators. Does not: pausing annotators (the caller leaves them out),
or pay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError


def assign(
    comments: pd.DataFrame,
    annotators: Sequence[str],
    votes_per_comment: int,
    honeypots: pd.DataFrame,
    honeypot_rate: float,
    seed: int,
    labeling_round: int = 1,
    seen_honeypots: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Assignments of one round: assignment_id, comment_id, text, labeling_round, annotator_id, is_honeypot.

    comments, honeypots: comment_id, text. No annotator gets one comment twice, and loads differ by at most one before
    honeypots. Of each annotator's assignments, about ``honeypot_rate`` are honeypots, none of them one that
    ``seen_honeypots`` (annotator_id, comment_id) says they had. Rows come in an order that hides which are honeypots;
    ids are hashes, of one form for both.
    Raises InputError when more votes per comment are asked than there are annotators.

    >>> some = pd.DataFrame({"comment_id": ["c1", "c2"], "text": ["a", "b"]})
    >>> assign(some, ["x", "y", "z"], 3, some[:0], 0.05, seed=1).groupby("annotator_id").size().to_dict()
    {'x': 2, 'y': 2, 'z': 2}
    """
    if votes_per_comment > len(annotators):
        raise InputError(
            f"{votes_per_comment} votes per comment asked of {len(annotators)} annotators",
            expected="at least as many annotators",
            remedy="lower labeling.votes_per_comment",
        )
    rng = np.random.default_rng([seed, labeling_round])
    ordinary = _deal(comments, list(annotators), votes_per_comment, rng)
    frame = pd.concat([ordinary, _mix_in(ordinary, honeypots, honeypot_rate, seen_honeypots, rng)], ignore_index=True)
    frame["labeling_round"] = labeling_round
    frame.insert(0, "assignment_id", [_id(labeling_round, *pair) for pair in _pairs(frame)])
    columns = ["assignment_id", "comment_id", "text", "labeling_round", "annotator_id", "is_honeypot"]
    return frame.sort_values("assignment_id", kind="stable", ignore_index=True)[columns]


def _deal(comments: pd.DataFrame, annotators: list[str], per_comment: int, rng: np.random.Generator) -> pd.DataFrame:
    """Deal as from a shuffled deck: each pass over the annotators is a fresh shuffle, so groups keep changing."""
    hands: list[str] = []
    deck: list[str] = []
    for _ in range(len(comments)):
        hand, deck = _hand(deck, annotators, per_comment, rng)
        hands += hand
    places = np.repeat(np.arange(len(comments)), per_comment)
    rows = comments[["comment_id", "text"]].iloc[places].reset_index(drop=True)
    return rows.assign(annotator_id=hands, is_honeypot=False)


def _hand(deck: list[str], annotators: list[str], size: int, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    if len(deck) >= size:
        return deck[:size], deck[size:]
    hand = list(deck)
    fresh = [annotators[place] for place in rng.permutation(len(annotators))]
    later = [one for one in fresh if one in hand]
    rest = [one for one in fresh if one not in hand]
    need = size - len(hand)
    return hand + rest[:need], rest[need:] + later


def _mix_in(
    ordinary: pd.DataFrame,
    honeypots: pd.DataFrame,
    rate: float,
    seen: pd.DataFrame | None,
    rng: np.random.Generator,
) -> pd.DataFrame:
    had: dict[str, set[str]] = {}
    for annotator, comment in [] if seen is None else zip(seen["annotator_id"], seen["comment_id"], strict=True):
        had.setdefault(annotator, set()).add(comment)
    rows: list[tuple[str, str, str, bool]] = []
    loads = ordinary.groupby("annotator_id").size() if len(honeypots) else pd.Series(dtype=int)
    for annotator, load in loads.items():
        wanted = load * rate / (1 - rate)
        count = int(wanted) + int(rng.random() < wanted % 1)
        fresh = honeypots[~honeypots["comment_id"].isin(had.get(str(annotator), set()))]
        chosen = fresh.iloc[rng.permutation(len(fresh))[:count]]
        rows += [(comment, text, str(annotator), True) for comment, text in chosen[["comment_id", "text"]].values]
    return pd.DataFrame(rows, columns=["comment_id", "text", "annotator_id", "is_honeypot"])


def _pairs(frame: pd.DataFrame) -> zip[tuple[str, str]]:
    return zip(frame["comment_id"], frame["annotator_id"], strict=True)


def _id(labeling_round: int, comment: str, annotator: str) -> str:
    return "a-" + hashlib.blake2b(f"{labeling_round}|{comment}|{annotator}".encode(), digest_size=8).hexdigest()
