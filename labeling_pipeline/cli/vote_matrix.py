"""A matrix of votes from a file. Belongs here: its columns, its gold, its output. Does not: the label model."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.ids import id_texts
from labeling_pipeline.core.weak_supervision import LabelModelResult
from labeling_pipeline.core.weak_supervision.patterns import ABSTAIN

ID_COLUMNS = ("id", "comment_id", "task")
NAMELESS = re.compile(r"\s*|Unnamed: \d+")  # how an empty cell of a header is read


def read_votes(frame: pd.DataFrame, path: str) -> tuple[pd.Series, npt.NDArray[np.int64], list[str]]:
    """Ids (row numbers where there is no id column), votes (n, m) and the functions' names; InputError where a
    column has no name (a saved index would be taken for votes), or where an id is missing or occurs twice, as in a file
    of comments: which of its rows a label is for nobody could tell."""
    id_column = next((column for column in ID_COLUMNS if column in frame.columns), None)
    names = [str(column) for column in frame.columns if column != id_column]
    nameless = next((at for at, column in enumerate(frame.columns, 1) if NAMELESS.fullmatch(str(column))), None)
    if nameless:
        remedy = "save the matrix without its index, to_csv(path, index=False), or name the column comment_id"
        raise InputError(f"{path}: column {nameless} has no name", expected="the name of a function", remedy=remedy)
    if not names:
        raise InputError(f"{path}: no column of votes", expected="one integer column per labeling function")
    votes = np.stack([_integers(frame[name], path) for name in names], axis=1)
    ids = pd.Series(np.arange(len(frame))) if id_column is None else _checked_ids(frame[id_column], path)
    return ids.rename("id").reset_index(drop=True), votes, names


def _checked_ids(ids: pd.Series, path: str) -> pd.Series:
    remedy = "give each row its own id, or leave the column out: rows are then numbered"
    if ids.isna().any():
        row = int(np.flatnonzero(ids.isna())[0])
        raise InputError(f"{path} row {row + 1}: {ids.name} is empty", remedy=remedy)
    repeated = ids.duplicated()
    if repeated.any():
        raise InputError(f"{path}: {ids.name} {str(ids[repeated].iloc[0])!r} occurs twice", remedy=remedy)
    return ids


def _integers(column: pd.Series, path: str) -> npt.NDArray[np.int64]:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
    wrong = ~np.isfinite(numbers) | (numbers != np.floor(numbers)) | (numbers < ABSTAIN)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        cell = "an empty cell" if column.isna().iloc[row] else repr(str(column.iloc[row]))
        raise InputError(
            f"{path} row {row + 1}, column {column.name!r}: {cell}",
            expected="an integer class, or -1 to abstain",
            remedy="name the id column 'id'",
        )
    return numbers.astype(np.int64)


def read_gold(frame: pd.DataFrame, path: str) -> pd.DataFrame:
    """Gold of whatever role: id as text, label as an integer class, other columns as they are; one row per id."""
    column = next((name for name in ID_COLUMNS if name in frame.columns), None)
    if column is None or "label" not in frame.columns:
        raise InputError(f"{path}: columns {', '.join(map(str, frame.columns))}", expected="id and label")
    ids, labels = id_texts(frame[column]), _integers(frame["label"], path)
    return one_label_each(frame.drop(columns=column).assign(id=ids, label=labels), "id", path)


def gold_of(gold: pd.DataFrame, ids: pd.Series) -> npt.NDArray[np.int64]:
    """(n,) classes of `read_gold` in the order of `ids`, -1 where there is none."""
    return np.asarray(id_texts(ids).map(gold.set_index("id")["label"]).fillna(-1), dtype=np.int64)


def one_label_each(gold: pd.DataFrame, column: str, path: str) -> pd.DataFrame:
    """Gold with one row per id; InputError where an id has two different labels."""
    once = gold.drop_duplicates([column, "label"])
    twice = once[column].duplicated()
    if twice.any():
        raise InputError(
            f"{path}: {column} {once[column][twice].iloc[0]!r} has two different labels", remedy="keep one row of them"
        )
    return once


def gold_note(n_rows: int, n_used: int) -> list[str]:
    """What is said of gold that could not be used; nothing where all of it was."""
    why = "other comments than these, or a label that is no class here"
    return [] if n_used == n_rows else [f"gold: {n_rows - n_used} of {n_rows} rows not used ({why})"]


def n_classes_of(votes: npt.NDArray[np.int64], balance: list[float] | None, gold: npt.NDArray[np.int64] | None) -> int:
    """As many classes as the balance lists, else up to the highest class that occurs; at least two."""
    if balance is not None:
        return len(balance)
    highest = int(votes.max(initial=0))
    return max(2, highest + 1, 0 if gold is None else int(gold.max(initial=0)) + 1)


def label_frame(ids: pd.Series, result: LabelModelResult) -> pd.DataFrame:
    """id, label (the integer class), confidence, p_<class>…"""
    out = pd.DataFrame({"id": ids, "label": result.labels, "confidence": result.confidence})
    for k in range(result.probabilities.shape[1]):
        out[f"p_{k}"] = result.probabilities[:, k]
    return out
