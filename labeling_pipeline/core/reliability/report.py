"""The report of annotators to look at, and why.

Belongs here: the checks, their thresholds, one row per annotator and check. Does not: the tests themselves, or what is
done about anybody: a flag is a reason to look, not a judgement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement.coding import Floats, Ints, moments_of
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability.answers import Bools, Votes, one_vote_per_task, read_votes, taken, with_company
from labeling_pipeline.core.reliability.association import no_association
from labeling_pipeline.core.reliability.competence import Competence, fit_competence
from labeling_pipeline.core.reliability.consensus_based import notes_of
from labeling_pipeline.core.reliability.copiers import MIN_SHARED, copied_pairs
from labeling_pipeline.core.reliability.decline import declines
from labeling_pipeline.core.reliability.habits import Carelessness, carelessness
from labeling_pipeline.core.reliability.significance import expected_false_share
from labeling_pipeline.core.reliability.weeks import week_codes

MIN_VOTES = 30
MIN_VOTES_DECLINE = 50
MIN_RARER = 8
OPEN = 0.2  # chance of a random clicker above which nobody is clear of it
ONE_ANSWER_SHARE = 0.9
# Expected share of wrong entries on a list of flagged ones.
FALSE_SHARE = 0.05
FALSE_SHARE_OF_CLICKERS = 0.1
COLUMNS = ["annotator", "check", "status", "value", "q", "n", "other", "since", "reason"]


@dataclass(frozen=True)
class Crowd:
    """What the checks share: the votes that can be compared with others', and the crowd's model."""

    votes: Votes
    is_timed: bool

    @cached_property
    def n_votes(self) -> Ints:
        return np.bincount(self.votes.annotator, minlength=len(self.votes.annotators))

    @cached_property
    def fit(self) -> Competence:
        return fit_competence(self.votes)

    @cached_property
    def habits(self) -> Carelessness:
        return carelessness(self.votes, self.fit, MIN_VOTES)


def random_clickers(crowd: Crowd) -> pd.DataFrame:
    """Votes that have nothing to do with the comment, over several answers."""
    habits = crowd.habits
    chance = no_association(crowd.votes, crowd.fit, crowd.n_votes >= MIN_VOTES)
    is_kind = habits.top_share < ONE_ANSWER_SHARE
    # What goes with the comments shows in the rarer answers: of a handful of them nothing can be said.
    rarer = np.rint(habits.n_votes * (1 - habits.top_share)).astype(np.int64)
    why = "votes have nothing to do with what the others see in the comments"
    found = _careless(crowd, is_kind & (rarer >= MIN_RARER), chance, why)
    is_open = (found["status"] == "clear").to_numpy() & is_kind & (chance > OPEN)
    words = [_undecided(crowd, who, chance[who], rarer[who]) if is_open[who] else "" for who in range(is_open.size)]
    return found.assign(
        status=found["status"].mask(is_open, "insufficient"),
        value=found["value"].mask(is_open),
        q=found["q"].mask(is_open),
        reason=np.where(is_open, words, found["reason"]),
    )


def _undecided(crowd: Crowd, who: int, chance: float, rarer: np.int64) -> str:
    """Why somebody is neither called a random clicker nor clear of it."""
    if rarer < MIN_RARER:
        return f"only {rarer} of {crowd.n_votes[who]} votes are another answer than the commonest, {MIN_RARER} needed"
    votes = f"{crowd.n_votes[who]} votes over {len(crowd.votes.labels)} classes"
    return f"{votes} do not tell a random clicker from the less careful of this crowd (chance {chance:.2f})"


def one_answer_clickers(crowd: Crowd) -> pd.DataFrame:
    """One answer whatever the comment, also where the others see something else."""
    is_kind = crowd.habits.top_share >= ONE_ANSWER_SHARE
    frame = _careless(crowd, is_kind, crowd.habits.no_care, "also where the others disagree")
    flagged = np.flatnonzero(frame["status"] == "flagged")
    who = crowd.votes.annotators.get_indexer(pd.Index(frame["annotator"].iloc[flagged]))
    labels = crowd.votes.labels.take(crowd.habits.top_label[who])
    shares = crowd.habits.top_share[who]
    words = [f"{share:.0%} of votes are {label!r}, " for share, label in zip(shares, labels, strict=True)]
    reason = frame["reason"].to_numpy(dtype=object)
    reason[flagged] = np.array(words, dtype=object) + reason[flagged]
    return frame.assign(reason=reason)


def sudden_decline(crowd: Crowd) -> pd.DataFrame:
    """Votes that fit the others' less from some week on, beyond what the comments explain."""
    n = crowd.n_votes
    if not crowd.is_timed:
        return _frame(
            crowd, np.full(n.size, "insufficient"), reason=np.full(n.size, "no complete column week or answered_at")
        )
    enough = n >= MIN_VOTES_DECLINE
    if not enough.any():
        return _frame(crowd, np.full(n.size, "insufficient"), _few(n, MIN_VOTES_DECLINE))
    found = declines(crowd.votes, crowd.fit, crowd.habits, MIN_VOTES_DECLINE)
    fall, q, chance, since = np.zeros(n.size), np.ones(n.size), np.zeros(n.size), np.zeros(n.size, dtype=np.int64)
    fall[found.who], chance[found.who], since[found.who] = found.fall, found.chance, found.since
    q[found.who] = expected_false_share(found.chance)
    judged = np.isin(np.arange(n.size), found.who)
    is_flagged = judged & (q < FALSE_SHARE) & (chance > 0.5)
    status = np.where(is_flagged, "flagged", np.where(judged, "clear", "insufficient"))
    fell = np.array([f"share of votes that depend on the comment fell by {size:.0%}" for size in fall], dtype=object)
    weeks = pd.array(since, dtype="Int64")
    weeks[~is_flagged] = pd.NA
    why = np.where(enough & ~judged, "all votes are of one week", _few(n, MIN_VOTES_DECLINE))
    return _frame(crowd, status, np.where(is_flagged, fell, why), chance, q).assign(since=weeks)


