"""What each asset was last made from: the whole of "is work pending?" and of "is my result still wanted?".

Belongs here: reading and recording versions. Does not: which asset depends on which.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from labeling_pipeline.core.errors import LabelingError


class StaleInputError(LabelingError):
    """What a result was computed from has changed since: discard it, the next pass computes it anew."""


@dataclass(frozen=True)
class AssetState:
    """One row of ``asset_state`` without wall-clock columns; ``metrics`` are the figures of the run that wrote it."""

    asset: str
    input_version: str
    output_version: str
    as_of: datetime | None
    row_count: int
    metrics: Mapping[str, float | int | str] = field(default_factory=dict)


def read_state(con: duckdb.DuckDBPyConnection) -> dict[str, AssetState]:
    """Asset → its state, for every asset made so far."""
    rows = con.execute(
        "select asset, input_version, output_version, as_of, coalesce(row_count, 0), metrics from asset_state"
    ).fetchall()
    return {
        asset: AssetState(asset, read, made, as_of, row_count, json.loads(metrics))
        for asset, read, made, as_of, row_count, metrics in rows
    }


def record_state(
    con: duckdb.DuckDBPyConnection,
    asset: str,
    input_version: str,
    output_version: str,
    row_count: int | None,
    as_of: datetime | None,
    run_id: str | None,
    finished_at: datetime | None,
    metrics: Mapping[str, float | int | str] | None = None,
) -> None:
    """Record, in the transaction that writes the asset, what it was made from and what came out."""
    con.execute("delete from asset_state where asset = $asset", {"asset": asset})
    con.execute(
        "insert into asset_state (asset, input_version, output_version, as_of, row_count, run_id, finished_at, metrics)"
        " values ($asset, $input_version, $output_version, $as_of, $row_count, $run_id, $finished_at, $metrics)",
        {
            "asset": asset,
            "input_version": input_version,
            "output_version": output_version,
            "as_of": as_of,
            "row_count": row_count,
            "run_id": run_id,
            "finished_at": finished_at,
            "metrics": json.dumps(dict(metrics or {}), default=float),
        },
    )
