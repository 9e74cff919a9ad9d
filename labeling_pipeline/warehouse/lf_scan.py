"""Declarative labeling functions as one DuckDB scan. Belongs here: rules as SQL expressions, and the scan.
Does not: what a rule means (``core.weak_supervision.evaluation`` is the reference, and this equals it).

Rows on which DuckDB's engine and Python may differ (text that is not ASCII) are decided by Python; patterns that
DuckDB's engine does not have (look-around, back-references) are decided by Python on every row, with a time bound
per row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.bounded import Faults
from labeling_pipeline.core.weak_supervision.evaluation import no_votes, rule_column, run_rule
from labeling_pipeline.core.weak_supervision.functions import (
    DeclarativeLF,
    LengthRule,
    LookupRule,
    ScoreRule,
    TextRule,
)
from labeling_pipeline.core.weak_supervision.patterns import ABSTAIN, Votes
from labeling_pipeline.core.weak_supervision.re2 import SYMBOL_STAND_IN, AsciiPattern, to_re2

# One batch is one thread's work in DuckDB: small enough to share a scan, large enough to vectorise.
# Symbols beyond ASCII (neither letter, mark, number, separator nor control): no class but "anything else" holds them.
SYMBOL = r"[^\x00-\x7f\pL\pM\pN\pZ\pC]"
BATCH_ROWS = 32_768
HALF = re.compile("[\ud800-\udfff]")
PLAIN = "strlen(text) = length(text) and text <> ''"
NO_FINAL_NEWLINE = " and not suffix(text, chr(10))"
WORD = r"[^\x09-\x0d\x1c- ]+"
SPACE = r"[\x09-\x0d\x1c- ]+"
FEW_WORDS = 50  # up to here one search is faster than counting
_COMPILES: dict[str, bool] = {}  # which patterns DuckDB's engine takes


def scan_rules(rules: list[DeclarativeLF], comments: pd.DataFrame, n_classes: int) -> tuple[Votes, list[Faults]]:
    """Votes (n, rules) and faults, equal to running each rule in Python, at the speed of a scan.

    >>> from labeling_pipeline.core.weak_supervision import load_lfs
    >>> toml = 'classes = ["a", "b"]\\n[[lf]]\\nname = "short"\\nkind = "length"\\nmax_chars = 3\\nlabel = "b"'
    >>> lfs = load_lfs(toml)
    >>> scan_rules(list(lfs.functions), pd.DataFrame({"text": ["hi", "hello"]}), 2)[0].tolist()
    [[1], [-1]]
    """
    votes = no_votes(len(comments), len(rules))
    faults = [Faults() for _ in rules]
    _check_columns(rules, comments)
    alike = [j for j, rule in enumerate(rules) if _is_alike(rule, comments)]
    _try_to_compile([rules[j] for j in alike])
    expressions = {j: sql for j in alike if (sql := _expression(rules[j])) is not None}
    for j, rule in enumerate(rules):
        if j not in expressions:
            votes[:, j], faults[j] = run_rule(rule, comments, n_classes)
    if not expressions or comments.empty:
        return votes, faults
    columns, odd = _scan(_table([rules[j] for j in alike], comments), expressions, _readable(rules), _plain(rules))
    votes[:, list(expressions)] = columns
    _redo(rules, list(expressions), comments, odd, n_classes, votes, faults)
    return votes, faults


def _redo(
    rules: list[DeclarativeLF],
    done: list[int],
    comments: pd.DataFrame,
    odd: npt.NDArray[np.int64],
    n_classes: int,
    votes: Votes,
    faults: list[Faults],
) -> None:
    if not len(odd):
        return
    part = comments[["text"]].iloc[odd]
    for j in done:
        if isinstance(rules[j].rule, TextRule | LengthRule):
            answers, found = run_rule(rules[j], part, n_classes)
            votes[odd, j] = answers
            faults[j].merge(found, odd)


def _check_columns(rules: list[DeclarativeLF], comments: pd.DataFrame) -> None:
    for lf in rules:
        if rule_column(lf.rule) not in comments.columns:
            raise InputError(f"labeling function {lf.name!r}: the comments have no column {rule_column(lf.rule)!r}")


def _is_alike(lf: DeclarativeLF, comments: pd.DataFrame) -> bool:
    """Whether both engines read the rule's cells alike: numbers for a score; texts and whole numbers for a lookup."""
    cells = comments[rule_column(lf.rule)]
    if isinstance(lf.rule, ScoreRule):
        return pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_bool_dtype(cells.dtype)
    if isinstance(lf.rule, LookupRule):
        is_text = isinstance(cells.dtype, pd.StringDtype) or pd.api.types.infer_dtype(cells, skipna=True) == "string"
        return is_text or pd.api.types.is_integer_dtype(cells.dtype)
    return True


def _table(rules: list[DeclarativeLF], comments: pd.DataFrame) -> pa.Table:
    wanted = list(dict.fromkeys(["text", *(rule_column(lf.rule) for lf in rules)]))
    try:
        table = pa.Table.from_pandas(comments[wanted], preserve_index=False)
    except (
        UnicodeEncodeError
    ):  # half a character is no text to Arrow: with a letter in its place Python decides the row
        table = pa.Table.from_pandas(comments[wanted].map(_storable), preserve_index=False)
    return pa.Table.from_batches(table.combine_chunks().to_batches(max_chunksize=BATCH_ROWS), table.schema)


