"""The folder is what the contract says, its bytes depend on the data alone, and it is there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import time

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.errors import InputError, InvariantError
from labeling_pipeline.core.export import build_export, content_hash, labels_table, verify, votes_table
from labeling_pipeline_tests.core.export.frames import CLASSES, labels, meta, votes

FILES = {"labels.parquet", "votes.parquet", "manifest.json", "README.md", "croissant.json"}
LABEL_COLUMNS = [
    "comment_id",
    "text",
    "label",
    "p_fine",
    "p_mild",
    "p_harsh",
    "v_fine",
    "v_mild",
    "v_harsh",
    "confidence",
    "weight",
    "schema_version",
    "source",
    "n_votes",
    "agreement",
    "gold_correct",
    "labeled_by",
    "labeled_at",
    "qc_reasons",
]
VOTE_COLUMNS = [
    "comment_id",
    "question",
    "annotator_id",
    "answer",
    "stated_confidence",
    "answered_at",
    "labeling_round",
    "schema_version",
    "guideline_hash",
]


def bytes_of(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_and_columns_are_the_contract(tmp_path):
    result = build_export(tmp_path / "1.0.0", labels(), votes(), meta=meta())
    assert set(bytes_of(result.path)) == FILES
    written = pq.read_table(result.path / "labels.parquet")
    assert written.column_names == LABEL_COLUMNS
    assert pq.read_table(result.path / "votes.parquet").column_names == VOTE_COLUMNS
    manifest = json.loads((result.path / "manifest.json").read_bytes())
    for name in FILES - {"manifest.json"}:
        assert manifest["files"][name]["sha256"] == hashlib.sha256((result.path / name).read_bytes()).hexdigest()
    assert hashlib.sha256((result.path / "manifest.json").read_bytes()).hexdigest() == result.manifest_sha256
    assert manifest["counts"]["labels"] == 30 == result.n_labels
    assert manifest["counts"]["votes"] == 84 == result.n_votes
    assert manifest["counts"]["by_source"] == {"crowd": 28, "verdict": 2}
    assert manifest["parent"] is None
    assert manifest["seeds"] == {"consensus": 1}
    assert verify(result.path) == []


def test_rows_come_back_rounded_sorted_and_with_nulls_where_nothing_is_known(tmp_path):
    given = labels().iloc[::-1]
    build_export(tmp_path / "1.0.0", given, votes(), meta=meta())
    back = pq.read_table(tmp_path / "1.0.0" / "labels.parquet").to_pylist()
    expected = labels()
    assert [row["comment_id"] for row in back] == expected["comment_id"].tolist()
    for row, (_, source) in zip(back, expected.iterrows(), strict=True):
        for name in CLASSES:
            assert row[f"p_{name}"] == round(source[f"p_{name}"], 6)
        assert row["text"] == source["text"]
        assert row["labeled_by"] == source["labeled_by"]
        assert row["gold_correct"] is None
    assert back[-1]["v_fine"] is None
    assert back[-1]["agreement"] is None


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_bytes_do_not_depend_on_row_order(tmp_path_factory, seed):
    a, b = (tmp_path_factory.mktemp("x") / "1.0.0" for _ in range(2))
    build_export(a, labels(), votes(), meta=meta())
    shuffled = labels().sample(frac=1, random_state=seed), votes().sample(frac=1, random_state=seed + 1)
    build_export(b, *shuffled, meta=meta())
    assert bytes_of(a) == bytes_of(b)


def test_the_last_bits_of_a_probability_do_not_matter():
    noisy = labels()
    for name in CLASSES:
        noisy[f"p_{name}"] = noisy[f"p_{name}"].round(6) + 1e-12
    clean = labels().assign(**{f"p_{name}": labels()[f"p_{name}"].round(6) for name in CLASSES})
    assert content_hash([labels_table(noisy, CLASSES)]) == content_hash([labels_table(clean, CLASSES)])


@pytest.mark.parametrize("column", LABEL_COLUMNS)
def test_the_content_hash_sees_every_column(column):
    changed = labels()
    other = {"labeled_at": pd.Timestamp("2026-03-03", tz="UTC"), "n_votes": 9, "gold_correct": True, "label": "harsh"}
    if column in ("labeled_by", "qc_reasons"):
        changed.at[3, column] = ["someone else"]
    elif changed[column].dtype == float:
        changed.loc[3, column] = changed.loc[3, column] + 4e-6
    else:
        changed[column] = changed[column].astype(object)
        changed.at[3, column] = other.get(column, "c-999")
    changed.at[3, "label"] = changed.at[3, "label"] if column != "label" else _another(labels().at[3, "label"])
    before, after = (content_hash([labels_table(frame, CLASSES)]) for frame in (labels(), changed))
    assert before != after


def _another(label: str) -> str:
    return next(name for name in CLASSES if name != label)


def test_attributes_of_annotators_do_not_leak(tmp_path):
    frame, long = labels().assign(author_id="u1"), votes().assign(country="XX", age_group="20-30")
    build_export(tmp_path / "1.0.0", frame, long, meta=meta())
    everything = b"".join(bytes_of(tmp_path / "1.0.0").values())
    for word in (b"country", b"age_group", b"author_id"):
        assert word not in everything


def test_votes_on_other_comments_stay_out():
    kept = votes_table(votes(), ["c-000", "c-001"])
    assert set(kept["comment_id"].to_pylist()) == {"c-000", "c-001"}


def test_no_text_outside_the_data(tmp_path):
    frame = labels().assign(text=[f"UNMISTAKABLE {i}" for i in range(30)])
    build_export(tmp_path / "1.0.0", frame, votes(), meta=meta())
    for name in ("README.md", "croissant.json", "manifest.json"):
        assert b"UNMISTAKABLE" not in (tmp_path / "1.0.0" / name).read_bytes()


def test_the_same_export_again_changes_nothing(tmp_path):
    first = build_export(tmp_path / "1.0.0", labels(), votes(), meta=meta())
    times = {path: path.stat().st_mtime_ns for path in first.path.iterdir()}
    again = build_export(tmp_path / "1.0.0", labels(), votes(), meta=meta())
    assert (first.is_new, again.is_new) == (True, False)
    assert first.manifest_sha256 == again.manifest_sha256
    assert {path: path.stat().st_mtime_ns for path in first.path.iterdir()} == times


def test_another_content_never_replaces_a_version(tmp_path):
    build_export(tmp_path / "1.0.0", labels(), votes(), meta=meta())
    with pytest.raises(InvariantError, match="exports never change"):
        build_export(tmp_path / "1.0.0", labels(31), votes(31), meta=meta())


def test_a_version_that_was_never_recorded_may_be_replaced(tmp_path):
    build_export(tmp_path / "1.0.0", labels(), votes(), meta=meta())
    again = build_export(tmp_path / "1.0.0", labels(31), votes(31), meta=meta(), replace=True)
    assert again.is_new
    assert verify(tmp_path / "1.0.0", manifest_sha256=again.manifest_sha256) == []


@pytest.mark.parametrize("left", [[], ["labels.parquet"], ["labels.parquet", "votes.parquet", "manifest.json"]])
def test_half_a_folder_is_replaced(tmp_path, left):
    build_export(tmp_path / "1.0.0", labels(), votes(), meta=meta())
    whole = bytes_of(tmp_path / "1.0.0")
    for name in FILES - set(left):
        (tmp_path / "1.0.0" / name).unlink()
    assert build_export(tmp_path / "1.0.0", labels(), votes(), meta=meta()).is_new
    assert bytes_of(tmp_path / "1.0.0") == whole


def _build_for_ever(folder) -> None:
    frame, long = labels(2000), votes(2000)
    i = 0
    while True:
        build_export(folder / f"1.0.{i}", frame, long, meta=meta(f"1.0.{i}"))
        i += 1


def test_a_killed_process_leaves_no_half_export(tmp_path):
    for turn in range(5):
        process = multiprocessing.get_context("fork").Process(target=_build_for_ever, args=(tmp_path / str(turn),))
        process.start()
        deadline = time.monotonic() + 10
        while not (tmp_path / str(turn) / "1.0.1").exists() and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(0.013 * turn)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        visible = [path for path in (tmp_path / str(turn)).iterdir() if not path.name.startswith(".")]
        assert len(visible) >= 2
        assert [problem for path in visible for problem in verify(path)] == []


@pytest.mark.parametrize(
    ("change", "error", "part"),
    [
        (lambda f: f.assign(label="odd"), InvariantError, "30 rows have a label that is not one of fine, mild, harsh"),
        (lambda f: f.assign(p_fine=0.9, p_mild=0.9), InvariantError, "do not sum to 1"),
        (lambda f: f.assign(p_fine=-0.5, p_mild=1.0, p_harsh=0.5), InvariantError, "outside 0"),
        (lambda f: f.assign(confidence=1.5), InvariantError, "confidence outside"),
        (lambda f: pd.concat([f, f.head(1)]), InvariantError, "c-000 has two labels"),
        (lambda f: f.head(0), InvariantError, "nothing to export"),
        (lambda f: f.drop(columns="p_mild"), InputError, "no column p_mild"),
        (lambda f: f.assign(text=None), InputError, "column text has 30 empty cells"),
        (lambda f: f.assign(p_fine=np.nan), InputError, "column p_fine has 30 empty cells"),
        (lambda f: f.assign(n_votes="many"), InputError, "column n_votes"),
    ],
)
def test_a_broken_promise_stops_the_export(tmp_path, change, error, part):
    with pytest.raises(error, match=part):
        build_export(tmp_path / "1.0.0", change(labels()), votes(), meta=meta())
    assert not (tmp_path / "1.0.0").exists()


def test_gold_never_gets_in(tmp_path):
    with pytest.raises(InvariantError, match="2 gold comments among the labels, first c-003"):
        build_export(tmp_path / "1.0.0", labels(), votes(), meta=meta(), gold=["c-009", "c-003", "c-777"])


def test_a_version_is_three_numbers(tmp_path):
    with pytest.raises(InputError, match="three numbers"):
        build_export(tmp_path / "v1", labels(), votes(), meta=meta("v1"))
