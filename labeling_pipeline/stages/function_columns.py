"""What labeling functions of a home see of a comment: one column per thing that is known of it.

Belongs here: columns from the inbox file that have no meaning of their own, slice columns, a model's prediction.
Does not: running the functions (``weak_supervision``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.stages.engine import Context
from labeling_pipeline.stages.frames import matrix_of

PREDICTED, PROBABILITY = "predicted_label", "predicted_probability"


def comments_for_functions(context: Context) -> pd.DataFrame:
    """comment_id, text, context, author_id, thread_id, posted_at; then the columns of the inbox file, slice columns
    (several values joined by "; "), and `predicted_label`, `predicted_probability`, `p_<class>`: the latest prediction
    by a model that was not trained in this home. Where two have one name, the first of these counts.
    """
    comments = context.query("texts_for_functions").reset_index(drop=True)
    drafts = context.query("drafts_from_elsewhere")
    columns = {
        **_prediction_columns(comments["comment_id"], drafts, context.all_classes),
        **_slice_columns(comments["slices"], context.settings.inbox.slice_columns),
        **_own_columns(context.query("own_cells_of_comments"), comments["comment_id"]),
    }
    own = comments.drop(columns=["slices"])
    return own.assign(**{name: column for name, column in columns.items() if name not in own.columns})


def _own_columns(cells: pd.DataFrame, ids: pd.Series) -> dict[str, pd.Series]:
    """One column per name. What a cell is, it is whatever stands in other rows: numbers are floats, those that a float
    cannot hold are whole numbers, all else is text."""
    place = pd.Index(ids)
    columns = {}
    for name, part in cells.groupby("name", sort=True):
        values = pd.concat([_as(str(kind), same["cell"]) for kind, same in part.groupby("kind", sort=True)])
        columns[str(name)] = values.set_axis(part["comment_id"].loc[values.index]).reindex(place).set_axis(ids.index)
    return columns


def _as(kind: str, cells: pd.Series) -> pd.Series:
    if kind == "number":
        return cells.astype("float64")
    if kind == "whole":
        return cells.map(int).astype(object)
    if kind == "nested":
        return cells.map(lambda cell: json.dumps(json.loads(cell), ensure_ascii=False)).astype("str")
    return cells.astype("str")


def _slice_columns(slices: pd.Series, names: Sequence[str]) -> dict[str, pd.Series]:
    """The inverse of what the inbox makes of slice columns: ``column=value``, and the values of ``slice`` alone."""
    split = [_by_column(tags, names) for tags in slices]
    return {name: pd.Series([row.get(name) for row in split], slices.index, dtype="str") for name in names}


def _by_column(tags: Iterable[str] | None, names: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, list[str]] = {}
    for tag in tags if tags is not None else ():
        name, equals, value = tag.partition("=")
        known = bool(equals) and name in names and name != "slice"
        found.setdefault(name if known else "slice", []).append(value if known else tag)
    return {name: "; ".join(values) for name, values in found.items()}


def _prediction_columns(ids: pd.Series, drafts: pd.DataFrame, classes: Sequence[str]) -> dict[str, pd.Series]:
    matrix = matrix_of(drafts["probabilities"], classes)
    place = pd.Index(drafts["comment_id"]).get_indexer(pd.Index(ids))
    known = place >= 0
    found: np.ndarray[Any, Any] = np.full((len(ids), len(classes)), np.nan)
    found[known] = matrix[place[known]]
    best = np.where(known, found.argmax(axis=1), -1)
    labels = pd.Series(np.array([*classes, None], dtype=object)[best], ids.index, dtype="str")
    by_class = {f"p_{name}": pd.Series(found[:, k], ids.index) for k, name in enumerate(classes)}
    highest = pd.Series(found.max(axis=1, initial=-np.inf), ids.index).where(known)
    return {PREDICTED: labels, PROBABILITY: highest, **by_class}