def _storable(cell: object) -> object:
    return HALF.sub("é", cell) if isinstance(cell, str) else cell


def _translated(rules: list[DeclarativeLF]) -> list[AsciiPattern]:
    found = [to_re2(lf.rule.pattern) for lf in rules if isinstance(lf.rule, TextRule)]
    return [pattern for pattern in found if pattern is not None]


def _plain(rules: list[DeclarativeLF]) -> str:
    ends = any(pattern.final_newline_differs for pattern in _translated(rules))
    return PLAIN + (NO_FINAL_NEWLINE if ends else "")


def _readable(rules: list[DeclarativeLF]) -> str:
    """The comments with symbols beyond ASCII replaced by one ASCII stand-in, where no pattern can tell the
    difference."""
    reads_cells = any(isinstance(lf.rule, LookupRule | ScoreRule) and lf.rule.column == "text" for lf in rules)
    if reads_cells or not all(pattern.symbols_are_alike for pattern in _translated(rules)):
        return "comments"
    replaced = f"regexp_replace(text, {_text(SYMBOL)}, chr({ord(SYMBOL_STAND_IN)}), 'g')"
    text = f"case when strlen(text) = length(text) then text else {replaced} end"
    return f"(select * replace ({text} as text) from comments)"


def _scan(table: pa.Table, expressions: dict[int, str], source: str, plain: str) -> tuple[Votes, npt.NDArray[np.int64]]:
    selected = ", ".join(f"({sql})::TINYINT as v{j}" for j, sql in expressions.items())
    with _memory_connection() as connection:
        connection.register("comments", table)
        done = connection.sql(f"select {selected}, coalesce({plain}, true) as plain from {source}").to_arrow_table()
    votes = np.empty((table.num_rows, len(expressions)), dtype=np.int8)
    for place, j in enumerate(expressions):
        votes[:, place] = done[f"v{j}"].to_numpy()
    is_plain = done["plain"].to_numpy(zero_copy_only=False)
    return votes, np.flatnonzero(~is_plain.astype(bool))


@contextmanager
def _memory_connection() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:", config={"preserve_insertion_order": True})
    try:
        yield connection
    finally:
        connection.close()


def _expression(lf: DeclarativeLF) -> str | None:
    """The rule as SQL that gives its vote, or None where DuckDB has no equal expression."""
    rule = lf.rule
    if isinstance(rule, TextRule):
        translated = to_re2(rule.pattern)
        if translated is None or not _COMPILES[translated.pattern]:
            return None
        return _vote(f"regexp_matches(text, {_text(translated.pattern)})", lf.label)
    if isinstance(rule, LengthRule):
        return _vote(_length(rule), lf.label)
    if isinstance(rule, LookupRule):
        cell = f"{_name(rule.column)}::VARCHAR"
        cases = " ".join(f"when {_text(key)} then {label}" for key, label in rule.table.items())
        return f"case {cell} {cases} else {ABSTAIN} end"
    return _vote(_score(rule), lf.label)


def _vote(condition: str, label: int) -> str:
    return f"case when {condition} then {label} else {ABSTAIN} end"


def _length(rule: LengthRule) -> str:
    tests = [f"length(text) >= {rule.min_chars}"]
    if rule.max_chars is not None:
        tests.append(f"length(text) <= {rule.max_chars}")
    if rule.min_words:
        tests.append(_at_least_words(rule.min_words))
    if rule.max_words is not None:
        tests.append(f"not {_at_least_words(rule.max_words + 1)}")
    return " and ".join(tests)


def _at_least_words(n: int) -> str:
    if n > FEW_WORDS:
        return f"(len(regexp_extract_all(text, {_text(WORD)})) >= {n})"
    pattern = f"(?:{WORD}{SPACE}){{{n - 1}}}{WORD[:-1]}" if n > 1 else WORD[:-1]
    return f"regexp_matches(text, {_text(pattern)})"


def _score(rule: ScoreRule) -> str:
    cell = f"{_name(rule.column)}::DOUBLE"
    tests = [f"not isnan({cell})"]
    if rule.at_least is not None:
        tests.append(f"{cell} >= {float(rule.at_least)!r}")
    if rule.at_most is not None:
        tests.append(f"{cell} <= {float(rule.at_most)!r}")
    return " and ".join(tests)


def _try_to_compile(rules: list[DeclarativeLF]) -> None:
    """Learn which patterns DuckDB takes; those not met before through one connection, since opening one is slow."""
    new = {translated.pattern for translated in _translated(rules)} - set(_COMPILES)
    if not new:
        return
    with _memory_connection() as connection:
        for pattern in sorted(new):
            _COMPILES[pattern] = _compiles(connection, pattern)


def _compiles(connection: duckdb.DuckDBPyConnection, pattern: str) -> bool:
    try:
        connection.execute("select regexp_matches('a', $pattern)", {"pattern": pattern}).fetchall()
    except duckdb.Error:  # beyond RE2's memory for one pattern: Python decides every row
        return False
    return True


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
