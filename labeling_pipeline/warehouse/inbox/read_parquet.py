"""Rows of a Parquet file.

Belongs here: the Parquet format alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from labeling_pipeline.warehouse.inbox.batch import (
    BATCH_ROWS,
    BadRow,
    Batch,
    DamagedFileError,
    as_row,
    is_text,
    shown,
    wrong_cells,
)


def read_parquet(stream: BinaryIO, max_cell_bytes: int) -> Iterator[Batch]:
    """Batches of rows; a row's line is its number, from 1."""
    try:
        file = pq.ParquetFile(stream)
        names = file.schema_arrow.names
        if len(set(names)) < len(names):
            raise DamagedFileError("wrong_columns", "a column name is there twice; name each column once")
        line = 1
        for rows in file.iter_batches(batch_size=BATCH_ROWS):
            batch = Batch(columns=set(names))
            for record in _records(rows):
                _add(batch, line, record, max_cell_bytes)
                line += 1
            yield batch
        if line == 1:
            yield Batch(columns=set(names))
    except (pa.ArrowException, OSError) as error:
        raise DamagedFileError("not_the_format", f"not readable as Parquet: {str(error).splitlines()[0]}") from error


def _records(rows: pa.RecordBatch) -> list[dict[str, Any]]:
    columns = {name: _values(column) for name, column in zip(rows.schema.names, rows.columns, strict=True)}
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _values(column: pa.Array) -> list[Any]:
    try:
        values: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        raw = column.cast(pa.large_binary()) if pa.types.is_large_string(column.type) else column.cast(pa.binary())
        return [None if cell is None else cell.decode("utf-8", "surrogateescape") for cell in raw.to_pylist()]
    return values


def _add(batch: Batch, line: int, record: dict[str, Any], max_cell_bytes: int) -> None:
    text = as_row(record)
    wrong = wrong_cells(record, len(text), "\\u0000" in text, is_text(text), max_cell_bytes)
    if wrong is None:
        batch.add(line, record, text)
    else:
        batch.add_bad(BadRow(line, *wrong, row=shown(record), raw=_raw(text)))


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
