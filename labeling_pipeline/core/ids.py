"""Columns of ids as text. Belongs here: one text per id, whatever type a file gave its column.
Does not: reading files, ids as integer codes (``consensus.columns``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.plain_text import plain_id

EXACT = 2.0**53  # from here on, neighbouring whole numbers are one float


def id_texts(column: pd.Series) -> pd.Series:
    """Ids as text; a missing one stays missing.

    A column of whole numbers with an empty cell becomes one of floats in many hands: 1.0 is the id 1, in numbers and in
    text. Raises InputError where numbers are too large for floats to tell them apart.

    >>> id_texts(pd.Series([1.0, None, 12.0])).tolist(), id_texts(pd.Series(["1.0", "1.10", "x"])).tolist()
    (['1', nan, '12'], ['1', '1.10', 'x'])
    """
    if pd.api.types.is_float_dtype(column.dtype):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        _check_exact(numbers, column.name)
        if np.array_equal(numbers, np.floor(numbers), equal_nan=True):
            return column.astype("Int64").astype("str")
    texts = column.astype("str")
    if pd.api.types.is_integer_dtype(column.dtype):
        return texts
    dotted = texts.str.endswith(".0").fillna(False).astype(bool)
    return texts.where(~dotted, texts[dotted].map(plain_id)) if dotted.any() else texts


def _check_exact(numbers: np.ndarray[tuple[int], np.dtype[np.float64]], name: object) -> None:
    large = np.flatnonzero(np.abs(numbers) >= EXACT)
    if len(large):
        raise InputError(
            f"column {name!r}, row {large[0] + 1}: the id {numbers[large[0]]:.0f} is a float, too large to be exact",
            remedy="write ids as text, or as whole numbers with no cell empty",
        )