def copiers(crowd: Crowd) -> pd.DataFrame:
    """Pairs that agree more than two people reading the same comments would; a row per flagged pair."""
    pairs = copied_pairs(crowd.votes, crowd.fit, crowd.habits)
    caught = pairs[(pairs["q"] < FALSE_SHARE) & (pairs["chance"] > 0.5)]
    # Where nobody can tell who copied whom, both are worth a look.
    both = caught[caught["direction"] == "unknown"]
    caught = pd.concat([caught, both.rename(columns={"annotator": "other", "other": "annotator"})], ignore_index=True)
    words = caught["direction"].map(
        {"copies": "copies ", "probably copies": "probably copies ", "unknown": "copies or is copied by "}
    )
    rows = caught.assign(
        status="flagged", value=caught["copy_rate"], n=caught["n_shared"], reason=words + caught["other"]
    )
    tested = crowd.votes.annotators.isin(pd.concat([pairs["annotator"], pairs["other"]]))
    few = f"no annotator shares {MIN_SHARED} comments with this one"
    rest = _frame(crowd, np.where(tested, "clear", "insufficient"), np.where(tested, "", few))
    rest = rest[~rest["annotator"].isin(rows["annotator"])]
    return pd.concat([rows[[*rest.columns, "other"]], rest], ignore_index=True) if len(rows) else rest


CHECKS: dict[str, Callable[[Crowd], pd.DataFrame]] = {
    "random_clicker": random_clickers,
    "one_answer_clicker": one_answer_clickers,
    "sudden_decline": sudden_decline,
    "copier": copiers,
}


def bad_annotators(votes: pd.DataFrame, *, checks: list[str] | None = None, only_flagged: bool = False) -> pd.DataFrame:
    """Annotators to look at: `annotator, check, status, value, q, n, other, since, reason`, flagged ones first.

    `votes`: task, annotator, label, and for `sudden_decline` `week` or `answered_at`. `status` is `flagged`, `clear` or
    `insufficient` (too few votes on comments others voted on, or to tell a clicker from this crowd's less careful; for
    `copier` nobody with 50 common ones). `value`:
    chance that votes do not depend on the comment (clickers), chance that care fell (decline; `since` is the week, or
    the day where only `answered_at` is there), copy rate (copier; `other`). `q`: expected share of false entries among
    those flagged at least as strongly; flagged below .05 (clickers .1). Raises InputError for votes without annotators
    and for unknown checks.

    >>> votes = pd.DataFrame({"task": range(3), "annotator": list("abc"), "label": list("xyx")})
    >>> bad_annotators(votes)["status"].unique().tolist()
    ['insufficient']
    """
    unknown = set(checks or ()) - set(CHECKS)
    if unknown:
        raise InputError(f"no check {', '.join(sorted(unknown))}", expected=", ".join(CHECKS), remedy="check the name")
    timed, names = _timed(votes)
    read = one_vote_per_task(read_votes(timed))
    if read.task.size == 0:
        return pd.DataFrame(columns=COLUMNS)
    found = _found(read, list(checks or CHECKS), is_timed="week" in timed.columns)
    if names is not None:
        found["since"] = [None if pd.isna(place) else names[place] for place in found["since"]]
    if only_flagged:
        found = found[found["status"] == "flagged"]
    rank = found["status"].map({"flagged": 0, "clear": 1, "insufficient": 2})
    order = np.lexsort((found["annotator"], found["check"], found["q"].fillna(1), rank))
    return found.iloc[order].reset_index(drop=True)


