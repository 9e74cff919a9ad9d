"""Weak labels for a Parquet file that need not fit in memory. Belongs here: reading, labeling and writing in parts.
Does not: what labeling functions and label models do.

Held in memory: one byte per comment and labeling function, the class probabilities, and one part of the texts.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.ids import id_texts
from labeling_pipeline.core.weak_supervision import AppliedLFs, LabelModelResult, LFSet, apply_lfs, model_votes
from labeling_pipeline.core.weak_supervision.bounded import FUNCTION_LIMIT_S, Faults
from labeling_pipeline.core.weak_supervision.evaluation import rule_column
from labeling_pipeline.core.weak_supervision.functions import DeclarativeLF
from labeling_pipeline.core.weak_supervision.gold_roles import fit_rows, measure_rows
from labeling_pipeline.core.weak_supervision.weak_labels import gold_vector
from labeling_pipeline.warehouse.inbox.keys import text_hash
from labeling_pipeline.warehouse.lf_scan import scan_rules

PART_ROWS = 262_144
Truth = npt.NDArray[np.int64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class StreamedLabels:
    """What was done: the label model's result, the votes, where the labels lie.

    `fitted`, `held_out`: (n,) class by gold of role fit and measure, -1 where there is none; None without gold.
    """

    applied: AppliedLFs
    result: LabelModelResult
    path: Path
    fitted: Truth | None
    held_out: Truth | None


def weak_label_parquet(
    source: Path,
    lfs: LFSet,
    output: Path,
    *,
    gold: pd.DataFrame | None = None,
    method: str = "auto",
    class_balance: npt.ArrayLike | None = None,
    seed: int = 0,
    processes: int = 1,
    seconds: float = FUNCTION_LIMIT_S,
    progress: Progress | None = None,
) -> StreamedLabels:
    """Write comment_id, label, confidence, p_<class>…, n_fired, method for every row of `source`, in its order.

    The output appears whole or not at all. `processes`, `seconds`: as in `apply_lfs`. `progress` is called with
    rows done and rows in all, twice over the file.
    Raises InputError as `apply_lfs` does, where the file is not Parquet, and where a comment_id occurs twice.
    """
    file = _open(source)
    applied, (fitted, held_out) = _apply(file, lfs, gold, processes, seconds, progress)
    result = model_votes(applied, method=method, class_balance=class_balance, gold_labels=fitted, seed=seed)
    _write(file, output, applied, result, progress)
    return StreamedLabels(applied, result, output, fitted, held_out)


def _open(source: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(source)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{source}: {str(error).splitlines()[0]}", expected="a readable Parquet file") from error


def _apply(
    file: pq.ParquetFile,
    lfs: LFSet,
    gold: pd.DataFrame | None,
    processes: int,
    seconds: float,
    progress: Progress | None,
) -> tuple[AppliedLFs, tuple[Truth | None, Truth | None]]:
    n = file.metadata.num_rows
    matrix = np.full((n, len(lfs.functions)), -1, dtype=np.int8)
    faults = {name: Faults() for name in lfs.names}
    known = [] if gold is None else [fit_rows(gold), measure_rows(gold)]
    truths: list[Truth] = [np.full(n, -1, dtype=np.int64) for _ in known]
    seen: list[npt.NDArray[np.generic]] = []
    part: AppliedLFs | None = None
    for start, frame, is_given in _parts(file, _columns(file, lfs)):
        left = {name: seconds - faults[name].seconds for name in lfs.names}
        tell = partial(_tell_part, progress, start, n)
        part = apply_lfs(frame, lfs, lfs.classes, scan=scan_rules, processes=processes, seconds=left, progress=tell)
        matrix[start : start + len(frame)] = part.matrix
        for name, found in part.faults.items():
            faults[name].merge(found, range(start, start + len(frame)))
            faults[name].seconds += found.seconds
        if is_given.any():
            seen.append(pd.util.hash_pandas_object(frame["comment_id"][is_given], index=False).to_numpy())
        for truth, rows in zip(truths, known, strict=True):
            truth[start : start + len(frame)] = gold_vector(part, rows)
        _tell(progress, start + len(frame), n)
    if part is None:
        raise InputError("the comments file has no rows", expected="at least one comment")
    _refuse_repeats(seen)
    classes = lfs.classes or tuple(str(k) for k in range(max(2, int(matrix.max(initial=0)) + 1)))
    applied = AppliedLFs(matrix, lfs.names, part.code_hashes, classes, faults)
    return applied, (truths[0], truths[1]) if truths else (None, None)


def _columns(file: pq.ParquetFile, lfs: LFSet) -> list[str] | None:
    if not all(isinstance(lf, DeclarativeLF) for lf in lfs.functions):
        return None
    wanted = {"text", "comment_id", *(rule_column(lf.rule) for lf in lfs.functions if isinstance(lf, DeclarativeLF))}
    return [name for name in file.schema_arrow.names if name in wanted]


def _parts(file: pq.ParquetFile, columns: Sequence[str] | None) -> Iterator[tuple[int, pd.DataFrame, pd.Series]]:
    """The first row, the comments, and which of them the file gives an id."""
    start = 0
    for batch in file.iter_batches(batch_size=PART_ROWS, columns=columns):
        frame = _whole_ids(batch).to_pandas()
        given = frame["comment_id"].notna() if "comment_id" in frame.columns else pd.Series(False, frame.index)
        yield start, with_ids(frame), given
        start += batch.num_rows


def _whole_ids(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Ids that are whole numbers as text: beside an empty cell, pandas would make floats of them."""
    place = batch.schema.get_field_index("comment_id")
    if place < 0 or not pa.types.is_integer(batch.schema.field(place).type):
        return batch
    return batch.set_column(place, "comment_id", batch.column(place).cast(pa.string()))


