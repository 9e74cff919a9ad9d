"""The hash of what a table says, whatever file it is kept in.

Belongs here: the definition of `content_hash`. Does not: hashes of files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa


def content_hash(tables: Sequence[pa.Table]) -> str:
    """sha256 over the tables' columns in order: name, type, which cells are null, and the values.

    Text as UTF-8 bytes preceded by all lengths, lists as their lengths and then their items, numbers and times as
    little-endian 64-bit, truth values as bytes; null cells as empty or 0. Compression, row groups and the writer's
    version do not change it.
    """
    digest = hashlib.sha256()
    for table in tables:
        digest.update(f"table {table.num_rows} {table.num_columns}\n".encode())
        for field in table.schema:
            digest.update(f"{field.name}:{_kind(field.type)}\n".encode())
            _feed(digest, table[field.name].combine_chunks())
    return digest.hexdigest()


def _kind(kind: pa.DataType) -> str:
    # A list's item is called "item" in memory and "element" in a file; that says nothing about the data.
    return f"list of {kind.value_type}" if pa.types.is_list(kind) else str(kind)


def _feed(digest: Any, column: pa.Array) -> None:
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], type=column.type)
    digest.update(np.asarray(column.is_null()).astype(np.uint8).tobytes())
    if pa.types.is_list(column.type):
        digest.update(_int64(column.value_lengths().fill_null(0)))
        _feed(digest, column.flatten())
    elif pa.types.is_string(column.type):
        data = column.fill_null("").cast(pa.binary())
        lengths = np.diff(_offsets(data))
        digest.update(lengths.astype("<i8").tobytes())
        offsets = _offsets(data)
        values = data.buffers()[2]
        if values is not None and len(data):
            digest.update(memoryview(values)[int(offsets[0]) : int(offsets[-1])])
    elif pa.types.is_floating(column.type):
        digest.update(np.asarray(column.fill_null(0.0)).astype("<f8").tobytes())
    elif pa.types.is_boolean(column.type):
        digest.update(np.asarray(column.fill_null(False)).astype(np.uint8).tobytes())
    else:
        digest.update(_int64(column.cast(pa.int64()).fill_null(0)))


def _int64(column: pa.Array) -> bytes:
    return np.asarray(column).astype("<i8").tobytes()


def _offsets(data: pa.Array) -> np.ndarray[Any, np.dtype[np.int32]]:
    buffer = data.buffers()[1]
    if buffer is None:
        return np.zeros(len(data) + 1, dtype=np.int32)
    return np.frombuffer(buffer, dtype=np.int32, count=data.offset + len(data) + 1)[data.offset :]
