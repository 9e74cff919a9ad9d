"""Digests of what a function uses: values by content, code by source. Belongs here: equal content gives an equal digest
in every run, other content another one. Does not: which of a function's parts count (``code_hash``).

Values of any kind are taken apart as `copy` and `pickle` take them apart, so an object counts by its attributes. What
cannot be taken apart (an open file, a lock, a client) is told in `opaque` and never passes for unchanged.
"""

from __future__ import annotations

import hashlib
import inspect
import pickle
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import pandas as pd

_PLAIN = {str, int, float, bool, bytes, complex, type(None), type(Ellipsis), type(NotImplemented)}
# What taking a value apart may raise where it cannot be done.
_NOT_APART = (TypeError, ValueError, AttributeError, LookupError, RuntimeError, OSError, pickle.PickleError)


def hash_text(*parts: str) -> str:
    """The first 16 hex digits of the SHA-256 of the parts.

    >>> hash_text("a", "b") == hash_text("ab")
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:".encode())
        digest.update(part.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


class Digests:
    """Digests of values; `is_own(module)` says whose code counts by its source, other code counts by its name.

    >>> Digests(lambda module: False).of(["tea", {"a": 1}]) == Digests(lambda module: False).of(["tea", {"a": 2}])
    False
    """

    def __init__(self, is_own: Callable[[str | None], bool]) -> None:
        self.opaque: set[str] = set()
        self._is_own = is_own
        self._done: dict[int, str] = {}
        self._open: dict[int, object] = {}
        self._kept: list[object] = []  # so that no id is given to another value while this one is in use

    def of(self, value: Any) -> str:
        """The digest of a value, with everything it refers to."""
        if type(value) in _PLAIN:
            return repr(value)
        key = id(value)
        if key in self._open:  # it refers to itself
            return f"again {type(value).__qualname__}"
        if key not in self._done:
            self._open[key] = value
            try:
                self._done[key] = hash_text(*self._parts(value))
            finally:
                del self._open[key]
            self._kept.append(value)
        return self._done[key]

    def _parts(self, value: Any) -> list[str]:
        if isinstance(value, FunctionType):
            return self._function(value)
        if isinstance(value, type):
            return self._class(value)
        if isinstance(value, ModuleType):
            return self._module(value)
        if isinstance(value, MethodType):
            return ["method", self.of(value.__func__), self.of(value.__self__)]
        if isinstance(value, BuiltinFunctionType):
            owner = value.__self__
            return ["builtin", value.__qualname__, getattr(owner, "__name__", "") or self.of(owner)]
        if callable(value) and hasattr(value, "__wrapped__"):  # functools.lru_cache and the like
            return ["wrapped", type(value).__qualname__, self.of(value.__wrapped__)]
        return _plain_parts(value, self.of) or self._object(value)

    def _function(self, value: FunctionType) -> list[str]:
        if not self._is_own(value.__module__):
            return ["function", str(value.__module__), value.__qualname__]
        code = value.__code__
        parts = ["function", source_of(value) or self._code(code), self.of(value.__defaults__)]
        parts += [self.of(value.__kwdefaults__), self.of(vars(value))]
        for name, cell in zip(code.co_freevars, value.__closure__ or (), strict=True):
            parts += [name, self.of(_content(cell))]
        for name in sorted(_names(code) & set(value.__globals__)):
            parts += [name, self.of(value.__globals__[name])]
        return parts

    def _code(self, code: CodeType) -> str:
        inner = [self._code(c) if isinstance(c, CodeType) else self.of(c) for c in code.co_consts]
        return hash_text(code.co_code.hex(), *code.co_names, *code.co_varnames, *inner)

    def _class(self, value: type) -> list[str]:
        if not self._is_own(value.__module__):
            return ["class", value.__module__, value.__qualname__]
        parts = ["class", value.__qualname__, source_of(value) or "", *map(self.of, value.__bases__)]
        for name, member in vars(value).items():
            if isinstance(member, property):
                member = (member.fget, member.fset, member.fdel)
            elif isinstance(member, cached_property):
                member = member.func
            elif isinstance(member, staticmethod | classmethod):
                member = member.__func__
            if isinstance(member, FunctionType | tuple) or not (
                name.startswith("_") or inspect.isdatadescriptor(member)
            ):
                parts += [name, self.of(member)]
        return parts

    def _module(self, value: ModuleType) -> list[str]:
        if not self._is_own(value.__name__):
            return ["module", value.__name__]
        used = [m for _, m in sorted(vars(value).items()) if isinstance(m, ModuleType) and self._is_own(m.__name__)]
        return ["module", inspect.getsource(value), *map(self.of, used)]

    def _object(self, value: Any) -> list[str]:
        try:
            apart = value.__reduce_ex__(4)
            if isinstance(apart, str):
                return ["named", type(value).__module__, apart]
            return ["object", *(self.of(list(p) if isinstance(p, Iterator) else p) for p in apart)]
        except _NOT_APART:
            self.opaque.add(f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins."))
            return ["opaque", type(value).__qualname__]


def _plain_parts(value: Any, of: Callable[[Any], str]) -> list[str]:
    """The parts of containers, arrays and frames; none for any other value."""
    if type(value) in (list, tuple):
        if all(type(v) in _PLAIN for v in value):
            return [type(value).__name__, repr(value)]
        return [type(value).__name__, *map(of, value)]
    if isinstance(value, set | frozenset):
        return [type(value).__name__, *sorted(map(of, value))]
    if type(value) is dict or (isinstance(value, Mapping) and type(value).__reduce_ex__ is object.__reduce_ex__):
        return ["mapping", *(of(part) for pair in value.items() for part in pair)]
    if isinstance(value, re.Pattern):
        return ["re", repr(value.pattern), str(value.flags)]
    if isinstance(value, np.ndarray):
        content = of(value.tolist()) if value.dtype.hasobject else hashlib.sha256(value.tobytes()).hexdigest()
        return ["array", repr(value.dtype), str(value.shape), content]
    if isinstance(value, pd.DataFrame):
        return [
            "frame",
            of(list(value.columns)),
            of(value.index),
            *(of(value.iloc[:, j]) for j in range(value.shape[1])),
        ]
    if isinstance(value, pd.Series):
        return ["series", of(value.name), of(value.index), *_column(pd.Index(value), of)]
    return _column(value, of) if isinstance(value, pd.Index) else []


def _column(values: pd.Index, of: Callable[[Any], str]) -> list[str]:
    try:
        cells = hashlib.sha256(pd.util.hash_pandas_object(values, index=False).to_numpy().tobytes()).hexdigest()
    except TypeError:  # lists in cells
        cells = of(values.tolist())
    return ["column", str(values.dtype), of(list(values.names)), cells]


def _names(code: CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names(constant)
    return names


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a name that is not bound yet
        return None


def source_of(value: Any) -> str | None:
    """The source; None where there is none or where it may lack a part (a lambda): the code stands for it."""
    if getattr(value, "__name__", "") == "<lambda>":
        return None
    try:
        return textwrap.dedent(inspect.getsource(value))
    except (OSError, TypeError, SyntaxError):  # typed into a console
        return None
