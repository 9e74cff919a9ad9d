"""What is there and what waits, in milliseconds: for the status command and for "is there work?".

Belongs here: cheap counts. Does not: deciding what is due (``stages``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from labeling_pipeline.warehouse.inbox.kinds import KINDS
from labeling_pipeline.warehouse.inbox.model import InboxFile, IngestContext
from labeling_pipeline.warehouse.inbox.reexamine import count_to_reexamine
from labeling_pipeline.warehouse.inbox.scan import scan
from labeling_pipeline.warehouse.sql import run_named
from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline.warehouse.tables import count_rows


@dataclass(frozen=True)
class Inventory:
    """``rows``: table or view → rows. ``inbox``: per kind files, rows_in, accepted, already_known, quarantined.
    ``quarantine``: per kind and rule n, one example file and line, and the reason.
    """

    rows: dict[str, int]
    inbox: pd.DataFrame
    quarantine: pd.DataFrame


def inventory(warehouse: Warehouse) -> Inventory:
    """What the warehouse holds, as of one moment."""
    with warehouse.read() as con:
        names = con.execute(
            "select table_name from duckdb_tables() where database_name = current_database() union all"
            " select view_name from duckdb_views() where database_name = current_database() and not internal"
            " order by all"
        ).fetchall()
        rows = count_rows(con, [name for (name,) in names])
        return Inventory(rows, run_named(con, "inbox_summary"), run_named(con, "quarantine_summary"))


def waiting_files(
    warehouse: Warehouse,
    folders: Sequence[Path],
    *,
    settle_s: float,
    now_wall: datetime,
    simulated_day: int | None = None,
) -> dict[str, list[InboxFile]]:
    """Kind → the files that wait, for kinds that have any; one connection for all of them."""
    with warehouse.read():
        found = {
            kind: scan(warehouse, folders, kind, settle_s=settle_s, now_wall=now_wall, simulated_day=simulated_day)
            for kind in KINDS
        }
    return {kind: files for kind, files in found.items() if files}


def rows_to_reexamine(warehouse: Warehouse, context: IngestContext) -> int:
    """Quarantined rows and files that may pass now."""
    with warehouse.read() as con:
        return count_to_reexamine(con, context)
