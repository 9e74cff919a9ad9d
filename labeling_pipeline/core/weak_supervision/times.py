"""Times as users' files have them. Belongs here: reading a column of them. Does not: weeks and bursts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError


def times_of(column: pd.Series, where: str) -> pd.Series:
    """The column as times in UTC; what is missing or empty stays missing. InputError names the first row that is none.

    >>> times_of(pd.Series(["2026-03-04", "2026-03-04T10:00:00+02:00", None]), "comments").dt.hour.tolist()
    [0.0, 8.0, nan]
    """
    try:
        return pd.to_datetime(column, utc=True, format="ISO8601")  # with or without fractions, one file may hold both
    except (ValueError, TypeError):
        read = pd.to_datetime(column, utc=True, format="ISO8601", errors="coerce")
        wrong = np.flatnonzero(read.isna() & column.notna() & (column.astype("str").str.strip() != ""))
        if not len(wrong):
            return read
        found = f"{where} row {wrong[0]}: {column.name} {column.iloc[wrong[0]]!r}"
        more = f" (and {len(wrong) - 1:,} rows more)" if len(wrong) > 1 else ""
        raise InputError(found + more, expected="times such as 2026-04-02T10:00:00Z") from None
