"""Migrations: forward only, each once, each in its own file.

Belongs here: which migrations a file still lacks, and applying them. Does not: the schema (``migrations/*.sql``).
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from labeling_pipeline.core.errors import InvariantError
from labeling_pipeline.warehouse.connection import sidecar
from labeling_pipeline.warehouse.instance import CONFIG

MIGRATIONS = Path(__file__).parent / "migrations"


def all_migrations() -> tuple[str, ...]:
    """Names in the order they apply: ``0001_initial`` first."""
    return tuple(sorted(path.stem for path in MIGRATIONS.glob("*.sql")))


def missing_migrations(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Those this file has not had. Raises InvariantError when the file has some that this version does not know."""
    has_table = con.execute(
        "select 1 from duckdb_tables() where database_name = current_database() and table_name = 'migrations'"
    ).fetchall()
    applied = {name for (name,) in con.execute("select name from migrations").fetchall()} if has_table else set()
    unknown = applied.difference(all_migrations())
    if unknown:
        raise InvariantError(
            f"the warehouse has migration {max(unknown)}, which this version does not know",
            expected=f"nothing after {all_migrations()[-1]}",
            remedy="upgrade labeling-pipeline",
        )
    return tuple(name for name in all_migrations() if name not in applied)


def apply_missing(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Apply what is missing, inside the caller's transaction; the names applied."""
    names = missing_migrations(con)
    for name in names:
        con.execute((MIGRATIONS / f"{name}.sql").read_text("utf-8"))
        con.execute("insert into migrations (name) values ($name)", {"name": name})
    return names


def create(path: Path) -> None:
    """A new warehouse, whole or not at all: a process killed while DuckDB lays out a file would leave a broken one."""
    part = sidecar(path, "new")
    path.parent.mkdir(parents=True, exist_ok=True)
    # A write-ahead log whose file was deleted belongs to nothing any more; DuckDB would replay it into the new one.
    for leftover in (part, sidecar(part, "wal"), sidecar(path, "wal")):
        leftover.unlink(missing_ok=True)
    con = duckdb.connect(str(part), config=CONFIG)
    try:
        con.execute("begin")
        apply_missing(con)
        con.execute("commit")
    finally:
        con.close()
    os.replace(part, path)
