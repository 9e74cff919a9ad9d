"""What honeypots say of annotators, per class and difficulty; and what others did with the honeypots they were given.

Belongs here: both tables. Does not: the state of a honeypot (``core.honeypot_health``), or pausing (``core.standing``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.honeypot_health import judged
from labeling_pipeline.core.honeypots import honeypot_accuracy, rate_report

ALL = "(all)"
EASY, HARD = 0.9, 0.6
ACCURACY_COLUMNS = ("annotator_id", "by", "part", "value", "low", "high", "n", "standing")
VIOLATION_COLUMNS = ("rule", "annotator_id", "comment_id", "value", "expected")


def accuracy_parts(answers: pd.DataFrame, bank: pd.DataFrame, *, min_answers: int = 5) -> pd.DataFrame:
    """Accuracy on honeypots of everyone, and of the crowd as "(all)": in all, per true class, and per difficulty.

    ``answers``: annotator_id, comment_id, label, answered_at; ``bank``: comment_id, label, those that still measure.
    Difficulty is how many of the *others* are right (`EASY`, `HARD`): one's own answer must not choose where it counts;
    "unknown" where nobody else answered. Returns columns `ACCURACY_COLUMNS`,
    95 % Jeffreys intervals; under ``min_answers`` answers ``value`` is missing and ``standing`` "insufficient": two
    right answers of two are not 100 %.

    >>> bank = pd.DataFrame({"comment_id": ["x", "y"], "label": ["spam", "fine"]})
    >>> said = bank.assign(annotator_id="a", answered_at=None)
    >>> accuracy_parts(said, bank)[["annotator_id", "by", "part", "standing"]].iloc[0].tolist()
    ['(all)', 'all', '', 'insufficient']
    """
    rows = judged(answers, bank)
    rows["all"], rows["class"] = "", rows["truth"]
    rows["difficulty"] = _difficulty(rows)
    both = pd.concat([rows.assign(annotator_id=ALL), rows], ignore_index=True)
    parts = [_part(both, bank, by, min_answers) for by in ("all", "class", "difficulty")]
    table = pd.concat(parts, ignore_index=True)
    table["value"] = table["value"].where(table["standing"] == "measured")
    order = table.assign(named=table["annotator_id"] != ALL)
    ordered = order.sort_values(["named", "annotator_id", "by", "part"], ignore_index=True)
    return ordered[list(ACCURACY_COLUMNS)]


def _difficulty(rows: pd.DataFrame) -> pd.Series:
    by = rows.groupby("comment_id")["right"]
    others = by.transform("size") - 1
    share = (by.transform("sum") - rows["right"]) / others.clip(lower=1)
    kind = np.select([others == 0, share >= EASY, share < HARD], ["unknown", "easy", "hard"], "medium")
    return pd.Series(kind, index=rows.index, dtype="str")


def _part(rows: pd.DataFrame, bank: pd.DataFrame, by: str, min_answers: int) -> pd.DataFrame:
    table = honeypot_accuracy(rows, bank, by=("annotator_id", by), min_answers=min_answers)
    return table.rename(columns={by: "part"}).assign(by=by)


def violations(shown: pd.DataFrame, apart: pd.DataFrame, *, rate: float, max_exposures: int = 200) -> pd.DataFrame:
    """What those who assign the work did with our honeypots, rule by rule; empty where all is as agreed.

    ``shown``: annotator_id, comment_id, labeling_round, is_honeypot, is_handed_out (we gave the comment out for that
    round): who answered what in rounds that others assign. ``apart``: comment_id of gold that measures or is sealed.
    Returns columns `VIOLATION_COLUMNS`. Rules: ``rate`` (annotators whose share of honeypots is off, as
    ``rate_report`` has it), ``repeated`` (a honeypot answered by one annotator in two rounds),
    ``over_cap``, ``gold_shown`` (gold that we did not hand out).
    """
    rounds = shown.drop_duplicates(["annotator_id", "comment_id", "labeling_round"])
    is_pot = rounds["is_honeypot"].astype(bool)
    shares = rate_report(rounds, rate).rename(columns={"rate": "value"})
    times = rounds[is_pot].groupby(["annotator_id", "comment_id"]).size().rename("value").reset_index()
    seen = rounds[is_pot].groupby("comment_id")["annotator_id"].nunique().rename("value").reset_index()
    strange = rounds[rounds["comment_id"].isin(apart["comment_id"]) & ~rounds["is_handed_out"].astype(bool)]
    leaked = strange.groupby("comment_id").size().rename("value")
    found = [
        shares[shares["is_rate_off"]].assign(rule="rate", expected=rate),
        times[times["value"] > 1].assign(rule="repeated", expected=1.0),
        seen[seen["value"] > max_exposures].assign(rule="over_cap", expected=float(max_exposures)),
        leaked.reset_index().assign(rule="gold_shown", expected=0.0),
    ]
    return _in_order(found)


def overexposed(read: pd.DataFrame, daily_cap: int) -> pd.DataFrame:
    """Annotators who read more harm on one day than agreed, by what they themselves called harmful: rule ``exposure``.

    ``read``: annotator_id, day, n. One row per annotator, of their worst day; columns `VIOLATION_COLUMNS`.
    """
    worst = read.groupby("annotator_id")["n"].max().rename("value").reset_index()
    return _in_order([worst[worst["value"] > daily_cap].assign(rule="exposure", expected=float(daily_cap))])


def _in_order(found: list[pd.DataFrame]) -> pd.DataFrame:
    columns = list(VIOLATION_COLUMNS)
    rows = pd.concat([one.reindex(columns=columns).astype({"value": np.float64}) for one in found], ignore_index=True)
    return rows.sort_values(["rule", "annotator_id", "comment_id"], ignore_index=True)
