"""Cells into typed columns, row by row; a row whose cell does not fit is rejected with a rule and a reason.

Belongs here: what any kind of file needs (ids, texts, numbers, times). Does not: rules of one kind (its own module).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.ontology import as_utc
from labeling_pipeline.warehouse.inbox.model import Split

_WRONG = object()
CLOCKS_DIFFER = timedelta(days=1)  # a vendor's clock, or its time zone, may be this far ahead


class Sieve:
    """Rows of one batch, and which of them have been rejected so far; a row keeps the first reason it gets.

    ``rows``: object columns named as ours, with ``line`` (int), ``row`` (the row as text), ``extras`` (dict or None).
    """

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows = rows
        self.rules: NDArray[np.object_] = np.full(len(rows), None, dtype=object)
        self.reasons: NDArray[np.object_] = np.full(len(rows), None, dtype=object)

    def cells(self, name: str) -> list[Any]:
        """The raw cells of a column; None where it is missing or empty."""
        if name not in self.rows:
            return [None] * len(self.rows)
        return [None if cell == "" else cell for cell in self.rows[name].tolist()]

    def reject(self, mask: Iterable[bool], rule: str, reason: str | Callable[[int], str]) -> None:
        """Reject the rows where ``mask`` holds; ``reason`` may be a function of the row's position."""
        for at in np.flatnonzero(np.fromiter(mask, dtype=bool, count=len(self.rows))):
            if self.rules[at] is None:
                self.rules[at] = rule
                self.reasons[at] = reason if isinstance(reason, str) else reason(int(at))

    def ids(self, name: str, missing_rule: str | None = None) -> list[str | None]:
        """Ids and labels: text or integers; integers become decimal strings, blanks at the ends go."""
        values = self._converted(name, _id, "not_text", "text or an integer")
        if missing_rule:
            self.reject((v is None for v in values), missing_rule, f"{name} is empty; expected a value")
        return values

    def texts(self, name: str, missing_rule: str | None = None) -> list[str | None]:
        """Text as it is; a number, list or truth value is rejected."""
        values = self._converted(name, _text, "not_text", "text")
        if missing_rule:
            empty = (v is None or not v.strip() for v in values)
            self.reject(empty, missing_rule, f"{name} is empty; expected text")
        return values

    def words(self, name: str) -> list[str | None]:
        """Any single value, as text (``true``, ``3``, ``a note``); lists and objects as JSON."""
        return [None if cell is None else as_word(cell) for cell in self.cells(name)]

    def numbers(self, name: str, low: float, high: float) -> list[float | None]:
        """Finite numbers from ``low`` to ``high``."""
        values = self._converted(name, _number, "not_a_number", "a number")
        outside = (v is not None and not low <= v <= high for v in values)
        limits = f"from {low:g} to {high:g}" if math.isfinite(high) else f"of at least {low:g}"
        self.reject(outside, "out_of_range", lambda i: f"{name} is {values[i]:g}; expected a number {limits}")
        return values

    def times(self, name: str, known_at: datetime | None = None) -> pd.Series[Any]:
        """ISO 8601 times as UTC; a time without a zone is taken to be UTC.

        ``known_at``: when the rows are taken; what lies more than a day after it has not happened, and is rejected.
        """
        cells = self._converted(name, _time, "not_a_time", "a time such as 2026-03-02T10:00:00Z")
        values = pd.to_datetime(pd.Series(cells, dtype=object), utc=True, errors="coerce", format="ISO8601")
        wrong = values.isna() & pd.Series([c is not None for c in cells], dtype=bool)
        self.reject(wrong, "not_a_time", f"{name} is not a time; expected one such as 2026-03-02T10:00:00Z")
        at = values.dt.tz_localize(None).dt.as_unit("us")
        if known_at is not None:
            self._reject_after(name, at, known_at)
        return at

    def _reject_after(self, name: str, at: pd.Series[Any], known_at: datetime) -> None:
        latest = pd.Timestamp(as_utc(known_at)) + CLOCKS_DIFFER
        expected = f"expected a time up to {latest:%Y-%m-%d %H:%M} UTC (a day after the file was taken)"
        self.reject(at > latest, "in_the_future", lambda row: f"{name} is {at[row]:%Y-%m-%d %H:%M}; {expected}")

    def lists(self, name: str) -> list[list[str]]:
        """Several ids in one cell: a list, or text with ``;`` or ``|`` between them."""
        return [_list(cell) for cell in self.cells(name)]

    def extras(self, without: Iterable[str] = ()) -> list[dict[str, Any]]:
        """The columns without a meaning of their own, per row, empty cells left out."""
        hidden = set(without)
        given = self.rows["extras"].tolist()
        return [{k: v for k, v in (e or {}).items() if k not in hidden and v not in (None, "")} for e in given]

    def metadata(self, without: Iterable[str] = ()) -> list[str | None]:
        """`extras` as JSON."""
        return [as_json(extra) if extra else None for extra in self.extras(without)]

    def slices(self, slice_columns: Sequence[str]) -> list[list[str]]:
        """``column=value`` for each slice column with a value; of a column named ``slice`` the value alone."""
        return [
            [word if name == "slice" else f"{name}={word}" for name in slice_columns for word in _list(extra.get(name))]
            for extra in self.extras()
        ]

    def split(self, columns: dict[str, Any], comment_ids: Sequence[str | None] | None = None) -> Split:
        """The rows no rule rejected, with these columns, and the others."""
        kept = self.rules == None  # noqa: E711 - elementwise
        frame = pd.DataFrame({"line": self.rows["line"], "row": self.rows["row"]}).reset_index(drop=True)
        accepted = frame.assign(**{k: pd.Series(v, dtype=_dtype(v)) for k, v in columns.items()})[kept]
        ids = pd.Series(list(comment_ids or [None] * len(frame)), dtype=object)
        quarantine = frame.assign(rule=self.rules, reason=self.reasons, comment_id=ids)[~kept]
        return Split(accepted.reset_index(drop=True), quarantine.reset_index(drop=True))

    def _converted(self, name: str, convert: Callable[[Any], Any], rule: str, wanted: str) -> list[Any]:
        values = [None if cell is None else convert(cell) for cell in self.cells(name)]
        wrong = [value is _WRONG for value in values]
        if any(wrong):
            cells = self.cells(name)
            self.reject(wrong, rule, lambda at: f"{name} is {_sort_of(cells[at])}; expected {wanted}")
            values = [None if value is _WRONG else value for value in values]
        return values


