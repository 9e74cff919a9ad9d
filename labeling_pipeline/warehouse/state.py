"""What each asset was last made from: the whole of "is work pending?" and of "is my result still wanted?".

Belongs here: reading and recording versions, and the guard around a write. Does not: which asset depends on which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from labeling_pipeline.core.errors import LabelingError
from labeling_pipeline.warehouse.tables import append_new, replace_rows, table_version

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


def output_version(con: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> str:
    """A digest of what these tables hold; what is marked wall clock or run does not count."""
    return hashlib.sha256("\n".join(f"{t}={table_version(con, t)}" for t in tables).encode()).hexdigest()[:32]


def write_stage(
    warehouse: Warehouse,
    asset: str,
    *,
    tables: Sequence[str],
    replace: Mapping[str, pd.DataFrame],
    append: Mapping[str, tuple[pd.DataFrame, Sequence[str]]],
    input_version: str,
    upstream: Mapping[str, str],
    row_count: int,
    as_of: datetime | None,
    run_id: str | None,
) -> bool:
    """Write what a stage computed and record it, in one transaction; False when it was discarded as stale.

    ``tables``: whose content is the asset's output version. ``replace``: table → all its rows. ``append``: table →
    rows and the key that tells whether they are there. ``upstream``: asset → the output version that was read ('' when
    it had none); when one of them has moved on, nothing is written.
    """
    with warehouse.write() as con:
        state = read_state(con)
        current = {name: state[name].output_version if name in state else "" for name in upstream}
        if current != dict(upstream):
            return False
        for table, frame in replace.items():
            replace_rows(con, table, frame)
        for table, (frame, key) in append.items():
            append_new(con, table, frame, key)
        finished_at = datetime.now(UTC).replace(tzinfo=None)
        version = output_version(con, tables)
        record_state(con, asset, input_version, version, row_count, as_of, run_id, finished_at)
        return True
