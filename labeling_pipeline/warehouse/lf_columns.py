"""Votes of labeling functions, kept between runs. Belongs here: one Parquet file per function's code, and running only
what no file holds. Does not: running a function (``core.weak_supervision.applying``).

A vote is kept by code hash and by what the function can read of the comment: an edited function has another file, a
new or changed comment another row, and nothing else is run again. A function that was stopped for being slow is not
kept, since a busy machine may have been the reason.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from labeling_pipeline.core.weak_supervision.applying import AppliedLFs, Scan, apply_lfs
from labeling_pipeline.core.weak_supervision.bounded import FUNCTION_LIMIT_S, OUT_OF_TIME, STOPPED, TOO_SLOW, Faults
from labeling_pipeline.core.weak_supervision.code_hash import hash_text
from labeling_pipeline.core.weak_supervision.evaluation import rule_column
from labeling_pipeline.core.weak_supervision.functions import DeclarativeLF, LabelingFunction, LFSet

FAULTS = b"faults"
Hashes = npt.NDArray[np.uint64]


@dataclass
class _Column:
    """One function's votes: on which rows of these comments they are known, and what they are."""

    path: Path
    rows: Hashes
    votes: npt.NDArray[np.int8]
    is_known: npt.NDArray[np.bool_]
    faults: Faults


@dataclass(frozen=True)
class KeptLFs:
    """The votes, and how many (function, comment) pairs had to be run for them."""

    applied: AppliedLFs
    n_run: int


def apply_kept(
    folder: Path,
    comments: pd.DataFrame,
    lfs: LFSet,
    classes: Sequence[str],
    scan: Scan | None = None,
    seconds: float = FUNCTION_LIMIT_S,
) -> KeptLFs:
    """`apply_lfs`, running only functions on comments whose votes are not in `folder` yet.

    Equal to a fresh run as long as functions look at one row at a time. A rule whose column the comments do not have
    abstains on all of them, on record, where `apply_lfs` raises: there the name is wrong, here the column may come with
    the next file. Afterwards the folder holds the columns of these functions and no others; each file appears whole or
    not at all.
    """
    read = _hashes_of_what_is_read(comments, lfs)
    columns = [
        _read(folder / f"{_key(lf, lfs, classes)}.parquet", rows) for lf, rows in zip(lfs.functions, read, strict=True)
    ]
    todo: dict[bytes, list[int]] = defaultdict(list)
    for j, column in enumerate(columns):
        lacks = _lacks(lfs.functions[j], comments)
        if lacks is not None:  # nothing to keep: the column may come with the next file
            column.votes[:], column.faults = -1, Faults()
            column.faults.add(f"the comments have no column {lacks!r}", 0, len(comments))
        elif not column.is_known.all() or not column.path.is_file():
            todo[column.is_known.tobytes()].append(j)
    n_run = 0
    for group in todo.values():
        missing = np.flatnonzero(~columns[group[0]].is_known)
        part = comments.iloc[missing].reset_index(drop=True)
        some = LFSet(tuple(lfs.functions[j] for j in group), lfs.classes, lfs.source)
        done = apply_lfs(part, some, classes, scan=scan, seconds=seconds)
        n_run += len(group) * len(missing)
        for place, j in enumerate(group):
            columns[j].votes[missing] = done.matrix[:, place]
            columns[j].faults.merge(done.faults[lfs.names[j]], missing)
            _write(columns[j])
    _forget(folder, {column.path for column in columns})
    return KeptLFs(_together(columns, lfs, classes, comments), n_run)


def _together(columns: list[_Column], lfs: LFSet, classes: Sequence[str], comments: pd.DataFrame) -> AppliedLFs:
    matrix = np.stack([column.votes for column in columns], axis=1)
    faults = {name: column.faults for name, column in zip(lfs.names, columns, strict=True)}
    hashes = [lf.code_hash for lf in lfs.functions]
    return AppliedLFs(matrix, lfs.names, hashes, tuple(classes), faults, comments["comment_id"])


def _reads(lf: LabelingFunction) -> str | None:
    """The column a rule reads; None for a Python function, which may read any."""
    return rule_column(lf.rule) if isinstance(lf, DeclarativeLF) else None


def _lacks(lf: LabelingFunction, comments: pd.DataFrame) -> str | None:
    """The column a function needs that is not there."""
    column = _reads(lf) or "text"
    return None if column in comments.columns else column


def _hashes_of_what_is_read(comments: pd.DataFrame, lfs: LFSet) -> list[Hashes]:
    """Per function, a hash of what it can read of each row: a rule its column, a Python function all of them."""
    read = [_reads(lf) for lf in lfs.functions]
    found = {
        column: row_hashes(comments[[name for name in comments.columns if column is None or name == column]])
        for column in dict.fromkeys(read)
    }
    return [found[column] for column in read]


def row_hashes(comments: pd.DataFrame) -> Hashes:
    """(n,): a 64-bit hash of each row's columns and cells."""
    cells = comments.astype("str")
    names = int(hash_text(*map(str, cells.columns)), 16)
    return np.asarray(pd.util.hash_pandas_object(cells, index=False).to_numpy() ^ np.uint64(names))


def _key(lf: LabelingFunction, lfs: LFSet, classes: Sequence[str]) -> str:
    """Votes are stored as places among the classes, so the classes are part of what they mean."""
    return hash_text(lf.code_hash, lf.name, *(lfs.classes or ()), "|", *classes)


def _read(path: Path, rows: Hashes) -> _Column:
    votes, is_known = np.full(len(rows), -1, dtype=np.int8), np.zeros(len(rows), dtype=bool)
    if not path.is_file():
        return _Column(path, rows, votes, is_known, Faults())
    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid:  # damaged: its votes are computed again, and the file replaced
        return _Column(path, rows, votes, is_known, Faults())
    kept = pd.Index(table["row"].to_numpy())
    place = kept.get_indexer(pd.Index(rows))
    is_known = place >= 0
    votes[is_known] = table["vote"].to_numpy()[place[is_known]]
    faults = Faults()
    for reason, (n, first) in json.loads(table.schema.metadata[FAULTS]).items():
        where = np.flatnonzero(rows == np.uint64(first))
        if len(where):  # else the comments it was seen on are gone
            faults.add(reason, int(where[0]), n)
    return _Column(path, rows, votes, is_known, faults)


def _write(column: _Column) -> None:
    rows = column.rows
    if any(column.faults.counts[reason] for reason in (TOO_SLOW, STOPPED, OUT_OF_TIME)):
        column.path.unlink(missing_ok=True)
        return
    kept, first = np.unique(rows, return_index=True)  # equal rows have equal votes
    faults = {r: [n, int(rows[column.faults.first_row[r]])] for r, n in column.faults.counts.items() if n}
    table = pa.table({"row": kept, "vote": column.votes[first]}).replace_schema_metadata({FAULTS: json.dumps(faults)})
    column.path.parent.mkdir(parents=True, exist_ok=True)
    part = column.path.with_name(f".{column.path.name}.{os.getpid()}.part")
    pq.write_table(table, part, compression="zstd")
    os.replace(part, column.path)


def _forget(folder: Path, used: set[Path]) -> None:
    """Drop the columns of functions that are gone."""
    for path in folder.glob("*.parquet") if folder.is_dir() else ():
        if path not in used:
            path.unlink(missing_ok=True)
