"""How commands call Python labeling functions. Belongs here: options of that, and progress on a terminal. Does not: the
commands."""

from __future__ import annotations

import sys
import time
from typing import Any

import click

SHOWN_EVERY_S = 0.25


def _kept(context: click.Context, option: click.Parameter, value: Any) -> None:
    context.meta[str(option.name)] = value


PROCESSES = click.option(
    "--processes",
    type=click.IntRange(min=1),
    expose_value=False,
    callback=_kept,
    help="Processes for Python functions (default: one per core).",
)
SECONDS = click.option(
    "--function-seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=600.0,
    show_default=True,
    expose_value=False,
    callback=_kept,
    help="How long a Python function may be called in all (in each process); it abstains on the rest, and is told.",
)


def how_called() -> dict[str, Any]:
    """How Python functions are called, as the command's options say."""
    from labeling_pipeline.core.weak_supervision.processes import usable_cores

    given = click.get_current_context().meta
    told = {"progress": _Progress()} if sys.stderr.isatty() else {}
    return {"processes": given["processes"] or usable_cores(), "seconds": given["function_seconds"], **told}


class _Progress:
    """Rows done, shown a few times a second."""

    def __init__(self) -> None:
        self.shown_at = 0.0

    def __call__(self, done: int, of: int) -> None:
        now = time.monotonic()
        if done == of or now - self.shown_at >= SHOWN_EVERY_S:
            self.shown_at = now
            click.echo(f"\r{done:,} of {of:,} comments", nl=done == of, err=True)
