"""Columns of ids and labels as integer codes into sorted values, at the speed of Arrow.

Belongs here: one column at a time. Does not: what the columns of a votes frame mean (see ``votes``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.plain_text import plain_id, plain_label, undecoded

BLOCK = 1 << 15

Codes: TypeAlias = NDArray[np.int32]
Floats: TypeAlias = NDArray[np.float64]


def encode(column: pd.Series, *, as_text: bool = False) -> tuple[Codes, pa.Array]:
    """Codes into the sorted distinct values of the column, −1 where missing, and those values.

    Whole numbers keep their type unless ``as_text``; numbers mixed with text become text, so that 1, "1" and "1.0" are
    one id.

    >>> codes, values = encode(pd.Series(["b", None, "a"]))
    >>> codes.tolist(), values.to_pylist()
    ([1, -1, 0], ['a', 'b'])
    """
    array = _arrow(column)
    found = _close_numbers(array)
    codes, values = _hashed(array) if found is None else found
    values = values.cast(pa.string()) if as_text and pa.types.is_integer(values.type) else values
    if not pa.types.is_integer(values.type) and pc.any(pc.ends_with(values, ".0")).as_py():
        codes, values = _renamed(codes, values, plain_id)
    return _in_order(codes, values)


def encode_labels(column: pd.Series) -> tuple[Codes, pa.Array]:
    """The same for labels, which are text; True and true are one label, however a file says so, and blanks are none.

    >>> encode_labels(pd.Series([True, False]))[1].to_pylist(), encode_labels(pd.Series(["True", "1.0"]))[1].to_pylist()
    (['false', 'true'], ['1', 'true'])
    """
    codes, values = encode(column, as_text=True)
    codes, values = _in_order(*_renamed(codes, values, plain_label))
    if len(values) and values[0].as_py() == "":  # it sorts first
        return np.maximum(codes - np.int32(1), np.int32(-1)), values[1:]
    return codes, values


def _renamed(codes: Codes, values: pa.Array, plain: Callable[[str], str]) -> tuple[Codes, pa.Array]:
    """The column with every value under its plain name; values that are then the same are one."""
    texts = values.to_pylist()
    names = [plain(text) for text in texts]
    if names == texts:
        return codes, values
    first = {name: place for place, name in enumerate(dict.fromkeys(names))}
    place = np.array([first[name] for name in names] + [-1], np.int32)
    return place[codes], pa.array(list(first), pa.string())


def _hashed(array: pa.Array | pa.ChunkedArray) -> tuple[Codes, pa.Array]:
    encoded = array.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):  # combine_chunks of an empty array stays chunked
        encoded = pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], pa.string()))
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return codes.astype(np.int32, copy=False), encoded.dictionary


def _close_numbers(array: pa.Array | pa.ChunkedArray) -> tuple[Codes, pa.Array] | None:
    """The same for whole numbers that fill their range, by counting instead of hashing; None for anything else.

    A hash table of millions of ids fits no cache: at eight million it costs four times what it costs at one, per id.
    """
    if not pa.types.is_integer(array.type) or not len(array) or array.null_count:
        return None
    low, high = pc.min_max(array).values()
    span = high.as_py() - low.as_py() + 1
    if span > 2 * len(array):
        return None
    numbers = array.to_numpy()
    if numbers.dtype != np.uint64:
        numbers = numbers.astype(np.int64, copy=False)
    first = numbers.dtype.type(low.as_py())
    codes = np.empty(len(numbers), np.int32)
    np.subtract(numbers, first, out=codes, casting="unsafe")
    used = np.zeros(span, np.bool_)
    used[codes] = True
    if not used.all():
        codes = (np.cumsum(used, dtype=np.int32) - 1)[codes]
    values = np.flatnonzero(used).astype(numbers.dtype, copy=False)
    values += first
    return codes, pa.array(values).cast(array.type)


def blocks(n: int, least: int = 1) -> list[slice]:
    """``n`` tasks in blocks whose arrays stay in a core's own cache; no smaller than ``least``.

    Arrays of many millions also cost more to get from the system and give back than to fill.
    """
    size = max(BLOCK, least)
    return [slice(low, min(low + size, n)) for low in range(0, n, size)]


def count_by(codes: Codes, n: int) -> NDArray[np.int64]:
    """How often each code 0 … n − 1 occurs; in blocks, as NumPy counts a copy of twice the size."""
    found = np.zeros(n, np.int64)
    for part in blocks(len(codes), n):
        found += np.bincount(codes[part], minlength=n)
    return found


def sum_by(codes: NDArray[np.int32] | NDArray[np.int64], values: NDArray[Any], n: int) -> Floats:
    """Sum of the values per code 0 … n − 1."""
    return np.asarray(np.bincount(codes, values, n), np.float64)


def _in_order(codes: Codes, values: pa.Array) -> tuple[Codes, pa.Array]:
    """The same column with its values sorted; nothing moves when they already are."""
    if len(values) < 2 or pc.all(pc.less(values[:-1], values[1:])).as_py():
        return codes, values
    order = pc.sort_indices(values)
    rank = np.empty(len(values) + 1, np.int32)
    rank[order.to_numpy()] = np.arange(len(values), dtype=np.int32)
    rank[-1] = -1  # where missing, the code −1 reads the last entry
    return rank[codes], values.take(order)


def _arrow(column: pd.Series) -> pa.Array | pa.ChunkedArray:
    try:
        array = pa.array(column, from_pandas=True)
    except UnicodeEncodeError as error:
        raise undecoded(column, column.name) from error
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        array = pa.array([_text(cell, column.name) for cell in column], pa.string())
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    kind = array.type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.array([_text(cell, column.name) for cell in column], pa.string())
    if pa.types.is_floating(kind):
        array = _whole_numbers(array, column.name)
    elif pa.types.is_boolean(kind) or pa.types.is_null(kind):
        array = array.cast(pa.string())
    elif not (pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise InputError(f"column {column.name!r} holds {kind}", expected="text or whole numbers")
    return array


def _whole_numbers(array: pa.Array | pa.ChunkedArray, name: object) -> pa.Array | pa.ChunkedArray:
    """Integers that became floats because a cell was missing are integers again; other floats are text."""
    try:
        return array.cast(pa.int64())
    except pa.ArrowInvalid:
        if not pc.all(pc.is_finite(array)).as_py():
            raise InputError(f"column {name!r} holds an infinite number", expected="text or whole numbers") from None
        return array.cast(pa.string())


def _text(cell: object, name: object) -> str | None:
    if isinstance(cell, np.generic):
        cell = cell.item()
    if cell is None or cell is pd.NA or (isinstance(cell, float) and cell != cell):
        return None
    if isinstance(cell, bytes):
        try:
            return cell.decode("utf-8")
        except UnicodeDecodeError:
            raise InputError(
                f"column {name!r} holds bytes that are not UTF-8: {cell[:20]!r}", remedy="save the file as UTF-8"
            ) from None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, str | int | float):
        return str(cell)
    raise InputError(f"column {name!r} holds a {type(cell).__name__}", expected="text or whole numbers")
