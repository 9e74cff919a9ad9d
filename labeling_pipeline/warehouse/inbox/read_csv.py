"""Rows of a csv file.

Belongs here: the csv format alone. Python's ``csv`` reads it, since DuckDB's reader accepts NUL and unclosed quotes in
silence and loses the bytes of the rows it rejects.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from labeling_pipeline.warehouse.inbox.batch import (
    BadRow,
    Batch,
    DamagedFileError,
    as_row,
    is_text,
    replaced,
    shown,
    wrong_cells,
)

# The longest cell that is read at all, so that an unclosed quote cannot swallow more memory than this.
LONGEST_CELL = 1 << 30


class _Lines:
    """Lines for the csv module, which remembers those of the row being read."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self.row: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._stream)
        self.row.append(line)
        return line

    @property
    def text(self) -> str:
        return "".join(self.row)


def read_csv(stream: BinaryIO, max_cell_bytes: int) -> Iterator[Batch]:
    """Batches of rows; the first line names the columns. A row's line is the one it begins on."""
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))  # the module's own limit would stop at 128 KiB
    with io.TextIOWrapper(stream, "utf-8", errors="surrogateescape", newline="") as text:
        yield from _batches(_Lines(text), max_cell_bytes)


def _batches(lines: _Lines, max_cell_bytes: int) -> Iterator[Batch]:
    reader = csv.reader(lines, strict=True)
    header = _header(lines, reader)
    batch = Batch(columns=set(header))
    while True:
        begins = reader.line_num + 1
        lines.row.clear()
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            batch.add_bad(_malformed(lines, begins, error))
            continue
        if cells:
            _add(batch, begins, header, cells, lines.text, max_cell_bytes)
        if batch.is_full:
            yield batch
            batch = Batch(columns=set(header))
    yield batch


def _add(batch: Batch, line: int, header: list[str], cells: list[str], text: str, max_cell_bytes: int) -> None:
    if len(cells) != len(header):
        if len(cells) < len(header) and not text.endswith(("\n", "\r")):
            raise DamagedFileError("truncated", f"the file ends in the middle of line {line}; deliver it again whole")
        reason = f"{len(cells)} cells; expected {len(header)}, as in the first line"
        batch.add_bad(BadRow(line, "ragged_row", reason, _shown_text(text), _raw(text)))
        return
    record: dict[str, Any] = dict(zip(header, cells, strict=True))
    wrong = wrong_cells(record, len(text), "\0" in text, is_text(text), max_cell_bytes)
    if wrong is None:
        batch.add(line, record, as_row(record))
    else:
        batch.add_bad(BadRow(line, *wrong, row=shown(record), raw=_raw(text)))


def _header(lines: _Lines, reader: Iterator[list[str]]) -> list[str]:
    try:
        cells = next(reader, None)
    except csv.Error as error:
        raise DamagedFileError("not_the_format", f"the first line is not csv: {error}") from error
    if not cells:
        raise DamagedFileError("not_the_format", "empty first line; expected the names of the columns")
    if not is_text(lines.text) or any(letter < " " and letter not in "\t\r\n" for letter in lines.text):
        raise DamagedFileError("not_the_format", "the first line is not UTF-8 text; save the file as csv in UTF-8")
    cells[0] = cells[0].removeprefix("\ufeff")
    names = [name.strip() or f"column_{at}" for at, name in enumerate(cells, start=1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DamagedFileError("wrong_columns", f"column {twice[0][:60]!r} is there twice; name each column once")
    return names


def _malformed(lines: _Lines, line: int, error: csv.Error) -> BadRow:
    if "unexpected end of data" in str(error):
        raise DamagedFileError("truncated", f"a quote opened on line {line} is never closed") from error
    if len(lines.row) > 1:
        # Where the next row begins is anyone's guess now: rows may already have been swallowed.
        raise DamagedFileError("malformed_csv", f"quotes do not match from line {line} on: {error}") from error
    text = lines.text
    return BadRow(line, "malformed_csv", f"not csv: {error}", _shown_text(text), _raw(text))


def _shown_text(text: str) -> str:
    return shown({"line": replaced(text).rstrip("\r\n")})


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
