"""Drafts: which of a model's answers may stand without review, at a precision measured on gold.

Belongs here: thresholds per class and the split into auto and review. Does not: the model, nor showing the draft.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaincinv

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.evaluation.cells import read_rows
from labeling_pipeline.core.evaluation.metrics import effective_n

Array = NDArray[np.float64]
STEP = 1.15  # each threshold tried admits 15 % more gold comments than the one before
THRESHOLD_COLUMNS = ["class", "threshold", "precision", "low", "n", "note"]


def thresholds(
    y_true: Sequence[str],
    probabilities: Array,
    classes: Sequence[str],
    *,
    target: float = 0.95,
    weights: Array | None = None,
) -> pd.DataFrame:
    """Per class the lowest confidence from which the model's answer is right often enough.

    y_true, probabilities, weights: ``fit`` gold, (n,) and (n, K). target: the precision wanted. A class is opened only
    where the one-sided 95 % lower bound of precision (Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404) meets the
    target. Thresholds are tried from the strictest down and the first failure ends the search, so the bound holds for
    the one chosen although many were tried. Returns class, threshold (empty = everything is reviewed), precision, low,
    n, note.
    """
    if not 0 < target < 1:
        raise InputError(f"target precision {target}", expected="a number between 0 and 1")
    rows = read_rows(y_true, [probabilities], classes, weights)
    found = []
    for k, name in enumerate(classes):
        said = rows.predicted[0] == k
        order = np.argsort(-rows.confidence[said], kind="stable")
        confidence, weight = rows.confidence[said][order], rows.weight[said][order]
        found.append((name, *_search(confidence, (rows.true[said] == k)[order], weight, target)))
    frame = pd.DataFrame(found, columns=THRESHOLD_COLUMNS)
    return frame.astype({"threshold": "Float64", "precision": "Float64", "low": "Float64"})


def _search(
    confidence: Array, right: NDArray[np.bool_], weight: Array, target: float
) -> tuple[float | None, float | None, float | None, int, str]:
    needed = int(np.ceil(np.log(0.05) / np.log(target)))  # all of fewer being right proves nothing
    if len(confidence) < needed:
        return None, None, None, len(confidence), f"{len(confidence)} gold comments, {needed} needed: all reviewed"
    best: tuple[float | None, float | None, float | None, int, str] | None = None
    size = float(needed)
    while True:
        end = min(len(confidence), int(size))
        admitted = confidence >= confidence[end - 1]
        share, low = _precision(right[admitted], weight[admitted])
        if low < target:
            note = f"the strictest threshold reaches {low:.3f} for certain, {target} asked: all reviewed"
            return best or (None, share, low, int(admitted.sum()), note)
        best = (float(confidence[end - 1]), share, low, int(admitted.sum()), "")
        if end == len(confidence):
            return best
        size *= STEP


def _precision(right: NDArray[np.bool_], weight: Array) -> tuple[float, float]:
    share = float((weight * right).sum() / weight.sum())
    n = effective_n(weight)
    return share, float(betaincinv(share * n, (1 - share) * n + 1, 0.05)) if share > 0 else 0.0


def prelabel(
    comment_ids: Sequence[str], probabilities: Array, classes: Sequence[str], opened: pd.DataFrame | None
) -> pd.DataFrame:
    """Drafts with a decision: comment_id, label, confidence, decision (auto or review), why.

    opened: the result of `thresholds`; None when there is no gold, and then every draft is reviewed.

    >>> prelabel(["c-1"], np.array([[0.9, 0.1]]), ["a", "b"], None)["decision"].item()
    'review'
    """
    p = np.asarray(probabilities, dtype=np.float64)
    if p.shape != (len(comment_ids), len(classes)) or not np.isfinite(p).all():
        raise InputError(f"probabilities of shape {p.shape}", expected=f"({len(comment_ids)}, {len(classes)}), finite")
    top = p.argmax(axis=1) if len(p) else np.zeros(0, dtype=np.int64)
    confidence = p.max(axis=1) if len(p) else np.zeros(0)
    limits = np.full(len(classes), np.inf)
    reasons = dict.fromkeys(classes, "no gold: no threshold can be trusted")
    if opened is not None:
        for name, limit, note in zip(
            opened["class"], opened["threshold"].astype("Float64").fillna(np.inf), opened["note"], strict=True
        ):
            limits[list(classes).index(name)] = limit
            reasons[name] = f"confidence under {limit:.3f}" if np.isfinite(limit) else note
    is_auto = confidence >= limits[top]
    labels = [classes[k] for k in top]
    why = [
        f"confidence at least {limits[k]:.3f}" if auto else reasons[classes[k]]
        for k, auto in zip(top, is_auto, strict=True)
    ]
    frame = pd.DataFrame({"comment_id": list(comment_ids), "label": labels, "confidence": confidence})
    return frame.assign(decision=np.where(is_auto, "auto", "review"), why=why)
