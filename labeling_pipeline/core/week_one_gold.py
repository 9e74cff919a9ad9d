"""Accuracy of labels against the gold that may measure. Does not: evaluating models (``core.evaluation``)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.gold_power import ALL, LEAST, measured_power, memberships, power_of
from labeling_pipeline.core.rates import weighted_rate


def accuracy(
    labels: pd.DataFrame, gold: pd.DataFrame, classes: list[str], inside: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Accuracy of ``labels`` (comment_id, label) on gold rows with role ``measure``, as an estimate for the stream.

    Each gold row counts 1 / inclusion_p (1 where there is none). The interval is Wilson's at 95 %, on the effective
    sample size (Σw)² / Σw² (Kish 1965). ``value`` is None, with the reason in ``note``, where nothing may measure.
    ``slices`` has the same per slice (``inside``: task, slice), and what it takes to see a drop of it.
    Raises InputError for an inclusion probability outside (0, 1].
    """
    truth = gold.drop_duplicates("task", keep="last")
    known = truth[truth["task"].isin(labels["comment_id"])]
    result: dict[str, Any] = {
        "n_gold": len(truth),
        "n_voted": len(known),
        "value": None,
        "note": "",
        "recall": {},
        "slices": [],
    }
    unknown = sorted(set(known["label"]) - set(classes))
    if unknown:
        result["note"] = f"gold has classes nobody voted for: {', '.join(unknown)}. "
    if "role" not in known:
        result["note"] += "gold without roles is used to fit, so no accuracy is reported on it"
        return result
    measure = known[known["role"] == "measure"]
    if measure.empty:
        result["note"] += "no gold with role measure is about a comment in the votes"
        return result
    given = labels.set_index("comment_id")["label"].reindex(measure["task"]).to_numpy()
    right = given == measure["label"].to_numpy()
    weight = _weights(measure)
    result |= weighted_rate(right, weight) | {"n": len(measure)}
    result["recall"] = _recalls(measure["label"].to_numpy(), right, weight)
    own = memberships(measure)
    places = own if inside is None else pd.concat([own, inside[inside["slice"] != ALL]]).drop_duplicates()
    known_right = pd.DataFrame({"task": measure["task"].to_numpy(), "right": right.astype(float), "weight": weight})
    result["slices"] = measured_power(known_right, places)
    return result


def _recalls(truth: np.ndarray[Any, Any], right: np.ndarray[Any, Any], weight: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Recall per true class, and how many labels it takes to see it drop."""
    found = {}
    for name in sorted(set(truth)):
        inside = truth == name
        rate, n = weighted_rate(right[inside], weight[inside]), int(inside.sum())
        found[str(name)] = {**rate, "n": n} | power_of(f"{name} recall", rate["value"] if n >= LEAST else None, n)
    return found


def _weights(measure: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    if "inclusion_p" not in measure:
        return np.ones(len(measure))
    p = pd.to_numeric(measure["inclusion_p"], errors="coerce").to_numpy(dtype=np.float64)
    if not ((p > 0) & (p <= 1)).all():
        raise InputError("gold: an inclusion_p is not a probability", expected="numbers above 0 and up to 1")
    return np.asarray(1.0 / p, dtype=np.float64)
