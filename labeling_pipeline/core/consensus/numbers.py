"""Columns of numbers in votes, gold, history and predictions.

Belongs here: which numbers are usable. Does not: what they are used for.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.consensus.columns import Floats
from labeling_pipeline.core.errors import InputError, plain_value


def numbers_of(
    column: pd.Series, low: float, high: float, *, where: str = "votes", may_be_empty: bool = True
) -> Floats:
    """A column of numbers in [low, high]; what is missing is NaN here, and resolved by whoever uses it.

    Raises InputError that names the first row with anything else, of the frame called ``where``.
    """
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    wrong = np.isinf(numbers) | (numbers < low) | (numbers > high)
    wrong |= np.isnan(numbers) & (column.notna().to_numpy() if may_be_empty else True)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        cell = column.iloc[row]
        expected = "a number, 0 or more" if high == np.inf else f"a number from {low:g} to {high:g}"
        raise InputError(
            f"{where}: row {row + 1}: {column.name} is {'empty' if pd.isna(cell) else plain_value(cell)}",
            expected=expected + (", or empty" if may_be_empty else ""),
            remedy="mend the row or leave it out",
        )
    return numbers


def check_weights(weight: Floats | None) -> None:
    """Raise InputError where no vote weighs anything."""
    if weight is not None and not (weight != 0).any():
        raise InputError("column 'weight': every vote weighs 0", remedy="give weights above 0, or leave the column out")
