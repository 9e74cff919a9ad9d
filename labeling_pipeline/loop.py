"""The loop from the command line: passes over a home until there is nothing left to do.

Belongs here: asking what is pending, and going on. Does not: a pass itself (``launch``), printing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from labeling_pipeline.core.errors import InvariantError
from labeling_pipeline.home import Home
from labeling_pipeline.locks import pass_lock
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import advance, can_advance, open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.inbox import files_are_arriving
from labeling_pipeline.stages.pending import Pending, pending

Say = Callable[[str], None]


def run_until_idle(home: Home, now: datetime | None = None, say: Say = lambda line: None) -> int:
    """Take the inbox and bring all assets up to date until nothing is pending; returns the passes made.

    In a simulated home the clock moves on whenever nothing is pending, up to its last day. Dagster is loaded only when
    there is work. Raises InvariantError when a pass leaves exactly the work it was made for.
    """
    home.prepare()
    with open_context(home, now).warehouse.kept_open():
        return _run_until_idle(home, now, say)


def _run_until_idle(home: Home, now: datetime | None, say: Say) -> int:
    launcher, passes, last = None, 0, ""
    while True:
        context = open_context(home, now)
        work = pending(STAGES, context)
        if not work:
            if _wait_for_files(context) or _advance(home, now):
                continue
            return passes
        if work.digest == last:
            raise InvariantError(f"a pass over {', '.join(work.assets[:3])} changed nothing", remedy="run with --debug")
        for asset in work.assets:
            if (checks := STAGES[asset].checks) is not None:
                checks(context)  # before anything is asked or paid for
        if launcher is None:
            from labeling_pipeline.launch import Launcher

            launcher = Launcher(home, now)
        say(_line(context, work))
        launcher.run(work)
        passes, last = passes + 1, work.digest


def _line(context: Context, work: Pending) -> str:
    day = f"day {context.day}: " if context.is_simulated else ""
    return f"{day}{', '.join(work.causes)} → {len(work.assets)} assets"


def _wait_for_files(context: Context) -> bool:
    """Whether a file is there that is not still yet; waits a moment for it."""
    if not files_are_arriving(context):
        return False
    time.sleep(0.2)
    return True


def _advance(home: Home, now: datetime | None) -> bool:
    """Move a simulated home on, unless another process has just found work there."""
    if not can_advance(open_context(home, now)):
        return False
    with pass_lock(home):
        context = open_context(home, now)
        return bool(pending(STAGES, context)) or advance(context)
