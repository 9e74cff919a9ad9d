"""Writing files the way a careful vendor does: whole or not at all, the same bytes every time.

Belongs here: delivering a frame into an inbox folder. Does not: what is in the frame.
"""

from __future__ import annotations

import csv
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from labeling_pipeline.files import escape

A_MINUTE = 60.0


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """The frame as csv, the same bytes for the same content."""
    return csv_cells(frame).to_csv(index=False, lineterminator="\n").encode("utf-8")


def csv_lines(frame: pd.DataFrame) -> tuple[str, list[str]]:
    """The header and the rows of `csv_bytes`, each with its line end: for files that have some of the rows each.

    >>> csv_lines(pd.DataFrame({"a": ["x", "y, z"]}))
    ('a\\n', ['x\\n', '"y, z"\\n'])
    """
    cells, writer = csv_cells(frame), csv.writer(_Line(), lineterminator="\n")
    rows = zip(*(cells[name].tolist() for name in cells), strict=True)
    return writer.writerow(cells.columns), [writer.writerow(row) for row in rows]


class _Line:
    """A file for a csv writer, which gives back what it would write."""

    def write(self, text: str) -> str:
        """The line."""
        return text


def csv_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """What csv shows of a frame: times as ISO 8601 in UTC, truth values in lower case, "" for nothing, no formulas."""
    plain = frame.copy()
    for name in plain.columns:
        if pd.api.types.is_datetime64_any_dtype(plain[name]):
            plain[name] = plain[name].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        elif pd.api.types.is_bool_dtype(plain[name]):
            plain[name] = plain[name].map({True: "true", False: "false"})
        if not (is_there := plain[name].notna()).all():
            plain[name] = plain[name].astype(object).where(is_there, "")
    return escape(plain)


def deliver(inbox: Path, kind: str, name: str, frame: pd.DataFrame, event_time: datetime) -> Path:
    """Write ``inbox/<kind>/<name>`` in one step, dated ``event_time``: an old file counts as still.

    A file that already holds these bytes is left as it is.
    """
    folder = inbox / kind
    folder.mkdir(parents=True, exist_ok=True)
    path, content = folder / name, csv_bytes(frame)
    if path.is_file() and path.read_bytes() == content:
        return path
    part = folder / f".{name}.{os.getpid()}.part"
    part.write_bytes(content)
    # Never dated in the future, where a machine's clock is behind the simulated one: such a file would never be still.
    event = (event_time if event_time.tzinfo else event_time.replace(tzinfo=UTC)).timestamp()
    seconds = min(event, time.time() - A_MINUTE)
    os.utime(part, (seconds, seconds))
    os.replace(part, path)
    return path
