"""Votes as people have them, through both commands: a right answer that says what it cannot know, or one line and 2."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labeling_pipeline.files import read_frame
from labeling_pipeline_tests.calls import exit_code

STATISTICS = ("percent_agreement", "cohen_kappa", "fleiss_kappa", "krippendorff_alpha", "gwet_ac1")


def both(
    votes: Path, capsys: pytest.CaptureFixture[str], *more: object
) -> tuple[dict[str, Any], pd.DataFrame, dict[str, Any]]:
    """Consensus summary, its labels, and agreement; nothing in any of them may be NaN, but for what a note explains."""
    out = votes.with_name("labels.csv")
    assert exit_code("consensus", votes, "-o", out, "--json", *more) == 0
    said = json.loads(capsys.readouterr().out)
    labels = read_frame(out)
    split = ["ambiguity", "annotator_noise"]
    assert labels.drop(columns=["agreement", *split]).notna().all().all()
    untold = any(note.startswith("ambiguity and annotator_noise are empty: ") for note in said["notes"])
    assert labels[split].isna().all(axis=None) if untold else labels[split].notna().all(axis=None)
    assert exit_code("agreement", votes, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    for name in STATISTICS:
        assert found[name]["value"] is not None or found[name]["note"], name
    return said, labels, found


def csv(folder: Path, *rows: str, head: str = "task,worker,label") -> Path:
    (folder / "votes.csv").write_text("\n".join([head, *rows]) + "\n")
    return folder / "votes.csv"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("votes.csv", b"task,worker,label\n", "no votes"),
        ("votes.csv", b"", "expected a readable csv file in UTF-8"),
        ("votes.csv", b"task,worker,label\n1,a,\n2,b,\n", "no votes"),
        ("votes.csv", b"task,worker\n1,a\n", "no column 'label'"),
        ("votes.csv", "task,worker,label\n1,a,caf\xe9\n".encode("latin-1"), "save the file as UTF-8"),
        ("votes.jsonl", b"", "no column 'task'"),
        ("votes.csv", b"task;worker;label\n1;a;x\n", "seem to be separated by semicolons; expected commas; save the"),
        ("votes.csv", b"task\tworker\tlabel\n1\ta\tx, y\n", "seem to be separated by tabs; expected commas; save the"),
    ],
)
def test_what_cannot_be_read_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, said: str
) -> None:
    votes = tmp_path / name
    votes.write_bytes(content)
    for command in (("consensus", votes, "-o", tmp_path / "labels.csv"), ("agreement", votes)):
        assert exit_code(*command) == 2
        error = capsys.readouterr().err
        assert said in error
        assert error.startswith(f"error: {votes}")
        assert error.count("\n") == 1
    assert not (tmp_path / "labels.csv").exists()


def test_bytes_in_a_parquet_file_that_are_not_utf8(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    votes = tmp_path / "votes.parquet"
    labels = pa.array([b"caf\xe9", b"x"], pa.binary())
    pq.write_table(pa.table({"task": ["1", "1"], "worker": ["a", "b"], "label": labels}), votes)
    for command in (("consensus", votes, "-o", tmp_path / "labels.csv"), ("agreement", votes)):
        assert exit_code(*command) == 2
        assert "column 'label'" in (error := capsys.readouterr().err)
        assert "UTF-8" in error


def test_one_class_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said, labels, found = both(csv(tmp_path, "1,a,x", "1,b,x", "2,a,x", "2,b,x"), capsys)
    assert labels["label"].tolist() == ["x", "x"]
    assert any(note.startswith("one class only (x)") for note in said["notes"])
    for name in STATISTICS[1:]:
        assert found[name]["value"] is None
        assert found[name]["note"].startswith("one category only")
    # Two comments that agree leave most of the others unknown: 1 − .05^(1/2).
    assert "up to 77.6% of tasks could still disagree" in found["percent_agreement"]["note"]


def test_gold_labels_no_vote_ever_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    votes = csv(tmp_path, *[f"{i},{who},{'xy'[i % 2]}" for i in range(12) for who in "abc"])
    (tmp_path / "gold.csv").write_text("task,label\n1,new\n2,x\n")
    said, labels, _ = both(votes, capsys, "--gold", tmp_path / "gold.csv")
    assert labels.set_index("task").loc["1", "label"] == "new"
    assert any(note.startswith("no vote names new, only gold does") for note in said["notes"])


def test_duplicate_votes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"{i},{who},{'xy'[(i + (who == 'c')) % 2]}" for i in range(12) for who in "abc"]
    once = both(csv(tmp_path, *rows), capsys)
    twice = both(csv(tmp_path, *rows, *rows), capsys)
    pd.testing.assert_frame_equal(once[1], twice[1])
    assert {name: once[2][name] for name in STATISTICS} == {name: twice[2][name] for name in STATISTICS}
    assert any("36 votes repeat an annotator's own answer" in note for note in twice[0]["notes"])
    assert any("repeated votes" in note for note in twice[2]["notes"])


def test_integers_and_text_are_one_label(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    votes = tmp_path / "votes.jsonl"
    answers = [("1", 1), (1, "1"), ("x", "x")]
    lines = [
        json.dumps({"task": task if task % 2 else str(task), "worker": who, "label": answers[task % 3][who == "b"]})
        for task in range(9)
        for who in "ab"
    ]
    votes.write_text("\n".join(lines))
    _, labels, found = both(votes, capsys, "--method", "majority")
    assert sorted(set(labels["label"])) == ["1", "x"]
    assert len(labels) == 9
    assert found["krippendorff_alpha"]["value"] == 1.0


def test_no_annotator_ids_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said, labels, found = both(csv(tmp_path, "1,x", "1,x", "2,y", "2,x", "3,y", "3,y", head="task,label"), capsys)
    assert said["method"] == "majority"
    assert any("no annotator ids" in note for note in said["notes"])
    assert len(labels) == 3
    assert found["n_annotators"] is None
    assert "no annotator ids" in found["cohen_kappa"]["note"]
    assert found["krippendorff_alpha"]["value"] == pytest.approx(0.444, abs=1e-3)


def test_annotators_beyond_counting_with_one_vote_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    n, n_tasks = 120_000, 30_000
    rng = np.random.default_rng(0)
    truth, task = rng.integers(0, 2, n_tasks), np.repeat(np.arange(n_tasks), n // n_tasks)
    label = np.where(rng.random(n) < 0.85, truth[task], 1 - truth[task])
    votes = tmp_path / "votes.parquet"
    pd.DataFrame({"task": task, "worker": np.arange(n), "label": label}).to_parquet(votes)
    said, labels, found = both(votes, capsys)
    assert any(f"{n} annotators with at most 1 votes are too many to know" in note for note in said["notes"])
    ordered = labels.assign(task=labels["task"].astype(int)).sort_values("task")
    assert (ordered["label"].astype(int).to_numpy() == truth).mean() > 0.88
    assert found["cohen_kappa"]["note"].startswith("no overlap")
