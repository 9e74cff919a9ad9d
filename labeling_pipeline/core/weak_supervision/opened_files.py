"""Which files are read while a file of labeling functions is loaded. Belongs here: listening to what is opened.
Does not: hashing it.

Python tells every file it opens to an audit hook. A hook cannot be taken away again, so there is one for good, which
returns at once unless somebody listens. Files that a library opens past Python (DuckDB, Arrow) are not heard of.
"""

from __future__ import annotations

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


@contextmanager
def opened_files() -> Iterator[set[Path]]:
    """The set of files that this thread reads in the body, in place after it; Python's own and installed ones aside."""
    _install()
    heard: list[Any] = []
    files: set[Path] = set()
    before, _listening.heard = getattr(_listening, "heard", None), heard
    try:
        yield files
    finally:
        _listening.heard = before
        files |= _counted(heard)


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
    found = {Path(path).resolve() for path in paths}
    return {
        path
        for path in found
        if path.is_file() and path.suffix not in _PYTHONS_OWN and not any(path.is_relative_to(one) for one in aside)
    }
