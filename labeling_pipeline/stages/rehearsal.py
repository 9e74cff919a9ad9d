"""What a home would know if it took its inbox now, without taking it.

Belongs here: reading the inbox into a copy of the warehouse that is thrown away. Does not: anything that leaves the
home: no round is opened, no sheet written.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from labeling_pipeline.stages.engine import Context, materialize
from labeling_pipeline.stages.inbox import take_files
from labeling_pipeline.warehouse.store import Warehouse

KINDS = ("comments", "annotators", "gold", "predictions", "votes", "verdicts")
TAKEN = ("raw_comments", "annotators", "gold_set", "production_predictions", "verdicts")


@contextmanager
def with_inbox_taken(context: Context) -> Iterator[Context]:
    """The home as it will be once its inbox is taken; the context itself where there is nothing to take."""
    _wait_until_still(context)
    if not any(context.untaken(kind) for kind in KINDS):
        yield context
        return
    with TemporaryDirectory(prefix="rehearsal-") as folder:
        path = Path(folder) / "warehouse.duckdb"
        context.warehouse.copy_to(path)
        copy = replace(context, warehouse=Warehouse(path))
        _take(copy)
        yield copy


def _take(copy: Context) -> None:
    from labeling_pipeline.stages import STAGES

    with copy.warehouse.kept_open():
        for asset in TAKEN:
            materialize(asset, STAGES[asset], copy)
        take_files(copy, "votes", "vote_log")


def _wait_until_still(context: Context) -> None:
    """A file that was dropped a moment ago may still be growing."""
    for _ in range(int(context.settings.inbox.settle_s / 0.1) + 10):
        if all(context.untaken(kind) == context.untaken(kind, is_waiting=True) for kind in KINDS):
            return
        time.sleep(0.1)
