"""One short DuckDB connection at a time, safe between threads and between processes.

Belongs here: the sidecar file lock, the bounded wait, opening and closing. Does not: what is read or written
(``store``).

DuckDB lets one process write, and then nobody else may even read. So every connection is taken under an advisory lock
on ``<path>.lock`` (shared to read, exclusive to write), opened late and closed early. Nobody can keep a writer out for
good: whoever wants the lock first passes ``<path>.queue``, which a waiting writer holds.
"""

from __future__ import annotations

import fcntl
import os
import random
import shlex
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from labeling_pipeline.core.errors import InputError, InvariantError, WarehouseBusyError
from labeling_pipeline.warehouse.instance import Mode, attached, connected

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.005, 0.05
WATCH_S, IDLE_S = 0.02, 0.25


@dataclass
class _Gate:
    """What one process holds open on one file: threads take turns, and a nested call joins the open connection."""

    turn: threading.RLock = field(default_factory=threading.RLock)
    mode: Mode | None = None
    con: duckdb.DuckDBPyConnection | None = None
    thread: int | None = None
    # Inside `kept_open` the file stays attached, and its writer's lock held, from one use to the next.
    is_kept: bool = False
    kept: ExitStack = field(default_factory=ExitStack)
    kept_name: str | None = None
    used_at: float = 0.0

    def drop(self) -> None:
        """Give back what was kept."""
        self.kept_name = None
        self.kept.close()


_GATES: dict[str, _Gate] = {}
os.register_at_fork(after_in_child=_GATES.clear)  # a forked child holds nothing its parent holds


@contextmanager
def connect(path: Path, mode: Mode, wait_s: float) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that is closed, and its lock released, however the block ends.

    Waits at most ``wait_s`` seconds; then raises WarehouseBusyError naming the holder. A read inside an open read or
    write of the same thread uses that connection; a write inside a read is a mistake and raises InvariantError.
    """
    deadline = time.monotonic() + wait_s
    gate = _GATES.setdefault(str(path.resolve()), _Gate())
    if not gate.turn.acquire(timeout=max(wait_s, 0.001)):
        raise _busy(path, wait_s, "another thread of this process")
    try:
        if gate.con is None:
            with ExitStack() as closing:
                gate.con = _open(gate, closing, path, mode, deadline, wait_s)
                gate.mode, gate.thread = mode, threading.get_ident()
                try:
                    yield gate.con
                finally:
                    gate.mode, gate.con, gate.thread = None, None, None
            gate.used_at = time.monotonic()
            if gate.kept_name is not None and _is_wanted(path):
                gate.drop()
        elif mode == "write":
            raise InvariantError(
                f"{path}: a write was begun inside an open {gate.mode}",
                expected="reads closed before a write begins, one write at a time",
                remedy="leave the first `with` block before opening the second",
            )
        else:
            yield gate.con
    finally:
        gate.turn.release()


def _open(
    gate: _Gate, closing: ExitStack, path: Path, mode: Mode, deadline: float, wait_s: float
) -> duckdb.DuckDBPyConnection:
    """A connection to the file as it was kept, or attached anew; what is not to be kept goes with ``closing``."""
    if not gate.is_kept:
        gate.drop()
        closing.enter_context(_file_lock(path, mode, deadline, wait_s))
        return closing.enter_context(connected(closing.enter_context(_attached(path, mode, deadline, wait_s))))
    if gate.kept_name is None:
        with ExitStack() as keeping:  # nothing stays locked when attaching fails
            keeping.enter_context(_file_lock(path, "write", deadline, wait_s))
            gate.kept_name = keeping.enter_context(_attached(path, "write", deadline, wait_s))
            gate.kept = keeping.pop_all()
    return closing.enter_context(connected(gate.kept_name))


@contextmanager
def kept_open(path: Path) -> Iterator[None]:
    """Inside the block the file stays attached between uses, which saves doing it anew for every question.

    It is given back at once when another process waits for it, and when nobody has used it for a moment, so that a
    long computation keeps nobody waiting.
    """
    gate = _GATES.setdefault(str(path.resolve()), _Gate())
    with gate.turn:
        before, gate.is_kept = gate.is_kept, True
    is_over = threading.Event()
    watcher = threading.Thread(target=_give_back, args=(gate, path, is_over), daemon=True)
    if not before:
        watcher.start()
    try:
        yield
    finally:
        is_over.set()
        if not before:
            watcher.join()
        with gate.turn:
            gate.is_kept = before
            if not before:
                gate.drop()


def _give_back(gate: _Gate, path: Path, is_over: threading.Event) -> None:
    """Drop what is kept and not used for a moment, or wanted by another process, until it is over."""
    while not is_over.wait(WATCH_S):
        if gate.kept_name is None or not gate.turn.acquire(blocking=False):
            continue
        try:
            idle = time.monotonic() - gate.used_at
            if gate.con is None and (idle > IDLE_S or (idle > WATCH_S and _is_wanted(path))):
                gate.drop()
        finally:
            gate.turn.release()


def _is_wanted(path: Path) -> bool:
    """Whether another process waits for its turn."""
    with _descriptor(sidecar(path, "queue")) as queue_fd:
        try:
            fcntl.flock(queue_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def is_open(path: Path) -> bool:
    """Whether this thread is inside a `connect` block on the file."""
    gate = _GATES.get(str(path.resolve()))
    return gate is not None and gate.thread == threading.get_ident()


@contextmanager
def exclusive(path: Path, wait_s: float) -> Iterator[None]:
    """The writer's lock without a connection: for making the file itself."""
    with _file_lock(path, "write", time.monotonic() + wait_s, wait_s):
        yield


