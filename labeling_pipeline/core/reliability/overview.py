"""All that is known of each annotator, in one row: accuracies, kept apart, and the checks that flag.

Belongs here: the row. Does not: the figures in it (the other modules of this package).
"""

from __future__ import annotations

import pandas as pd

from labeling_pipeline.core.reliability.consensus_based import consensus_reliability
from labeling_pipeline.core.reliability.report import bad_annotators
from labeling_pipeline.core.reliability.table import accuracy_table

__all__ = ["annotators", "bad_annotators", "known_of_each", "with_status"]
RANK = {name: place for place, name in enumerate(("flagged", "clear", "insufficient"))}


def annotators(
    votes: pd.DataFrame, gold: pd.DataFrame | None = None, honeypots: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row per annotator: how reliable they are, and whether to look at them.

    ``votes``: task, annotator, label; optional answered_at or week. ``gold``, ``honeypots``: task, label.

    Returns annotator, n_votes, by_others (share of votes that fit what the others say, with by_others_low and _high),
    the same by_gold and by_honeypots where they are given, each with ``n_<what>`` (votes compared) and ``<what>_note``
    (why there is no value, or not to trust it); a column per check of `bad_annotators` (flagged, clear, insufficient)
    and ``reasons``. Raises InputError for a missing column.

    >>> votes = pd.DataFrame({"task": list("xxyyzz"), "annotator": ["a", "b"] * 3, "label": list("ppqqpq")})
    >>> annotators(votes)[["annotator", "n_votes", "random_clicker"]].to_numpy().tolist()
    [['a', 3, 'insufficient'], ['b', 3, 'insufficient']]
    """
    return with_status(known_of_each(votes, {"gold": gold, "honeypots": honeypots}), bad_annotators(votes))


def known_of_each(votes: pd.DataFrame, known: dict[str, pd.DataFrame | None]) -> pd.DataFrame:
    """A row per annotator: by the others' votes, and by gold and by honeypots, apart, where there are some."""
    by_others, _ = consensus_reliability(votes)
    frame = _named(by_others, "others", "value")[["annotator", "n_votes", *_columns("others")]]
    for what, answers in known.items():
        if answers is not None:
            table = _named(accuracy_table(votes, answers, where=what), what, "accuracy")[["annotator", *_columns(what)]]
            frame = frame.merge(table, on="annotator", how="left")
    return frame


def _columns(what: str) -> list[str]:
    return [f"by_{what}", f"by_{what}_low", f"by_{what}_high", f"n_{what}", f"{what}_note"]


def _named(table: pd.DataFrame, what: str, value: str) -> pd.DataFrame:
    """The table with its figures named by what they are measured against."""
    return table.rename(columns=dict(zip([value, "low", "high", "n", "note"], _columns(what), strict=True)))


def with_status(each: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """A column per check with its status, and the reasons of those that flagged."""
    ranked = found.assign(rank=found["status"].map(RANK))
    first = ranked.sort_values("rank", kind="stable").drop_duplicates(["annotator", "check"])
    status = first.pivot(index="annotator", columns="check", values="status").reset_index()
    reasons = found[found["status"] == "flagged"].groupby("annotator")["reason"].agg("; ".join).rename("reasons")
    both = each.merge(status, on="annotator", how="left").merge(reasons, on="annotator", how="left")
    return both.assign(reasons=both["reasons"].fillna(""))
