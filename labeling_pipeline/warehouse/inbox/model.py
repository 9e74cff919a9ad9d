"""What the parts of the inbox hand to each other.

Belongs here: the values (a file, what was taken, a kind of file). Does not: reading, rules or SQL.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa

from labeling_pipeline.core.ontology import Ontology


@dataclass(frozen=True)
class IngestContext:
    """What the rules need to know of the home.

    ``mappings``: kind → {their column: ours}. ``known_at``: when the files are taken (the simulated clock in a
    simulated home). ``default_round``: the round of votes that name none. ``home``: paths are recorded relative to it.
    ``id_key``: what ids in sheets are made with.
    """

    ontologies: Sequence[Ontology]
    assume_schema: str | None = None
    mappings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    slice_columns: Sequence[str] = ("slice",)
    max_cell_bytes: int = 1 << 20
    known_at: datetime | None = None
    feedback_kinds: Sequence[str] = ()
    default_round: str = "0"
    home: Path | None = None
    id_key: str = ""


@dataclass(frozen=True)
class InboxFile:
    """A file that has not been taken yet, as it was when it was looked at."""

    path: Path
    kind: str
    sha256: str
    size: int
    mtime_ns: int

    @property
    def name(self) -> str:
        """Its name as text, also where the name's bytes are none."""
        return path_text(Path(self.path.name))


def path_text(path: Path) -> str:
    """A path as text that can be stored: a file name may hold bytes that are no text."""
    return os.fsencode(path).decode("utf-8", "replace")


@dataclass(frozen=True)
class Taken:
    """What became of a file's rows: ``rows_in == accepted + quarantined``; ``already_known`` is in ``accepted``."""

    file: str
    kind: str
    rows_in: int
    accepted: int
    already_known: int
    quarantined: int


@dataclass(frozen=True)
class Split:
    """Rows that may be stored, and rows that may not.

    ``quarantine`` has columns line, rule, reason, row, comment_id. No row is in both, and none is lost.
    """

    accepted: pd.DataFrame
    quarantine: pd.DataFrame


@dataclass(frozen=True)
class Kind:
    """One kind of inbox file.

    ``columns``: names with a meaning; any other column is an extra. ``required``: the file needs all columns of one of
    these sets (a name that ends in * stands for any column beginning so). ``schema``: columns of the accepted frame,
    beside line and row. ``comes_back``: we write such files ourselves, so cells escaped for spreadsheets are unescaped.
    """

    name: str
    sift: Callable[[pd.DataFrame, IngestContext], Split]
    columns: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]
    schema: pa.Schema
    comes_back: bool = False

    def has_columns(self, names: set[str]) -> bool:
        """Whether a file with these columns can be one of this kind."""
        return any(all(_present(column, names) for column in columns) for columns in self.required)

    @property
    def wanted(self) -> str:
        """The required columns in words."""
        return " or ".join(", ".join(columns) for columns in self.required)


def _present(column: str, names: set[str]) -> bool:
    if column.endswith("*"):
        return any(name.startswith(column[:-1]) for name in names)
    return column in names


STRING, FLOAT, TIME = pa.string(), pa.float64(), pa.timestamp("us")
STRINGS, PROBABILITIES = pa.list_(pa.string()), pa.map_(pa.string(), pa.float64())
ORIGIN = [("line", pa.int64()), ("row", STRING)]
