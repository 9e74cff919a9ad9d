"""Hashes of labeling functions. Belongs here: what of a function's code counts. Does not: storing the hashes, taking
values apart (``stable_values``).

Counted: the source of the function, its resources, and what it uses from its own file and the files of the same folder
(helpers, constants, objects), followed through. Not counted: packages, whose versions the export's manifest records.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from labeling_pipeline.core.weak_supervision.stable_values import Digests, hash_text

__all__ = ["CodeHash", "hash_function", "hash_text", "is_beside", "named_in", "stable_text"]
_PLAIN = (str, int, float, bool, bytes, type(None))
_INSTALLED = {"site-packages", "dist-packages"}
_PACKAGE = Path(__file__).resolve().parents[2]


class CodeHash(NamedTuple):
    """The hash, and the types of what the function uses whose content no hash can hold."""

    text: str
    opaque: tuple[str, ...] = ()


def hash_function(function: Callable[..., Any], *used: Any) -> CodeHash:
    """The hash of a function's source, of what is given beside it, and of what it uses from its own folder.

    >>> hash_function(len, {"words": ["tea"]}) == hash_function(len, {"words": ["chai"]})
    False
    """
    own = str(getattr(function, "__module__", None))
    file = getattr(sys.modules.get(own), "__file__", None)
    folder = None if file is None else Path(file).resolve().parent

    @cache
    def is_own(module: str | None) -> bool:
        if module is None or module == own:  # None: typed somewhere without a module
            return True
        return folder is not None and is_beside(module, folder)

    digests = Digests(is_own)
    try:
        parts = [digests.of(function), *map(digests.of, used)]
    except RecursionError:  # too deep to be followed
        return CodeHash("deep", (type(function).__qualname__,))
    return CodeHash(hash_text(*parts), tuple(sorted(digests.opaque)))


def is_beside(module: str, folder: Path) -> bool:
    """Whether a loaded module's file lies in this folder or below, and is no installed package."""
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        return False
    path = Path(file).resolve()
    return path.is_relative_to(folder) and not is_installed(path)


def is_installed(path: Path) -> bool:
    """Whether a file or folder, as it is resolved, is part of a package: an installed one, or this one."""
    return path.is_relative_to(_PACKAGE) or bool(_INSTALLED & set(path.parts))


def named_in(code: Sequence[Path], names: Sequence[str]) -> list[str]:
    """The names that occur as whole words in files of code, in order; all of them where there is no file to look in."""
    if not code:
        return sorted(names)
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in code if path.is_file()]
    words = [re.compile(rf"(?<!\w){re.escape(name)}(?!\w)") for name in sorted(names)]
    return [name for name, word in zip(sorted(names), words, strict=True) if any(map(word.search, texts))]


def stable_text(value: Any) -> str:
    """Text that is equal for equal rules in every run: plain values, patterns and containers of them.

    Raises TypeError for anything else.
    """
    if isinstance(value, _PLAIN):
        return repr(value)
    if isinstance(value, re.Pattern):
        return f"re({value.pattern!r}, {value.flags})"
    if isinstance(value, Mapping):
        return json.dumps({stable_text(k): stable_text(v) for k, v in value.items()}, sort_keys=True)
    if isinstance(value, list | tuple):
        return json.dumps([stable_text(v) for v in value])
    raise TypeError(f"a {type(value).__name__} in a rule")
