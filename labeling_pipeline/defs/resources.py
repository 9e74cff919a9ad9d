"""The one resource: a home, held for the length of a run.

Belongs here: what a Dagster run needs before its first step. Does not: what the steps do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import dagster as dg
from pydantic import PrivateAttr

from labeling_pipeline.home import Home
from labeling_pipeline.locks import live_run, pass_lock
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.engine import Context


class LabelingHome(dg.ConfigurableResource):
    """A home at one time. ``root``: LABELING_HOME, else ``data``; ``now``: ISO time in UTC, else the wall clock."""

    root: str = ""
    now: str = ""
    _context: Context | None = PrivateAttr(default=None)
    _schemas: dict[str, dg.TableSchema] = PrivateAttr(default_factory=dict)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[LabelingHome]:
        """One pass over a home at a time; the lock file tells others that this run is alive."""
        home = Home.find(self.root or None)
        run_id = context.run.run_id if context.run else "none"
        with live_run(home, run_id), pass_lock(home):
            self._context = self.open(run_id)
            with self._context.warehouse.kept_open():
                yield self

    def open(self, run_id: str = "none") -> Context:
        """The home as it is now, without holding anything."""
        now = datetime.fromisoformat(self.now) if self.now else None
        return open_context(Home.find(self.root or None), now, run_id)

    @property
    def context(self) -> Context:
        """The pass that this run is."""
        if self._context is None:
            self._context = self.open()
        return self._context

    def column_schema(self, table: str) -> dg.TableSchema:
        """The columns of a table with their comments; asked once per run, since no run changes them."""
        if table not in self._schemas:
            facts = self.context.columns(table)
            columns = [dg.TableColumn(name, kind, description=said) for name, kind, said in facts]
            self._schemas[table] = dg.TableSchema(columns=columns)
        return self._schemas[table]
