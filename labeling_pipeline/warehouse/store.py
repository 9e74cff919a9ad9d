"""The warehouse: one DuckDB file with every table of a home, for several processes at once.

Belongs here: opening it to read or to write, running named queries. Does not: what any table means (``migrations/``,
``queries/``), or taking files (``inbox``).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd

from labeling_pipeline.warehouse import migrate
from labeling_pipeline.warehouse.connection import connect, exclusive, is_open, kept_open, sidecar
from labeling_pipeline.warehouse.sql import run_named
from labeling_pipeline.warehouse.tables import column_facts, quoted

# Tables are made by migrations alone, so their columns are known once the last one is: (last migration, table) → facts.
_COLUMNS: dict[tuple[str, str], list[tuple[str, str, str]]] = {}


class Warehouse:
    """Short connections to one DuckDB file; the file and its tables are made when first needed.

    ``wait_s``: the longest wait for another process, in seconds; then WarehouseBusyError names the holder.

    >>> import tempfile
    >>> warehouse = Warehouse(Path(tempfile.mkdtemp()) / "warehouse.duckdb")
    >>> with warehouse.write() as con:
    ...     _ = con.execute("insert into clock values (timestamp '2026-03-02 00:00:00')")
    >>> warehouse.table("clock")["now"].dt.year.tolist()
    [2026]
    """

    def __init__(self, path: str | Path, wait_s: float = 30.0) -> None:
        self.path = Path(path)
        self.wait_s = wait_s
        self._is_current = False

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection; several processes may read at once, none while one writes."""
        self.migrate()
        with connect(self.path, "read", self.wait_s) as con:
            yield con

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in one transaction: committed when the block ends, rolled back when it raises."""
        self.migrate()
        with connect(self.path, "write", self.wait_s) as con:
            con.execute("begin")
            try:
                yield con
            except BaseException:
                con.rollback()
                raise
            con.commit()

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Inside the block the file stays open between uses; see `connection.kept_open`."""
        self.migrate()
        with kept_open(self.path):
            yield

    @property
    def is_open(self) -> bool:
        """Whether the caller is inside a `read` or `write` block."""
        return is_open(self.path)

    def query(self, name: str, /, **params: object) -> pd.DataFrame:
        """The rows of ``queries/<name>.sql`` in a connection of their own."""
        with self.read() as con:
            return run_named(con, name, **params)

    def execute(
        self,
        con: duckdb.DuckDBPyConnection,
        name: str,
        frames: Mapping[str, object] | None = None,
        **params: object,
    ) -> pd.DataFrame:
        """`run_named` in an open connection: ``queries/<name>.sql`` may also use the ``frames`` by their names."""
        return run_named(con, name, frames, **params)

    def table(self, name: str) -> pd.DataFrame:
        """One whole table or view."""
        return self.tables(name)[name]

    def tables(self, *names: str) -> dict[str, pd.DataFrame]:
        """Whole tables or views as they were at one moment."""
        with self.read() as con:
            return {name: con.execute(f"select * from {quoted(name)}").df() for name in names}

    def empty(self, name: str) -> pd.DataFrame:
        """A table or view without its rows."""
        with self.read() as con:
            return con.execute(f"select * from {quoted(name)} limit 0").df()

    def columns(self, table: str) -> list[tuple[str, str, str]]:
        """Name, type and comment of every column of a table that a migration made."""
        made_by = migrate.all_migrations()[-1]
        if (made_by, table) not in _COLUMNS:
            with self.read() as con:
                _COLUMNS[made_by, table] = column_facts(con, table)
        return _COLUMNS[made_by, table]

    def copy_to(self, path: Path) -> None:
        """All that is committed, into another file: what a killed process left in the write-ahead log as well."""
        with self.read():  # nobody writes it meanwhile
            shutil.copyfile(self.path, path)
            log = sidecar(self.path, "wal")
            if log.exists():
                shutil.copyfile(log, sidecar(path, "wal"))

    def migrate(self) -> None:
        """Make the file, or bring its tables up to this version; every open does it by itself, once per object."""
        if self._is_current and self.path.exists():
            return
        if self.path.exists():
            with connect(self.path, "read", self.wait_s) as con:
                missing = migrate.missing_migrations(con)
            if missing:
                with connect(self.path, "write", self.wait_s) as con:
                    con.execute("begin")
                    migrate.apply_missing(con)
                    con.execute("commit")
        else:
            self._create()
        self._is_current = True

    def _create(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with exclusive(self.path, self.wait_s):
            if not self.path.exists():  # another process may have been first
                migrate.create(self.path)
