"""The column `week`, as numbers to count by or as no more than an order.

Belongs here: reading it, and what a missing week means. Does not: weeks out of moments (see ``core.agreement.parts``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.agreement.coding import Floats, Ints, text_codes
from labeling_pipeline.core.errors import InputError, plain_value

MOST = 2.0**62  # no count of weeks is larger, and an int64 would not hold it


def weeks_of(frame: pd.DataFrame) -> Ints:
    """The column `week` as whole numbers, 0 where there is no such column; InputError where one is not."""
    if "week" not in frame.columns:
        return np.zeros(len(frame), dtype=np.int64)
    weeks = pd.to_numeric(frame["week"], errors="coerce")
    if weeks.isna().any():
        raise InputError("column 'week' is not a number throughout", expected="whole numbers", remedy="fill it in")
    _check_whole(frame["week"], weeks.to_numpy(np.float64))
    return weeks.to_numpy(dtype=np.int64)


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with weeks that tell no more than which of two is later, and so may be missing, or have any names.

    >>> in_order(pd.DataFrame({"week": ["10", "9.5", None]}))["week"].tolist()
    [1, 0, -1]
    """
    if "week" not in frame.columns:
        return frame
    numbers = week_numbers(frame["week"])
    if numbers is None:
        return frame.assign(week=text_codes(frame["week"])[0])
    if _is_whole(numbers).all():
        return frame
    is_there = ~np.isnan(numbers)
    place = np.full(len(frame), -1, dtype=np.int64)
    place[is_there] = np.unique(numbers[is_there], return_inverse=True)[1]
    return frame.assign(week=place)


def week_codes(week: pd.Series[Any]) -> tuple[Ints, list[str] | None]:
    """Whole numbers in the order of the weeks, and the weeks' names where these are not the numbers themselves.

    Weeks are numbers where any of them is one, and all others then have to be; else names, in the order of their text.
    A missing week comes before all others, as a missing moment does. Raises InputError for names among numbers, and for
    numbers that are not whole.

    >>> week_codes(pd.Series(["2026-W09", "2026-W10", None]))
    (array([ 0,  1, -1]), ['2026-W09', '2026-W10'])
    """
    numbers = whole_numbers(week)
    if numbers is None:
        return text_codes(week)
    return np.where(np.isnan(numbers), np.nanmin(numbers) - 1, numbers).astype(np.int64), None


def whole_numbers(week: pd.Series[Any]) -> Floats | None:
    """`week_numbers`, all of them whole; InputError where one is not."""
    numbers = week_numbers(week)
    if numbers is not None:
        _check_whole(week, numbers)
    return numbers


def week_numbers(week: pd.Series[Any]) -> Floats | None:
    """The weeks as numbers, NaN where one is missing; None where none is a number. InputError for names among them."""
    numbers = pd.to_numeric(week, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    is_number = np.isfinite(numbers)
    if not is_number.any():
        return None
    if not is_number.all() and (strange := np.flatnonzero(~is_number & (text_codes(week)[0] >= 0))).size:
        row = int(strange[0])
        raise InputError(
            f"column 'week': row {row + 1}: {plain_value(week.iloc[row])} is no number, and other weeks are",
            expected="numbers throughout, or names throughout",
            remedy="mend it, or leave it empty",
        )
    return np.asarray(numbers, dtype=np.float64)


def _check_whole(week: pd.Series[Any], numbers: Floats) -> None:
    """Between two whole weeks there is none: cut to the one before, votes of two weeks would be of one."""
    wrong = np.flatnonzero(~np.isnan(numbers) & ~_is_whole(numbers))
    if wrong.size:
        row = int(wrong[0])
        raise InputError(
            f"column 'week': row {row + 1}: {plain_value(week.iloc[row])} is no whole number",
            expected="whole numbers",
            remedy="count whole weeks: 0, 1, 2, …",
        )


def _is_whole(numbers: Floats) -> NDArray[np.bool_]:
    return np.asarray((np.abs(numbers) < MOST) & (numbers == np.floor(numbers)))
