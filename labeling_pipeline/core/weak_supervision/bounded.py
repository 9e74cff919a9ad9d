"""Calling users' functions on many values without letting one of them stop the run. Belongs here: time bounds and
faults per row. Does not: what the functions mean.

A timer ticks once per `limit`; a call that is still on the same row at the next tick is interrupted (Python's `re`
looks for signals while it backtracks, so even a catastrophic pattern stops). Signals reach only the main thread of a
Unix process; elsewhere rows are not bounded.
"""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

ROW_LIMIT_S = 0.25
SLOW_ROWS = 3  # after so many rows beyond the limit, a function is not called any more
TOO_SLOW = "took longer than the limit"
STOPPED = "not called any more after slow rows"
LOST = object()  # stands for the answer of a call that did not return
# What users' files may raise while they are loaded: they can fail in any way, and an exit() in them is their own.
# KeyboardInterrupt passes: somebody wants to stop.
USER_ERRORS = (Exception, SystemExit, GeneratorExit)


class _TooSlowError(BaseException):
    """Raised by the timer; not an Exception, so that no user's `except Exception` swallows it."""


@dataclass
class Faults:
    """What went wrong with one labeling function: counts by reason, and the first row of each."""

    counts: Counter[str] = field(default_factory=Counter)
    first_row: dict[str, int] = field(default_factory=dict)

    def add(self, reason: str, row: int, times: int = 1) -> None:
        """Record `times` rows lost for this reason, the first of them `row`."""
        if times:
            self.counts[reason] += times
            self.first_row[reason] = min(row, self.first_row.get(reason, row))

    def merge(self, other: Faults, rows: Sequence[int] | npt.NDArray[np.int64]) -> None:
        """Add another part's faults: its row i is our row `rows[i]`."""
        for reason, times in other.counts.items():
            self.add(reason, int(rows[other.first_row[reason]]), times)

    @property
    def is_stopped(self) -> bool:
        """Whether the function has had its chances."""
        return self.counts[TOO_SLOW] >= SLOW_ROWS


class Watch:
    """The timer: `row` moves with the work; two ticks on one row interrupt it."""

    def __init__(self) -> None:
        self.row = -1
        self._seen = -2
        self._armed = False
        self.has_fired = False  # whether the last call was interrupted, also where its own `except:` swallowed that

    @contextmanager
    def ticking(self, limit_s: float) -> Iterator[None]:
        """Tick while the body runs; does nothing where signals cannot be used."""
        if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
            yield
            return
        before = signal.signal(signal.SIGALRM, self._tick)
        signal.setitimer(signal.ITIMER_REAL, limit_s, limit_s)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    @contextmanager
    def on_row(self, row: int) -> Iterator[None]:
        """The body may be interrupted only in here."""
        self.row, self._seen, self._armed, self.has_fired = row, -2, True, False
        try:
            yield
        finally:
            self._armed = False

    def _tick(self, signum: int, frame: FrameType | None) -> None:
        if self._armed and self._seen == self.row:
            self.has_fired = True
            raise _TooSlowError
        self._seen = self.row


def call_within(call: Callable[[], Any], watch: Watch, limit_s: float) -> tuple[Any, str]:
    """What a call gives, and no reason; or LOST and the reason why it gave nothing within `limit_s` to twice that."""
    try:
        with watch.ticking(limit_s), watch.on_row(0):
            answer = call()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - returned by name, for whoever called to count
        return LOST, _said(error)
    return (LOST, TOO_SLOW) if watch.has_fired else (answer, "")


def call_on_rows(
    call: Callable[[Any], Any],
    rows: Sequence[Any],
    watch: Watch,
    faults: Faults,
    first_row: int = 0,
    put_back: Callable[[], None] = lambda: None,
) -> list[Any]:
    """`call(row)` for every row; LOST where it raised or took too long (counted in `faults`).

    `put_back` undoes what the calls did to the rows, before they are tried again.
    """
    if faults.is_stopped:
        faults.add(STOPPED, first_row, len(rows))
        return [LOST] * len(rows)
    try:
        with watch.on_row(first_row):
            answers = [call(row) for row in rows]  # to map() a StopIteration would be the end of the rows
        if not watch.has_fired:
            return answers
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - nothing is lost: every row is tried again below, where it is counted by name
        pass
    put_back()
    return _one_by_one(call, rows, watch, faults, first_row)


def _one_by_one(
    call: Callable[[Any], Any], rows: Sequence[Any], watch: Watch, faults: Faults, first_row: int
) -> list[Any]:
    out: list[Any] = [LOST] * len(rows)
    for i, row in enumerate(rows):
        if faults.is_stopped:
            faults.add(STOPPED, first_row + i, len(rows) - i)
            break
        try:
            with watch.on_row(first_row + i):
                answer = call(row)
            if watch.has_fired:
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
    return TOO_SLOW if isinstance(error, _TooSlowError) else f"raised {type(error).__name__}"
