"""How far annotators agree in each slice of one votes file.

Belongs here: the figure per slice. Does not: accuracy per slice (``core.gold_power``); the two are never mixed.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from labeling_pipeline.core.agreement import agreement
from labeling_pipeline.core.gold_power import ALL

# Statistics corrected for chance are undefined where all say one class, which is what a blind spot looks like.
STATISTIC = "percent_agreement"


def agreement_by_slice(votes: pd.DataFrame, inside: pd.DataFrame | None) -> list[dict[str, Any]]:
    """The share of agreeing pairs in every slice with its 95 % interval, as plain values.

    ``votes``: task, label, optional annotator; ``inside``: task, slice. Empty where no slice is known.
    """
    if inside is None or set(inside["slice"]) <= {ALL}:
        return []
    rows = votes.merge(inside, on="task")
    entries = []
    for name in sorted(rows["slice"].unique(), key=lambda one: (one != ALL, one)):
        part = rows[rows["slice"] == name].drop(columns="slice")
        one = agreement(part, n_boot=200)[STATISTIC]
        entry = {"slice": str(name), "n_comments": int(part["task"].nunique()), "statistic": STATISTIC}
        entries.append(entry | {key: one[key] for key in ("value", "low", "high")})
    return entries
