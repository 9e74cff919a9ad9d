"""Rows of a jsonl file: one JSON object per line.

Belongs here: the jsonl format alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from labeling_pipeline.warehouse.inbox.batch import BadRow, Batch, DamagedFileError, as_row, is_text, shown, wrong_cells

DEEPEST = 100


def read_jsonl(stream: BinaryIO, max_cell_bytes: int) -> Iterator[Batch]:
    """Batches of rows. A line that is not an object is a bad row; when none is, the file is not jsonl at all."""
    batch, n_good, n_broken = Batch(), 0, 0
    for line, raw in enumerate(stream, start=1):
        content = raw.removeprefix(b"\xef\xbb\xbf") if line == 1 else raw
        if not content.strip():
            continue
        parsed = _parsed(content)
        if parsed is None:
            n_broken += 1
            if not raw.endswith(b"\n") and line > 1:
                raise DamagedFileError(
                    "truncated", f"the file ends in the middle of line {line}; deliver it again whole"
                )
            text = content.decode("utf-8", "replace")
            batch.add_bad(BadRow(line, "not_json", "not a JSON object", shown({"line": text.rstrip()}), raw))
        else:
            n_good += 1
            _add(batch, line, *parsed, raw, max_cell_bytes)
        if batch.is_full:
            yield batch
            batch = Batch()
    if n_broken and not n_good:
        raise DamagedFileError("not_the_format", "no line is a JSON object; expected one per line")
    yield batch


def _add(batch: Batch, line: int, record: dict[str, Any], text: str, raw: bytes, max_cell_bytes: int) -> None:
    # Half a character, or a NUL, can also be written as an escape; only then is the row worth a second look.
    whole = as_row(record) if "\\u" in text else text
    is_read, is_written = is_text(whole), is_text(text)
    wrong = wrong_cells(
        record, len(text), "\\u0000" in whole, is_read and is_written, max_cell_bytes, is_escaped=is_written
    )
    batch.columns.update(record)
    if wrong is None:
        batch.add(line, record, text)
    else:
        batch.add_bad(BadRow(line, *wrong, row=shown(record), raw=raw))


def _parsed(raw: bytes) -> tuple[dict[str, Any], str] | None:
    try:
        text = raw.decode("utf-8", "surrogateescape").strip()
        record = json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):  # also numbers too long to convert, and nesting without end
        return None
    is_usable = isinstance(record, dict) and not (text.count("[") + text.count("{") > DEEPEST and _is_deep(record))
    return (record, text) if is_usable else None


def _is_deep(value: Any, left: int = DEEPEST) -> bool:
    """Whether lists and objects are nested deeper than anything written by hand; writing them again could fail."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return left == 0 or any(_is_deep(one, left - 1) for one in inner)
