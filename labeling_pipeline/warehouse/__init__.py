"""The only place that knows DuckDB: connections, migrations, named queries, and taking the inbox."""

from __future__ import annotations

from labeling_pipeline.warehouse.state import (
    AssetState,
    StaleInputError,
    read_state,
    record_state,
)
from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline.warehouse.tables import append_new, count_rows, replace_rows, table_version

__all__ = [
    "AssetState",
    "StaleInputError",
    "Warehouse",
    "append_new",
    "count_rows",
    "read_state",
    "record_state",
    "replace_rows",
    "table_version",
]
