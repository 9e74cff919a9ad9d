"""Writes that work on any table, and the digest of a table's content."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.errors import InvariantError
from labeling_pipeline.stages.frames import map_column
from labeling_pipeline.warehouse.state import record_state
from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline.warehouse.tables import append_new, replace_rows, table_version

LABELS = pd.DataFrame(
    {
        "comment_id": ["c1", "c2"],
        "label": ["fine", None],
        "confidence": [0.75, np.nan],
        "probabilities": [{"fine": 0.75, "rude": 0.25}, {"fine": 0.5, "rude": 0.5}],
        "n_fired": [2, 1],
        "method": ["majority", "majority"],
    }
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse.duckdb")


def write(warehouse: Warehouse, table: str, frame: pd.DataFrame) -> str:
    with warehouse.write() as con:
        replace_rows(con, table, frame)
        return table_version(con, table)


def test_a_frame_comes_back_as_it_went_in(warehouse: Warehouse) -> None:
    write(warehouse, "weak_labels", LABELS)
    back = warehouse.table("weak_labels")
    assert back["probabilities"].tolist() == LABELS["probabilities"].tolist()
    assert back["label"].isna().tolist() == back["confidence"].isna().tolist() == [False, True]
    with warehouse.read() as con:
        assert con.execute("select count(*) from weak_labels where confidence is null").fetchall() == [(1,)]


def test_maps_lists_and_times_of_any_make(warehouse: Warehouse) -> None:
    maps = pd.Series(pa.array([[("a", 1.0)]], pa.map_(pa.string(), pa.float64())))
    frame = pd.DataFrame(
        {
            "comment_id": ["c1"],
            "outcome": ["passed"],
            "reasons": [np.array(["unanimous"])],
            "probabilities": pd.Series(maps, dtype=pd.ArrowDtype(pa.map_(pa.string(), pa.float64()))),
            "schema_version": ["v1"],
            "guideline_hash": ["h"],
            "source": ["crowd"],
            "labeled_by": [("a1", "a2")],
            "labeled_at": [pd.Timestamp("2026-03-02T12:00:00+02:00")],
        }
    )
    write(warehouse, "qc_outcomes", frame)
    row = warehouse.table("qc_passed_labels").iloc[0]
    assert row["labeled_at"] == pd.Timestamp("2026-03-02T10:00:00")
    assert row["labeled_by"].tolist() == ["a1", "a2"]
    assert row["probabilities"] == {"a": 1.0}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"probabilities": [{"fine": float("nan")}, {"fine": 1.0}]}, r"weak_labels\.probabilities: NaN"),
        ({"probabilities": map_column(np.array([[np.nan], [1.0]]), ["fine"])}, r"weak_labels\.probabilities: NaN"),
        ({"n_fired": ["two", "one"]}, r"weak_labels\.n_fired"),
        ({"surplus": [1, 2]}, "no column surplus"),
    ],
)
def test_a_frame_that_does_not_fit_is_named(warehouse: Warehouse, change: dict[str, list[int]], message: str) -> None:
    with pytest.raises(InvariantError, match=message):
        write(warehouse, "weak_labels", LABELS.assign(**change))
    assert warehouse.table("weak_labels").empty


def test_missing_probabilities_are_refused(warehouse: Warehouse) -> None:
    with pytest.raises(duckdb.ConstraintException):
        write(warehouse, "weak_labels", LABELS.drop(columns="probabilities"))


def test_appending_again_adds_nothing(warehouse: Warehouse) -> None:
    events = pd.DataFrame({"event_id": ["e1", "e2", "e1"], "comment_id": ["c1", "c1", "c9"], "event": ["a", "b", "c"]})
    counts = []
    for _ in range(3):
        with warehouse.write() as con:
            counts.append(append_new(con, "label_history", events, ["event_id"]))
    assert counts == [2, 0, 0]
    assert sorted(warehouse.table("label_history")["event"]) == ["a", "b"]


def test_a_missing_key_equals_a_missing_key(warehouse: Warehouse) -> None:
    frame = pd.DataFrame({"comment_id": ["c1"], "model_version": [None], "prediction_id": ["p"], "confidence": [1.0]})
    frame = frame.assign(margin=1.0, probabilities=[{"a": 1.0}], file_sha256="f", line=1)
    for expected in (1, 0):
        with warehouse.write() as con:
            assert append_new(con, "production_predictions", frame, ["comment_id", "model_version"]) == expected


def test_a_part_of_a_table_is_replaced(warehouse: Warehouse) -> None:
    nights = [datetime(2026, 3, 2), datetime(2026, 3, 3)]
    frame = pd.DataFrame({"night": nights, "series": "input", "statistic": "psi", "is_alarm": False})
    with warehouse.write() as con:
        replace_rows(con, "drift_report", frame)
        replace_rows(con, "drift_report", frame.iloc[[1]].assign(is_alarm=True), night=nights[1])
    assert warehouse.table("drift_report").sort_values("night")["is_alarm"].tolist() == [False, True]


def test_the_digest_ignores_order_and_what_is_no_content(warehouse: Warehouse) -> None:
    seen = [write(warehouse, "weak_labels", frame) for frame in (LABELS, LABELS.iloc[::-1], LABELS.assign(n_fired=3))]
    assert seen[0] == seen[1] != seen[2]
    states = []
    for run, at in (("r1", datetime(2026, 1, 1)), ("r2", datetime(2026, 1, 2))):
        with warehouse.write() as con:
            record_state(con, "weak_labels", "in", "out", 2, None, run, at)
            states.append(table_version(con, "asset_state"))
    assert states[0] == states[1]
    with warehouse.read() as con:
        names = [name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()]
        assert all(table_version(con, name) for name in names)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.text(max_size=5), st.integers(0, 3)), max_size=8), data=st.data())
def test_the_digest_tells_tables_apart_by_their_rows(
    warehouse: Warehouse, rows: list[tuple[str, int]], data: st.DataObject
) -> None:
    versions = []
    with warehouse.write() as con:
        for of in (rows, data.draw(st.permutations(rows)), [*rows, ("more", 1)]):
            frame = pd.DataFrame(of, columns=["comment_id", "n_fired"])
            replace_rows(con, "weak_labels", frame.assign(method="m", probabilities=[{"a": 1.0}] * len(of)))
            versions.append(table_version(con, "weak_labels"))
    assert versions[0] == versions[1] != versions[2]
