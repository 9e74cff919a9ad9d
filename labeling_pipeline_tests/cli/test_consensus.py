"""`labeling-pipeline consensus` as users type it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.cli.consensus import EXAMPLE
from labeling_pipeline.files import read_frame, write_frame
from labeling_pipeline_tests.calls import exit_code
from labeling_pipeline_tests.core.consensus.crowds import accuracy_of, crowd


def call(*arguments: str | Path) -> int:
    return exit_code("consensus", *arguments)


@pytest.fixture
def votes_file(tmp_path: Path) -> Path:
    votes, gold = crowd(n_tasks=120)
    write_frame(gold, tmp_path / "gold.csv")
    return write_frame(votes, tmp_path / "votes.csv")


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_labels_in_every_format(votes_file: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"labels.{ending}"
    assert call(votes_file, "-o", out) == 0
    labels = read_frame(out)
    assert [*labels][:3] == ["task", "label", "confidence"]
    assert {"p_calm", "v_calm", "n_votes", "agreement", "confidence_is"} <= set(labels)
    assert accuracy_of(labels, read_frame(tmp_path / "gold.csv")) > 0.9


def test_annotators_out(votes_file: Path, tmp_path: Path) -> None:
    assert call(votes_file, "-o", tmp_path / "labels.csv", "--annotators-out", tmp_path / "annotators.csv") == 0
    annotators = read_frame(tmp_path / "annotators.csv")
    assert [*annotators][:4] == ["annotator", "reliability", "n_votes", "c_calm_calm"]
    assert len(annotators) == 10


def test_columns_of_other_tools(tmp_path: Path) -> None:
    votes, _ = crowd(n_tasks=20)
    write_frame(votes.rename(columns={"annotator": "worker"}), tmp_path / "a.csv")
    renamed = votes.rename(columns={"task": "comment_id", "annotator": "annotator_id"})
    write_frame(renamed, tmp_path / "b.csv")
    for name in "ab":
        assert call(tmp_path / f"{name}.csv", "-o", tmp_path / f"{name}.parquet") == 0
    pd.testing.assert_frame_equal(read_frame(tmp_path / "a.parquet"), read_frame(tmp_path / "b.parquet"))


def test_json_summary(votes_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = tmp_path / "gold.csv"
    assert call(votes_file, "-o", tmp_path / "labels.csv", "--gold", gold, "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["n_tasks"] == 120
    assert summary["n_votes"] == 600
    assert summary["method"] in summary["scores"]
    assert sum(summary["class_share"].values()) == pytest.approx(1.0, abs=1e-5)


def test_what_is_printed(votes_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(votes_file, "-o", tmp_path / "labels.csv", "--method", "majority") == 0
    printed = capsys.readouterr().out
    assert re.match(r"120 labels from 600 votes of 10 annotators, by majority; mean confidence 0\.\d{3}", printed)
    assert "uncalibrated" in printed


def test_votes_without_annotators_are_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_frame(crowd(n_tasks=20)[0].drop(columns="annotator"), tmp_path / "bare.csv")
    assert call(tmp_path / "bare.csv", "-o", tmp_path / "labels.csv", "--method", "mace") == 0
    assert "note: mace needs annotator ids; majority was used" in capsys.readouterr().out


def test_one_question_at_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    votes = pd.DataFrame(
        {"comment_id": ["1", "1"], "annotator_id": ["a", "a"], "question": ["slur", "threat"], "answer": ["yes", "no"]}
    )
    path = write_frame(votes, tmp_path / "votes.csv")
    assert call(path, "-o", tmp_path / "labels.csv") == 2
    assert "votes answer several questions; expected slur, threat; pass --question NAME" in capsys.readouterr().err
    assert call(path, "-o", tmp_path / "labels.csv", "--question", "slur") == 0
    assert read_frame(tmp_path / "labels.csv")["label"].tolist() == ["yes"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--method", "best"), "no consensus method 'best'"),
        (("--classes", "calm,rude"), "label 'vile' is not a class"),
        (("--gold", "nowhere.csv"), "nowhere.csv: no such file"),
        (("--question", "slur"), "no vote answers question 'slur'"),
    ],
)
def test_a_wrong_call_is_one_line(
    votes_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, str], message: str
) -> None:
    assert call(votes_file, "-o", tmp_path / "labels.csv", *arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "labels.csv").exists()


def test_a_wrong_ending_is_said_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path / "missing.csv", "-o", tmp_path / "labels.xlsx") == 2
    assert "unknown format '.xlsx'" in capsys.readouterr().err


def test_a_file_that_is_not_utf8(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "votes.csv").write_bytes("task,annotator,label\n1,a,caf\xe9\n".encode("latin-1"))
    assert call(tmp_path / "votes.csv", "-o", tmp_path / "labels.csv") == 2
    assert "votes.csv" in capsys.readouterr().err


def test_the_example_runs(votes_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    votes = read_frame(votes_file)
    write_frame(votes, tmp_path / "votes.parquet")
    monkeypatch.chdir(tmp_path)
    for line in re.findall(r"labeling-pipeline consensus (.+)", EXAMPLE):
        assert call(*line.split()) == 0


def test_models_vote_and_past_answers_count_from_files(
    votes_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = read_frame(tmp_path / "gold.csv")
    drafts = gold[["task"]].assign(model_version="m-1", p_calm=(gold["label"] == "calm") * 0.8 + 0.1)
    drafts["p_rude"] = 1 - drafts["p_calm"]
    write_frame(drafts, tmp_path / "drafts.csv")
    past = pd.DataFrame({"annotator": ["a000"], "true": ["calm"], "given": ["calm"], "n": [40], "age_days": [10]})
    write_frame(past, tmp_path / "past.csv")
    files = ("--predictions", tmp_path / "drafts.csv", "--history", tmp_path / "past.csv", "--annotators-out")
    assert call(votes_file, "-o", tmp_path / "labels.csv", *files, tmp_path / "annotators.csv") == 0
    assert "model:m-1" in set(read_frame(tmp_path / "annotators.csv")["annotator"])
    write_frame(drafts.assign(p_calm="high"), tmp_path / "drafts.csv")
    assert call(votes_file, "-o", tmp_path / "labels.csv", *files[:2]) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    said = "row 1: p_calm is 'high'; expected a number from 0 to 1, or empty; mend the row or leave it out"
    assert error == f"error: {tmp_path / 'drafts.csv'}: {said}"


def test_a_parquet_file_of_many_row_groups_reads_as_one_of_few(tmp_path: Path) -> None:
    frame = pd.DataFrame({"task": range(7), "a.b": list("xyxyxyx"), "confidence": [0.5, None, 1, 0.2, 0.1, 0.7, 1.0]})
    frame.to_parquet(tmp_path / "many.parquet", index=False, row_group_size=2)
    pd.testing.assert_frame_equal(read_frame(tmp_path / "many.parquet"), frame)
    named = frame.set_index("a.b")
    named.to_parquet(tmp_path / "named.parquet", row_group_size=2)
    pd.testing.assert_frame_equal(read_frame(tmp_path / "named.parquet"), named)
