"""Rules about one label's evidence.

Belongs here: confidence, votes, agreement among them. Does not: rules about what was answered, or about batches.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.quality.finding import Finding, GateContext, at_least, silent


def confidence(labels: pd.DataFrame, context: GateContext) -> Finding:
    """The label's probability reaches the floor of its class and of every slice it is in."""
    return at_least(labels["confidence"], _floors(labels, context), "", "adjudicate")


def _floors(labels: pd.DataFrame, context: GateContext) -> npt.NDArray[np.float64]:
    gate = context.settings
    of_class = {c: gate.min_confidence_by_class.get(c, gate.min_confidence) for c in labels["label"].unique()}
    floors: npt.NDArray[np.float64] = labels["label"].map(of_class).to_numpy(dtype=np.float64)
    if "slices" not in labels or not gate.min_confidence_by_slice:
        return floors
    strictest = [
        max((gate.min_confidence_by_slice.get(s, 0.0) for s in slices), default=0.0) if _is_list(slices) else 0.0
        for slices in labels["slices"]
    ]
    return np.maximum(floors, np.asarray(strictest, dtype=np.float64))


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple, np.ndarray))


def votes(labels: pd.DataFrame, context: GateContext) -> Finding:
    """Enough votes; those of paused annotators (column ``paused_votes``, where there is one) do not count."""
    counted = labels["n_votes"]
    if "paused_votes" in labels:
        counted = counted - labels["paused_votes"].fillna(0)
    return at_least(counted, context.settings.min_votes, "", "rejected")


def agreement(labels: pd.DataFrame, context: GateContext) -> Finding:
    """The share of agreeing pairs among the comment's own votes."""
    floor = context.settings.min_agreement
    if floor == 0:
        return silent(labels)
    return at_least(labels["agreement"], floor, "share of agreeing pairs", "adjudicate")
