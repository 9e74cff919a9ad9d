"""`labeling-pipeline select` on files."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from labeling_pipeline.cli import main
from labeling_pipeline.cli.select import select_command

PREDICTIONS = (
    "comment_id,p_fine,p_mild,p_harsh\nc-1f8a,.32,.41,.27\nc-2,.9,.1,\nc-3,.5,.3,.2\nc-4,.2,.2,.6\nc-5,1,0,0\n"
)


@pytest.fixture
def predictions(tmp_path):
    path = tmp_path / "predictions.csv"
    path.write_text(PREDICTIONS)
    return path


def test_the_closest_comes_first(predictions, tmp_path):
    out = tmp_path / "batch.csv"
    options = [str(predictions), "-n", "3", "--strategy", "margin", "--random-share", "0", "-o", str(out)]
    result = CliRunner().invoke(select_command, options)
    assert result.exit_code == 0, result.output
    assert result.output == f"3 comments chosen by margin → {out}\n"
    batch = pd.read_csv(out)
    assert batch["comment_id"].tolist() == ["c-1f8a", "c-3", "c-4"]
    assert batch.loc[0, "reason"] == "margin 0.09: mild 0.41 against fine 0.32"


def test_more_than_there_is_takes_all_and_says_so(predictions, tmp_path):
    result = CliRunner().invoke(
        select_command, [str(predictions), "-n", "11", "-o", str(tmp_path / "b.jsonl"), "--json"]
    )
    assert result.exit_code == 0
    facts = json.loads(result.output)
    assert facts["n"] == 5
    assert facts["notes"] == ["pool exhausted: 5 available, 11 requested"]
    assert len((tmp_path / "b.jsonl").read_text().splitlines()) == 5


def test_texts_pass_over_near_duplicates(predictions, tmp_path):
    comments = tmp_path / "comments.csv"
    comments.write_text("comment_id,text\nc-1f8a,the same harmless words here\nc-3,The same harmless words here!\n")
    out = tmp_path / "b.parquet"
    options = [str(predictions), "-n", "2", "--random-share", "0", "--comments", str(comments), "-o", str(out)]
    result = CliRunner().invoke(select_command, options)
    assert result.exit_code == 0, result.output
    assert pd.read_parquet(out)["comment_id"].tolist() == ["c-1f8a", "c-4"]
    assert "1 near-duplicates passed over" in result.output


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["missing.csv", "-n", "1", "-o", "x.csv"], "missing.csv: no such file"),
        (["{file}", "-n", "1", "--strategy", "best", "-o", "x.csv"], "strategy 'best' is not known"),
        (["{file}", "-n", "0", "-o", "x.csv"], "0 comments requested"),
        (["{file}", "-n", "1", "-o", "x.xlsx"], "unknown format"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_code_2(predictions, options, part, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["select", *(one.replace("{file}", str(predictions)) for one in options)])
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert part in said
    assert said.count("\n") == 1
