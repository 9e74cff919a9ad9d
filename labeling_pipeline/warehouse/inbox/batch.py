"""What a reader hands on: rows, bad rows, and the word that a whole file is damaged.

Belongs here: the values all readers share, and the checks on cells that no format makes. Does not: any format.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

BATCH_ROWS, BATCH_CHARS = 20_000, 16 << 20
SHOWN_CHARS = 200


# One encoder for all rows: `json.dumps` with an option makes a new one for each.
as_row = json.JSONEncoder(ensure_ascii=False, default=str).encode


class DamagedFileError(Exception):
    """The whole file is one quarantine row: ``rule`` and ``reason`` say why."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(reason)
        self.rule, self.reason = rule, reason


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be read: why, what can be shown of it, and its bytes."""

    line: int
    rule: str
    reason: str
    row: str | None
    raw: bytes | None


@dataclass
class Batch:
    """Some rows of a file: ``records`` by the file's own column names, their lines, and the rows as JSON text."""

    columns: set[str] = field(default_factory=set)
    records: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    size: int = 0

    def add(self, line: int, record: dict[str, Any], text: str) -> None:
        self.records.append(record)
        self.lines.append(line)
        self.texts.append(text)
        self.size += len(text)

    def add_bad(self, row: BadRow) -> None:
        self.bad.append(row)
        self.size += len(row.raw or b"")

    @property
    def is_full(self) -> bool:
        return len(self.records) + len(self.bad) >= BATCH_ROWS or self.size >= BATCH_CHARS


def wrong_cells(
    record: dict[str, Any], length: int, has_nul: bool, is_valid: bool, limit: int, *, is_escaped: bool = False
) -> tuple[str, str] | None:
    """The rule and reason for cells no column may have, or None: wrong bytes, NUL, more than ``limit`` bytes.

    ``is_escaped``: the row's bytes are text, and what is wrong was written as an escape.
    ``length`` is the row's length in characters; cells are measured only where one of them could be too long.
    """
    if not is_valid and is_escaped:
        return (
            "wrong_encoding",
            "half a character, written as an escape (\\ud800 … \\udfff); write both halves, or none",
        )
    if not is_valid:
        return "wrong_encoding", "bytes that are not UTF-8; save the file as UTF-8"
    if has_nul:
        return "nul_byte", "a NUL character in the row; expected text without it"
    if length * 4 > limit:
        for name, cell in record.items():
            size = len(cell.encode("utf-8", "replace")) if isinstance(cell, str) else 0
            if size > limit:
                reason = f"{name[:60]} has {size:,} bytes; expected at most {limit:,} (inbox.max_cell_bytes)"
                return "oversized_cell", reason
    return None


def is_text(text: str) -> bool:
    """Whether a text can be written as UTF-8: it holds no lone surrogates, which stand for wrong bytes."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def shown(record: dict[str, Any]) -> str:
    """A row as JSON text that is safe to store: long cells cut, wrong bytes replaced."""
    cut = {k[:SHOWN_CHARS]: _cut(v) for k, v in record.items()}
    return replaced(as_row(cut))


def replaced(text: str) -> str:
    """The text with a replacement character for each byte that is no text."""
    return text.encode("utf-8", "surrogateescape" if _has_escapes_only(text) else "replace").decode("utf-8", "replace")


def _has_escapes_only(text: str) -> bool:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _cut(value: Any) -> Any:
    text = value if isinstance(value, str) else None
    return f"{text[:SHOWN_CHARS]}… ({len(text):,} characters)" if text and len(text) > SHOWN_CHARS else value
