"""Drift: what changed between the weeks before and now, and what to do about it.

Belongs here: the nightly report over all series. Does not: starting a relabeling or a retraining (sensors do).

A series is a function ``(watched, night, alpha, limits) -> Measured | None``; adding one is one function and one line
in `SERIES`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

from labeling_pipeline.core.drift.anchors import anchors
from labeling_pipeline.core.drift.limits import DriftLimits, Measured
from labeling_pipeline.core.drift.series import (
    Series,
    agreement,
    label_mix,
    prediction_confidence,
    prediction_mix,
    text,
    vote_mix,
)
from labeling_pipeline.core.drift.watched import Watched

SERIES: dict[str, Series] = {
    "label_mix": label_mix,
    "vote_mix": vote_mix,
    "agreement": agreement,
    "prediction_mix": prediction_mix,
    "prediction_confidence": prediction_confidence,
    "text": text,
    "anchors": anchors,
}
COLUMNS = ("night", "series", "statistic", "value", "threshold", "is_alarm", "action")

__all__ = ["COLUMNS", "SERIES", "DriftLimits", "Measured", "Watched", "drift_series"]


def drift_series(
    night: datetime, watched: Watched, limits: DriftLimits | None = None, *, raised: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row per series that has enough data to be tested this night; the others are silent.

    The false-alarm rate is split evenly over all series (Bonferroni), anchors among them where there are some.
    ``action`` is "none" unless ``is_alarm``.

    Nights share most of their windows, so one change is over the threshold night after night, and once more when it has
    moved into the reference. With ``raised`` (rows of earlier reports: night, series, value, is_alarm) it is one alarm:
    a series that alarmed less than `DriftLimits.rest_days` before is an alarm again only where the value is
    `DriftLimits.louder` times that of every such alarm; else ``action`` is "raised before".

    Returns columns `COLUMNS`, in the order of `SERIES`.
    """
    limits = limits or DriftLimits()
    alpha = limits.false_alarm_rate / (len(SERIES) - watched.anchors.empty)
    told = _loudest(raised, night, limits)
    rows = []
    for name, series in SERIES.items():
        found = series(watched, night, alpha, limits)
        if found is not None:
            is_over = found.value > found.threshold
            is_alarm = is_over and found.value >= limits.louder * told.get(name, 0.0) * found.threshold
            action = found.action if is_alarm else "raised before" if is_over else "none"
            rows.append((night, name, found.statistic, found.value, found.threshold, is_alarm, action))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _loudest(raised: pd.DataFrame | None, night: datetime, limits: DriftLimits) -> dict[str, float]:
    """How many times its threshold each series was at its loudest alarm that is not forgotten yet."""
    if raised is None or raised.empty:
        return {}
    at = pd.to_datetime(raised["night"])
    recent = (at < pd.Timestamp(night)) & (at > pd.Timestamp(night) - timedelta(days=limits.rest_days))
    alarms = raised[recent & raised["is_alarm"].astype(bool)]
    times = (alarms["value"] / alarms["threshold"]).groupby(alarms["series"]).max()
    return {str(name): float(value) for name, value in times.items()}
