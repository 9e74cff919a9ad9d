"""Rules about one label's evidence.

Belongs here: confidence, votes, agreement among them, standing of who gave them. Does not: rules about what was
answered, or about batches.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.quality.finding import Finding, GateContext, at_least, choose, silent, texts

Floats = npt.NDArray[np.float64]


def confidence(labels: pd.DataFrame, context: GateContext) -> Finding:
    """The label's probability reaches the floor of its class and of every slice it is in."""
    gate = context.settings
    floor = floors(labels, gate.min_confidence, gate.min_confidence_by_class, gate.min_confidence_by_slice)
    return at_least(labels["confidence"], floor, "", "adjudicate")


def votes(labels: pd.DataFrame, context: GateContext) -> Finding:
    """Enough votes; those of paused annotators (column ``paused_votes``, where there is one) do not count."""
    gate, counted = context.settings, labels["n_votes"]
    floor = floors(labels, gate.min_votes, gate.min_votes_by_class, gate.min_votes_by_slice)
    if "paused_votes" not in labels:
        return at_least(counted, floor, "", "rejected")
    paused = labels["paused_votes"].fillna(0).astype(np.int64)
    found = at_least(counted - paused, floor, "", "rejected")
    told = texts([f", {n} by paused annotators left out" if n else "" for n in paused])
    return Finding(found.fails, found.reasons + told, found.otherwise)


def agreement(labels: pd.DataFrame, context: GateContext) -> Finding:
    """The share of agreeing pairs among the comment's own votes."""
    gate = context.settings
    floor = floors(labels, gate.min_agreement, gate.min_agreement_by_class, gate.min_agreement_by_slice)
    found = at_least(labels["agreement"], floor, "share of agreeing pairs", "adjudicate")
    asks = floor > 0
    return Finding(found.fails & asks, choose(asks, found.reasons, ""), found.otherwise)


def standing(labels: pd.DataFrame, context: GateContext) -> Finding:
    """The label does not rest on annotators who fell under the honeypot bar after they voted (``paused_share``)."""
    if "paused_share" not in labels:
        return silent(labels)
    share, most = labels["paused_share"].fillna(0.0).to_numpy(dtype=np.float64), context.settings.max_paused_share
    fails = (share >= most) & (share > 0)
    bad = texts([f"{s:.0%} of its votes are by annotators under the honeypot bar" for s in share])
    return Finding(fails, choose(fails, bad, ""), "adjudicate")


def floors(
    labels: pd.DataFrame, everywhere: float, by_class: Mapping[str, float], by_slice: Mapping[str, float]
) -> Floats:
    """The floor of every label: that of its class, and the strictest of its slices."""
    of_class = {c: float(by_class.get(c, everywhere)) for c in labels["label"].dropna().unique()}
    floor = labels["label"].map(of_class).fillna(float(everywhere)).to_numpy(dtype=np.float64)
    if "slices" not in labels or not by_slice:
        return np.asarray(floor, dtype=np.float64)
    strictest = [
        max((float(by_slice.get(s, 0.0)) for s in slices), default=0.0) if _is_list(slices) else 0.0
        for slices in labels["slices"]
    ]
    return np.asarray(np.maximum(floor, np.asarray(strictest, dtype=np.float64)), dtype=np.float64)


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple, np.ndarray))
