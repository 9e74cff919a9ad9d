"""One file, read and sifted into two Parquet files beside each other, with no connection open.

Belongs here: streaming, and which lookups a kind needs. Does not: what happens in the warehouse (``take``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from labeling_pipeline.core.opaque_ids import COMMENT, DIGITS
from labeling_pipeline.warehouse.inbox.arrange import arrange, check_columns
from labeling_pipeline.warehouse.inbox.batch import BadRow, Batch, DamagedFileError
from labeling_pipeline.warehouse.inbox.model import STRING, IngestContext, Kind
from labeling_pipeline.warehouse.inbox.readers import format_of, read_batches
from labeling_pipeline.warehouse.sql import run_named
from labeling_pipeline.warehouse.store import Warehouse

SHOWN_ID = re.compile(f"{COMMENT}[0-9a-f]{{{DIGITS}}}")
QUARANTINE = pa.schema(
    [
        ("line", pa.int64()),
        ("rule", STRING),
        ("reason", STRING),
        ("row", STRING),
        ("raw", pa.binary()),
        ("comment_id", STRING),
    ]
)


@dataclass
class Staged:
    """A sifted file. ``accepted`` and ``quarantine`` can be registered in DuckDB and are read as a stream."""

    accepted: Any
    quarantine: Any
    n_accepted: int = 0
    n_quarantined: int = 0


@contextmanager
def staged_file(warehouse: Warehouse, path: Path, kind: Kind, context: IngestContext) -> Iterator[Staged]:
    """The file's rows, sifted. A damaged file has one row, in quarantine, and no accepted ones."""
    with TemporaryDirectory(prefix="inbox-") as folder:
        try:
            yield _stage(warehouse, path, kind, context, Path(folder))
        except DamagedFileError as error:
            yield damaged(kind, error)


def damaged(kind: Kind, error: DamagedFileError) -> Staged:
    """What is staged for a file that cannot be used at all."""
    row = pa.Table.from_pylist([{"rule": error.rule, "reason": error.reason}], schema=QUARANTINE)
    return Staged(kind.schema.empty_table(), row, 0, 1)


def staged_frame(kind: Kind, rows: pd.DataFrame, context: IngestContext) -> Staged:
    """Rows that are already arranged, sifted in memory."""
    split = kind.sift(rows, context)
    # Where the cell is no text the row is damaged, and its bytes are kept; elsewhere the row as text says it all.
    texts, rules = split.quarantine["row"], split.quarantine["rule"]
    raw = [t.encode("utf-8") if rule == "not_text" else None for t, rule in zip(texts, rules, strict=True)]
    quarantined = split.quarantine.assign(raw=pd.Series(raw, dtype=object))
    accepted, quarantine = _table(split.accepted, kind.schema), _table(quarantined, QUARANTINE)
    return Staged(accepted, quarantine, accepted.num_rows, quarantine.num_rows)


def _stage(warehouse: Warehouse, path: Path, kind: Kind, context: IngestContext, folder: Path) -> Staged:
    names: set[str] = set()
    n_accepted = n_quarantined = 0
    is_csv = format_of(path)[0] == ".csv"
    with ExitStack() as stack:
        good = stack.enter_context(pq.ParquetWriter(folder / "good.parquet", kind.schema))
        bad = stack.enter_context(pq.ParquetWriter(folder / "bad.parquet", QUARANTINE))
        for batch in read_batches(path, context.max_cell_bytes):
            names |= batch.columns
            if is_csv:
                check_columns(names, kind, context)
            staged = staged_frame(kind, _rows(warehouse, batch, kind, context, is_csv), context)
            good.write_table(staged.accepted)
            bad.write_table(staged.quarantine)
            bad.write_table(_bad_rows(batch.bad))
            n_accepted += staged.n_accepted
            n_quarantined += staged.n_quarantined + len(batch.bad)
    if names or n_accepted:
        check_columns(names, kind, context)
    return Staged(ds.dataset(folder / "good.parquet"), ds.dataset(folder / "bad.parquet"), n_accepted, n_quarantined)


def _rows(warehouse: Warehouse, batch: Batch, kind: Kind, context: IngestContext, is_csv: bool) -> pd.DataFrame:
    rows = arrange(batch.records, batch.lines, batch.texts, kind, context, is_csv)
    return with_tasks(warehouse, with_comments(warehouse, rows, context.id_key)) if kind.name == "votes" else rows


def with_comments(warehouse: Warehouse, rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """Votes with the ids of their comments where they come with those that sheets show; others stay as they are."""
    cells = [one.strip() if isinstance(one, str) else one for one in rows["comment_id"].tolist()]
    shown = sorted({one for one in cells if isinstance(one, str) and SHOWN_ID.fullmatch(one)})
    if not shown:
        return rows
    with warehouse.read() as con:
        named = {"named": pd.DataFrame({"shown_id": shown})}
        found = run_named(con, "known_shown_ids", named, key=key, prefix=COMMENT, digits=DIGITS)
    own = dict(zip(found["shown_id"], found["comment_id"], strict=True))
    given = rows["comment_id"].tolist()
    ids = [own.get(cell, g) if isinstance(cell, str) else g for cell, g in zip(cells, given, strict=True)]
    return rows.assign(comment_id=pd.Series(ids, index=rows.index, dtype=object))


def with_tasks(warehouse: Warehouse, rows: pd.DataFrame) -> pd.DataFrame:
    """What the warehouse knows of the tasks that votes name: ``task_schema``, ``task_question``, ``task_round``."""
    named = pd.DataFrame({"task_id": [str(t) for t in rows["task_id"].tolist() if t not in (None, "")]})
    if named.empty:
        return rows
    with warehouse.read() as con:
        tasks = run_named(con, "known_tasks", {"named": named.drop_duplicates()}).set_index("task_id")
    ids = [str(t) for t in rows["task_id"].tolist()]
    found = tasks.reindex(ids).astype(object).where(lambda cells: cells.notna(), None)
    return pd.concat([rows, found.set_index(rows.index)], axis=1)


def _bad_rows(rows: list[BadRow]) -> pa.Table:
    return pa.Table.from_pylist([vars(row) for row in rows], schema=QUARANTINE)


def _table(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    arrays = [
        pa.array(frame[f.name], type=f.type, from_pandas=True) if f.name in frame else pa.nulls(len(frame), f.type)
        for f in schema
    ]
    return pa.table(arrays, schema=schema)