@contextmanager
def _file_lock(path: Path, mode: Mode, deadline: float, wait_s: float) -> Iterator[None]:
    lock, queue = sidecar(path, "lock"), sidecar(path, "queue")
    kind = fcntl.LOCK_EX if mode == "write" else fcntl.LOCK_SH
    with _descriptor(lock) as lock_fd:
        with _descriptor(queue) as queue_fd:  # closed, and so passed on, as soon as the lock itself is ours
            if not (_flock(queue_fd, fcntl.LOCK_EX, deadline) and _flock(lock_fd, kind, deadline)):
                raise _busy(path, wait_s, holder_of(path))
        if mode == "read":
            yield
            return
        os.ftruncate(lock_fd, 0)
        os.pwrite(lock_fd, f"{os.getpid()} {shlex.join(sys.orig_argv)[:500]}".encode("utf-8", "replace"), 0)
        try:
            yield
        finally:
            os.ftruncate(lock_fd, 0)


@contextmanager
def _descriptor(path: Path) -> Iterator[int]:
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", expected="a folder that may be written to") from error
    try:
        yield fd
    finally:
        os.close(fd)


def _flock(fd: int, kind: int, deadline: float) -> bool:
    started = time.monotonic()
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(fd, kind | fcntl.LOCK_NB)
            return True
        if time.monotonic() >= deadline:
            return False
        _pause(time.monotonic() - started)


def _pause(waited_s: float) -> None:
    # Whoever has waited longer asks more often: the other way round, newcomers would overtake for as long as they come.
    length = max(SHORTEST_PAUSE_S, LONGEST_PAUSE_S / (1 + 4 * waited_s))
    time.sleep(length * random.uniform(0.5, 1.0))


@contextmanager
def _attached(path: Path, mode: Mode, deadline: float, wait_s: float) -> Iterator[str]:
    started = time.monotonic()
    while True:
        try:
            opened = ExitStack()
            name = opened.enter_context(attached(path, mode))
            break
        except (duckdb.IOException, duckdb.ResourceInUseException) as error:
            # A program that knows nothing of our lock file (DuckDB's own shell, a notebook) holds the file itself.
            if isinstance(error, duckdb.IOException) and "lock" not in str(error).lower():
                raise InputError(f"{path}: {str(error).splitlines()[0]}", expected="a DuckDB 2 file") from error
            if time.monotonic() >= deadline:
                raise _busy(path, wait_s, _foreign_holder(str(error))) from error
            _pause(time.monotonic() - started)
    with opened:
        yield name


def sidecar(path: Path, ending: str) -> Path:
    """The file beside the warehouse: ``warehouse.duckdb.lock``."""
    return path.with_name(f"{path.name}.{ending}")


def holder_of(path: Path) -> str:
    """The writer, as it noted itself in the lock file; a note left by a process that was killed does not count."""
    with suppress(OSError, ValueError):
        pid, _, command = sidecar(path, "lock").read_text("utf-8", "replace").partition(" ")
        if Path(f"/proc/{int(pid)}").exists() or not Path("/proc").exists():
            return f"process {int(pid)} ({command})"
    return "a process that is reading"


def _foreign_holder(message: str) -> str:
    _, found, rest = message.partition("Conflicting lock is held in ")
    return rest.split(" See also")[0].split("\n")[0].strip(" .") if found else "a program outside this pipeline"


def _busy(path: Path, wait_s: float, holder: str) -> WarehouseBusyError:
    return WarehouseBusyError(
        f"{path}: still held by {holder} after {wait_s:g} s",
        expected="short connections",
        remedy="wait for it to end or stop it, then repeat the command",
    )
