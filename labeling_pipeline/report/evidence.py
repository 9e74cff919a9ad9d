"""What the evidence allows to be said of the labels, in a sentence or two.

Belongs here: the first sentence of the report on quality, which never says more than somebody looked at. Does not: the
figures (``core.two_axes``), or the rest of the report (``report.quality``).
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from labeling_pipeline.core.two_axes import ALL, GOLD, REVIEW

FEW = 30  # labels looked at, under which nothing is said of the rest
ASK = "`queue adjudication -o queue.csv` writes what experts should look at; fill it in and drop it into inbox/verdicts"
PLAN = "`gold plan` chooses comments that experts should label; filled in, it goes into inbox/gold"


def alarms_of(report: pd.DataFrame) -> pd.DataFrame:
    """The rows of the accuracy report that are alarms, the least accurate first."""
    return report[report["is_alarm"].astype(bool)].sort_values("accuracy")


def lead(told: Mapping[str, pd.DataFrame]) -> str:
    """The first sentence: alarms, else what experts found where they looked, else that nobody looked, and what to do.

    ``told``: accuracy_report, text_rules, looked_at.
    """
    alarms = alarms_of(told["accuracy_report"])
    if len(alarms):
        names = ", ".join(alarms["slice"].unique())
        return (
            f"Agreement without accuracy in {names}: experts overturn more of the labels there than independent errors"
            " of annotators who agree like that, and the experts' own, explain."
        )
    if len(told["text_rules"]):
        return "No named slice alarms, but experts overturn unanimous labels where some phrases stand."
    counts = told["looked_at"].iloc[0]
    if not counts["n_labels"]:
        return "There is nothing to look at yet: comments go into inbox/comments, votes into inbox/votes, then `run`."
    report = told["accuracy_report"]
    whole = report[report["slice"] == ALL]
    reviewed, known = (int(whole.loc[whole["measured_on"] == on, "n_known"].sum()) for on in (REVIEW, GOLD))
    return _looked(reviewed, known, int(counts["n_review"]) - int(counts["n_reviewed"]))


def _looked(reviewed: int, known: int, waiting: int) -> str:
    what = f"{ASK} ({waiting:,} unanimous labels wait)" if waiting else PLAN
    if not reviewed and not known:
        return (
            "Nobody has looked yet: agreement is all that is known of these labels, and it says nothing of whether "
            f"they are right. {what}."
        )
    seen = [f"{reviewed:,} unanimous labels"] * bool(reviewed) + [f"{known:,} labels of gold"] * bool(known)
    looked = f"Experts looked at {' and '.join(seen)}"
    if reviewed >= FEW:
        return f"{looked}: labels that annotators agree on hold there, and no slice alarms."
    if reviewed or known < FEW:
        return f"{looked}: no slice alarms, but that is too few to say that the others hold. {what}."
    return f"{looked}, and no slice alarms; nobody has looked at labels that annotators agree on. {what}."


def overdue(counts: pd.DataFrame) -> str:
    """How many verdicts should have come by now; nothing where none is late. ``counts``: n, n_overdue, first_due_at."""
    row = counts.iloc[0]
    if not row["n_overdue"]:
        return ""
    since = f"{row['first_due_at']:%Y-%m-%d %H:%M}"
    return f"{row['n_overdue']:,} of {row['n']:,} comments that wait for an expert are overdue, the first since {since}"
