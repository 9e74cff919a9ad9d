"""Slices defined by a condition in SQL.

Belongs here: evaluating a condition that a home's settings give. Does not: slices by text (``core.slices``).
"""

from __future__ import annotations

import duckdb
import pandas as pd

from labeling_pipeline.core.errors import SettingError
from labeling_pipeline.core.slices import Slice
from labeling_pipeline.warehouse.store import Warehouse


def members_by_sql(warehouse: Warehouse, one: Slice) -> pd.DataFrame:
    """The comments of a slice by ``sql``: columns comment_id, slice.

    The condition is the home owner's own, like the rest of its settings; it is read as one expression, in a connection
    that cannot write. Raises SettingError with DuckDB's words when it is no condition on ``raw_comments``.
    """
    with warehouse.read() as con:
        try:
            found = con.execute(f"select comment_id from raw_comments where ({one.sql}) order by 1").df()
        except (duckdb.ParserException, duckdb.BinderException, duckdb.ConversionException) as error:
            said = " ".join(str(error).split())[:200]
            expected = "a condition on raw_comments, such as length(text) > 500"
            raise SettingError(f"slices.define.{one.name}.sql: {said}", expected=expected) from error
    return found.assign(slice=one.name)
