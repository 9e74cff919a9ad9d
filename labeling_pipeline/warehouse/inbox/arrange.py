"""Rows by the file's column names into a frame by ours.

Belongs here: column mapping, unescaping, extras. Does not: what a cell may hold (``sieve``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from labeling_pipeline.files import _unescape_cell
from labeling_pipeline.warehouse.inbox.batch import DamagedFileError
from labeling_pipeline.warehouse.inbox.model import IngestContext, Kind


def arrange(
    records: Sequence[Mapping[str, Any]],
    lines: Sequence[int],
    texts: Sequence[str],
    kind: Kind,
    context: IngestContext,
    is_escaped: bool,
) -> pd.DataFrame:
    """One object column per column the kind gives a meaning, beside ``line``, ``row`` (as text) and ``extras``.

    ``is_escaped``: the file is a csv, in which we escape cells that a spreadsheet would run as a formula.
    """
    mapping = context.mappings.get(kind.name, {})
    if mapping:
        records = [{mapping.get(name, name): cell for name, cell in record.items()} for record in records]
    if kind.comes_back and is_escaped:
        records = [_unescaped(record) for record in records]
    columns: dict[str, Any] = {name: [record.get(name) for record in records] for name in kind.columns}
    known = set(kind.columns)
    extras = [{k: v for k, v in record.items() if k not in known} or None for record in records]
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})
    return frame.assign(
        extras=pd.Series(extras, dtype=object),
        line=pd.Series(list(lines), dtype="int64"),
        row=pd.Series(list(texts), dtype=object),
    )


def check_columns(names: set[str], kind: Kind, context: IngestContext) -> None:
    """Raises DamagedFileError when a file with these columns cannot be one of this kind."""
    mapping = context.mappings.get(kind.name, {})
    ours = {mapping.get(name, name) for name in names}
    if len(ours) < len(names):
        raise DamagedFileError("wrong_columns", f"two columns are mapped onto one by inbox.columns.{kind.name}")
    if not kind.has_columns(ours):
        raise DamagedFileError("wrong_columns", _wrong_columns(names, kind))


def _wrong_columns(names: set[str], kind: Kind) -> str:
    found = ", ".join(sorted(name[:40] for name in names)[:12])
    remedy = f"rename them, or map them in labeling.toml: [inbox.columns.{kind.name}]"
    reason = f"columns {found}; expected {kind.wanted}; {remedy}"
    only = next(iter(names)) if len(names) == 1 else ""
    separator = next((s for s in (";", "\t", "|") if s in only), None)
    return reason if separator is None else f"{reason}; the cells seem to be separated by {separator!r}, not by a comma"


def _unescaped(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _unescape_cell(cell) for name, cell in record.items()}
