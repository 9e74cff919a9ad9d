"""Probabilities between columns and maps, and events of a comment's history.

Belongs here: the shapes stages share. Does not: queries, or what the numbers mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from labeling_pipeline.stages.engine import Append, digest

# Weeks are counted from this Monday.
WEEK_ZERO = pd.Timestamp("1970-01-05")
EVENT_COLUMNS = ["event_id", "comment_id", "happened_at", "event", "detail"]


def with_map(frame: pd.DataFrame, prefix: str, classes: Sequence[str], name: str) -> pd.DataFrame:
    """Columns ``<prefix><class>`` as one column ``name`` of maps class → probability."""
    columns = [prefix + one for one in classes]
    maps = map_column(frame[columns].to_numpy(dtype=float), classes)
    return frame.drop(columns=columns).assign(**{name: maps.set_axis(frame.index)})


def map_column(matrix: NDArray[np.float64], classes: Sequence[str]) -> pd.Series:
    """One map class → probability per row of an (n, K) matrix, in Arrow: a dict a row would cost more than its use."""
    n_rows, n_classes = matrix.shape
    keys = pa.DictionaryArray.from_arrays(np.tile(np.arange(n_classes, dtype=np.int32), n_rows), list(classes))
    offsets = np.arange(0, n_rows * n_classes + 1, n_classes, dtype=np.int32)
    maps = pa.MapArray.from_arrays(offsets, keys.cast(pa.string()), pa.array(matrix.ravel(), type=pa.float64()))
    return pd.Series(maps, dtype=pd.ArrowDtype(maps.type))


def matrix_of(maps: Iterable[object], classes: Sequence[str]) -> NDArray[np.float64]:
    """The (n, K) matrix of a column of maps; a class that is not named has probability 0."""
    rows = [dict(one) for one in maps]  # type: ignore[call-overload]
    return np.array([[row.get(one, 0.0) for one in classes] for row in rows], dtype=float).reshape(-1, len(classes))


def with_columns(frame: pd.DataFrame, name: str, prefix: str, classes: Sequence[str]) -> pd.DataFrame:
    """The opposite of `with_map`."""
    columns = pd.DataFrame(matrix_of(frame[name], classes), columns=[prefix + one for one in classes])
    return pd.concat([frame.drop(columns=[name]).reset_index(drop=True), columns], axis=1)


def blind_rows(blind: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """Gold comments as a source has them that does not know their gold, for whoever weighs it against other sources.

    Comments on which it says nothing (``n_fired`` 0) are left out.
    """
    if blind.empty:
        return pd.DataFrame(columns=["comment_id", "probabilities"])
    spoke = blind[blind["n_fired"] > 0] if "n_fired" in blind else blind
    return with_map(spoke, "p_", classes, "probabilities")[["comment_id", "probabilities"]]


def first_days(weeks: pd.Series) -> pd.Series:
    """The Mondays of weeks counted from `WEEK_ZERO`; missing where the week is."""
    return WEEK_ZERO + pd.to_timedelta(7 * weeks.astype("Float64"), unit="D")


def history(frame: pd.DataFrame, key: Sequence[str] = ("detail",)) -> Append:
    """Events (comment_id, happened_at, event, detail) for the append-only history; the same event is one row.

    ``key``: the columns that, beside comment, time and event, make two events the same.
    """
    identity = frame[["comment_id", "happened_at", "event", *key]].itertuples(index=False)
    events = frame.assign(event_id=[digest(*row) for row in identity])
    return Append(events[EVENT_COLUMNS], ("event_id",))
