"""Rows that spoke of a comment before it arrived.

Belongs here: taking them once it has. Does not: any other quarantine rule, which only a new file can mend.
"""

from __future__ import annotations

import json

import duckdb
import pandas as pd

from labeling_pipeline.warehouse.inbox.arrange import arrange
from labeling_pipeline.warehouse.inbox.kinds import KINDS
from labeling_pipeline.warehouse.inbox.model import IngestContext
from labeling_pipeline.warehouse.inbox.stage import staged_frame, with_tasks
from labeling_pipeline.warehouse.inbox.take import store_rows
from labeling_pipeline.warehouse.sql import run_named
from labeling_pipeline.warehouse.store import Warehouse


def count_releasable(con: duckdb.DuckDBPyConnection, kind: str | None = None) -> int:
    """Quarantined rows whose comment has arrived since; of one kind, or of all."""
    rows = run_named(con, "releasable_rows")
    return len(rows) if kind is None else int((rows["kind"] == kind).sum())


def release_unknown_comments(warehouse: Warehouse, context: IngestContext, kind: str | None = None) -> int:
    """Examine those rows again, each as the row of the file it came in; how many were released.

    The order in which comments and votes arrive thus does not matter. Idempotent; one transaction.
    """
    with warehouse.read() as con:
        if not count_releasable(con, kind):
            return 0
    with warehouse.write() as con:
        rows = run_named(con, "releasable_rows")
        chosen = rows if kind is None else rows[rows["kind"] == kind]
        files = chosen[["file", "file_sha256", "kind"]].drop_duplicates().itertuples(index=False)
        return sum(
            [_release(warehouse, con, chosen, str(f.file), str(f.file_sha256), str(f.kind), context) for f in files]
        )


def _release(
    warehouse: Warehouse,
    con: duckdb.DuckDBPyConnection,
    rows: pd.DataFrame,
    name: str,
    sha256: str,
    kind: str,
    context: IngestContext,
) -> int:
    frame = rows[(rows["file_sha256"] == sha256) & (rows["kind"] == kind)]
    records = [json.loads(text) for text in frame["row"]]
    is_csv = name.lower().endswith((".csv", ".csv.gz"))
    arranged = arrange(records, frame["line"].tolist(), frame["row"].tolist(), KINDS[kind], context, is_csv)
    staged = staged_frame(KINDS[kind], with_tasks(warehouse, arranged) if kind == "votes" else arranged, context)
    run_named(con, "release_rows", {"released": frame[["line"]]}, file_sha256=sha256, kind=kind)
    accepted, already_known, _ = store_rows(con, kind, name, sha256, staged)
    run_named(con, "recount_file", None, file_sha256=sha256, kind=kind, released=accepted, already_known=already_known)
    return accepted
