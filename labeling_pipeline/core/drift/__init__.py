"""Drift: what changed between the weeks before and now, and what to do about it.

Belongs here: the nightly report over all series. Does not: starting a relabeling or a retraining (sensors do).

A series is a function ``(watched, night, alpha, limits) -> Measured | None``; adding one is one function and one line
in `SERIES`.
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from labeling_pipeline.core.drift.limits import DriftLimits, Measured
from labeling_pipeline.core.drift.series import (
    Series,
    Watched,
    agreement,
    label_mix,
    prediction_confidence,
    prediction_mix,
    text,
    vote_mix,
)

SERIES: dict[str, Series] = {
    "label_mix": label_mix,
    "vote_mix": vote_mix,
    "agreement": agreement,
    "prediction_mix": prediction_mix,
    "prediction_confidence": prediction_confidence,
    "text": text,
}
COLUMNS = ("night", "series", "statistic", "value", "threshold", "is_alarm", "action")

__all__ = ["COLUMNS", "SERIES", "DriftLimits", "Measured", "Watched", "drift_series"]


def drift_series(night: datetime, watched: Watched, limits: DriftLimits | None = None) -> pd.DataFrame:
    """One row per series that has enough data to be tested this night; the others are silent.

    The false-alarm rate is split evenly over all series (Bonferroni). ``action`` is "none" unless ``is_alarm``.
    Returns columns `COLUMNS`, in the order of `SERIES`.
    """
    limits = limits or DriftLimits()
    alpha = limits.false_alarm_rate / len(SERIES)
    rows = []
    for name, series in SERIES.items():
        found = series(watched, night, alpha, limits)
        if found is not None:
            is_alarm = found.value > found.threshold
            action = found.action if is_alarm else "none"
            rows.append((night, name, found.statistic, found.value, found.threshold, is_alarm, action))
    return pd.DataFrame(rows, columns=list(COLUMNS))
