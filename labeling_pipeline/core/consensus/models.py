"""Predictions of models as votes beside people's.

Belongs here: one annotator per model, and whose votes are people's. Does not: what a vote weighs (see ``stated``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from labeling_pipeline.core.consensus.columns import encode
from labeling_pipeline.core.consensus.gold import positions
from labeling_pipeline.core.consensus.numbers import numbers_of
from labeling_pipeline.core.consensus.votes import Votes, check_one_question, pick, pick_optional, stated_column
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.plain_text import plain_label, undecoded

MODEL = "model"  # name of the annotator a model becomes; with a version, "model:<version>"
EXPECTED = "task, p_<class> for each class, perhaps model_version"


# Vendors round to two places; six classes can then be off by .03 together.
SUM_TOLERANCE = 0.03


def with_models(
    votes: pd.DataFrame, predictions: pd.DataFrame, known: Sequence[str], notes: list[str]
) -> tuple[pd.DataFrame, list[str]]:
    """The votes with each model's top class as one more vote per task, and the names of these annotators.

    ``predictions``: task (or comment_id), ``p_<class>`` columns (a class absent counts as 0), perhaps model_version
    and predicted_at; ``known``: the classes there are. The top probability becomes the vote's stated confidence, so how
    much a model's certainty is worth is learned as it is for people. A model judges only tasks that people voted on; of
    several predictions of one model for one task the latest counts, else the last row.
    Raises InputError when a column is missing, a probability is no number in [0, 1] or of no known class, a row does
    not add up to 1, or an annotator has a model's name.
    """
    classes = [str(name) for name in predictions.columns if str(name).startswith("p_")]
    if not classes:
        raise InputError("predictions: no column p_<class>", expected=EXPECTED, remedy="name the columns so")
    tasks = encode(pick(votes, "task"))[1]
    place = positions(pick(predictions, "task", "predictions"), tasks)
    p = _probabilities(predictions[classes])
    _check_classes(p, classes, known)
    _check_sums(p, predictions[classes])
    rows = pd.DataFrame(
        {
            "place": place,
            "annotator": _names(predictions),
            "label": np.array([name.removeprefix("p_") for name in classes], dtype=object)[p.argmax(axis=1)],
            "confidence": p.max(axis=1),
        }
    )
    if "predicted_at" in predictions.columns:
        when = pd.to_datetime(predictions["predicted_at"], utc=True, errors="coerce")
        rows = rows.iloc[np.argsort(when.fillna(pd.Timestamp(0, tz="UTC")).to_numpy(), kind="stable")]
    rows = _used(rows, notes).drop_duplicates(["place", "annotator"], keep="last")
    models = sorted(rows["annotator"].unique())
    said = _people(votes, models)
    own = rows.assign(task=tasks.take(pa.array(rows["place"].to_numpy())).to_pylist()).drop(columns="place")
    return pd.concat([said, own.astype(object)], ignore_index=True), models


def of_people(votes: Votes, models: Sequence[str]) -> Votes:
    """The votes of people alone, over the same tasks: what they said is told without any model."""
    if not models:
        return votes
    is_model = np.append(np.isin(np.array(votes.annotators.to_pylist(), dtype=object), list(models)), False)
    kept = ~is_model[votes.annotator]
    weight, stated = (None if x is None else x[kept] for x in (votes.weight, votes.stated))
    return replace(
        votes,
        task=votes.task[kept],
        annotator=votes.annotator[kept],
        answer=votes.answer[kept],
        weight=weight,
        stated=stated,
    )


def _people(votes: pd.DataFrame, models: list[str]) -> pd.DataFrame:
    """The columns that count, under one name each."""
    check_one_question(votes)
    annotator, stated = pick_optional(votes, "annotator"), stated_column(votes)
    known = set() if annotator is None else set(annotator.dropna().astype(str))
    if known & set(models):
        raise InputError(f"annotator {min(known & set(models))!r} has a model's name", remedy="rename one of them")
    columns = {"task": pick(votes, "task"), "label": pick(votes, "label"), "annotator": annotator, "confidence": stated}
    columns |= {name: votes[name] for name in ("weight", "answered_at") if name in votes.columns}
    return pd.DataFrame({name: column for name, column in columns.items() if column is not None}).astype(object)


def _used(rows: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """The rows of tasks with votes; the others are counted in a note."""
    elsewhere = rows["place"] < 0
    if elsewhere.any():
        notes.append(f"{int(elsewhere.sum())} predictions are for tasks without votes: not used")
    return rows[~elsewhere]


def _probabilities(columns: pd.DataFrame) -> np.ndarray:
    of_each = [numbers_of(columns.iloc[:, k], 0.0, 1.0, where="predictions") for k in range(columns.shape[1])]
    return np.nan_to_num(np.column_stack(of_each))


def _check_classes(p: np.ndarray, names: list[str], known: Sequence[str]) -> None:
    """A probability of a class that nobody else knows is a slip of the pen, or a class to be declared."""
    there = {plain_label(str(name)) for name in known}
    strange = [plain_label(name.removeprefix("p_")) not in there for name in names]
    meant = p[:, strange] > 0
    if meant.any():
        row = int(np.flatnonzero(meant.any(axis=1))[0])
        column = np.array(names)[strange][int(meant[row].argmax())]
        raise InputError(
            f"predictions: row {row + 1}: {column} is of no class of the votes or gold",
            expected=", ".join(f"p_{name}" for name in sorted(there)),
            remedy="rename the column, or name all classes (--classes)",
        )


def _check_sums(p: np.ndarray, columns: pd.DataFrame) -> None:
    total = p.sum(axis=1)
    wrong = np.flatnonzero(np.abs(total - 1) > SUM_TOLERANCE)
    if wrong.size:
        row = int(wrong[0])
        raise InputError(
            f"predictions: row {row + 1}: {columns.columns[0]} to {columns.columns[-1]} add up to {total[row]:.4g}",
            expected="1",
            remedy="mend the row or leave it out; a class without a column counts as 0",
        )


def _names(predictions: pd.DataFrame) -> pd.Series:
    if "model_version" not in predictions.columns:
        return pd.Series(MODEL, predictions.index)
    version = predictions["model_version"]
    try:
        return (MODEL + ":" + version.astype(str)).where(version.notna(), MODEL)
    except UnicodeEncodeError as error:
        raise undecoded(version, version.name) from error
