"""Comments asked again every week, of other people each time: whether the guideline is read as it was.

Belongs here: the test. Does not: which comments are asked again (``stages.anchors``), or the other series (``series``).
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from labeling_pipeline.core.drift.limits import DriftLimits, Measured, windows
from labeling_pipeline.core.drift.watched import Watched

LEAST = 20  # votes in the week, below which nothing is tested


def anchors(watched: Watched, night: datetime, alpha: float, limits: DriftLimits) -> Measured | None:
    """Votes of late on the anchors against those of the weeks before, comment by comment.

    Generalized Cochran–Mantel–Haenszel test of class by time, stratified by comment (Landis, Heyman & Koch 1978,
    doi:10.2307/1402373): χ² with K − 1 degrees of freedom where nothing changed, however much the comments differ and
    whatever else is posted. Votes under the schema version of this week. Looked at over every span, as votes are: a
    week has few votes on each; the one furthest over its threshold is reported.
    """
    if watched.anchors.empty:
        return None
    this_week, _ = windows(watched.anchors, "answered_at", night, limits.spans[0])
    version = this_week["schema_version"].mode().min() if len(this_week) else None
    votes = watched.anchors[watched.anchors["schema_version"] == version]
    found = [_over(votes, night, alpha / len(limits.spans), span) for span in limits.spans]
    known = [one for one in found if one is not None]
    return max(known, key=lambda one: one.value / one.threshold, default=None)


def _over(votes: pd.DataFrame, night: datetime, alpha: float, span: tuple[int, int]) -> Measured | None:
    now, before = windows(votes, "answered_at", night, span)
    both = set(now["comment_id"]) & set(before["comment_id"])
    now, before = (one[one["comment_id"].isin(both)] for one in (now, before))
    if len(now) < LEAST:
        return None
    value, freedom = _mantel_haenszel(now, before)
    from scipy.stats import chi2

    return Measured(f"mantel_haenszel_{span[0]}d", value, float(chi2.isf(alpha, max(freedom, 1))), "relabel")


def _mantel_haenszel(now: pd.DataFrame, before: pd.DataFrame) -> tuple[float, int]:
    """The statistic and its degrees of freedom."""
    labels = sorted({*now["label"], *before["label"]})
    a, b = (pd.crosstab(one["comment_id"], one["label"]).reindex(columns=labels, fill_value=0) for one in (now, before))
    n1, n2 = (one.to_numpy(dtype=np.float64).sum(axis=1) for one in (a, b))
    total = a.to_numpy(dtype=np.float64) + b.reindex(a.index).to_numpy(dtype=np.float64)
    n = n1 + n2
    excess = (a.to_numpy(dtype=np.float64) - total * (n1 / n)[:, None]).sum(axis=0)
    share = total / n[:, None]
    weight = n1 * n2 / np.maximum(n - 1, 1)
    spread = np.diag(weight @ share) - (share * weight[:, None]).T @ share
    return float(excess @ np.linalg.pinv(spread, rcond=1e-9) @ excess), int(np.linalg.matrix_rank(spread, tol=1e-9))
