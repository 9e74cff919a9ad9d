"""The column `week`, as numbers to count by or as no more than an order.

Belongs here: reading it, and what a missing week means. Does not: weeks out of moments (see ``core.agreement.parts``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement.coding import Ints, text_codes
from labeling_pipeline.core.errors import InputError, plain_value


def weeks_of(frame: pd.DataFrame) -> Ints:
    """The column `week` as whole numbers, 0 where there is no such column; InputError where one is missing."""
    if "week" not in frame.columns:
        return np.zeros(len(frame), dtype=np.int64)
    weeks = pd.to_numeric(frame["week"], errors="coerce")
    if weeks.isna().any():
        raise InputError("column 'week' is not a number throughout", expected="whole numbers", remedy="fill it in")
    return weeks.to_numpy(dtype=np.int64)


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with weeks that tell no more than which of two is later, and so may be missing, or have any names.

    >>> in_order(pd.DataFrame({"week": ["10", "9", None]}))["week"].tolist()
    [10, 9, 8]
    """
    if "week" not in frame.columns or pd.to_numeric(frame["week"], errors="coerce").notna().all():
        return frame
    return frame.assign(week=week_codes(frame["week"])[0])


def week_codes(week: pd.Series[Any]) -> tuple[Ints, list[str] | None]:
    """Whole numbers in the order of the weeks, and the weeks' names where these are not the numbers themselves.

    Weeks are numbers where any of them is one, and all others then have to be; else names, in the order of their text.
    A missing week comes before all others, as a missing moment does. Raises InputError for names among numbers.

    >>> week_codes(pd.Series(["2026-W09", "2026-W10", None]))
    (array([ 0,  1, -1]), ['2026-W09', '2026-W10'])
    """
    codes, names = text_codes(week)
    numbers = pd.to_numeric(week, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    is_number = np.isfinite(numbers)
    if not is_number.any():
        return codes, names
    strange = np.flatnonzero(~is_number & (codes >= 0))
    if strange.size:
        row = int(strange[0])
        raise InputError(
            f"column 'week': row {row + 1}: {plain_value(week.iloc[row])} is no number, and other weeks are",
            expected="numbers throughout, or names throughout",
            remedy="mend it, or leave it empty",
        )
    return np.where(is_number, numbers, numbers[is_number].min() - 1).astype(np.int64), None
