"""May the new model replace the serving one?

Belongs here: the rule and its reasons. Does not: measuring (``paired``).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import pandas as pd
from scipy.special import ndtri

from labeling_pipeline.core.evaluation.metrics import Z95

MIN_N = 30


class Promotion(NamedTuple):
    """status: serving, candidate (nothing to judge it by) or refused; reason: for people."""

    status: str
    reason: str


def promotion(
    comparison: pd.DataFrame | None, *, n_gold: int, watched: Collection[str] = (), min_n: int = MIN_N
) -> Promotion:
    """The gate between a trained model and production.

    comparison: the result of `compare`, None when no model serves yet. n_gold: gold comments the new model was measured
    on. Without gold a model stays a candidate. The first model with gold serves. Another replaces it unless it is worse
    beyond chance somewhere: overall (macro F1, accuracy), or in a slice or class with at least ``min_n`` gold comments.
    Overall and watched slices are judged at 95 % each; the others share one 5 % chance of a false alarm (Bonferroni),
    so that many slices do not refuse every model.

    >>> promotion(None, n_gold=0).status
    'candidate'
    """
    if n_gold == 0:
        return Promotion("candidate", "no gold: nothing tells whether this model is right where annotators agree")
    if comparison is None:
        return Promotion("serving", f"first model measured on gold ({n_gold} comments); nothing served before")
    overall = comparison["slice"].eq("all") & comparison["metric"].isin(["macro_f1", "accuracy"])
    judged = comparison[overall | (comparison["n"] >= min_n)]
    strict = overall[judged.index] | judged["slice"].isin({*watched})
    shared = float(ndtri(1 - 0.025 / max(1, int((~strict).sum()))))
    limit = judged["se"] * strict.map({True: Z95, False: shared})
    worse = judged[judged["diff"] < -limit - 1e-12].sort_values("diff")
    if len(worse):
        return Promotion("refused", f"worse than the serving model beyond chance: {_say(worse)}")
    return Promotion(
        "serving", f"no class or slice of gold shows it worse than the model it replaces: {_say(judged.head(1))}"
    )


def _say(rows: pd.DataFrame) -> str:
    parts = [
        f"{row.metric} in {row.slice} {row.diff:+.3f} ({row.low:+.3f} … {row.high:+.3f}, n {row.n})"
        for row in rows.head(3).itertuples()
    ]
    return "; ".join(parts) + (f"; and {len(rows) - 3} more" if len(rows) > 3 else "")
