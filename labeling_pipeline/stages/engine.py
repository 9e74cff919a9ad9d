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
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from labeling_pipeline import __version__
from labeling_pipeline.settings import Settings
from labeling_pipeline.stages.context import Context
from labeling_pipeline.warehouse.state import AssetState, read_state, record_state
from labeling_pipeline.warehouse.tables import append_new, replace_rows, table_version

if TYPE_CHECKING:
    import pandas as pd

Metrics = Mapping[str, float | int | str]


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
    # Figures for a page under reports/, where the asset has one.
    shown: object = None


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
    # Anything else it reads: a file of the home.
    reads: Callable[[Context], str] | None = None
    # Done first, before the version of what it reads is taken: raises where that is wrong, so that nothing is computed
    # (asked, paid for) on it, and may write down what else belongs to it.
    checks: Callable[[Context], None] | None = None
    # There is something for it to do, whatever the versions say.
    is_wanted: Callable[[Context], bool] | None = None
    # A reason not to wait for the clock.
    is_urgent: Callable[[Context, datetime], bool] | None = None


def digest(*parts: object) -> str:
    """A short content hash of JSON-like parts."""
    text = json.dumps(parts, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def input_version(stage: Stage, context: Context, state: Mapping[str, AssetState]) -> str:
    """The version of everything the stage reads."""
    settings = context.settings.model_dump(mode="json")
    # Rows once refused are examined again when the settings they were examined by change.
    sections = (*stage.settings, "inbox", "ontology") if stage.inbox else stage.settings
    return digest(
        __version__,
        [ontology.ontology_hash for ontology in context.ontologies],
        {section: settings[section] for section in sections},
        upstream_versions(stage, state),
        context.taken_files(stage.inbox) if stage.inbox else "",
        stage.reads(context) if stage.reads else "",
    )


def upstream_versions(stage: Stage, state: Mapping[str, AssetState]) -> dict[str, str]:
    """The output version of every asset the stage reads; empty for one that was never made."""
    return {asset: state[asset].output_version if asset in state else "" for asset in stage.after}


def is_due(asset: str, stage: Stage, context: Context, state: Mapping[str, AssetState]) -> bool:
    """Whether there is a file to take, or the output is older than its input and its clock has come round."""
    last = state.get(asset)
    if last is None or (stage.inbox and context.untaken(stage.inbox)):
        return True
    if stage.is_wanted is not None and stage.is_wanted(context):
        return True
    if last.input_version == input_version(stage, context, state):
        return False
    if stage.every_days is None or last.as_of is None:
        return True
    if stage.is_urgent is not None and stage.is_urgent(context, last.as_of):
        return True
    return _has_come_round(stage.every_days, context, last.as_of)


def _has_come_round(every_days: Callable[[Settings], int], context: Context, as_of: datetime) -> bool:
    return context.now.date() >= as_of.date() + timedelta(days=every_days(context.settings))


@dataclass(frozen=True)
class Done:
    """What became of an asset: its result, the version of its output, and whether it was written now."""

    result: Result
    output_version: str
    is_changed: bool


def materialize(asset: str, stage: Stage, context: Context) -> Done:
    """Bring one asset up to date.

    The write is discarded when an upstream table changed while this one was computed: the asset stays due, and the
    next pass works from what is there then.
    """
    if stage.checks is not None and is_due(asset, stage, context, context.state()):
        stage.checks(context)  # with no connection open: it may take a while
    with context.warehouse.read():
        state = context.state()
        if not is_due(asset, stage, context, state):
            last = state[asset]
            return Done(Result(last.row_count, last.metrics), last.output_version, False)
        version, upstream = input_version(stage, context, state), upstream_versions(stage, state)
    result = stage.run(context)
    if stage.inbox:  # its input is what it took just now
        version = input_version(stage, context, state)
    return _write(asset, stage, context, result, version, upstream)


def _write(
    asset: str, stage: Stage, context: Context, result: Result, version: str, upstream: Mapping[str, str]
) -> Done:
    with context.warehouse.write() as con:
        if upstream_versions(stage, read_state(con)) != upstream:
            return Done(Result(result.row_count, result.metrics), "superseded", False)
        for table, frame in result.replace.items():
            replace_rows(con, table, frame)
        for table, rows in result.append.items():
            append_new(con, table, rows.frame, rows.key)
        output = digest([table_version(con, table) for table in stage.tables])
        as_of = None if result.waiting_for else context.now
        figures = {**result.metrics, **({"waiting_for": result.waiting_for} if result.waiting_for else {})}
        record_state(con, asset, version, output, result.row_count, as_of, context.run_id, _wall_clock(), figures)
    return Done(result, output, True)


def _wall_clock() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def stages_due(stages: Mapping[str, Stage], context: Context) -> Sequence[str]:
    """The assets whose output is older than their input, in order."""
    with context.warehouse.read():
        state = context.state()
        return [asset for asset, stage in stages.items() if is_due(asset, stage, context, state)]


def stages_asleep(stages: Mapping[str, Stage], context: Context) -> frozenset[str]:
    """The assets that wait for their clock, and for which nothing urgent has come up: not due, whatever changes."""
    state = context.state()
    return frozenset(
        asset
        for asset, stage in stages.items()
        if stage.every_days is not None and stage.is_wanted is None
        if asset in state and (as_of := state[asset].as_of) is not None
        if not _has_come_round(stage.every_days, context, as_of)
        if stage.is_urgent is None or not stage.is_urgent(context, as_of)
    )


def downstream(stages: Mapping[str, Stage], due: Sequence[str], asleep: frozenset[str] = frozenset()) -> list[str]:
    """The assets that are due and all that read them, in order; without those that are asleep, and no step is spent on.

    An asset that takes files and has none to take is brought along, but what reads it is not: it hardly ever changes
    then, and when it does, the next pass sees to it.
    """
    chosen, moving = set(due), set(due)
    for asset, stage in stages.items():
        if moving.intersection(stage.after) and asset not in asleep:
            chosen.add(asset)
            if stage.inbox is None:
                moving.add(asset)
    return [asset for asset in stages if asset in chosen]