def _found(votes: Votes, checks: list[str], *, is_timed: bool) -> pd.DataFrame:
    """What the checks say of every annotator; of those nothing can be compared with, why nothing can be said."""
    crowd = Crowd(taken(votes, with_company(votes)), is_timed)
    note = notes_of(votes, np.bincount(votes.annotator, minlength=len(votes.annotators)), crowd.n_votes)
    checked = CHECKS if (note == "").any() else dict.fromkeys(CHECKS, _unknown)
    frames = [checked[name](crowd).assign(check=name) for name in checks]
    found = pd.concat(frames, ignore_index=True).reindex(columns=COLUMNS)
    why = found["annotator"].map(pd.Series(note, votes.annotators))
    return found.assign(reason=found["reason"].where(why == "", why))


def _careless(crowd: Crowd, is_kind: Bools, chance: Floats, reason: str) -> pd.DataFrame:
    """Flag those of one kind whose `chance` is high enough; the others are clear of this kind."""
    habits = crowd.habits
    enough = habits.n_votes >= MIN_VOTES
    q = np.ones(enough.size)
    q[enough & is_kind] = expected_false_share(chance[enough & is_kind])
    is_flagged = enough & is_kind & (q < FALSE_SHARE_OF_CLICKERS) & (chance > 0.5)
    status = np.where(is_flagged, "flagged", np.where(enough, "clear", "insufficient"))
    return _frame(crowd, status, np.where(is_flagged, reason, _few(habits.n_votes, MIN_VOTES)), chance, q)


def _frame(
    crowd: Crowd,
    status: np.ndarray,
    reason: np.ndarray,
    value: np.ndarray | None = None,
    q: np.ndarray | None = None,
) -> pd.DataFrame:
    """One row per annotator; no value stands beside `insufficient`."""
    known = status != "insufficient"
    frame = pd.DataFrame({"annotator": crowd.votes.annotators, "status": status, "n": crowd.n_votes})
    for name, numbers in {"value": value, "q": q}.items():
        numbers = np.full(status.size, np.nan) if numbers is None else np.where(known, numbers, np.nan)
        frame[name] = pd.array(numbers, dtype="Float64")
    return frame.assign(reason=reason)


def _unknown(crowd: Crowd) -> pd.DataFrame:
    """Nobody's votes can be compared with anybody's."""
    nobody = np.full(crowd.n_votes.size, "insufficient")
    return _frame(crowd, nobody, np.full(nobody.size, "", dtype=object))


def _few(n: np.ndarray, least: int) -> np.ndarray:
    return np.where(n < least, [f"{size} of {least} votes on comments that others voted on" for size in n], "")


def _timed(votes: pd.DataFrame) -> tuple[pd.DataFrame, list[str] | None]:
    """`votes` with a whole-number `week` if their time is known, and the weeks' names where they are not numbers.

    Without a column `week` it is the whole days since the first `answered_at`. A time that is missing anywhere is none.
    """
    if "week" in votes.columns:
        if votes["week"].isna().any():
            return votes.drop(columns="week"), None
        if pd.to_numeric(votes["week"], errors="coerce").notna().all():
            return votes, None
        codes, names = week_codes(votes["week"])
        return votes.assign(week=codes), names
    seconds = moments_of(votes)
    if seconds is None or not seconds.size or not np.isfinite(seconds).all():
        return votes, None
    return votes.assign(week=((seconds - seconds.min()) // 86_400).astype(np.int64)), None
