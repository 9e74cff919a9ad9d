"""The two tables of an export: columns, types, order, rounding, and the bytes of their Parquet files.

Belongs here: shape and normal form. Does not: hashes, manifest, files on disk.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from labeling_pipeline.core.errors import InputError, InvariantError

TIME = pa.timestamp("us", tz="UTC")
WORDS = pa.list_(pa.string())
DIGITS = 6  # probabilities are rounded to 1e-6, so that another machine's last bits give the same bytes
NEEDED = ("comment_id", "text", "label", "confidence", "weight", "schema_version", "source")


def labels_schema(classes: Sequence[str]) -> pa.Schema:
    """Columns of labels.parquet; v_<class>, n_votes, agreement and labeled_at are null where nobody voted."""
    fields = [("comment_id", pa.string()), ("text", pa.string()), ("label", pa.string())]
    fields += [(f"p_{name}", pa.float64()) for name in classes] + [(f"v_{name}", pa.float64()) for name in classes]
    fields += [("confidence", pa.float64()), ("weight", pa.float64()), ("schema_version", pa.string())]
    fields += [("source", pa.string()), ("n_votes", pa.int32()), ("agreement", pa.float64())]
    fields += [("gold_correct", pa.bool_()), ("labeled_by", WORDS), ("labeled_at", TIME), ("qc_reasons", WORDS)]
    needed = {*NEEDED, *(f"p_{name}" for name in classes)}
    return pa.schema([pa.field(name, kind, nullable=name not in needed) for name, kind in fields])


VOTES_SCHEMA = pa.schema(
    [
        pa.field("comment_id", pa.string(), nullable=False),
        pa.field("question", pa.string(), nullable=False),
        pa.field("annotator_id", pa.string()),
        pa.field("answer", pa.string(), nullable=False),
        pa.field("stated_confidence", pa.float64()),
        pa.field("answered_at", TIME),
        pa.field("labeling_round", pa.string()),
        pa.field("schema_version", pa.string()),
        pa.field("guideline_hash", pa.string()),
    ]
)


def labels_table(labels: pd.DataFrame, classes: Sequence[str]) -> pa.Table:
    """The frame in its normal form: the schema's columns and nothing else, rounded, sorted by comment_id.

    Raises InvariantError if a comment is there twice, a label is not a class, or probabilities do not sum to 1.
    """
    schema = labels_schema(classes)
    table = _to_arrow(labels, schema, f"labels without {', '.join(NEEDED)} or p_<class>").sort_by("comment_id")
    ids = table["comment_id"].to_pandas()
    if ids.duplicated().any():
        raise InvariantError(
            f"comment {ids[ids.duplicated()].iloc[0]} has two labels", expected="one label per comment"
        )
    problems = label_problems(table, classes)
    if problems:
        raise InvariantError(problems[0], remedy="nothing was exported")
    return table


def votes_table(votes: pd.DataFrame, comment_ids: Collection[str]) -> pa.Table:
    """The votes on the exported comments, in normal form; votes on other comments and other columns are left out."""
    kept = votes[votes["comment_id"].isin(list(comment_ids))] if "comment_id" in votes.columns else votes
    table = _to_arrow(kept, VOTES_SCHEMA, "votes without comment_id, question or answer")
    return table.sort_by([(name, "ascending") for name in VOTES_SCHEMA.names])


def label_problems(table: pa.Table, classes: Sequence[str]) -> list[str]:
    """What breaks the promises on single rows: classes, probabilities, confidence. Names the first comment of each."""
    frame = table.select(["comment_id", "label", "confidence"]).to_pandas()
    p = np.column_stack([table[f"p_{name}"].to_numpy() for name in classes])
    tolerance = max(1e-5, len(classes) * 10.0**-DIGITS)
    checks = {
        f"a label that is not one of {', '.join(classes)}": ~frame["label"].isin(list(classes)).to_numpy(),
        "probabilities that do not sum to 1 within 1e-5": ~(np.abs(p.sum(axis=1) - 1) <= tolerance),
        "a probability outside 0 … 1": ~((p >= 0) & (p <= 1)).all(axis=1),
        "a confidence outside 0 … 1": ~frame["confidence"].between(0, 1).to_numpy(),
    }
    found = [(what, frame["comment_id"][bad]) for what, bad in checks.items() if bad.any()]
    return [f"{len(ids)} rows have {what}, first comment {ids.iloc[0]}" for what, ids in found]


def parquet_bytes(table: pa.Table) -> bytes:
    """The same bytes for the same table, on any machine with the same pyarrow."""
    buffer = io.BytesIO()
    plain = table.replace_schema_metadata(None).combine_chunks()
    pq.write_table(plain, buffer, compression="zstd", compression_level=3, version="2.6", row_group_size=100_000)
    return buffer.getvalue()


def _to_arrow(frame: pd.DataFrame, schema: pa.Schema, what: str) -> pa.Table:
    absent = [field.name for field in schema if not field.nullable and field.name not in frame.columns]
    if absent:
        raise InputError(f"{what}: no column {absent[0]}", expected=", ".join(f.name for f in schema if not f.nullable))
    arrays = [_column(frame, field) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _column(frame: pd.DataFrame, field: pa.Field) -> pa.Array:
    if field.name not in frame.columns:
        return pa.nulls(len(frame), field.type)
    values = frame[field.name]
    if field.type == TIME:
        values = pd.Series(pd.to_datetime(values, utc=True, format="ISO8601"), copy=False).astype("datetime64[us, UTC]")
    elif pa.types.is_floating(field.type):
        values = values.astype("float64").round(DIGITS) + 0.0  # + 0.0 turns −0.0 into 0.0
    elif field.type == pa.string():
        values = values.astype("string")
    try:
        array = pa.Array.from_pandas(values, type=field.type)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InputError(f"column {field.name}: {str(error).splitlines()[0]}", expected=str(field.type)) from error
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if array.null_count and not field.nullable:
        raise InputError(f"column {field.name} has {array.null_count} empty cells", expected="a value in every row")
    return array
