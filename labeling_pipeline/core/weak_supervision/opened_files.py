"""Which files are read while a file of labeling functions is loaded. Belongs here: listening to what is opened.
Does not: hashing it.

Python tells every file it opens to an audit hook. A hook cannot be taken away again, so there is one for good, which
returns at once unless somebody listens. Files that a library opens past Python (DuckDB, Arrow) are not heard of.
What a module reads while it is imported is heard once in a process, so it is remembered for as long.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

_PYTHONS_OWN = {".pyc", ".so", ".pyd"}
_SYSTEM = tuple(Path(p) for p in ("/proc", "/sys", "/dev", "/etc", "/run", "/usr"))
_listening = threading.local()
_remembered: dict[Path, set[Path]] = {}


@contextmanager
def opened_files(source: Path) -> Iterator[set[Path]]:
    """The set of files that this thread reads in the body, in place after it; Python's own and installed ones aside.

    In it are also those that were read in this process when the body was run for the same `source` before, as far as
    they still exist: a module that has been imported since then is not read again.
    """
    _install()
    heard: list[Any] = []
    files: set[Path] = set()
    before, _listening.heard = getattr(_listening, "heard", None), heard
    try:
        yield files
    finally:
        _listening.heard = before
        known = _remembered.setdefault(source, set())
        known |= _counted(heard)
        files |= {path for path in known if path.is_file()}


@cache
def _install() -> None:
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open":
        return
    heard = getattr(_listening, "heard", None)
    if heard is not None:
        path, _, flags = arguments
        writes = flags & (os.O_WRONLY | os.O_RDWR)
        if not writes and isinstance(path, str | bytes):
            heard.append(os.path.abspath(os.fsdecode(path)))


def _counted(paths: Iterable[str]) -> set[Path]:
    aside = (*_SYSTEM, Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve(), Path(__file__).resolve().parents[2])
    found = {Path(_source_of(path)).resolve() for path in paths}
    return {
        path
        for path in found
        if path.is_file() and path.suffix not in _PYTHONS_OWN and not any(path.is_relative_to(one) for one in aside)
    }


def _source_of(path: str) -> str:
    """The source that bytecode stands for: a module is the same file, whichever of the two was opened."""
    if not path.endswith(".pyc"):
        return path
    try:
        return importlib.util.source_from_cache(path)
    except ValueError:  # not where Python keeps its own, or named by another tool
        return path
