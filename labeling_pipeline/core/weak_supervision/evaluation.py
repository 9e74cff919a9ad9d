"""Running labeling functions on comments. Belongs here: votes of each kind of function, and what makes a vote invalid.
Does not: DuckDB's faster way for declarative rules (``warehouse.lf_scan``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.bounded import (
    FUNCTION_LIMIT_S,
    LOST,
    ROW_LIMIT_S,
    Faults,
    Watch,
    call_on_rows,
)
from labeling_pipeline.core.weak_supervision.functions import (
    DeclarativeLF,
    LengthRule,
    LookupRule,
    RowLF,
    Rule,
    ScoreRule,
    TextRule,
)
from labeling_pipeline.core.weak_supervision.patterns import ABSTAIN, Votes

CHUNK_ROWS = 4096
NAMED = 999  # numbers that are no class are counted one by one up to here: their number stays bounded


class Row(SimpleNamespace):
    """One comment as labeling functions see it: `x.text` and `x["text"]`.

    What a function sets on it is gone for the next function: `changed`, where it is there, keeps what to put back.
    """

    __slots__ = ("changed",)

    def __setattr__(self, column: str, value: Any) -> None:
        self._keep()
        super().__setattr__(column, value)

    def __delattr__(self, column: str) -> None:
        self._keep()
        super().__delattr__(column)

    def _keep(self) -> None:
        changed = getattr(self, "changed", None)  # a copy that a function made is its own
        if changed is not None:
            changed.append((self, dict(self.__dict__)))

    def __getitem__(self, column: str) -> Any:
        return self.__dict__[column]

    def get(self, column: str, default: Any = None) -> Any:
        """The cell, or `default` where there is no such column."""
        return self.__dict__.get(column, default)


def run_rows(
    functions: list[RowLF],
    comments: pd.DataFrame,
    n_classes: int,
    tell: Callable[[int, int], None] = lambda j, row: None,
    seconds: Sequence[float] | None = None,
) -> tuple[Votes, list[Faults]]:
    """Votes (n, functions) of row-wise functions, and their faults; `tell` hears which function is about to be
    called, and from which row on; `seconds`: how long each may be called."""
    votes = np.full((len(comments), len(functions)), ABSTAIN, dtype=np.int8)
    faults, watch = [Faults(most_s=most) for most in seconds or [FUNCTION_LIMIT_S] * len(functions)], Watch()
    with watch.ticking(ROW_LIMIT_S):
        for start, rows, changed in _row_chunks(comments):
            for j, lf in enumerate(functions):
                watch.tell = partial(tell, j)
                answers = call_on_rows(lf.call, rows, watch, faults[j], start, partial(_put_back, changed))
                votes[start : start + len(rows), j] = checked(answers, n_classes, faults[j], start)
                _put_back(changed)
    return votes, faults


def _put_back(changed: list[tuple[Row, dict[str, Any]]]) -> None:
    while changed:
        row, cells_before = changed.pop()
        row.__dict__.clear()
        row.__dict__.update(cells_before)


def run_rule(lf: DeclarativeLF, comments: pd.DataFrame, n_classes: int) -> tuple[Votes, Faults]:
    """Votes (n,) of a declarative rule in Python: the reference that any faster engine must equal."""
    column = rule_column(lf.rule)
    if column not in comments.columns:
        raise InputError(f"labeling function {lf.name!r}: the comments have no column {column!r}")
    vote, faults, watch = rule_call(lf), Faults(), Watch()
    values = cells(comments[column])
    votes = np.full(len(values), ABSTAIN, dtype=np.int8)
    with watch.ticking(ROW_LIMIT_S):
        for start in range(0, len(values), CHUNK_ROWS):
            part = values[start : start + CHUNK_ROWS]
            answers = call_on_rows(vote, part, watch, faults, start)
            votes[start : start + len(part)] = [ABSTAIN if a is LOST else a for a in answers]
    return votes, faults


def rule_column(rule: Rule) -> str:
    """The column a rule reads."""
    return "text" if isinstance(rule, TextRule | LengthRule) else rule.column


def rule_call(lf: DeclarativeLF) -> Callable[[Any], int]:
    """The rule as a function of one cell; a missing cell abstains."""
    rule, label = lf.rule, lf.label
    if isinstance(rule, TextRule):
        found = rule.pattern.search
        return lambda text: label if text is not None and found(text) else ABSTAIN
    if isinstance(rule, LengthRule):
        return lambda text: label if text is not None and _within(text, rule) else ABSTAIN
    if isinstance(rule, LookupRule):
        return lambda value: _looked_up(value, rule)
    return lambda score: label if _passes(score, rule) else ABSTAIN


def _looked_up(value: Any, rule: LookupRule) -> int:
    """The listed class; a float is looked up as the number it is, too: missing neighbours make floats of integers."""
    if value is None:
        return ABSTAIN
    found = rule.table.get(str(value), ABSTAIN)
    if found == ABSTAIN and isinstance(value, bool | np.bool_):
        return rule.table.get(str(value).lower(), ABSTAIN)  # as a file of text has it
    if found != ABSTAIN or not isinstance(value, float):
        return found
    found = rule.numbers.get(value, ABSTAIN)
    return rule.table.get(str(int(value)), ABSTAIN) if found == ABSTAIN and value.is_integer() else found


def _within(text: str, rule: LengthRule) -> bool:
    words = len(text.split())
    most_chars = math.inf if rule.max_chars is None else rule.max_chars
    most_words = math.inf if rule.max_words is None else rule.max_words
    return rule.min_chars <= len(text) <= most_chars and rule.min_words <= words <= most_words


def _passes(score: Any, rule: ScoreRule) -> bool:
    if score is None or math.isnan(number := float(score)):
        return False
    return (rule.at_least is None or number >= rule.at_least) and (rule.at_most is None or number <= rule.at_most)


def checked(answers: list[Any], n_classes: int, faults: Faults, first_row: int) -> Votes:
    """Answers as votes; anything that is not -1 or a class becomes an abstain on record."""
    if all(issubclass(kind, int | np.integer | np.bool_) for kind in set(map(type, answers))):
        array = np.array(answers) if answers else np.empty(0, dtype=np.int64)
        wide = array.astype(np.int64) if array.dtype.kind in "iub" else None  # else: a number beyond 64 bits
        if wide is not None and wide.min(initial=ABSTAIN) >= ABSTAIN and wide.max(initial=ABSTAIN) < n_classes:
            return wide.astype(np.int8)
    return np.array([_vote(a, n_classes, faults, first_row + i) for i, a in enumerate(answers)], dtype=np.int8)


def _vote(answer: Any, n_classes: int, faults: Faults, row: int) -> int:
    if isinstance(answer, int | np.integer | np.bool_):
        if ABSTAIN <= int(answer) < n_classes:
            return int(answer)
        said = str(int(answer)) if abs(int(answer)) <= NAMED else f"a number beyond {NAMED}"
        faults.add(f"returned {said}, not a class", row)
    elif answer is None:
        faults.add("returned None", row)
    elif answer is not LOST:
        faults.add(f"returned a {type(answer).__name__}", row)
    return ABSTAIN


def _row_chunks(comments: pd.DataFrame) -> Iterator[tuple[int, list[Row], list[tuple[Row, dict[str, Any]]]]]:
    names = [str(c) for c in comments.columns]
    for start in range(0, len(comments), CHUNK_ROWS):
        part = comments.iloc[start : start + CHUNK_ROWS]
        columns = [cells(part[c]) for c in comments.columns]
        rows = [Row(**dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]
        changed: list[tuple[Row, dict[str, Any]]] = []
        for row in rows:
            object.__setattr__(row, "changed", changed)
        yield start, rows, changed


def cells(column: pd.Series) -> list[Any]:
    """The column's values as Python objects, None where one is missing."""
    values = column.astype(object)
    return list(values.where(column.notna(), None))


def no_votes(n_rows: int, n_functions: int) -> npt.NDArray[np.int8]:
    """(n, m) of abstains."""
    return np.full((n_rows, n_functions), ABSTAIN, dtype=np.int8)
