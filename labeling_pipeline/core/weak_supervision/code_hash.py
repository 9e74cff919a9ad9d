"""Hashes of labeling functions. Belongs here: what of a function's code counts. Does not: storing the hashes.

Counted: the source of the function, its resources, and what it uses from its own file (helpers, constants), followed
through. Not counted: other files and packages, whose versions the export's manifest records.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import re
import textwrap
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any

_PLAIN = (str, int, float, bool, bytes, type(None))


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


def hash_function(function: Callable[..., Any], resources: Mapping[str, Any]) -> str:
    """A hash of the function's source, its resources and what it uses from its own module."""
    seen: dict[str, str] = {}
    _collect(function, function.__name__, seen)
    return hash_text(*(f"{key}={seen[key]}" for key in sorted(seen)), stable_text(resources))


def stable_text(value: Any) -> str:
    """Text that is equal for equal values in every run: no memory addresses, no set order."""
    if isinstance(value, _PLAIN):
        return repr(value)
    if isinstance(value, re.Pattern):
        return f"re({value.pattern!r}, {value.flags})"
    if isinstance(value, Mapping):
        return json.dumps({stable_text(k): stable_text(v) for k, v in value.items()}, sort_keys=True)
    if isinstance(value, set | frozenset):
        return json.dumps(sorted(stable_text(v) for v in value))
    if isinstance(value, list | tuple):
        return json.dumps([stable_text(v) for v in value])
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _collect(function: Any, key: str, seen: dict[str, str]) -> None:
    if key in seen:
        return
    seen[key] = _source(function)
    code = getattr(function, "__code__", None)
    if code is None:
        return
    for cell_name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        _note(cell.cell_contents, f"{key}.{cell_name}", function.__module__, seen)
    names = _names(code)
    for name in sorted(names & set(function.__globals__)):
        _note(function.__globals__[name], name, function.__module__, seen)


def _note(value: Any, key: str, module: str, seen: dict[str, str]) -> None:
    if callable(value) and getattr(value, "__module__", None) == module and hasattr(value, "__name__"):
        _collect(value, key, seen)
    elif not callable(value) and not inspect.ismodule(value):
        seen[key] = stable_text(value)


def _names(code: CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names(constant)
    return names


def _source(function: Any) -> str:
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):  # typed into a console: the compiled code stands for it
        code = getattr(function, "__code__", None)
        return repr(function.__name__) if code is None else f"{code.co_code!r}{code.co_names}"
