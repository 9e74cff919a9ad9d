"""Whatever is changed in an export, verify finds it."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.export import build_export, verify
from labeling_pipeline_tests.core.export.frames import labels, meta, votes

FILES = ["labels.parquet", "votes.parquet", "manifest.json", "README.md", "croissant.json"]


@pytest.fixture
def export(tmp_path):
    return build_export(tmp_path / "1.0.0", labels(), votes(), meta=meta())


def test_whole(export):
    assert verify(export.path, gold=["c-777"], manifest_sha256=export.manifest_sha256) == []


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FILES), st.integers(0, 10**9), st.integers(1, 255))
@example("labels.parquet", 32, 128)  # decodes to bytes that are no UTF-8
def test_any_changed_byte_is_found(tmp_path_factory, name, place, change):
    result = build_export(tmp_path_factory.mktemp("x") / "1.0.0", labels(6), votes(6), meta=meta())
    path = result.path / name
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= change
    path.write_bytes(bytes(data))
    assert verify(result.path, manifest_sha256=result.manifest_sha256)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(export, name):
    (export.path / name).unlink()
    assert any(name in problem for problem in verify(export.path))


def test_an_added_file_is_named(export):
    (export.path / "extra.csv").write_text("x")
    assert verify(export.path) == ["extra.csv: not in the manifest"]


def test_gold_inside_is_named(export):
    assert verify(export.path, gold=["c-002"]) == ["labels.parquet: 1 gold comments inside, first c-002"]


def test_a_renamed_folder_is_named(export):
    export.path.rename(export.path.with_name("1.0.1"))
    assert verify(export.path.with_name("1.0.1")) == ["folder 1.0.1 holds version 1.0.0"]


def test_rows_are_checked_even_if_all_hashes_were_forged(export):
    table = pq.read_table(export.path / "labels.parquet")
    column = table.schema.get_field_index("p_fine")
    forged = table.set_column(column, table.schema.field(column), pa.array([0.99] * table.num_rows))
    pq.write_table(forged, export.path / "labels.parquet")
    problems = " ".join(verify(export.path))
    assert "do not sum to 1" in problems
    assert "content_sha256" in problems
    assert "labels.parquet: changed" in problems


def test_no_manifest_and_no_json_are_one_problem(export):
    (export.path / "manifest.json").write_text("{")
    assert len(verify(export.path)) == 1
    (export.path / "manifest.json").write_text(json.dumps([1]))
    assert len(verify(export.path)) == 1
