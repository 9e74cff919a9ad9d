"""The series that are watched, one function each.

Belongs here: what is compared with what, and which action an alarm asks for. Does not: limits and statistics.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd

from labeling_pipeline.core.drift.limits import DriftLimits, Measured, design_effect, mix_shift, windows
from labeling_pipeline.core.drift.watched import Watched

Series = Callable[[Watched, datetime, float, DriftLimits], Measured | None]


def label_mix(watched: Watched, night: datetime, alpha: float, limits: DriftLimits) -> Measured | None:
    """Class mix of the labels, this week against the weeks before, under one schema version."""
    if watched.labels.empty:
        return None
    now, before = _same("schema_version", *windows(watched.labels, "labeled_at", night, limits.spans[0]))
    return mix_shift(now["label"], before["label"], alpha, limits, "relabel")


def vote_mix(watched: Watched, night: datetime, alpha: float, limits: DriftLimits) -> Measured | None:
    """Class mix of the votes: the first sign that annotators read the guideline differently.

    Looked at over every span; the one furthest over its threshold is reported.
    """
    if watched.votes.empty:
        return None
    found = [_vote_mix_over(watched.votes, night, alpha / len(limits.spans), limits, span) for span in limits.spans]
    known = [one for one in found if one is not None]
    return max(known, key=lambda one: one.value / one.threshold, default=None)


def _vote_mix_over(
    votes: pd.DataFrame, night: datetime, alpha: float, limits: DriftLimits, span: tuple[int, int]
) -> Measured | None:
    now, before = _same("schema_version", *windows(votes, "answered_at", night, span))
    both = pd.concat([now, before])
    effect = design_effect(both["comment_id"], both["label"]) if len(both) else 1.0
    found = mix_shift(now["label"], before["label"], alpha, limits, "relabel", effect)
    return found and replace(found, statistic=f"{found.statistic}_{span[0]}d")


def agreement(watched: Watched, night: datetime, alpha: float, limits: DriftLimits) -> Measured | None:
    """Fall of the weekly agreement under the mean of the weeks before, against the widths of their intervals."""
    from scipy.stats import norm

    if watched.agreement.empty:
        return None
    known = watched.agreement.dropna(subset=["value", "low", "high"])
    now, before = windows(known.assign(week=known["week"] - pd.Timedelta(seconds=1)), "week", night, limits.spans[0])
    if now.empty or before.empty:
        return None
    last = now.sort_values("week").iloc[-1]
    spread = (before["high"] - before["low"]).to_numpy(dtype=np.float64) / 3.92
    error = np.hypot((last["high"] - last["low"]) / 3.92, np.sqrt(np.square(spread).sum()) / len(before))
    fall = float(before["value"].mean() - last["value"])
    critical = float(norm.isf(alpha) * error)
    return Measured(f"fall of {last['statistic']}", fall, max(critical, limits.min_drop), "relabel")


def prediction_mix(watched: Watched, night: datetime, alpha: float, limits: DriftLimits) -> Measured | None:
    """Class mix the serving model predicts."""
    if watched.predictions.empty:
        return None
    now, before = _same("model_version", *windows(watched.predictions, "predicted_at", night, limits.spans[0]))
    return mix_shift(now["label"], before["label"], alpha, limits, "retrain")


def prediction_confidence(watched: Watched, night: datetime, alpha: float, limits: DriftLimits) -> Measured | None:
    """Distribution of the model's confidence, in tenths of the reference."""
    if watched.predictions.empty:
        return None
    now, before = _same("model_version", *windows(watched.predictions, "predicted_at", night, limits.spans[0]))
    if before.empty:
        return None
    edges = np.unique(np.quantile(before["confidence"].to_numpy(dtype=np.float64), np.linspace(0.1, 0.9, 9)))
    tenth = [pd.Series(np.searchsorted(edges, w["confidence"].to_numpy(dtype=np.float64))) for w in (now, before)]
    return mix_shift(tenth[0], tenth[1], alpha, limits, "retrain")


def text(watched: Watched, night: datetime, alpha: float, limits: DriftLimits) -> Measured | None:
    """Words of the comments: divergence of their distribution, against comments dealt to the two windows at random."""
    from labeling_pipeline.core.drift.words import word_shift

    if watched.comments.empty:
        return None
    now, before = windows(watched.comments, "posted_at", night, limits.spans[0])
    return word_shift(now["text"], before["text"], alpha, limits)


def _same(column: str, now: pd.DataFrame, before: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both windows under the version most rows of the current one have: a new version changes the mix by intention."""
    if column not in now or now.empty:
        return now, before
    version = now[column].value_counts().sort_index(kind="stable").idxmax()
    return now[now[column] == version], before[before[column] == version]
