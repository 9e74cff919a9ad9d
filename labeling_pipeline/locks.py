"""File locks of a home's runs: the operating system releases them however a process ends.

Belongs here: one pass over a home at a time, and telling a live run from a dead one. Does not: the warehouse's lock,
which is held for milliseconds (``warehouse.connection``).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labeling_pipeline.home import Home


@contextmanager
def pass_lock(home: Home) -> Iterator[None]:
    """Wait until no other process is in a pass over this home, and hold the place.

    Two passes at once would do the same work twice; the second finds nothing left to do.
    """
    home.runs.mkdir(parents=True, exist_ok=True)
    with _locked(home.runs / "pass.lock"):
        yield


@contextmanager
def history_lock(home: Home) -> Iterator[None]:
    """Hold while the run history is opened: Dagster lays out its database files without asking who else does."""
    home.runs.mkdir(parents=True, exist_ok=True)
    with _locked(home.runs / "history.lock"):
        yield


@contextmanager
def live_run(home: Home, run_id: str) -> Iterator[None]:
    """Hold a lock that says the run is alive; the file goes when the run ends."""
    home.runs.mkdir(parents=True, exist_ok=True)
    path = home.runs / f"{run_id}.lock"
    with _locked(path):
        yield
        path.unlink(missing_ok=True)


def is_live(home: Home, run_id: str) -> bool:
    """Whether the process of a run is still there."""
    path = home.runs / f"{run_id}.lock"
    if not path.exists():
        return False
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
