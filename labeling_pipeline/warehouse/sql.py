"""Named SQL: ``queries/<name>.sql`` with ``$parameters``.

Belongs here: finding a query, handing it frames and values. Does not: any SQL text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from labeling_pipeline.core.errors import InvariantError

QUERIES = Path(__file__).parent / "queries"
_NAME = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)*")


@cache
def query_text(name: str) -> str:
    """The text of ``queries/<name>.sql``. Raises InvariantError when there is none."""
    path = QUERIES / f"{name}.sql"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise InvariantError(f"no query {name!r}", expected=f"a file {path.name} in {QUERIES}")
    return path.read_text("utf-8")


def run_named(
    con: duckdb.DuckDBPyConnection, name: str, frames: Mapping[str, object] | None = None, /, **params: object
) -> pd.DataFrame:
    """Run every statement of a named query in order; the last one's rows come back as a frame.

    ``frames`` are tables the SQL may name: pandas frames, or anything Arrow that DuckDB can scan. Each statement gets
    those of ``params`` it uses; a parameter that is missing, or that no statement uses, raises InvariantError.
    """
    statements = con.extract_statements(query_text(name))
    used = {p for statement in statements for p in statement.named_parameters}
    if used != params.keys():
        raise InvariantError(f"query {name}: parameters {sorted(params)}", expected=f"{sorted(used)}")
    with registered(con, frames or {}):
        for statement in statements:
            con.execute(statement, {p: params[p] for p in statement.named_parameters})
        return con.df()


@contextmanager
def registered(con: duckdb.DuckDBPyConnection, frames: Mapping[str, object]) -> Iterator[None]:
    """Make frames visible to SQL under their names for the length of the block."""
    for name, frame in frames.items():
        # DuckDB guesses the type of a pandas object column from a sample of its rows; Arrow looks at all of them.
        table = pa.Table.from_pandas(frame, preserve_index=False) if isinstance(frame, pd.DataFrame) else frame
        con.register(name, table)
    yield
    # Not after an error: its transaction is aborted, and the connection is closed on the way out.
    for name in frames:
        con.unregister(name)
