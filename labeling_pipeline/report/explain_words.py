"""What the life of a comment is told with: an event, and how values are worded.

Belongs here: what both halves of the life share. Does not: which events there are (``report.explain``,
``report.explain_now``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Event:
    """Something that happened to a comment; ``at`` is UTC, None where no one said when."""

    at: pd.Timestamp | None
    stage: str
    lines: tuple[str, ...]


def each(rows: pd.DataFrame) -> Iterator[Any]:
    """Rows whose columns are those of a query, which no type checker knows."""
    yield from rows.itertuples()


def given(value: Any) -> bool:
    """Whether there is anything to tell."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and pd.isna(value)):
        return False
    return bool(value != "")


def time(value: Any) -> pd.Timestamp | None:
    """A time, None where there is none."""
    return pd.Timestamp(value) if given(value) and not pd.isna(value) else None


def ranked(probabilities: Any) -> list[tuple[str, float]]:
    """Classes and their probabilities, the most probable first."""
    return sorted(dict(probabilities).items(), key=lambda pair: (-pair[1], pair[0]))


def shares(letter: str, probabilities: Any) -> str:
    """All probabilities that do not round to nothing, ``letter``(class)=value."""
    return "  ".join(f"{letter}({name})={value:.2f}" for name, value in ranked(probabilities) if value >= 0.005)
