"""The one DuckDB instance of this process; a warehouse file is attached to it for as long as it is open.

Belongs here: attaching and detaching. Does not: who may open a file, and when (``connection``).

Setting up an instance takes ten times as long as attaching a file to one that is there, and a pass over a home opens
its file some hundred times.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import duckdb

Mode = Literal["read", "write"]
# Nothing is fetched from the network, and SQL never sees a Python variable it was not given.
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}

_instances: list[duckdb.DuckDBPyConnection] = []
_of_parents: list[duckdb.DuckDBPyConnection] = []
_making = threading.Lock()
_numbers = itertools.count(1)


def _after_fork() -> None:
    """A forked child has none of the threads its parent's instance works with: it makes its own, and keeps off."""
    global _making
    _making = threading.Lock()
    _of_parents.extend(_instances)  # closing it here would wait for threads that are not there
    _instances.clear()


os.register_at_fork(after_in_child=_after_fork)


def _instance() -> duckdb.DuckDBPyConnection:
    with _making:
        if not _instances:
            _instances.append(duckdb.connect(":memory:", config=CONFIG))
        return _instances[0]


@contextmanager
def attached(path: Path, mode: Mode) -> Iterator[str]:
    """The file attached to this process' instance, under the name given back; detached when the block ends.

    Raises whatever DuckDB raises when the file is held elsewhere or is not its own.
    """
    instance, name = _instance(), f"warehouse_{next(_numbers)}"
    place = str(path).replace("'", "''")
    with instance.cursor() as outside:  # a connection cannot detach what it uses
        outside.execute(f"attach '{place}' as {name}{' (read_only)' if mode == 'read' else ''}")
        try:
            yield name
        finally:
            outside.execute(f"detach {name}")


@contextmanager
def connected(name: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of its own, with its own temporary tables, in which an attached file's tables go by plain names."""
    with _instance().cursor() as con:
        con.execute(f"use {name}")
        # DuckDB draws its own bar on standard output, in the middle of whatever a command prints there.
        con.execute("set enable_progress_bar = false")
        yield con
