"""Labeling functions of three kinds, as values. Belongs here: their shapes and the decorators.
Does not: reading them from files (``loading``), running them (``applying``).

A labeling function votes for a class on a comment, or abstains (-1). Its `code_hash` changes when its code, its
words or its files change, and nothing else does.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.code_hash import hash_function
from labeling_pipeline.core.weak_supervision.columns_read import columns_read
from labeling_pipeline.core.weak_supervision.made_functions import tell_made

# A decimal number short enough for a float to hold it; 007 is a name.
NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,9})?")


@dataclass(frozen=True)
class TextRule:
    """Votes where the pattern is found anywhere in the text (Python's `re` semantics, whatever engine runs it)."""

    pattern: re.Pattern[str]


@dataclass(frozen=True)
class LengthRule:
    """Votes where the number of characters and of words (split at white space) lies within the bounds."""

    min_chars: int = 0
    max_chars: int | None = None
    min_words: int = 0
    max_words: int | None = None


@dataclass(frozen=True)
class LookupRule:
    """Votes the class listed for the value in `column`: compared as text, a number with the keys that are written as
    one too (5.0 finds "5", 1.1 finds "1.10")."""

    column: str
    table: Mapping[str, int]

    @cached_property
    def numbers(self) -> dict[float, int]:
        """Class by number, for keys written as one; of keys that are one number the first counts."""
        return {float(key): label for key, label in reversed(list(self.table.items())) if NUMBER.fullmatch(key)}


@dataclass(frozen=True)
class ScoreRule:
    """Votes where the number in `column` is at least / at most a threshold; a missing number abstains."""

    column: str
    at_least: float | None = None
    at_most: float | None = None


Rule = TextRule | LengthRule | LookupRule | ScoreRule


@dataclass(frozen=True)
class DeclarativeLF:
    """A rule from a toml block; `label` is the class index it votes (a lookup has its own)."""

    name: str
    rule: Rule
    label: int
    code_hash: str
    note: str = ""


@dataclass(frozen=True)
class PythonLF:
    """A Python function; `opaque`: types of what it uses whose content no hash can hold; `reads`: the columns it can
    read, None for any; `code`: the file it comes from and the modules beside that, where it comes from a file."""

    name: str
    call: Callable[[Any], Any]
    code_hash: str
    opaque: tuple[str, ...] = ()
    # what its hash is of: the function as it was decorated, and what was given beside it
    made_of: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    reads: frozenset[str] | None = field(default=None, compare=False, repr=False)
    code: tuple[Path, ...] = field(default=(), compare=False, repr=False)

    @property
    def note(self) -> str:
        """Said where the hash covers more than the function."""
        used = ", ".join(self.opaque)
        return f"every edit of its file counts as one of this function, since it uses {used}" if used else ""


@dataclass(frozen=True)
class RowLF(PythonLF):
    """A Python function of one row (`x.text`, `x.author_id`, …) -> class or -1: also Snorkel's `@labeling_function`."""


@dataclass(frozen=True)
class BatchLF(PythonLF):
    """A Python function of many comments -> one vote per row. It must treat each row by itself.

    `takes`: "frame" (pandas), "table" or "batch" (an Arrow table, an Arrow record batch).
    """

    takes: str = "frame"


LabelingFunction = DeclarativeLF | RowLF | BatchLF


@dataclass(frozen=True)
class LFSet:
    """Labeling functions with different names; `classes` in order, or None where votes are plain integers.

    Snorkel's functions are taken as they are. Raises InputError for what is no labeling function, for none at all, and
    for two of one name.
    """

    functions: tuple[LabelingFunction, ...]
    classes: tuple[str, ...] | None = None
    source: str = field(default="", compare=False)
    # what else the functions were made from: files a rule names or read while theirs was loaded, modules beside it
    files: tuple[Path, ...] = field(default=(), compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "functions", tuple(map(as_function, self.functions)))
        names = [lf.name for lf in self.functions]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            remedy = "give each labeling function its own name"
            raise InputError(f"{self.where}two labeling functions are named {twice[0]!r}", remedy=remedy)
        if not names:
            raise InputError(f"{self.where}no labeling functions", expected="at least one")

    def __len__(self) -> int:
        return len(self.functions)

    @property
    def where(self) -> str:
        """The file these came from, as the start of a message."""
        return f"{self.source}: " if self.source else ""

    @property
    def names(self) -> list[str]:
        """Names in column order."""
        return [lf.name for lf in self.functions]


def labeling_function(name: str | None = None, resources: Mapping[str, Any] | None = None) -> Any:
    """Decorate a function of one row; Snorkel's decorator of the same name works in its place.

    >>> @labeling_function()
    ... def has_link(x):
    ...     return 1 if "http" in x.text else -1
    >>> has_link.name
    'has_link'
    """
    return _decorator(RowLF, name, resources)


def batch_labeling_function(name: str | None = None, resources: Mapping[str, Any] | None = None) -> Any:
    """Decorate a function of many comments that returns one vote per row: a list, an array of numpy or Arrow, a Series.

    It gets a pandas frame; with its parameter annotated as `pyarrow.Table` or `pyarrow.RecordBatch`, that. A Series is
    laid beside the comments by its index.

    >>> @batch_labeling_function()
    ... def shouts(comments):
    ...     return comments["text"].str.isupper().astype(int) * 2 - 1
    >>> shouts.name
    'shouts'
    """
    return _decorator(BatchLF, name, resources)


def _decorator(kind: Any, name: str | None, resources: Mapping[str, Any] | None) -> Any:
    if callable(name):
        raise InputError("this decorator is missing its parentheses", remedy="write @labeling_function()")

    def decorate(function: Callable[..., Any]) -> Any:
        kept = dict(resources or {})
        call = (lambda x: function(x, **kept)) if kept else function
        takes = _taken(function) if kind is BatchLF else "row"
        more = {"takes": takes} if kind is BatchLF else {}
        made_of, reads = (function, kept), columns_read(function, partial(_is_own, takes))
        tell_made(name or function.__name__)
        return kind(name or function.__name__, call, *hash_function(*made_of), made_of, reads, **more)

    return decorate


def _is_own(takes: str, name: str) -> bool:
    """Whether what a function is given has something else than a column under this name."""
    if takes == "row":
        return name in ("get", "changed")
    return hasattr({"table": pa.Table, "batch": pa.RecordBatch}.get(takes, pd.DataFrame), name)


def _taken(function: Callable[..., Any]) -> str:
    """What a batch function asks for by the annotation of its first parameter."""
    first = next(iter(inspect.signature(function).parameters.values()), None)
    asked = getattr(first, "annotation", None)
    words = asked if isinstance(asked, str) else f"{getattr(asked, '__module__', '')}.{getattr(asked, '__name__', '')}"
    return {"Table": "table", "RecordBatch": "batch"}.get(words.rpartition(".")[2].strip(), "frame")


def as_function(value: Any) -> LabelingFunction:
    """A labeling function of ours, or of Snorkel's as ours; InputError for anything else."""
    if isinstance(value, PythonLF | DeclarativeLF):
        return value  # type: ignore[return-value]
    if is_snorkels(value):
        return from_snorkel(value)
    what = getattr(value, "__name__", None) or type(value).__name__
    raise InputError(f"{what!r} is no labeling function", remedy="decorate it with @labeling_function()")


def hashed_anew(lf: LabelingFunction) -> LabelingFunction:
    """The function, hashed with what it uses now: when it was decorated, what stands below it was not there yet.

    >>> @labeling_function()
    ... def late(x):
    ...     return FURTHER_DOWN
    >>> FURTHER_DOWN = -1
    >>> hashed_anew(late).code_hash == late.code_hash
    False
    """
    if isinstance(lf, DeclarativeLF) or not lf.made_of:
        return lf
    text, opaque = hash_function(*lf.made_of)
    return replace(lf, code_hash=text, opaque=opaque)


def is_snorkels(value: Any) -> bool:
    """Whether a value is a labeling function made with Snorkel."""
    ours = any(base.__module__.startswith("snorkel.labeling.lf") for base in type(value).__mro__)
    return ours and not isinstance(value, type) and hasattr(value, "_f")


def from_snorkel(lf: Any) -> RowLF:
    """A Snorkel LabelingFunction as ours: without `pre` and `resources` its own function is called directly."""
    simple = not lf._pre and not lf._resources
    hashed = hash_function(lf._f, lf._resources, [_content(mapper) for mapper in lf._pre])
    reads = None if lf._pre else columns_read(lf._f, partial(_is_own, "row"))
    return RowLF(lf.name, lf._f if simple else lf, *hashed, reads=reads)


def _content(mapper: Any) -> Any:
    """A mapper without what it remembers of the rows it has seen."""
    return type(mapper), {key: value for key, value in vars(mapper).items() if key != "_cache"}
