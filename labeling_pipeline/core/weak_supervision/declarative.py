"""Toml blocks into declarative labeling functions. Belongs here: the kinds of blocks and their checks.
Does not: running them.

A kind is one function from its block to a rule, and one line in `KINDS`.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.code_hash import hash_text, stable_text
from labeling_pipeline.core.weak_supervision.functions import (
    DeclarativeLF,
    LengthRule,
    LookupRule,
    Rule,
    ScoreRule,
    TextRule,
)

HEADERS = {"class", "label"}  # what the second column of a lookup file may be called
TABLES = {".csv": "excel", ".tsv": "excel-tab"}  # files with columns, and how `csv` reads them
COMMON_KEYS = {"name", "kind", "label", "note"}


class Block:
    """One toml block with the messages that name it; `folder` is where its files lie."""

    def __init__(self, keys: Mapping[str, Any], classes: Sequence[str] | None, where: str, folder: Path) -> None:
        self.keys, self.classes, self.folder = keys, classes, folder
        self.name = str(keys.get("name", ""))
        self.where = f"{where}labeling function {self.name!r}" if self.name else f"{where}a labeling function"

    def need(self, key: str, kind: type | tuple[type, ...], what: str) -> Any:
        """The value of a key that must be there and be of this type."""
        value = self.keys.get(key)
        if not isinstance(value, kind) or isinstance(value, bool) or not value:
            raise InputError(f"{self.where}: {key} = {value!r}", expected=what)
        return value

    def words(self, key: str) -> list[str]:
        """A list of texts, not empty, none of them blank."""
        words = self.need(key, list, "a list of texts")
        if not all(isinstance(word, str) and word.strip() for word in words):
            raise InputError(f"{self.where}: {key} has an entry that is not text", expected="a list of texts")
        return list(words)

    def file(self) -> Path:
        """The block's file, relative to the toml file."""
        path = self.folder / str(self.need("file", str, "the path of a file"))
        if not path.is_file():
            raise InputError(f"{self.where}: {path}: no such file", remedy="paths count from the toml file's folder")
        return path

    def read(self, path: Path) -> str:
        """The text of one of the block's files."""
        try:
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            said = f"{self.where}: {path}: byte {error.start} is not UTF-8"
            raise InputError(said, remedy="save the file as UTF-8") from error

    def bounds(self, *pairs: tuple[str, str]) -> None:
        """InputError where a lower bound is above its upper one: nothing would ever lie between them."""
        for low, high in pairs:
            if low in self.keys and high in self.keys and self.keys[low] > self.keys[high]:
                raise InputError(f"{self.where}: {low} = {self.keys[low]} is above {high} = {self.keys[high]}")

    def label(self, value: Any) -> int:
        """A class name or integer as class index."""
        if self.classes is not None and isinstance(value, str) and value in self.classes:
            return list(self.classes).index(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(self.classes or range(127)):
            return value
        known = ", ".join(self.classes) if self.classes else "an integer class 0, 1, …"
        raise InputError(f"{self.where}: label {value!r}", expected=known)

    def compiled(self, pattern: str, flags: int) -> re.Pattern[str]:
        """The compiled pattern; an invalid one is named with its position."""
        try:
            return re.compile(pattern, flags)
        except re.error as error:
            position = _look_behind(pattern) if error.pos is None else error.pos
            at = "" if position is None else f" at position {position}"
            raise InputError(f"{self.where}: invalid regex{at}: {error.msg}", remedy="correct the pattern") from error
        except OverflowError as error:
            said = f"{self.where}: invalid regex at position {_most_repeated(pattern)}: {error}"
            raise InputError(said, remedy="write a smaller number, or no upper one") from error
        except RecursionError as error:
            said = f"{self.where}: regex nested too deeply, down to position {_deepest(pattern)}"
            raise InputError(said, remedy="write it with fewer groups inside each other") from error

    def flags(self) -> int:
        """Case is ignored unless the block says otherwise."""
        return 0 if self.keys.get("case_sensitive", False) else re.IGNORECASE


def keywords(block: Block) -> Rule:
    """Any of `words` as a whole word."""
    return TextRule(block.compiled(_whole_words(block.words("words")), block.flags()))


def phrases(block: Block) -> Rule:
    """Any of `phrases` anywhere; white space in a phrase stands for any white space."""
    return TextRule(block.compiled("|".join(_spaced(phrase) for phrase in block.words("phrases")), block.flags()))


def regex(block: Block) -> Rule:
    """`pattern`, found anywhere; case counts unless `ignore_case = true` or the pattern says so."""
    flags = re.IGNORECASE if block.keys.get("ignore_case", False) else 0
    return TextRule(block.compiled(block.need("pattern", str, "a regular expression"), flags))


def glossary(block: Block) -> Rule:
    """Any term of a file as a whole word: one term per line, or `column` of a csv or tsv, whose cells `separator`
    splits into terms."""
    path = block.file()
    text = block.read(path)
    column = block.keys.get("column")
    dialect = TABLES.get(path.suffix.lower(), "excel")
    if column is None:
        terms = text.splitlines()
        if path.suffix.lower() in TABLES and any(len(row) > 1 for row in csv.reader(terms, dialect=dialect)):
            said = f"{block.where}: {path.name} has several columns, and which one holds the terms is not said"
            raise InputError(said, remedy='name it, column = "…", or save the terms as .txt')
    else:
        rows = list(csv.DictReader(text.splitlines(), dialect=dialect))
        if not rows or column not in rows[0]:
            raise InputError(f"{block.where}: {path.name} has no column {column!r}")
        terms = [part for row in rows for part in str(row[column] or "").split(block.keys.get("separator", ";"))]
    kept = sorted({term.strip() for term in terms if term.strip()})
    if not kept:
        raise InputError(f"{block.where}: {path.name} has no terms")
    return TextRule(block.compiled(_whole_words(kept), block.flags()))


def length(block: Block) -> Rule:
    """Between `min_chars`/`max_chars` characters and `min_words`/`max_words` words."""
    bounds = {key: block.keys[key] for key in ("min_chars", "max_chars", "min_words", "max_words") if key in block.keys}
    if not bounds or not all(isinstance(b, int) and not isinstance(b, bool) and b >= 0 for b in bounds.values()):
        raise InputError(
            f"{block.where}: length", expected="min_chars, max_chars, min_words or max_words, whole numbers"
        )
    block.bounds(("min_chars", "max_chars"), ("min_words", "max_words"))
    return LengthRule(**bounds)


def lookup(block: Block) -> Rule:
    """The class that `values` (a table), or `file` (csv: value, class), lists for the cell in `column`.

    The file may have a header, whose second name is `class` or `label`.
    """
    column = block.need("column", str, "the name of a column")
    if "file" in block.keys:
        return LookupRule(column, _table(block, block.file()))
    table = dict(block.need("values", dict, "a table of value = class"))
    return LookupRule(column, {str(key): block.label(value) for key, value in table.items()})


def score(block: Block) -> Rule:
    """The number in `column` is `at_least` / `at_most` a threshold."""
    column = block.need("column", str, "the name of a column")
    bounds = {key: block.keys[key] for key in ("at_least", "at_most") if key in block.keys}
    numbers = [b for b in bounds.values() if isinstance(b, int | float) and not isinstance(b, bool)]
    if not bounds or len(numbers) < len(bounds) or not all(map(math.isfinite, numbers)):
        raise InputError(f"{block.where}: score", expected="at_least or at_most, a finite number")
    block.bounds(("at_least", "at_most"))
    return ScoreRule(column, **bounds)


KINDS: dict[str, tuple[Callable[[Block], Rule], set[str]]] = {
    "keywords": (keywords, {"words", "case_sensitive"}),
    "phrases": (phrases, {"phrases", "case_sensitive"}),
    "regex": (regex, {"pattern", "ignore_case"}),
    "glossary": (glossary, {"file", "column", "separator", "case_sensitive"}),
    "length": (length, {"min_chars", "max_chars", "min_words", "max_words"}),
    "lookup": (lookup, {"column", "values", "file"}),
    "score": (score, {"column", "at_least", "at_most"}),
}


def declarative(keys: Mapping[str, Any], classes: Sequence[str] | None, where: str, folder: Path) -> DeclarativeLF:
    """One block as a labeling function; InputError names the function and what is wrong with it."""
    block = Block(keys, classes, where, folder)
    block.need("name", str, "a name")
    kind = keys.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise InputError(f"{block.where}: kind {kind!r}", expected=f"one of {', '.join(KINDS)}")
    build, allowed = KINDS[kind]
    unknown = sorted(set(keys) - allowed - COMMON_KEYS)
    if unknown:
        raise InputError(f"{block.where}: unknown key {unknown[0]!r}", expected=f"one of {', '.join(sorted(allowed))}")
    rule = build(block)
    label = -1 if isinstance(rule, LookupRule) else block.label(keys.get("label"))
    fields = {name: getattr(rule, name) for name in rule.__dataclass_fields__}
    return DeclarativeLF(
        block.name,
        rule,
        label,
        hash_text(type(rule).__name__, str(label), stable_text(fields)),
        str(keys.get("note", "")),
    )


def declarative_pattern(*phrases: str) -> re.Pattern[str]:
    """The pattern of a `keywords` block with these phrases."""
    return re.compile(_whole_words(phrases), re.IGNORECASE)


def _whole_words(words: Sequence[str]) -> str:
    """A pattern for any of the words, not inside a longer word: longest first, so that the order of a list is no
    matter."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(_edge(word[0]) + _spaced(word) + _edge(word[-1]) for word in (w.strip() for w in ordered))


def _edge(char: str) -> str:
    return r"\b" if char.isalnum() or char == "_" else ""


def _spaced(phrase: str) -> str:
    return r"\s+".join(re.escape(part) for part in phrase.split())


def _table(block: Block, path: Path) -> dict[str, int]:
    table: dict[str, int] = {}
    for number, row in enumerate(csv.reader(block.read(path).splitlines()), 1):
        if number == 1 and len(row) >= 2 and row[1].strip().casefold() in HEADERS:
            continue
        if not any(cell.strip() for cell in row):
            continue
        try:
            label = block.label(_class_of(row[1] if len(row) > 1 else ""))
        except InputError as error:
            said = f"{block.where}: {path.name} line {number}: {error.what.rpartition(': ')[2]}"
            remedy = "" if number > 1 else "if this is a header, name its second column class"
            raise InputError(said, expected=error.expected, remedy=remedy) from error
        if table.setdefault(row[0], label) != label:
            raise InputError(f"{block.where}: {path.name} line {number}: {row[0]!r} has another class before")
    return table


def _look_behind(pattern: str) -> int | None:
    """Where the first look-behind of no fixed width stands, which `re` refuses without saying where."""
    for found in re.finditer(r"\(\?<[=!]", pattern):
        for stop in range(found.end() + 1, len(pattern) + 1):
            try:
                re.compile(pattern[found.start() : stop])
            except re.error as error:
                if error.pos is None:
                    return found.start()
                continue
            break
    return None


def _most_repeated(pattern: str) -> int:
    """Where the repetition with the largest number stands, which `re` refuses without saying where."""
    repeated = re.finditer(r"\{(\d*)(?:,(\d*))?\}", pattern)
    return max(repeated, key=lambda found: max(len(n.lstrip("0")) for n in found.groups(""))).start()


def _deepest(pattern: str) -> int:
    """Where the most brackets are open."""
    depth = list(accumulate((char == "(") - (char == ")") for char in pattern))
    return depth.index(max(depth))


def _class_of(text: str) -> str | int:
    return int(text) if text.strip().isdigit() else text.strip()
