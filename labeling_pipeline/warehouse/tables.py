"""Frames into tables: typed, idempotent, and a digest that tells whether a table's content changed.

Belongs here: writes that work on any table. Does not: SQL about particular tables (``queries/``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from labeling_pipeline.core.errors import InvariantError
from labeling_pipeline.warehouse.sql import registered

# Columns whose comment starts with one of these hold no content: two runs over the same input may differ in them, as in
# what one file changed of another, which depends on the order in which they were taken. No stage reads those.
NOT_CONTENT = ("wall clock", "run")


def append_new(con: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame, key: Sequence[str]) -> int:
    """Insert the rows whose ``key`` columns are not in the table yet; the number of rows inserted.

    Idempotent: the same frame again inserts nothing. Of rows with one key inside the frame the first counts. Columns
    the frame lacks become NULL; a column the table lacks raises InvariantError.
    """
    rows = to_arrow(con, table, frame.drop_duplicates(list(key)))
    same = " and ".join(f"known.{quoted(k)} is not distinct from arriving.{quoted(k)}" for k in key)
    known = f"select 1 from {quoted(table)} known where {same}"
    return _insert(con, table, rows, f"where not exists ({known})")


def replace_rows(con: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame, **where: object) -> int:
    """Replace the table's rows by the frame's; with ``where`` only those rows whose columns equal the given values."""
    condition = " and ".join(f"{quoted(column)} is not distinct from ${column}" for column in where)
    con.execute(f"delete from {quoted(table)} where {condition or 'true'}", where)
    return _insert(con, table, to_arrow(con, table, frame), "")


def table_version(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """A digest of the content: independent of row order, and of columns marked "wall clock" or "run".

    Equal content gives an equal digest; it is made of the row count and two aggregates of 64-bit row hashes.
    """
    facts = column_facts(con, table)
    columns = ", ".join(quoted(name) for name, _, comment in facts if not comment.startswith(NOT_CONTENT))
    if not columns:
        return "no content"
    query = f"""
        select count(*), coalesce(sum(h)::varchar, '0'), coalesce(bit_xor(h), 0)
        from (select hash(row({columns})) as h from {quoted(table)})"""
    count, total, xor = con.execute(query).fetchall()[0]
    return f"{count}-{int(total) % 2**64:016x}-{xor:016x}"


def column_facts(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str, str]]:
    """Name, type and comment of every column, in order. Raises InvariantError for a table that is not there."""
    rows = con.execute(
        "select column_name, data_type, coalesce(comment, '') from duckdb_columns()"
        " where database_name = current_database() and table_name = $table order by column_index",
        {"table": table},
    ).fetchall()
    if not rows:
        raise InvariantError(f"no table {table!r} in the warehouse", expected="a table made by a migration")
    return [(name, kind, comment) for name, kind, comment in rows]


def to_arrow(con: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> pa.Table:
    """The frame with exactly the table's types: dicts become MAPs, lists become lists, missing values become NULL.

    Raises InvariantError naming table and column when a value does not fit, or is a NaN inside a MAP.
    """
    schema = con.table(quoted(table)).limit(0).to_arrow_table().schema
    unknown = [c for c in frame.columns if c not in schema.names]
    if unknown:
        raise InvariantError(f"{table}: no column {', '.join(map(str, unknown))}", expected=", ".join(schema.names))
    arrays = {}
    for name in frame.columns:
        try:
            arrays[name] = _array(frame[name], schema.field(name).type)
        except (pa.ArrowException, TypeError, ValueError, AttributeError) as error:
            raise InvariantError(f"{table}.{name}: {error}", expected=str(schema.field(name).type)) from error
    return pa.table(arrays)


def _array(values: pd.Series[Any], kind: pa.DataType) -> pa.Array:
    if isinstance(values.dtype, pd.ArrowDtype):
        array = pa.chunked_array(pa.array(values)).cast(kind)
        if pa.types.is_map(kind) and any(pc.any(pc.is_nan(part.items)).as_py() for part in array.chunks):
            raise ValueError("NaN in a map")
        return array
    if pa.types.is_map(kind):
        return pa.array([None if _is_missing(v) else _pairs(v) for v in values], type=kind)
    if pa.types.is_list(kind):
        return pa.array([None if _is_missing(v) else list(v) for v in values], type=kind)
    if pa.types.is_timestamp(kind):
        times = pd.to_datetime(values, utc=True).dt.tz_localize(None).dt.as_unit("us")
        return pa.array(times, type=kind, from_pandas=True)
    return pa.array(values, type=kind, from_pandas=True)


def _pairs(mapping: Mapping[str, Any] | Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """A dict's items; Arrow hands the rows of a map out as lists of pairs, once another column stood beside it."""
    pairs = list(dict(mapping).items())
    if any(isinstance(v, float) and math.isnan(v) for _, v in pairs):
        raise ValueError(f"NaN in {dict(pairs)}")
    return pairs


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: pa.Table, condition: str) -> int:
    if rows.num_rows == 0:
        return 0
    with registered(con, {"arriving": rows}):
        query = f"insert into {quoted(table)} by name select * from arriving {condition}"
        return int(con.execute(query).fetchall()[0][0])


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def count_rows(con: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> dict[str, int]:
    """Rows per table."""
    return {t: int(con.execute(f"select count(*) from {quoted(t)}").fetchall()[0][0]) for t in tables}
