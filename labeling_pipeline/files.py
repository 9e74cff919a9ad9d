"""Frames from files and back; the format follows the file's ending.

Belongs here: whole-file reading and writing for the commands on files. Does not: the inbox, which reads row by row and
quarantines (see ``warehouse.inbox``).
"""

from __future__ import annotations

import csv
import gzip
import os
import warnings
from collections import Counter
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.ids import id_texts

ID_COLUMNS = ("comment_id", "task", "task_id", "id", "annotator", "annotator_id", "worker")
ENDINGS = (".csv", ".jsonl", ".parquet")
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
# A spreadsheet runs a cell that starts with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def ending_of(path: Path) -> str:
    """The format named by the file's ending; `.gz` after it is looked through."""
    ending = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    if ending not in ENDINGS:
        raise InputError(f"{path}: unknown format {ending!r}", expected=" or ".join(ENDINGS), remedy="rename the file")
    return ending


def read_frame(path: str | Path) -> pd.DataFrame:
    """A frame with cells as the file has them (all text in csv); empty cells are missing values. Ids that are whole
    numbers written as 1.0, which an empty cell in their column makes of them, are the text 1.

    Raises InputError when the file is not there, or not what its ending says.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file", remedy="check the path")
    ending = ending_of(path)
    try:
        if ending == ".csv":
            return _plain_ids(unescape(_read_csv(path)), path)
        if ending == ".jsonl":
            return _plain_ids(pd.read_json(path, lines=True, dtype=False), path)
        return _plain_ids(_read_parquet(path), path)
    except (ValueError, UnicodeDecodeError, OSError, EOFError) as error:
        first = str(error).splitlines()[0]
        remedy = "save the file as UTF-8" if isinstance(error, UnicodeDecodeError) else ""
        raise InputError(
            f"{path}: {first}", expected=f"a readable {ending[1:]} file in UTF-8", remedy=remedy
        ) from error


def _plain_ids(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    named = [name for name in ID_COLUMNS if name in frame.columns and not frame.columns.duplicated().any()]
    odd = [name for name in named if _may_be_floats(frame[name])]
    try:
        return frame.assign(**{name: id_texts(frame[name]) for name in odd}) if odd else frame
    except InputError as error:
        raise InputError(f"{path}: {error.what}", expected=error.expected, remedy=error.remedy) from error


def _may_be_floats(column: pd.Series) -> bool:
    if isinstance(column.dtype, pd.StringDtype):
        return bool(column.str.endswith(".0").any())
    return bool(pd.api.types.is_float_dtype(column.dtype))


def _read_csv(path: Path) -> pd.DataFrame:
    """Every cell under its own name: what pandas would take for an index, rename or cut off is refused."""
    names = [str(name) for name in pd.read_csv(path, header=None, dtype=str, nrows=1).iloc[0]]
    _check_names(path, names)
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], index_col=False)
        except (pd.errors.ParserWarning, pd.errors.ParserError) as error:
            raise _too_wide(path, len(names)) or error from error


def _check_names(path: Path, names: list[str]) -> None:
    """One column whose name holds another separator is a file that was not saved with commas."""
    found = next((name for letter, name in SEPARATORS.items() if len(names) == 1 and letter in names[0]), None)
    if found is not None:
        raise InputError(
            f"{path}: one column only, {names[0][:60]!r}; the columns seem to be separated by {found}",
            expected="commas",
            remedy="save the file with commas between its columns",
        )
    twice = [name for name, n in Counter(names).items() if n > 1 and name != "nan"]
    if twice:
        raise InputError(f"{path}: {names.count(twice[0])} columns are named {twice[0]!r}", remedy="rename all but one")


def _too_wide(path: Path, n_columns: int) -> InputError | None:
    """The first row with more cells than the header."""
    how = gzip.open if path.suffix == ".gz" else open
    with how(path, "rt", encoding="utf-8-sig", newline="") as stream:
        for number, row in enumerate(csv.reader(stream)):
            if len(row) > n_columns:
                return InputError(
                    f"{path}: row {number} has {len(row)} cells, the header {n_columns}",
                    expected="as many cells as the header has, in every row",
                    remedy="put texts with commas or line ends in quotes",
                )
    return None


def _read_parquet(path: Path) -> pd.DataFrame:
    """One column after the other where there are many rows: all at once, they would be in memory twice."""
    with pq.ParquetFile(path) as file:
        schema, n_groups = file.schema_arrow, file.num_row_groups
        names, index = schema.names, (schema.pandas_metadata or {}).get("index_columns", [])
    if n_groups < 2 or index or len(set(names)) < len(names):
        frame = pd.read_parquet(path)
    else:
        apart: dict[str, bool] = {"split_blocks": True, "self_destruct": True}
        columns = [pd.read_parquet(path, engine="pyarrow", columns=[name], to_pandas_kwargs=apart) for name in names]
        frame = pd.concat(columns, axis=1)
    if len(set(names)) < len(names):
        return frame
    ids = [name for name in ID_COLUMNS if name in names and pa.types.is_integer(schema.field(name).type)]
    with_gaps = [name for name in ids if name in frame.columns and pd.api.types.is_float_dtype(frame[name].dtype)]
    exact = pq.read_table(path, columns=with_gaps) if with_gaps else None  # whole numbers that pandas made floats of
    return frame.assign(**{name: exact[name].cast(pa.string()).to_numpy() for name in with_gaps}) if exact else frame


def write_frame(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write the frame whole or not at all: to a file beside it, then renamed into place."""
    path = Path(path)
    ending = ending_of(path)
    if not path.parent.is_dir():
        raise InputError(f"{path.parent}: no such folder", remedy="create it first")
    part = path.with_name(f".{path.name}.part{path.suffix if path.suffix == '.gz' else ''}")
    if ending == ".csv":
        escape(frame).to_csv(part, index=False)
    elif ending == ".jsonl":
        frame.to_json(part, orient="records", lines=True, force_ascii=False, date_format="iso")
    else:
        frame.to_parquet(part, index=False)
    os.replace(part, path)
    return path


def escape(frame: pd.DataFrame) -> pd.DataFrame:
    """Text cells that a spreadsheet would run as a formula get a leading apostrophe (undone by `unescape`)."""
    return frame.apply(lambda column: column.map(_escape_cell) if _is_text(column) else column)


def unescape(frame: pd.DataFrame) -> pd.DataFrame:
    """Undo `escape`."""
    return frame.apply(lambda column: column.map(_unescape_cell) if _is_text(column) else column)


def _is_text(column: pd.Series) -> bool:
    return bool(pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column))


def _escape_cell(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip("'").startswith(FORMULA_STARTS) else cell


def _unescape_cell(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS):
        return cell[1:]
    return cell
