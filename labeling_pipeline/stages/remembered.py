"""What was computed for a home and holds until what it was computed from changes.

Belongs here: one result per home, in this process. Does not: results that others read (those are tables).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import digest

T = TypeVar("T")


class Remembered(Generic[T]):
    """The last result for each home, by the version of all it may depend on: assets, settings, ontology in force.

    Sensors ask the same question every few seconds, and may not write its answer down. ``tables``: append-only ones
    that are no asset's content; their growth counts, too.
    """

    def __init__(self, compute: Callable[[Context], T], tables: tuple[str, ...] = ()) -> None:
        self.compute, self.tables, self.last = compute, tables, dict[str, tuple[str, T]]()

    def __call__(self, context: Context) -> T:
        """What ``compute`` gives for this home now."""
        # By its file, not its folder: a rehearsal of a home is another store under the same roof.
        home, version = str(context.warehouse.path), self._version(context)
        known = self.last.get(home)
        if known is None or known[0] != version:
            known = self.last[home] = version, self.compute(context)
        return known[1]

    def _version(self, context: Context) -> str:
        made = {one.asset: (one.input_version, one.output_version) for one in context.state().values()}
        settings, sizes = context.settings.model_dump(mode="json"), [context.count(table) for table in self.tables]
        return digest(made, settings, context.ontology.ontology_hash, sizes)
