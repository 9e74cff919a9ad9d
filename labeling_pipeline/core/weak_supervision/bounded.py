"""Calling users' functions on many values without letting one of them stop the run. Belongs here: time bounds and
faults per row. Does not: what the functions mean.

A timer ticks every quarter of a second; a call that is still on one row after its limit is interrupted (Python's `re`
looks for signals while it backtracks, so even a catastrophic pattern stops). Signals reach only the main thread of a
Unix process; elsewhere no call is interrupted. What a function has used in all is told by the clock around its calls.
"""

from __future__ import annotations

import signal
import threading
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

TICK_S = ROW_LIMIT_S = 0.25
SLOW_ROWS = 3  # after so many rows beyond the limit, a function is not called any more
TOO_SLOW = "took longer than the limit"
STOPPED = "not called any more after slow rows"
FUNCTION_LIMIT_S = 600.0  # all calls of one function together, unless a caller says otherwise
OUT_OF_TIME = "not called any more, its time was used up"
RAISED = "raised "
LOST = object()  # stands for the answer of a call that did not return
# What users' files may raise while they are loaded: they can fail in any way, and an exit() in them is their own.
# KeyboardInterrupt passes: somebody wants to stop.
USER_ERRORS = (Exception, SystemExit, GeneratorExit)


class _TooSlowError(BaseException):
    """Raised by the timer; not an Exception, so that no user's `except Exception` swallows it."""


@dataclass
class Faults:
    """What went wrong with one labeling function: counts by reason, and the first row of each. `lost`: all rows, where
    the reason may pass (`may_pass`). `seconds`: how long it has run; `most_s`: how long it may."""

    counts: Counter[str] = field(default_factory=Counter)
    first_row: dict[str, int] = field(default_factory=dict)
    lost: dict[str, array[int]] = field(default_factory=dict)
    seconds: float = 0.0
    most_s: float = FUNCTION_LIMIT_S

    def add(self, reason: str, row: int, times: int = 1) -> None:
        """Record `times` rows lost for this reason, the first of them `row`."""
        if times:
            self._count(reason, row, times)
            if may_pass(reason):
                self.lost.setdefault(reason, array("q")).extend(range(row, row + times))

    def merge(self, other: Faults, rows: Sequence[int] | npt.NDArray[np.int64]) -> None:
        """Add another part's faults: its row i is our row `rows[i]`."""
        for reason, times in other.counts.items():
            self._count(reason, int(rows[other.first_row[reason]]), times)
        for reason, lost in other.lost.items():
            self.lost.setdefault(reason, array("q")).extend(int(rows[i]) for i in lost)

    def _count(self, reason: str, row: int, times: int) -> None:
        self.counts[reason] += times
        self.first_row[reason] = min(row, self.first_row.get(reason, row))

    @property
    def stopped_because(self) -> str:
        """Why the function is not called any more; "" while it is."""
        if self.counts[TOO_SLOW] >= SLOW_ROWS:
            return STOPPED
        return OUT_OF_TIME if self.seconds >= self.most_s else ""


def may_pass(reason: str) -> bool:
    """Whether a call gave no answer at all, which another day it may: a service was down, the machine was busy.

    >>> may_pass("raised ConnectionError"), may_pass("returned None")
    (True, False)
    """
    return reason in (TOO_SLOW, STOPPED, OUT_OF_TIME) or reason.startswith(RAISED)


class Watch:
    """The timer: `row` moves with the work; ticks on one row beyond its limit interrupt it."""

    def __init__(self, tell: Callable[[int], None] = lambda row: None) -> None:
        self.tell = tell
        self._ticks, self._most_ticks = 0, 2
        self._is_called = False
        self.n_fired = 0  # how often the last call was interrupted, also where its own `except:` swallowed that

    @contextmanager
    def ticking(self, limit_s: float) -> Iterator[None]:
        """Tick while the body runs, and interrupt a row after `limit_s` to twice that; does nothing where signals
        cannot be used."""
        self._most_ticks = max(2, round(1.5 * limit_s / TICK_S))
        if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
            yield
            return
        before = signal.signal(signal.SIGALRM, self._tick)
        signal.setitimer(signal.ITIMER_REAL, TICK_S, TICK_S)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    @contextmanager
    def on_row(self, row: int, faults: Faults) -> Iterator[None]:
        """The body may be interrupted only in here; the time it takes is the function's."""
        self.tell(row)
        self._ticks, self.n_fired, start = 0, 0, time.monotonic()
        self._is_called = True
        try:
            yield
        finally:
            self._is_called = False
            faults.seconds += time.monotonic() - start

    def _tick(self, signum: int, frame: FrameType | None) -> None:
        if not self._is_called:
            return
        self._ticks += 1
        if self._ticks >= self._most_ticks:
            self.n_fired += 1
            raise _TooSlowError


def call_within(call: Callable[[], Any], watch: Watch, limit_s: float, faults: Faults) -> tuple[Any, str]:
    """What a call gives, and no reason; or LOST and the reason why it gave nothing within `limit_s` to twice that."""
    try:
        with watch.ticking(limit_s), watch.on_row(0, faults):
            answer = call()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - returned by name, for whoever called to count
        return LOST, _said(error)
    return (LOST, TOO_SLOW) if watch.n_fired else (answer, "")


def call_on_rows(
    call: Callable[[Any], Any],
    rows: Sequence[Any],
    watch: Watch,
    faults: Faults,
    first_row: int = 0,
    put_back: Callable[[], None] = lambda: None,
) -> list[Any]:
    """`call(row)` for every row; LOST where it raised or took too long (counted in `faults`).

    The rows are called together; from one on that ended that, one by one. `put_back` undoes what the calls did to the
    rows, before any is tried again.
    """
    if faults.stopped_because:
        faults.add(faults.stopped_because, first_row, len(rows))
        return [LOST] * len(rows)
    answers: list[Any] = []
    ended_by: type[BaseException] | None = None
    try:
        with watch.on_row(first_row, faults):
            for row in rows:  # to map() a StopIteration would be the end of the rows
                answers.append(call(row))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - nothing is lost: its row is tried again below, and counted by name
        ended_by = type(error)
    if watch.n_fired > (ended_by is _TooSlowError):
        answers.clear()  # one row swallowed its interruption, and which one is not known
    put_back()
    done = len(answers)
    return answers + _one_by_one(call, rows[done:], watch, faults, first_row + done)


def _one_by_one(
    call: Callable[[Any], Any], rows: Sequence[Any], watch: Watch, faults: Faults, first_row: int
) -> list[Any]:
    out: list[Any] = [LOST] * len(rows)
    for i, row in enumerate(rows):
        if faults.stopped_because:
            faults.add(faults.stopped_because, first_row + i, len(rows) - i)
            break
        try:
            with watch.on_row(first_row + i, faults):
                answer = call(row)
            if watch.n_fired:
                faults.add(TOO_SLOW, first_row + i)
            else:
                out[i] = answer
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - one bad row in a million must not cost the others; it is counted
            faults.add(_said(error), first_row + i)
    return out


def _said(error: BaseException) -> str:
    """Why a call gave no answer. Users' functions may raise anything: some libraries' errors are no `Exception`."""
    return TOO_SLOW if isinstance(error, _TooSlowError) else f"{RAISED}{type(error).__name__}"