def _sort_of(cell: Any) -> str:
    """What a cell is, in a reader's words; never its content."""
    for kinds, name in ((bool, "a truth value"), ((int, float), "a number"), (str, "text"), (dict, "an object")):
        if isinstance(cell, kinds):
            return name
    return "a list" if isinstance(cell, (list, tuple)) else f"a {type(cell).__name__}"


def _dtype(values: Any) -> Any:
    return values.dtype if isinstance(values, pd.Series) else object


def _id(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell.strip() or None
    return str(cell) if isinstance(cell, int) and not isinstance(cell, bool) else _WRONG


def _text(cell: Any) -> Any:
    return cell if isinstance(cell, str) else _WRONG


def _number(cell: Any) -> Any:
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return _WRONG
    try:
        value = float(cell)
    except (ValueError, OverflowError):
        return _WRONG
    return value if math.isfinite(value) else _WRONG


def _time(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return as_utc(cell).isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    # "now" and "today" would read the clock.
    return cell.strip() if isinstance(cell, str) and cell.strip()[:4].isdigit() else _WRONG


def _list(cell: Any) -> list[str]:
    if cell is None:
        return []
    if isinstance(cell, str) and cell.startswith("["):
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError):
            return [cell]
    parts = cell if isinstance(cell, list) else str(cell).replace("|", ";").split(";")
    return [word for part in parts if (word := as_word(part).strip())]


def as_word(cell: Any) -> str:
    """One value as text."""
    return cell if isinstance(cell, str) else as_json(cell)


def as_json(value: Any) -> str:
    """JSON with a fixed key order; what JSON does not know (times) as text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
