"""Who is asked about which comment: balanced over annotators, honeypots mixed in.

Belongs here: a round's assignments, for every platform. Does not: how many votes a comment gets (``core.overlap``),
which honeypots there are (``core.honeypots``), or pausing annotators (the caller leaves them out).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.honeypots import ShortBank, draw_honeypots
from labeling_pipeline.core.pairing import had_before, pair_up
from labeling_pipeline.core.people import Limits
from labeling_pipeline.core.spared import spare

COLUMNS = ("assignment_id", "comment_id", "text", "labeling_round", "annotator_id", "is_honeypot")


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
    room: Mapping[str, int] | None = None,
    people: Limits | None = None,
    harmful: Collection[str] = (),
) -> pd.DataFrame:
    """Assignments of one round: assignment_id, comment_id, text, labeling_round, annotator_id, is_honeypot.

    No annotator gets one comment twice, nor one they had in an earlier round; where everyone had it, the comment gets
    fewer votes. Loads differ by at most one before honeypots, unless somebody had a comment or has to be spared. Of
    each annotator's assignments ``honeypot_rate`` are honeypots, to less than one, none they had before. Rows come in
    an order that hides which are honeypots; ids are hashes, of one form for both.

    Args:
        comments, honeypots: comment_id, text. votes_per_comment: one number for all, or one per comment.
        seen_honeypots, asked: annotator_id, comment_id of earlier rounds.
        short_bank: what happens when an annotator needs more unseen honeypots than there are: "refuse" or "fewer". An
            empty bank gives none in either case.
        room: honeypot → annotators who may still see it; those that are not named, any number.
        people: what each may be given to read today. harmful: ids of comments and honeypots that count as exposure. A
            comment for which too few people have room is left out of the round, to be asked another day.

    Raises InputError when more votes per comment are asked than there are annotators, or the bank is too small.

    >>> some = pd.DataFrame({"comment_id": ["c1", "c2"], "text": ["a", "b"]})
    >>> assign(some, ["x", "y", "z"], 3, some[:0], 0.05, seed=1).groupby("annotator_id").size().to_dict()
    {'x': 2, 'y': 2, 'z': 2}
    """
    limits, rng = people or Limits(), np.random.default_rng([seed, labeling_round])
    names = [one for one in annotators if one not in limits.away]
    wanted = _wanted(len(comments), votes_per_comment, len(names))
    had = np.empty(0, np.int64) if asked is None else had_before(comments["comment_id"], names, asked)
    place, who = pair_up(wanted, len(names), had, rng)
    is_harmful = comments["comment_id"].isin(list(harmful)).to_numpy(dtype=bool)
    place, who = spare(place, who, is_harmful, had, names, limits)
    rows = comments[["comment_id", "text"]].iloc[place].reset_index(drop=True)
    real = rows.assign(annotator_id=np.asarray(names, dtype=object)[who], is_honeypot=False)
    pots = draw_honeypots(
        real, honeypots, honeypot_rate, rng, seen=seen_honeypots, short_bank=short_bank, room=room, people=limits,
        harmful=harmful,
    )  # fmt: skip
    return _handed_out(pd.concat([real, pots], ignore_index=True), labeling_round)


def _wanted(n: int, votes: int | Sequence[int], people: int) -> npt.NDArray[np.int64]:
    wanted = np.broadcast_to(np.asarray(votes, dtype=np.int64), n)
    most = int(np.max(votes, initial=0))
    if most > people:
        raise InputError(
            f"{most} votes per comment asked of {people} annotators",
            expected="at least as many annotators",
            remedy="lower labeling.votes_per_comment",
        )
    return wanted


def _handed_out(frame: pd.DataFrame, labeling_round: int) -> pd.DataFrame:
    frame["labeling_round"] = labeling_round
    pairs = zip(frame["comment_id"].tolist(), frame["annotator_id"].tolist(), strict=True)
    frame.insert(0, "assignment_id", [_id(labeling_round, *pair) for pair in pairs])
    return frame.sort_values("assignment_id", kind="stable", ignore_index=True)[list(COLUMNS)]


def _id(labeling_round: int, comment: str, annotator: str) -> str:
    return "a-" + hashlib.blake2b(f"{labeling_round}|{comment}|{annotator}".encode(), digest_size=8).hexdigest()
