"""Turns taken by workers of one test run, so that a clock is read while nothing else of the run is going on.

Belongs here: the locks. Every test holds a turn together with the others; ``alone`` waits until it is the only one.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

Quietly = Callable[[], AbstractContextManager[None]]

# `import dagster` in a fresh interpreter takes this long on the machine the bars on time were set for.
NOMINAL_S = 0.6


def slowness() -> float:
    """How many times slower than the machine the bars were set for this one is just now; never under 1."""
    code = "import time; began = time.perf_counter(); import dagster; print(time.perf_counter() - began)"
    took = [float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout) for _ in "123"]
    return max(1.0, min(took) / NOMINAL_S)


class Turns:
    """A lock that many hold together or one holds alone; a waiting ``alone`` lets nobody else start."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._door: IO[str] = (folder / "door.lock").open("w")
        self._room: IO[str] = (folder / "room.lock").open("w")

    def enter(self) -> None:
        fcntl.flock(self._door, fcntl.LOCK_EX)
        fcntl.flock(self._room, fcntl.LOCK_SH)
        fcntl.flock(self._door, fcntl.LOCK_UN)

    def leave(self) -> None:
        fcntl.flock(self._room, fcntl.LOCK_UN)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """For whoever has entered: the others wait before their next test, until this ends."""
        self.leave()
        fcntl.flock(self._door, fcntl.LOCK_EX)
        fcntl.flock(self._room, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._room, fcntl.LOCK_SH)
            fcntl.flock(self._door, fcntl.LOCK_UN)
