"""What production says about labels: which comments to look at again.

Belongs here: turning predictions with low margins and people's feedback into one scored list. Does not: where the
comments on it are sent (``core.selection``).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError

# How much one act says that the label may be wrong. A moderator's override says it outright; a click hardly.
KIND_WEIGHTS: dict[str, float] = {
    "override": 0.95,
    "correction": 0.9,
    "escalation": 0.8,
    "appeal": 0.7,
    "rejection": 0.5,
    "flag": 0.4,
    "click": 0.05,
}
DECLARED_WEIGHT = 0.5  # kinds the settings declare without a weight
COLUMNS = ("comment_id", "reason", "score")


def needs_review(
    predictions: pd.DataFrame,
    feedback: pd.DataFrame,
    *,
    low_margin: float = 0.1,
    min_score: float = 0.4,
    weights: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """The comments production asks about, highest score first; one row per comment.

    Args:
        predictions: comment_id, margin (top probability less the second), predicted_at. The latest of a comment counts.
        feedback: comment_id, kind, actor_id, created_at. The same kind by the same actor counts once.
        low_margin: a margin below it asks for review; the score grows from .5 at the threshold to 1 at no margin.
        min_score: below it, feedback alone asks for nothing (a single click).
        weights: kind → weight 0..1, over `KIND_WEIGHTS`.

    Returns columns `COLUMNS`; signals are taken as independent: score = 1 − Π(1 − weight).

    >>> predictions = pd.DataFrame({"comment_id": ["a"], "margin": [.09], "predicted_at": [pd.Timestamp(0)]})
    >>> needs_review(predictions, pd.DataFrame(columns=["comment_id", "kind", "actor_id"]))["reason"].tolist()
    ['margin 0.09 is under 0.1']
    """
    signals = pd.concat([_low_margins(predictions, low_margin), _acts(feedback, weights or {})], ignore_index=True)
    if signals.empty:
        return pd.DataFrame(columns=list(COLUMNS)).astype({"comment_id": "str", "reason": "str", "score": "float64"})
    signals["doubt"] = np.log1p(-np.clip(signals["weight"].to_numpy(dtype=np.float64), 0.0, 1 - 1e-9))
    grouped = signals.groupby("comment_id", sort=True).agg(reason=("reason", "; ".join), doubt=("doubt", "sum"))
    grouped["score"] = np.round(1 - np.exp(grouped["doubt"]), 6)
    kept = grouped[grouped["score"] >= min_score].reset_index()
    ordered = kept.sort_values(["score", "comment_id"], ascending=[False, True], kind="stable", ignore_index=True)
    return ordered[list(COLUMNS)]


def _low_margins(predictions: pd.DataFrame, low_margin: float) -> pd.DataFrame:
    if predictions.empty:
        return pd.DataFrame({"comment_id": [], "reason": [], "weight": []})
    order = [c for c in ("comment_id", "predicted_at", "prediction_id") if c in predictions]
    latest = predictions.sort_values(order, kind="stable").drop_duplicates("comment_id", keep="last")
    # 0.41 − 0.32 and the like must not fall on the wrong side of a threshold for the sake of the last bit.
    margin = np.round(latest["margin"].to_numpy(dtype=np.float64), 9)
    low = margin < low_margin
    reasons = [f"margin {m:.2g} is under {low_margin:g}" for m in margin[low]]
    weight = 0.5 + 0.5 * (1 - margin[low] / low_margin)
    return pd.DataFrame({"comment_id": latest["comment_id"][low].to_numpy(), "reason": reasons, "weight": weight})


def _acts(feedback: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    if feedback.empty:
        return pd.DataFrame({"comment_id": [], "reason": [], "weight": []})
    missing = [c for c in ("comment_id", "kind") if c not in feedback]
    if missing:
        raise InputError(f"feedback: no column {missing[0]!r}", expected="comment_id, kind")
    of_kind = {**KIND_WEIGHTS, **weights}
    actor = feedback["actor_id"] if "actor_id" in feedback else pd.Series(None, index=feedback.index, dtype=object)
    acts = feedback[["comment_id", "kind"]].assign(actor_id=actor)
    # Without an actor nobody can say whether two rows are one act, so they count as one.
    acts = acts.drop_duplicates()
    counts = acts.groupby(["comment_id", "kind"], sort=True).size().reset_index(name="n")
    weight = counts["kind"].map(of_kind).fillna(DECLARED_WEIGHT).to_numpy(dtype=np.float64)
    n = counts["n"].to_numpy()
    counts["weight"] = 1 - (1 - weight) ** n
    counts["reason"] = [kind if k == 1 else f"{k} × {kind}" for kind, k in zip(counts["kind"], n, strict=True)]
    return counts[["comment_id", "reason", "weight"]]
