"""Row-wise functions in several processes. Belongs here: splitting the comments and putting the votes together.
Does not: how a function is run (``evaluation``).

Workers are forked, so functions and comments are there without being sent, whatever they close over; only votes and
faults come back. The result is that of one process: parts are put together in order, and a function that was too slow
anywhere is run again in this process, where three slow rows stop it.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.bounded import STOPPED, TOO_SLOW, Faults
from labeling_pipeline.core.weak_supervision.evaluation import no_votes, run_rows
from labeling_pipeline.core.weak_supervision.functions import RowLF
from labeling_pipeline.core.weak_supervision.patterns import Votes

POLL_S = 0.5
LEAST_ROWS = 20_000  # fewer are done before a second process has started


@dataclass(frozen=True)
class _Worker:
    """A process at work on the rows from `start`; `place` is the function it is in, and the row of its own."""

    process: Any
    answers: Connection
    place: Any
    start: int


def usable_cores() -> int:
    """Cores this process may run on; 1 where processes cannot be forked."""
    if "fork" not in multiprocessing.get_all_start_methods() or not hasattr(os, "sched_getaffinity"):
        return 1
    return len(os.sched_getaffinity(0))


def run_rows_apart(
    functions: list[RowLF],
    comments: pd.DataFrame,
    n_classes: int,
    processes: int,
    progress: Callable[[int], None] = lambda rows: None,
    seconds: Sequence[float] | None = None,
) -> tuple[Votes, list[Faults]]:
    """`run_rows` in `processes` forked processes; equal to it. `progress` hears how many rows are behind.

    `seconds`: how long each function may be called in each process.

    In this process alone where forking is not possible or there are few rows. Raises InputError that names the
    function a worker died in.
    """
    processes = min(processes, 2 * len(comments) // LEAST_ROWS)
    if processes <= 1 or "fork" not in multiprocessing.get_all_start_methods():
        return run_rows(functions, comments, n_classes, lambda j, row: progress(row), seconds)
    bounds = np.linspace(0, len(comments), processes + 1).astype(int)
    workers = [_start(functions, comments.iloc[a:b], n_classes, int(a), seconds) for a, b in pairwise(bounds)]
    votes, faults = no_votes(len(comments), len(functions)), [Faults() for _ in functions]
    try:
        for worker in workers:
            while not worker.answers.poll(POLL_S):
                progress(sum(one.place[1] for one in workers))
            part, found = _answer(worker, functions)
            votes[worker.start : worker.start + len(part)] = part
            for mine, theirs in zip(faults, found, strict=True):
                mine.merge(theirs, range(worker.start, len(comments)))
                mine.seconds = max(mine.seconds, theirs.seconds)
    finally:
        for worker in workers:
            worker.process.terminate()
            worker.process.join()
    _redo_slow(functions, comments, n_classes, votes, faults, seconds)
    return votes, faults


def _start(
    functions: list[RowLF], comments: pd.DataFrame, n_classes: int, start: int, seconds: Sequence[float] | None
) -> _Worker:
    fork = multiprocessing.get_context("fork")
    receive, send = fork.Pipe(duplex=False)
    place = fork.RawArray("q", 2)
    mine = (receive, send, place, os.getpid())
    process = fork.Process(target=_work, args=(functions, comments, n_classes, seconds, *mine), daemon=True)
    process.start()
    send.close()
    return _Worker(process, receive, place, start)


def _work(
    functions: list[RowLF],
    comments: pd.DataFrame,
    n_classes: int,
    seconds: Sequence[float] | None,
    receive: Connection,
    send: Connection,
    place: Any,
    parent: int,
) -> None:
    receive.close()  # held open here, it would let this process wait for ever to be read by a parent that was killed

    def tell(j: int, row: int) -> None:
        place[:] = j, row
        if os.getppid() != parent:  # it was killed, and with it whoever wants these votes
            os._exit(1)

    send.send(run_rows(functions, comments, n_classes, tell, seconds))
    send.close()


def _answer(worker: _Worker, functions: Sequence[RowLF]) -> tuple[Votes, list[Faults]]:
    try:
        part, found = worker.answers.recv()
    except EOFError as error:
        worker.process.join()
        name, code = functions[worker.place[0]].name, worker.process.exitcode
        remedy = "correct the function, or use one process to see where it happens"
        raise InputError(f"labeling function {name!r} ended its process (exit code {code})", remedy=remedy) from error
    return part, found


def _redo_slow(
    functions: list[RowLF],
    comments: pd.DataFrame,
    n_classes: int,
    votes: Votes,
    faults: list[Faults],
    seconds: Sequence[float] | None,
) -> None:
    for j, lf in enumerate(functions):
        if faults[j].counts[TOO_SLOW] or faults[j].counts[STOPPED]:
            alone, found = run_rows([lf], comments, n_classes, seconds=seconds and [seconds[j]])
            votes[:, j], faults[j] = alone[:, 0], found[0]
