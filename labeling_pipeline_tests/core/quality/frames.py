"""Labels and verdicts for the tests of the gate, whole and valid; a test changes what it is about."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

CLASSES = ("fine", "rude", "threat")
NO_VERDICTS = pd.DataFrame(columns=["comment_id", "expert_id", "label", "decided_at", "schema_version"])


def labels(**columns: Any) -> pd.DataFrame:
    """Rows as many as the columns given have; every other column is good enough to pass."""
    n = max((len(values) for values in columns.values()), default=1)
    frame = pd.DataFrame({"comment_id": [f"c-{i}" for i in range(n)]})
    good: dict[str, Any] = {"label": "fine", "confidence": 0.9, "n_votes": 3, "agreement": 1.0}
    good |= {"schema_version": "v3", "batch_id": "r1", "guideline_hash": "g"}
    frame = frame.assign(**good).assign(**columns)
    for one in CLASSES:
        rest = (1 - frame["confidence"]) / (len(CLASSES) - 1)
        frame[f"p_{one}"] = np.where(frame["label"] == one, frame["confidence"], rest)
        frame[f"v_{one}"] = (frame["label"] == one).astype(float)
    return frame


def verdicts(*rows: dict[str, Any]) -> pd.DataFrame:
    """Verdicts in the order given, a minute apart."""
    start = pd.Timestamp("2026-03-03T09:30")
    base = {"comment_id": "c-0", "expert_id": "e-04", "label": "rude", "schema_version": "v3"}
    made = [base | {"decided_at": start + pd.Timedelta(minutes=i)} | row for i, row in enumerate(rows)]
    return pd.DataFrame(made)
