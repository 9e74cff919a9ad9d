"""`check` and `gold plan` on the files of a first week."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from labeling_pipeline.cli.check import check_command
from labeling_pipeline.cli.gold import gold_group
from labeling_pipeline.core.errors import InputError
from labeling_pipeline_tests.core.test_week_one import crowd


@pytest.fixture
def files(tmp_path: Path) -> Path:
    votes, truth = crowd(n_tasks=80)
    votes.to_csv(tmp_path / "votes.csv", index=False)
    texts = ["=1+1", *["a plain comment"] * 79]
    pd.DataFrame({"comment_id": truth.index, "text": texts}).to_csv(tmp_path / "comments.csv", index=False)
    truth.rename("label").rename_axis("comment_id").reset_index().to_csv(tmp_path / "truth.csv", index=False)
    return tmp_path


def call(command: object, *arguments: object) -> Result:
    return CliRunner().invoke(command, [str(a) for a in arguments], catch_exceptions=False)  # type: ignore[arg-type]


def test_check_plan_label_and_check_again(files: Path) -> None:
    first = call(check_command, files / "votes.csv", "-o", files / "report.html")
    assert first.exit_code == 0
    assert "accuracy: unknown without gold" in first.output
    assert (files / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")

    sheet = files / "gold.csv"
    plan = call(
        gold_group, "plan", files / "votes.csv", "--comments", files / "comments.csv", "--budget", 60, "-o", sheet
    )
    assert plan.exit_code == 0
    assert "60 comments" in plan.output
    drawn = pd.read_csv(sheet, dtype=str, keep_default_na=False)
    assert set(drawn["label"]) == {""}
    assert "=1+1" not in set(drawn["text"])

    truth = pd.read_csv(files / "truth.csv", dtype=str).set_index("comment_id")["label"]
    drawn.assign(label=drawn["comment_id"].map(truth)).to_csv(sheet, index=False)
    again = call(check_command, files / "votes.csv", "--gold", sheet, "-o", files / "report.html", "--json")
    measured = json.loads(again.output)["questions"][0]["gold"]
    assert measured["n"] == (drawn["role"] == "measure").sum()
    assert measured["low"] <= measured["value"] <= measured["high"]


def test_a_plan_can_be_read_by_a_program(files: Path) -> None:
    command = ["plan", files / "votes.csv", "--comments", files / "comments.csv", "--budget", 20, "--json"]
    told = json.loads(call(gold_group, *command, "-o", files / "gold.csv").output)
    assert told["n"] == 20
    assert sum(told["strata"].values()) == 20


def test_wrong_files_are_named(files: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        call(check_command, files / "none.csv", "-o", files / "report.html")
    with pytest.raises(InputError, match=r"a report is a \.html file"):
        call(check_command, files / "votes.csv", "-o", files / "report.txt")


@pytest.mark.parametrize("command", [check_command, gold_group])
def test_help_has_an_example(command: object) -> None:
    arguments = ["--help"] if command is check_command else ["plan", "--help"]
    assert "Example:" in call(command, *arguments).output
