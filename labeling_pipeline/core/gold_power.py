"""How much gold every slice has, and how much more it takes to see its recall drop.

Belongs here: coverage and power per slice, for a plan and for gold that is labeled. Does not: which comments to label
(``core.gold``), or the gold set of a home (``core.gold_life``).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.gold import needed_for
from labeling_pipeline.core.rates import weighted_rate

DROP, RECALL = 0.05, 0.8
LEAST = 5  # labels under which a share is called insufficient
ALL = "(all)"


def memberships(comments: pd.DataFrame) -> pd.DataFrame:
    """Which comment is in which slice: task, slice; "(all)" for every one.

    ``comments``: task or comment_id; ``slices`` (list of names, or text with ";" between them) or ``slice``.

    >>> memberships(pd.DataFrame({"comment_id": ["a"], "slice": ["coded"]})).to_numpy().tolist()
    [['a', '(all)'], ['a', 'coded']]
    """
    key = "task" if "task" in comments else "comment_id"
    if key not in comments:
        raise InputError("comments: no column 'comment_id'", expected="comment_id", remedy="name the id column so")
    given = comments[next((c for c in ("slices", "slice") if c in comments), key)]
    named = [] if given.name == key else [_names(one) for one in given]
    rows = [(str(c), ALL) for c in comments[key].drop_duplicates()]
    rows += [(str(c), name) for c, names in zip(comments[key], named, strict=False) for name in names]
    return pd.DataFrame(rows, columns=["task", "slice"], dtype="str").drop_duplicates(ignore_index=True)


def planned_power(plan: pd.DataFrame, inside: pd.DataFrame, left_out: Collection[str] = ()) -> list[dict[str, Any]]:
    """What a plan will be able to see in each slice, as plain values; the slices with least first, "(all)" at the head.

    ``plan``: comment_id, role; ``inside``: task, slice (`memberships` of every comment); ``left_out``: comments that
    could not be drawn, since nobody voted on them. ``n_comments`` of the slice that could be drawn, ``n`` that were,
    ``n_measure`` of them that measure, ``needed`` for a power of 80 % at 5 %, one-sided, ``missing``.
    """
    rows = plan.assign(task=plan["comment_id"].astype(str)).merge(inside, on="task")
    table = inside[["slice"]].drop_duplicates().set_index("slice")
    table["n_comments"] = inside[~inside["task"].isin(list(left_out))].groupby("slice").size()
    table["n"] = rows.groupby("slice").size()
    table["n_measure"] = rows[rows["role"] == "measure"].groupby("slice").size()
    whole = table.fillna(0).astype("int64").reset_index()
    told: list[dict[str, Any]] = [
        {"slice": str(s), "n_comments": int(c), "n": int(n)} | power_of(_recall(str(s)), None, int(m))
        for s, c, n, m in whole.itertuples(index=False)
    ]
    for one in told:
        if one["missing"] > one["n_comments"] - one["n"]:
            voted = "comments anybody voted on" if len(left_out) else "comments"
            one["told"] += f" (there are only {one['n_comments']:,} {voted})"
    return sorted(told, key=lambda one: (one["slice"] != ALL, one["n_measure"], one["slice"]))


def measured_power(right: pd.DataFrame, inside: pd.DataFrame) -> list[dict[str, Any]]:
    """Recall of every slice on gold that measures, and how much more it takes to see it drop, as plain values.

    ``right``: task, right (0 or 1), weight; ``inside``: task, slice. ``value`` is None and ``standing`` "insufficient"
    under `LEAST` labels; ``needed`` is for a drop from the recall measured, of one that is not from `RECALL`.
    """
    rows = right.merge(inside, on="task")
    entries = []
    for name in sorted(inside["slice"].unique(), key=lambda one: (one != ALL, one)):
        part = rows[rows["slice"] == name]
        rate = weighted_rate(part["right"], part["weight"]) if len(part) else {"value": None, "low": 0.0, "high": 1.0}
        is_known = len(part) >= LEAST
        value = rate["value"] if is_known else None
        standing = "measured" if is_known else "insufficient"
        power = power_of(_recall(str(name)), value, len(part))
        entries.append({"slice": str(name), **rate, "value": value, "standing": standing, **power})
    return entries


def power_of(what: str, recall: float | None, measuring: int) -> dict[str, Any]:
    """How many labels it takes to see `DROP` from a recall (`RECALL` where None), and how many are missing, in words.

    >>> power_of("coded recall", None, 299)["told"]
    '120 more needed to see a 5-point drop in coded recall'
    """
    needed = needed_for(DROP, RECALL if recall is None else float(np.clip(recall, 0.1, 0.95)))
    missing, points = max(needed - measuring, 0), f"a {100 * DROP:g}-point drop in {what}"
    told = f"{missing} more needed to see {points}" if missing else f"{points} would be seen"
    return {"n_measure": measuring, "needed": needed, "missing": missing, "told": told}


def _recall(name: str) -> str:
    return "accuracy" if name == ALL else f"{name} recall"


def _names(value: object) -> list[str]:
    if isinstance(value, (list, tuple, np.ndarray)):
        return [str(one) for one in value]
    return [one.strip() for one in value.split(";") if one.strip()] if isinstance(value, str) else []
