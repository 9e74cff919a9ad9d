"""The agreement command on files, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from labeling_pipeline.cli import main
from labeling_pipeline.cli.agreement import agreement_command
from labeling_pipeline.core.agreement import agreement, interim_agreement
from labeling_pipeline_tests.contracts.test_agreement_statistics import crowd


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    path = tmp_path / "votes.csv"
    crowd(0.8).assign(week=lambda votes: votes["task"] % 2).to_csv(path, index=False)
    return path


def run(*arguments: object) -> str:
    result = CliRunner().invoke(agreement_command, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_json_is_the_contract(votes: Path) -> None:
    found = json.loads(run(votes, "--json"))
    assert set(found["krippendorff_alpha"]) == {"value", "low", "high", "note"}
    assert (found["n_tasks"], found["n_annotators"], found["n_votes"]) == (300, 6, 900)


def test_by_a_column(votes: Path) -> None:
    assert list(json.loads(run(votes, "--by", "week", "--json"))) == ["0", "1"]


def test_by_week_of_the_answer_and_by_class_within_questions(votes: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(votes)
    days = np.where(frame["week"] == 0, "2026-03-04T10:00:00Z", "2026-03-15T23:59:59Z")
    dated = frame.drop(columns="week").assign(answered_at=days, question="label")
    dated.to_csv(tmp_path / "dated.csv", index=False)
    found = json.loads(run(tmp_path / "dated.csv", "--by", "week", "--json"))
    assert list(found) == ["label / 2026-03-02", "label / 2026-03-09"]
    assert list(found.values()) == [
        one | {"notes": []} for one in json.loads(run(votes, "--by", "week", "--json")).values()
    ]
    per_class = json.loads(run(tmp_path / "dated.csv", "--by", "class", "--json"))
    assert list(per_class) == [f"label / {name}" for name in sorted(frame["label"].unique())]


def test_by_annotator_group_and_slice_from_files_beside_the_votes(votes: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(votes)
    who = sorted(frame["annotator"].unique())
    people = pd.DataFrame({"annotator_id": who, "country": ["fi"] * 4 + ["pe", "no"]})
    people.to_csv(tmp_path / "people.csv", index=False)
    slices = pd.DataFrame({"comment_id": frame["task"].unique()})
    slices.assign(slice=slices["comment_id"].map(lambda task: "tea" if int(task) % 3 else None)).to_csv(
        tmp_path / "comments.csv", index=False
    )
    beside = ("--attributes", tmp_path / "people.csv", "--min-group-size", 2, "--json")
    found = json.loads(run(votes, *beside, "--by", "country"))
    assert list(found) == ["(groups under 2 annotators)", "fi"]
    own = frame[frame["annotator"].isin(who[:4])]
    assert found["fi"]["gwet_ac1"] == agreement(own)["gwet_ac1"]
    # Two people under one name are no more than two people.
    alone = json.loads(run(votes, *beside[:3], 3, "--json", "--by", "country"))
    assert list(alone) == ["fi"]
    by_slice = json.loads(run(votes, "--comments", tmp_path / "comments.csv", "--by", "slice", "--json"))
    assert {name: one["n_tasks"] for name, one in by_slice.items()} == {"(missing)": 100, "tea": 200}


def test_a_round_still_coming_in_says_how_many_tasks_wait(votes: Path, tmp_path: Path) -> None:
    early = pd.read_csv(votes).iloc[:-4]
    early.to_csv(tmp_path / "early.csv", index=False)
    found = json.loads(run(tmp_path / "early.csv", "--votes-per-task", 3, "--json"))
    assert found == json.loads(json.dumps(interim_agreement(early, 3)))
    assert found["n_waiting"] > 0
    assert "tasks wait for votes" in run(tmp_path / "early.csv", "--votes-per-task", 3)
    assert list(json.loads(run(votes, "--votes-per-task", 3, "--by", "week", "--json"))["0"])[-1] == "n_waiting"


@pytest.mark.parametrize(
    ("people", "said"),
    [("who,country\na,fi\n", "no column 'annotator'"), ("annotator,country\na,fi\na,pe\n", "'a' stands twice")],
)
def test_a_bad_file_beside_the_votes_is_named(
    votes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], people: str, said: str
) -> None:
    (tmp_path / "people.csv").write_text(people)
    with pytest.raises(SystemExit) as stopped:
        main(["agreement", str(votes), "--attributes", str(tmp_path / "people.csv"), "--by", "country"])
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert said in error
    assert "people.csv" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "names",
    [("comment_id", "annotator_id", "label"), ("task", "worker", "label"), ("comment_id", "annotator_id", "answer")],
)
def test_other_column_names(votes: Path, tmp_path: Path, names: tuple[str, str, str]) -> None:
    other = tmp_path / "other.parquet"
    pd.read_csv(votes)[["task", "annotator", "label"]].set_axis(list(names), axis=1).to_parquet(other)
    assert json.loads(run(other, "--json")) == json.loads(run(votes, "--json"))


def test_questions_are_never_mixed(tmp_path: Path) -> None:
    path = tmp_path / "votes.jsonl"
    both = pd.concat([crowd(0.9).assign(question="slur"), crowd(0.6).assign(question="threat")])
    both.rename(columns={"label": "answer"}).to_json(path, orient="records", lines=True)
    found = json.loads(run(path, "--json"))
    assert list(found) == ["slur", "threat"]
    assert found["slur"]["gwet_ac1"]["low"] > found["threat"]["gwet_ac1"]["high"]


def test_table_names_every_statistic(votes: Path) -> None:
    text = run(votes, "--order", "a,b,c,d")
    for name in ("percent_agreement", "cohen_kappa", "fleiss_kappa", "krippendorff_alpha", "gwet_ac1", "gwet_ac2"):
        assert name in text
    assert "900 votes, 300 tasks, 6 annotators" in text


@pytest.mark.parametrize(
    "content", [b"task,annotator,label\n", b"task,annotator\n1,2\n", b"task,annotator,label\n1,2,\xff\n"]
)
def test_a_bad_file_is_one_line_and_exit_2(tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "votes.csv"
    path.write_bytes(content)
    with pytest.raises(SystemExit) as stopped:
        main(["agreement", str(path)])
    assert stopped.value.code == 2
    message = capsys.readouterr().err.strip()
    assert message.startswith("error: ")
    assert len(message.splitlines()) == 1


def test_the_documented_output_is_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).parents[2]
    text = (root / "docs" / "agreement.md").read_text(encoding="utf-8")
    shown = text.split("$ labeling-pipeline agreement ")[1].split("```")[0]
    path, expected = shown.split("\n", 1)
    if not (root / path).is_file():
        pytest.skip(f"{path} is not there")
    monkeypatch.setenv("COLUMNS", "120")
    printed = run(root / path)
    assert [line.split() for line in printed.strip().splitlines()] == [
        line.split() for line in expected.strip().splitlines()
    ]
