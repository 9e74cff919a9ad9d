"""How drift is told from chance. Belongs here: limits, windows, one row of the report, the two-sample statistic.

Does not: what is compared (one function per series in this package).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import SettingError


@dataclass(frozen=True)
class DriftLimits:
    """``false_alarm_rate``: chance of any alarm in a night without drift, shared by all series together.

    ``spans``: (days of the current window, days of the reference before it). The first is that of every series; votes
    are looked at over all of them, since a guideline read differently by some moves little in one week.
    A change smaller than ``min_js`` (nats) or ``min_drop`` (agreement) is no alarm, however certain it is.
    ``rest_days``: nights after an alarm in which the same change is still in the windows of the first span; an alarm of
    the same series is a new one then only if it is ``louder`` times as far over its threshold.
    """

    min_rows: int = 50
    false_alarm_rate: float = 0.001
    spans: tuple[tuple[int, int], ...] = ((7, 28), (21, 56))
    min_js: float = 0.0003
    min_drop: float = 0.05
    rest_days: int = 35
    louder: float = 1.5
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.false_alarm_rate < 1:
            raise SettingError(f"drift.false_alarm_rate = {self.false_alarm_rate}", expected="a number between 0 and 1")
        days = [length for span in self.spans for length in span]
        if not days or min(self.min_rows, *days) < 1:
            raise SettingError(
                f"drift.spans = {self.spans}", expected="pairs of days, 1 or more, and min_rows 1 or more"
            )


@dataclass(frozen=True)
class Measured:
    """One series in one night; ``value`` above ``threshold`` is an alarm."""

    statistic: str
    value: float
    threshold: float
    action: str


def windows(frame: pd.DataFrame, at: str, night: datetime, span: tuple[int, int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of the current window and of the reference before it, by the time in column ``at``."""
    end = pd.Timestamp(night)
    start = end - timedelta(days=span[0])
    first = start - timedelta(days=span[1])
    time = frame[at]
    return frame[(time >= start) & (time < end)], frame[(time >= first) & (time < start)]


def mix_shift(
    current: pd.Series, reference: pd.Series, alpha: float, limits: DriftLimits, action: str, effect: float = 1.0
) -> Measured | None:
    """Jensen–Shannon divergence (nats) between two class mixes, against its critical value.

    The likelihood-ratio statistic of homogeneity is G = 2 N JS_w, with JS_w weighted by the sample sizes; G is χ² with
    K − 1 degrees of freedom where nothing changed (Lin 1991, doi:10.1109/18.61115). Both are divided by
    8 n₁ n₂ / 2N, which makes the value that of two equal samples, so that it does not shrink with the window.
    ``effect``: rows that are not independent count as this many for one (see `design_effect`).
    None where either window has fewer than ``min_rows`` rows after that.
    """
    from scipy.stats import chi2

    table = pd.concat([current.value_counts(), reference.value_counts()], axis=1).fillna(0.0).to_numpy(dtype=np.float64)
    counts = table.T / effect
    if not counts.size or counts.sum(axis=1).min() < limits.min_rows:
        return None
    counts = _pool_rare(counts)
    n1, n2 = counts.sum(axis=1)
    scale = 8 * n1 * n2 / (n1 + n2)
    critical = float(chi2.isf(alpha, max(counts.shape[1] - 1, 1))) / scale
    return Measured("jensen_shannon", _g_statistic(counts) / scale, max(critical, limits.min_js), action)


def design_effect(cluster: pd.Series, label: pd.Series) -> float:
    """How many votes count for one, because votes on one comment resemble each other; 1 where they do not.

    The mean over classes of the variance of a class's share under comments drawn, over that under votes drawn, each
    class weighted by 1 − its share: the first-order correction of Rao & Scott 1984, doi:10.1214/aos/1176346391.

    >>> round(design_effect(pd.Series(list("aabbccdd")), pd.Series(list("xxyyxxyy"))), 2)
    2.0
    """
    code, _ = pd.factorize(cluster)
    given, names = pd.factorize(label)
    n_votes = np.bincount(code).astype(np.float64)
    cells = np.bincount(code * len(names) + given, minlength=len(n_votes) * len(names))
    votes = cells.reshape(len(n_votes), len(names)).astype(np.float64)
    share = votes.sum(axis=0) / n_votes.sum()
    if len(names) < 2:
        return 1.0
    between = np.square(votes - n_votes[:, None] * share).sum(axis=0) / n_votes.sum()
    effects = between / (share * (1 - share))
    return max(float((effects * (1 - share)).sum() / (len(names) - 1)), 1.0)


def _pool_rare(counts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Classes with an expected count under 5 are one class: χ² is no approximation for them."""
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    rare = expected.min(axis=0) < 5
    if not rare.any():
        return counts
    return np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)])


def _g_statistic(counts: npt.NDArray[np.float64]) -> float:
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    ratio = np.divide(counts, expected, out=np.ones_like(counts), where=(counts > 0) & (expected > 0))
    return float(max(2 * (counts * np.log(ratio)).sum(), 0.0))
