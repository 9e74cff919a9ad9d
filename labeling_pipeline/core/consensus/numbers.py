"""Columns of numbers beside the votes: weights and stated confidences.

Belongs here: which numbers are usable. Does not: what they are used for.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.consensus.columns import Floats
from labeling_pipeline.core.errors import InputError, plain_value


def numbers_of(column: pd.Series, low: float, high: float) -> Floats | None:
    """A column of numbers in [low, high]; missing stays NaN here and is resolved by whoever uses it."""
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    wrong = (np.isnan(numbers) & column.notna().to_numpy()) | (numbers < low) | (numbers > high)
    wrong |= np.isinf(numbers)
    if wrong.any():
        first = column.iloc[int(np.flatnonzero(wrong)[0])]
        expected = "0 or more" if high == np.inf else f"{low:g} to {high:g}"
        raise InputError(
            f"column {column.name!r}: {plain_value(first)} is no usable number", expected=f"{expected}, or empty"
        )
    return None if np.isnan(numbers).all() else numbers


def check_weights(weight: Floats | None) -> None:
    """Raise InputError where no vote weighs anything."""
    if weight is not None and not (weight != 0).any():
        raise InputError("column 'weight': every vote weighs 0", remedy="give weights above 0, or leave the column out")