def with_ids(comments: pd.DataFrame) -> pd.DataFrame:
    """The comments with text ids; where none is given, the one that the inbox would derive from the text."""
    given = pd.Series(None, comments.index, dtype="str")
    if "comment_id" in comments.columns:
        given = id_texts(comments["comment_id"])
    if given.notna().all():
        return comments.assign(comment_id=given)
    texts = comments["text"].fillna("").astype("str")
    derived = texts.map(lambda text: f"h-{text_hash(text)[:24]}")
    return comments.assign(comment_id=given.where(given.notna(), derived))


def _refuse_repeats(seen: list[npt.NDArray[np.generic]]) -> None:
    if not seen:
        return
    hashes = np.sort(np.concatenate(seen))
    if (hashes[1:] == hashes[:-1]).any():
        raise InputError("the comments file: a comment_id occurs twice", remedy="keep one row per comment")


def _write(
    file: pq.ParquetFile, output: Path, applied: AppliedLFs, result: LabelModelResult, progress: Progress | None
) -> None:
    n = len(applied.matrix)
    unfinished = output.with_name(f".{output.name}.part")
    writer: pq.ParquetWriter | None = None
    read = [name for name in ("comment_id", "text") if name in file.schema_arrow.names]
    try:
        for start, frame, _ in _parts(file, read):
            stop = start + len(frame)
            table = _table(applied, result, start, stop)
            table = table.add_column(0, "comment_id", pa.array(frame["comment_id"], pa.string()))
            writer = writer or pq.ParquetWriter(unfinished, table.schema)
            writer.write_table(table)
            _tell(progress, stop, n)
    finally:
        if writer is not None:
            writer.close()
    os.replace(unfinished, output)


def _table(applied: AppliedLFs, result: LabelModelResult, start: int, stop: int) -> pa.Table:
    probabilities = result.probabilities[start:stop]
    best = pa.array(probabilities.argmax(axis=1).astype(np.int8))
    names = pa.array(list(applied.classes), pa.string())
    columns: dict[str, object] = {
        "label": names.take(best),
        "confidence": probabilities.max(axis=1),
        **{f"p_{name}": np.ascontiguousarray(probabilities[:, k]) for k, name in enumerate(applied.classes)},
        "n_fired": (applied.matrix[start:stop] >= 0).sum(axis=1),
        "method": pa.array([result.method] * (stop - start), pa.string()),
    }
    return pa.table(columns)


def _tell_part(progress: Progress | None, start: int, n: int, done: int, of: int) -> None:
    _tell(progress, start + done, n)


def _tell(progress: Progress | None, done: int, of: int) -> None:
    if progress is not None:
        progress(done, of)
