"""Votes of labeling functions, kept between runs. Belongs here: one Parquet file per function's code, and running only
what no file holds. Does not: running a function (``core.weak_supervision.applying``).

A vote is kept by code hash and by what is there of the comment that the function can read: an edited function has
another file, a new or changed comment another row, and nothing else is run again. Where a call gave no answer (it
raised, or was too slow) the reason may have been the day's: a service was down, the machine was busy. Such a row is
kept as lost, and tried again on another day, so that a function which always fails is called once a day and no more.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from labeling_pipeline.core.weak_supervision.applying import AppliedLFs, Scan, apply_lfs
from labeling_pipeline.core.weak_supervision.bounded import FUNCTION_LIMIT_S, Faults
from labeling_pipeline.core.weak_supervision.code_hash import hash_text, named_in
from labeling_pipeline.core.weak_supervision.evaluation import rule_column
from labeling_pipeline.core.weak_supervision.functions import DeclarativeLF, LabelingFunction, LFSet

KEPT = b"labeling_function"  # what is said of a column beside its votes
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
    *,
    today: date,
) -> KeptLFs:
    """`apply_lfs`, running only functions on comments whose votes are not in `folder` yet, and once a day (`today`) on
    those where they raised or were too slow the day before.

    Equal to a fresh run as long as functions look at one row at a time. A rule whose column the comments do not have
    abstains on all of them, on record, where `apply_lfs` raises: there the name is wrong, here the column may come with
    the next file. Afterwards the folder holds the columns of these functions and no others; each file appears whole or
    not at all.
    """
    read, names = _hashes_of_what_is_read(comments, lfs), [str(name) for name in comments.columns]
    columns = [
        _read(folder / f"{_key(lf, lfs, classes, names)}.parquet", rows, today)
        for lf, rows in zip(lfs.functions, read, strict=True)
    ]
    n_run = 0
    for group in _not_known(columns, lfs, comments):
        missing = np.flatnonzero(~columns[group[0]].is_known)
        part = comments.iloc[missing].reset_index(drop=True)
        some = LFSet(tuple(lfs.functions[j] for j in group), lfs.classes, lfs.source)
        done = apply_lfs(part, some, classes, scan=scan, seconds=seconds)
        n_run += len(group) * len(missing)
        for place, j in enumerate(group):
            columns[j].votes[missing] = done.matrix[:, place]
            columns[j].faults.merge(done.faults[lfs.names[j]], missing)
            _write(columns[j], today)
    _forget(folder, {column.path for column in columns})
    return KeptLFs(_together(columns, lfs, classes, comments), n_run)


def _not_known(columns: list[_Column], lfs: LFSet, comments: pd.DataFrame) -> list[list[int]]:
    """The functions that are still to be run, those together that lack the same rows."""
    todo: dict[bytes, list[int]] = defaultdict(list)
    for j, column in enumerate(columns):
        lacks = _lacks(lfs.functions[j], comments)
        if lacks is not None:  # nothing to keep: the column may come with the next file
            column.votes[:], column.faults = -1, Faults()
            column.faults.add(f"the comments have no column {lacks!r}", 0, len(comments))
        elif not column.is_known.all() or not column.path.is_file():
            todo[column.is_known.tobytes()].append(j)
    return list(todo.values())


def _together(columns: list[_Column], lfs: LFSet, classes: Sequence[str], comments: pd.DataFrame) -> AppliedLFs:
    matrix = np.stack([column.votes for column in columns], axis=1)
    faults = {name: column.faults for name, column in zip(lfs.names, columns, strict=True)}
    hashes = [lf.code_hash for lf in lfs.functions]
    return AppliedLFs(matrix, lfs.names, hashes, tuple(classes), faults, comments["comment_id"])


def _lacks(lf: LabelingFunction, comments: pd.DataFrame) -> str | None:
    """The column a function needs that is not there."""
    column = rule_column(lf.rule) if isinstance(lf, DeclarativeLF) else "text"
    return None if column in comments.columns else column


def _reads(lf: LabelingFunction, columns: Sequence[str]) -> tuple[str, ...]:
    """Those of the columns that a function can read: a rule its own, a Python function those it names, or any."""
    if isinstance(lf, DeclarativeLF):
        return tuple(name for name in columns if name == rule_column(lf.rule))
    return tuple(name for name in columns if lf.reads is None or name in lf.reads)


def _hashes_of_what_is_read(comments: pd.DataFrame, lfs: LFSet) -> list[Hashes]:
    """Per function, a hash of what is there of each row that it can read; what is missing counts for nothing, so that
    a new column changes only the rows that have something in it."""
    columns = {str(name): comments[name] for name in comments.columns}
    read = [_reads(lf, list(columns)) for lf in lfs.functions]
    cells = {name: _cell_hashes(name, columns[name]) for name in set(chain.from_iterable(read))}
    none = np.zeros(len(comments), dtype=np.uint64)
    found = {names: sum((cells[name] for name in names), none) for names in set(read)}
    return [found[names] for names in read]


def _cell_hashes(name: str, cells: pd.Series) -> Hashes:
    if pd.api.types.is_datetime64_any_dtype(cells):  # how one is written depends on the others
        texts = cells.dt.as_unit("us").astype("int64").astype("str")
    else:
        texts = cells.astype("str")
    hashes = pd.util.hash_pandas_object(texts, index=False, hash_key=hash_text(name)).to_numpy()
    return np.where(cells.isna(), np.uint64(0), hashes)


def _key(lf: LabelingFunction, lfs: LFSet, classes: Sequence[str], columns: Sequence[str]) -> str:
    """Votes are stored as places among the classes, so the classes are part of what they mean; so is, to a Python
    function that names a column, whether it is there."""
    named = sorted(_reads(lf, columns))
    if not isinstance(lf, DeclarativeLF) and lf.reads is None:
        named = named_in(lf.code, columns)
    return hash_text(lf.code_hash, lf.name, *(lfs.classes or ()), "|", *classes, "|", *named)


def _read(path: Path, rows: Hashes, today: date) -> _Column:
    votes, is_known = np.full(len(rows), -1, dtype=np.int8), np.zeros(len(rows), dtype=bool)
    column = _Column(path, rows, votes, is_known, Faults())
    if not path.is_file():
        return column
    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid:  # damaged: its votes are computed again, and the file replaced
        return column
    said = (table.schema.metadata or {}).get(KEPT)
    if said is None:  # from before lost rows were kept
        return column
    kept, place = json.loads(said), pd.Index(table["row"].to_numpy()).get_indexer(pd.Index(rows))
    is_known[:] = place >= 0
    votes[is_known] = table["vote"].to_numpy()[place[is_known]]
    for reason, (n, first) in kept["answers"].items():
        where = np.flatnonzero(rows == np.uint64(first))
        if len(where):  # else the comments it was seen on are gone
            column.faults.add(reason, int(where[0]), n)
    lost = np.full(len(rows), -1, dtype=np.int16)
    lost[is_known] = table["lost"].to_numpy()[place[is_known]]
    if kept["day"] != today.isoformat():
        is_known[lost >= 0] = False
        return column
    for code, reason in enumerate(kept["reasons"]):
        for row in np.flatnonzero(lost == code).tolist():
            column.faults.add(reason, row)
    return column


def _write(column: _Column, today: date) -> None:
    rows, faults = column.rows, column.faults
    lost = np.full(len(rows), -1, dtype=np.int16)
    for code, where in enumerate(faults.lost.values()):
        lost[np.asarray(where)] = code
    answers = {r: [n, int(rows[faults.first_row[r]])] for r, n in faults.counts.items() if n and r not in faults.lost}
    said = json.dumps({"answers": answers, "reasons": list(faults.lost), "day": today.isoformat()})
    answered = np.argsort(lost >= 0, kind="stable")  # of rows that read the same, one with an answer speaks for all
    kept, first = np.unique(rows[answered], return_index=True)
    first = answered[first]
    table = pa.table({"row": kept, "vote": column.votes[first], "lost": lost[first]})
    column.path.parent.mkdir(parents=True, exist_ok=True)
    part = column.path.with_name(f".{column.path.name}.{os.getpid()}.part")
    pq.write_table(table.replace_schema_metadata({KEPT: said}), part, compression="zstd")
    os.replace(part, column.path)


def _forget(folder: Path, used: set[Path]) -> None:
    """Drop the columns of functions that are gone."""
    for path in folder.glob("*.parquet") if folder.is_dir() else ():
        if path not in used:
            path.unlink(missing_ok=True)
