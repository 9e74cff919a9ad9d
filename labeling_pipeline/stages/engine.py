"""What a stage is, and how one is materialized: read, compute, write in one transaction.

Belongs here: stages as values, their input versions, the write that discards itself when its input has moved on.
Does not: what a particular stage computes (its own module), or Dagster (``defs``).

A stage reads through short connections, computes with none open, and writes once. It is due when the version of what
it reads (upstream tables, settings, ontology, code) differs from the version recorded with its last output, so a
killed or repeated run ends in the same tables.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from labeling_pipeline import __version__
from labeling_pipeline.home import Home
from labeling_pipeline.settings import Settings
from labeling_pipeline.warehouse.store import Warehouse

if TYPE_CHECKING:
    import pandas as pd

    from labeling_pipeline.core.ontology import Ontology

Metrics = Mapping[str, float | int | str]


@dataclass(frozen=True)
class Context:
    """One pass over a home at one time: what every stage may know."""

    home: Home
    warehouse: Warehouse
    now: datetime
    run_id: str = "none"

    @property
    def settings(self) -> Settings:
        return self.home.settings

    @property
    def ontologies(self) -> tuple[Ontology, ...]:
        return self.home.ontologies

    @property
    def ontology(self) -> Ontology:
        """The ontology in force now; the earliest when none is yet."""
        from labeling_pipeline.core.ontology import in_force

        return in_force(self.ontologies, self.now) or self.ontologies[0]

    def query(self, name: str, **parameters: Any) -> pd.DataFrame:
        return self.warehouse.query(name, **parameters)


@dataclass(frozen=True)
class Append:
    """Rows to add to an append-only table; rows whose key is there already are left out."""

    frame: pd.DataFrame
    key: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What a stage computed: whole tables to replace, rows to append, and the numbers a reader wants."""

    row_count: int
    metrics: Metrics = field(default_factory=dict)
    replace: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    append: Mapping[str, Append] = field(default_factory=dict)
    # Said when a stage had nothing to work with yet; it stays due, whatever its clock says.
    waiting_for: str = ""


@dataclass(frozen=True)
class Stage:
    """One asset: the function that computes it and what makes it due."""

    run: Callable[[Context], Result]
    group: str
    after: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    inbox: str | None = None
    settings: tuple[str, ...] = ()
    # Days between two materializations; its input may change more often than that.
    every_days: Callable[[Settings], int] | None = None
    # Anything else it reads: a file of the home, a decision that hangs on the warehouse.
    reads: Callable[[Context], str] | None = None
    # A reason not to wait for the clock.
    is_urgent: Callable[[Context, datetime], bool] | None = None


@dataclass(frozen=True)
class Recorded:
    """What the warehouse knows of an asset's last materialization."""

    input_version: str
    output_version: str
    as_of: datetime | None
    row_count: int


def digest(*parts: object) -> str:
    """A short content hash of JSON-like parts."""
    text = json.dumps(parts, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def input_version(stage: Stage, context: Context, recorded: Mapping[str, Recorded]) -> str:
    """The version of everything the stage reads."""
    settings = context.settings.model_dump(mode="json")
    return digest(
        __version__,
        [ontology.ontology_hash for ontology in context.ontologies],
        {section: settings[section] for section in stage.settings},
        {asset: recorded[asset].output_version if asset in recorded else "" for asset in stage.after},
        stage.reads(context) if stage.reads else "",
    )


def is_due(asset: str, stage: Stage, context: Context, recorded: Mapping[str, Recorded]) -> bool:
    """Whether the stage's output is older than its input, and its clock has come round."""
    last = recorded.get(asset)
    if last is None:
        return True
    if last.input_version == input_version(stage, context, recorded):
        return False
    if stage.every_days is None or last.as_of is None:
        return True
    if stage.is_urgent is not None and stage.is_urgent(context, last.as_of):
        return True
    due_on = last.as_of.date() + timedelta(days=stage.every_days(context.settings))
    return context.now.date() >= due_on


def materialize(asset: str, stage: Stage, context: Context) -> tuple[Result, bool]:
    """Bring one asset up to date; returns its result and whether anything was done.

    The write is discarded when an upstream table changed while this one was computed: the asset stays due and the
    next pass works from what is there then.
    """
    recorded = context.warehouse.recorded()
    if not is_due(asset, stage, context, recorded):
        return Result(recorded[asset].row_count), False
    version = input_version(stage, context, recorded)
    upstream = {name: recorded[name].output_version if name in recorded else "" for name in stage.after}
    result = stage.run(context)
    as_of = None if result.waiting_for else context.now
    written = context.warehouse.write_stage(
        asset,
        tables=stage.tables,
        replace=result.replace,
        append={table: (rows.frame, rows.key) for table, rows in result.append.items()},
        input_version=version,
        upstream=upstream,
        row_count=result.row_count,
        as_of=as_of,
        run_id=context.run_id,
    )
    return result, written


def stages_due(stages: Mapping[str, Stage], context: Context) -> Sequence[str]:
    """The assets whose output is older than their input, in order."""
    recorded = context.warehouse.recorded()
    return [asset for asset, stage in stages.items() if is_due(asset, stage, context, recorded)]


def downstream(stages: Mapping[str, Stage], assets: Sequence[str]) -> list[str]:
    """The given assets and all that read them, in order."""
    chosen = set(assets)
    for asset, stage in stages.items():
        if chosen.intersection(stage.after):
            chosen.add(asset)
    return [asset for asset in stages if asset in chosen]
