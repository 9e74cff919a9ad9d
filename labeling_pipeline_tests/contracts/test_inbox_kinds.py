"""What every kind of inbox file promises; a new kind is held to it by being in the registry."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.ontology import EXAMPLE, parse_ontology
from labeling_pipeline.warehouse.inbox import KINDS, IngestContext, Kind
from labeling_pipeline.warehouse.sql import query_text
from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline.warehouse.tables import column_facts

CONTEXT = IngestContext([parse_ontology(EXAMPLE, "v1.toml")], assume_schema="v1")
TABLES = {
    "comments": "raw_comments",
    "annotators": "annotators",
    "gold": "gold_set",
    "predictions": "production_predictions",
    "feedback": "production_feedback",
    "votes": "vote_log",
    "verdicts": "verdicts",
}
GOOD: dict[str, dict[str, Any]] = {
    "comments": {"text": "a text"},
    "annotators": {"annotator_id": "a"},
    "gold": {"comment_id": "c", "label": "spam"},
    "predictions": {"comment_id": "c", "extras": {"p_spam": "1"}},
    "feedback": {"comment_id": "c", "kind": "flag"},
    "votes": {"comment_id": "c", "label": "spam"},
    "verdicts": {"comment_id": "c", "label": "spam", "expert_id": "e"},
}
CELLS = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.sampled_from(["spam", "fine", "v1", "flag", "fit", "label", "2026-03-02", "1", "0.5", "nan", "-1"]),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.lists(st.text(string.ascii_letters, max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)


def frame_of(kind: Kind, records: list[dict[str, Any]]) -> pd.DataFrame:
    names = [*kind.columns, "extras"]
    frame = pd.DataFrame({name: pd.Series([r.get(name) for r in records], dtype=object) for name in names})
    return frame.assign(line=range(2, len(records) + 2), row=pd.Series(["{}"] * len(records), dtype=object))


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def test_a_good_row_is_accepted_with_the_columns_the_schema_names(kind: Kind) -> None:
    split = kind.sift(frame_of(kind, [GOOD[kind.name]]), CONTEXT)
    assert split.quarantine.empty, split.quarantine["reason"].tolist()
    assert set(split.accepted) == set(kind.schema.names)


def test_an_empty_row_is_refused_with_a_reason(kind: Kind) -> None:
    split = kind.sift(frame_of(kind, [{}]), CONTEXT)
    assert len(split.accepted) == 0
    assert split.quarantine[["rule", "reason"]].notna().all(axis=None)


def test_no_rows_are_fine(kind: Kind) -> None:
    split = kind.sift(frame_of(kind, []), CONTEXT)
    assert len(split.accepted) == len(split.quarantine) == 0


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_row_is_accepted_or_refused_and_none_is_both(data: st.DataObject) -> None:
    kind = KINDS[data.draw(st.sampled_from(sorted(KINDS)))]
    names = st.sampled_from([*kind.columns])
    extras = st.dictionaries(st.sampled_from(["p_spam", "p_fine", "p_odd", "slice", "x"]), CELLS, max_size=3)
    record = st.dictionaries(names, CELLS).flatmap(
        lambda r: extras.map(lambda e: {**GOOD[kind.name], **r, "extras": e})
    )
    rows = frame_of(kind, data.draw(st.lists(record, max_size=6)))
    split = kind.sift(rows, CONTEXT)
    assert sorted([*split.accepted["line"], *split.quarantine["line"]]) == rows["line"].tolist()
    again = kind.sift(rows, CONTEXT)
    pd.testing.assert_frame_equal(split.accepted, again.accepted)


def test_what_is_accepted_fits_its_table(kind: Kind, tmp_path: Path) -> None:
    with Warehouse(tmp_path / "warehouse.duckdb").read() as con:
        columns = {name for name, _, _ in column_facts(con, TABLES[kind.name])}
    internal = {"row", "text", "content_hash", "given_role"} | {n for n in kind.schema.names if n.endswith("_key")}
    assert set(kind.schema.names) - internal <= columns
    assert "staged" in query_text(f"take_{kind.name}")


def test_the_required_columns_are_asked_for(kind: Kind) -> None:
    wanted = set(kind.required[0])
    names = {name.replace("*", "spam") for name in wanted}
    assert kind.has_columns(names | {"more"})
    for name in names:
        assert not kind.has_columns(names - {name})
