"""Who is asked about which comment: balanced over annotators, honeypots mixed in.

Belongs here: a round's assignments, for every platform. Does not: how many votes a comment gets (``core.overlap``),
which honeypots there are (``core.honeypots``), or pausing annotators (the caller leaves them out).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.honeypots import Honeypots, draw_honeypots
from labeling_pipeline.core.matching import Known
from labeling_pipeline.core.pairing import had_before, pair_up
from labeling_pipeline.core.people import Limits
from labeling_pipeline.core.spared import spare

COLUMNS = ("assignment_id", "comment_id", "text", "labeling_round", "annotator_id", "is_honeypot")


def assign(
    comments: pd.DataFrame,
    annotators: Sequence[str],
    votes_per_comment: int | Sequence[int],
    seed: int,
    labeling_round: int = 1,
    *,
    honeypots: Honeypots | None = None,
    asked: pd.DataFrame | None = None,
    people: Limits | None = None,
    known: Known | None = None,
) -> pd.DataFrame:
    """Assignments of one round: assignment_id, comment_id, text, labeling_round, annotator_id, is_honeypot.

    Nobody gets one comment twice; where everyone had it, it gets fewer votes. Loads differ by at most one before
    honeypots, unless somebody had a comment or has to be spared. Rows come in an order that hides which are honeypots.

    Args:
        comments: comment_id, text. votes_per_comment: one number for all, or one per comment.
        asked: annotator_id, comment_id of earlier rounds, not to be asked again.
        people: what each may be given to read today; a comment for which too few have room is left out, to wait.
        known: how unsure comments are and how good annotators; the best are asked about what is least sure.

    Raises InputError when more votes per comment are asked than there are annotators, or the bank is too small.

    >>> some = pd.DataFrame({"comment_id": ["c1", "c2"], "text": ["a", "b"]})
    >>> assign(some, ["x", "y", "z"], 3, seed=1).groupby("annotator_id").size().to_dict()
    {'x': 2, 'y': 2, 'z': 2}
    """
    limits, rng = people or Limits(), np.random.default_rng([seed, labeling_round])
    names = [one for one in annotators if one not in limits.away]
    wanted = _wanted(len(comments), votes_per_comment, len(names))
    had = np.empty(0, np.int64) if asked is None else had_before(comments["comment_id"], names, asked)
    match = None if known is None else known.match(comments["comment_id"].tolist(), names)
    place, who = spare(*pair_up(wanted, len(names), had, rng, match), had, comments["comment_id"], names, limits)
    rows = comments[["comment_id", "text"]].iloc[place].reset_index(drop=True)
    real = rows.assign(annotator_id=np.asarray(names, dtype=object)[who], is_honeypot=False)
    before = None if asked is None else asked["comment_id"]
    pots = real[:0] if honeypots is None else draw_honeypots(real, honeypots, rng, limits, before)
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
