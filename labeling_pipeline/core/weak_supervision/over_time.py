"""Labeling functions over time. Belongs here: weeks, dead and drifting functions. Does not: figures of one moment."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from labeling_pipeline.core.weak_supervision.times import times_of

LEAST_ROWS = 50  # a week with fewer comments is not compared
FALSE_ALARM = 0.001
LEAST_CHANGE = 0.25  # a change of coverage below this share of the average is no drift, however certain


def weeks(times: pd.Series) -> pd.Series:
    """The Monday (UTC) of each time as text; missing stays missing.

    >>> weeks(pd.Series(["2026-03-04T10:00:00Z", None])).tolist()[0]
    '2026-03-02'
    """
    parsed = times_of(times, "comments")
    monday = parsed.dt.normalize() - pd.to_timedelta(parsed.dt.day_of_week, unit="D")
    named: pd.Series = monday.dt.strftime("%Y-%m-%d").where(parsed.notna())
    return named


def dead_and_drifting(weekly: pd.DataFrame, coverage: pd.Series) -> pd.DataFrame:
    """Functions that never vote, stopped voting, or whose coverage changes between weeks: lf, finding, detail.

    `weekly`: the frame of ``analysis.by_group`` on weeks; `coverage`: by function name. Drift is a chi-square test of
    equal coverage over the weeks at one in a thousand, and a change that matters.
    """
    found = [(str(lf), "dead", "never votes") for lf, share in coverage.items() if share == 0]
    for lf, part in weekly[weekly["n_rows"] >= LEAST_ROWS].groupby("lf", sort=False):
        if len(part) < 2 or coverage[str(lf)] == 0:
            continue
        part = part.sort_values("group")
        votes = (part["coverage"] * part["n_rows"]).to_numpy(dtype=np.float64)
        rows = part["n_rows"].to_numpy(dtype=np.float64)
        mean = votes.sum() / rows.sum()
        if votes[-1] == 0 and mean * rows[-1] >= 10:
            found.append((str(lf), "stopped", f"no vote in the week of {part['group'].iloc[-1]}, {mean:.1%} before"))
        elif _drifts(votes, rows, mean):
            first, last = votes[0] / rows[0], votes[-1] / rows[-1]
            low, high = float((votes / rows).min()), float((votes / rows).max())
            text = f"coverage {first:.1%} in the first week, {last:.1%} in the last (between {low:.1%} and {high:.1%})"
            found.append((str(lf), "drifting", text))
    return pd.DataFrame(found, columns=["lf", "finding", "detail"])


def _drifts(votes: np.typing.NDArray[np.float64], rows: np.typing.NDArray[np.float64], mean: float) -> bool:
    if mean in (0.0, 1.0):
        return False
    statistic = float((((votes - mean * rows) ** 2) / (mean * (1 - mean) * rows)).sum())
    share = votes / rows
    return bool(chdtrc(len(rows) - 1, statistic) < FALSE_ALARM and np.ptp(share) >= LEAST_CHANGE * mean)
