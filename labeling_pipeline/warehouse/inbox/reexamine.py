"""Rows that were refused once and may pass now.

Belongs here: rows that came before the comment they speak of, and rows and files refused by rules that have changed
since (a column mapping, an assumed schema, an ontology version). Does not: rows that are damaged; only a new file can
mend those.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd

from labeling_pipeline.warehouse.inbox.arrange import arrange
from labeling_pipeline.warehouse.inbox.kinds import KINDS
from labeling_pipeline.warehouse.inbox.model import IngestContext
from labeling_pipeline.warehouse.inbox.readers import format_of
from labeling_pipeline.warehouse.inbox.rules import rules_version
from labeling_pipeline.warehouse.inbox.stage import staged_frame, with_comments, with_tasks
from labeling_pipeline.warehouse.inbox.take import store_rows
from labeling_pipeline.warehouse.sql import run_named
from labeling_pipeline.warehouse.store import Warehouse


def count_to_reexamine(con: duckdb.DuckDBPyConnection, context: IngestContext, kind: str | None = None) -> int:
    """Quarantined rows and files that may pass now; of one kind, or of all. Milliseconds when there are none."""
    rules = _current_rules(context, kind)
    rows = run_named(con, "rows_to_reexamine", {"current_rules": rules})
    return len(rows) + len(_files(con, rules, context))


def reexamine(warehouse: Warehouse, context: IngestContext, kind: str | None = None) -> int:
    """Examine such rows again, each as the row of the file it came in; how many passed.

    A file that was refused whole is forgotten instead, if it still lies there: the next scan finds it. So neither the
    order in which comments and votes arrive matters, nor whether a setting was right from the start. Idempotent, in
    one transaction.
    """
    rules = _current_rules(context, kind)
    with warehouse.read() as con:
        if not count_to_reexamine(con, context, kind):
            return 0
    with warehouse.write() as con:
        rows = run_named(con, "rows_to_reexamine", {"current_rules": rules})
        for sha256, of_kind, _ in _files(con, rules, context):
            run_named(con, "forget_file", None, file_sha256=sha256, kind=of_kind)
        files = rows[["file", "file_sha256", "kind"]].drop_duplicates().itertuples(index=False)
        passed = sum([_again(warehouse, con, rows, str(n), str(sha), str(k), context) for n, sha, k in files])
        run_named(con, "rules_applied", {"current_rules": rules})
        return passed


def _again(
    warehouse: Warehouse,
    con: duckdb.DuckDBPyConnection,
    rows: pd.DataFrame,
    name: str,
    sha256: str,
    kind: str,
    context: IngestContext,
) -> int:
    own = rows[(rows["file_sha256"] == sha256) & (rows["kind"] == kind)]
    records = [json.loads(text, parse_constant=str) for text in own["row"]]
    is_csv = format_of(Path(name))[0] == ".csv"
    arranged = arrange(records, own["line"].tolist(), own["row"].tolist(), KINDS[kind], context, is_csv)
    if kind == "votes":
        arranged = with_tasks(warehouse, with_comments(warehouse, arranged, context.id_key))
    staged = staged_frame(KINDS[kind], arranged, context)
    run_named(con, "unquarantine_rows", {"examined": own[["line"]]}, file_sha256=sha256, kind=kind)
    passed, known, _ = store_rows(con, kind, name, sha256, staged)
    counts = {"released": passed, "already_known": known, "rules_version": rules_version(context, kind)}
    run_named(con, "recount_file", None, file_sha256=sha256, kind=kind, **counts)
    return passed


def _current_rules(context: IngestContext, kind: str | None) -> pd.DataFrame:
    kinds: Sequence[str] = list(KINDS) if kind is None else [kind]
    return pd.DataFrame({"kind": kinds, "rules_version": [rules_version(context, one) for one in kinds]})


def _files(con: duckdb.DuckDBPyConnection, rules: pd.DataFrame, context: IngestContext) -> list[tuple[str, str, str]]:
    found = run_named(con, "files_to_retake", {"current_rules": rules}).itertuples(index=False)
    home = context.home or Path()
    return [(str(sha), str(kind), str(path)) for sha, kind, path in found if (home / str(path)).is_file()]
