"""What each asset was last made from: the whole of "is work pending?" and of "is my result still wanted?".

Belongs here: reading and recording versions, and the guard around a write. Does not: which asset depends on which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb

from labeling_pipeline.core.errors import LabelingError

if TYPE_CHECKING:
    from labeling_pipeline.warehouse.store import Warehouse


class StaleInputError(LabelingError):
    """What a result was computed from has changed since: discard it, the next pass computes it anew."""


@dataclass(frozen=True)
class AssetState:
    """One row of ``asset_state`` without its wall-clock and run columns."""

    asset: str
    input_version: str
    output_version: str
    as_of: datetime | None
    row_count: int


def read_state(con: duckdb.DuckDBPyConnection) -> dict[str, AssetState]:
    """Asset → its state, for every asset made so far."""
    rows = con.execute(
        "select asset, input_version, output_version, as_of, coalesce(row_count, 0) from asset_state"
    ).fetchall()
    return {row[0]: AssetState(*row) for row in rows}


def record_state(
    con: duckdb.DuckDBPyConnection,
    asset: str,
    input_version: str,
    output_version: str,
    row_count: int | None,
    as_of: datetime | None,
    run_id: str | None,
    finished_at: datetime | None,
) -> None:
    """Record, in the transaction that writes the asset, what it was made from and what came out."""
    con.execute("delete from asset_state where asset = $asset", {"asset": asset})
    con.execute(
        "insert into asset_state (asset, input_version, output_version, as_of, row_count, run_id, finished_at)"
        " values ($asset, $input_version, $output_version, $as_of, $row_count, $run_id, $finished_at)",
        {
            "asset": asset,
            "input_version": input_version,
            "output_version": output_version,
            "as_of": as_of,
            "row_count": row_count,
            "run_id": run_id,
            "finished_at": finished_at,
        },
    )


def input_version(state: Mapping[str, AssetState], upstream: Sequence[str], extra: str = "") -> str:
    """A digest of the upstream assets' output versions, and of whatever else the result depends on (settings).

    >>> input_version({}, ["raw_comments"]) == input_version({}, ["raw_comments"], "another setting")
    False
    """
    versions = [f"{name}={state[name].output_version if name in state else ''}" for name in sorted(upstream)]
    return hashlib.sha256("\n".join([*versions, extra]).encode()).hexdigest()[:32]


@contextmanager
def write_if_current(
    warehouse: Warehouse, asset: str, upstream: Sequence[str], expected_input_version: str, extra: str = ""
) -> Iterator[duckdb.DuckDBPyConnection]:
    """`Warehouse.write`, entered only if the upstream versions are still those the result was computed from.

    ``expected_input_version`` is what `input_version` said when the input was read. Raises StaleInputError otherwise,
    before anything is written: of two runs that overlap, the slower cannot overwrite newer output with older.
    """
    with warehouse.write() as con:
        if input_version(read_state(con), upstream, extra) != expected_input_version:
            raise StaleInputError(
                f"{asset}: {', '.join(sorted(upstream))} changed while it was computed",
                remedy="nothing to do: the next pass computes it again",
            )
        yield con
