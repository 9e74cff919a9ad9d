"""Whole numbers that a file holds as 1.0, because a cell of their column is empty, are the ids 1, 2, … everywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision import load_lfs, weak_labels
from labeling_pipeline.files import read_frame
from labeling_pipeline.warehouse import lf_stream
from labeling_pipeline_tests.calls import call

TOML = 'classes = ["plain", "tea"]\n[[lf]]\nname = "tea"\nkind = "keywords"\nwords = ["tea"]\nlabel = "tea"\n'
N = 40


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("lfs.toml").write_text(TOML)
    ids = pd.Series([float(i) for i in range(N)])
    texts = ["tea", "bread"] * (N // 2)
    comments = pd.DataFrame({"comment_id": ids.where(ids != 3), "text": texts})
    for ending, write in (("parquet", "to_parquet"), ("csv", "to_csv"), ("jsonl", "to_json")):
        how = {"orient": "records", "lines": True} if ending == "jsonl" else {"index": False}
        getattr(comments, write)(f"comments.{ending}", **how)
    pd.DataFrame({"comment_id": ["0", "1", "2"], "label": ["tea", "plain", "tea"]}).to_csv("gold.csv", index=False)
    return tmp_path


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("out", ["parquet", "csv"])
def test_gold_finds_its_comments_in_every_format(folder: Path, ending: str, out: str) -> None:
    ended = call(
        "weak-label", f"comments.{ending}", "--lfs", "lfs.toml", "--gold", "gold.csv", "-o", f"out.{out}", "--json"
    )
    assert ended.returncode == 0, ended.stderr
    assert not [note for note in json.loads(ended.stdout)["notes"] if "not used" in note]
    ids = read_frame(f"out.{out}")["comment_id"].tolist()
    assert ids[:3] + ids[4:] == [str(i) for i in range(N) if i != 3]
    assert ids[3].startswith("h-")


def test_gold_may_be_the_one_with_floats(folder: Path) -> None:
    comments = pd.DataFrame({"comment_id": range(N), "text": ["tea", "bread"] * (N // 2)})
    gold = pd.DataFrame({"comment_id": [0.0, 1.0, None], "label": ["tea", "plain", "tea"]})
    gold.dropna().to_parquet("gold.parquet")
    comments.to_csv("whole.csv", index=False)
    ended = call("weak-label", "whole.csv", "--lfs", "lfs.toml", "--gold", "gold.parquet", "-o", "o.csv", "--json")
    assert not [note for note in json.loads(ended.stdout)["notes"] if "not used" in note]
    with pytest.warns(UserWarning, match="1 of 3 rows not used"):
        weak_labels(comments, load_lfs(TOML), gold=gold)


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_matrix_of_votes_finds_its_gold(folder: Path, ending: str) -> None:
    votes = pd.DataFrame({"id": [float(i) for i in range(N)], "a": [0, 1] * (N // 2), "b": [0, 1] * (N // 2)})
    votes.to_parquet("votes.parquet")
    votes.to_csv("votes.csv", index=False)
    pd.DataFrame({"id": [1, 2], "label": [1, 0]}).to_csv("gold.csv", index=False)
    ended = call("label-model", f"votes.{ending}", "--gold", "gold.csv", "-o", "out.csv", "--json")
    assert ended.returncode == 0, ended.stderr
    assert not [note for note in json.loads(ended.stdout)["notes"] if "not used" in note]
    assert read_frame("out.csv")["id"].tolist() == [str(i) for i in range(N)]


def test_labels_that_are_whole_numbers_are_classes_too(folder: Path) -> None:
    Path("plain.toml").write_text(TOML.splitlines()[1] + '\nname = "t"\nkind = "length"\nmax_chars = 3\nlabel = 1\n')
    pd.DataFrame({"comment_id": ["0", "2"], "label": [1.0, 1.0]}).to_parquet("gold.parquet")
    args = ("--lfs", "plain.toml", "--gold", "gold.parquet", "-o", "out.csv", "--json")
    ended = call("weak-label", "comments.parquet", *args)
    assert not [note for note in json.loads(ended.stdout)["notes"] if "not used" in note]


def test_large_numbers_beside_an_empty_cell_stay_what_they_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lf_stream, "PART_ROWS", 2)
    large = 2**60
    ids = pa.array([large, large + 1, None, large + 2], pa.int64())
    pq.write_table(pa.table({"comment_id": ids, "text": ["tea", "rye", "oat", "tea"]}), "large.parquet")
    expected = [str(large), str(large + 1), str(large + 2)]
    assert read_frame("large.parquet")["comment_id"].dropna().tolist() == expected
    for out in ("o.parquet", "o.csv"):
        ended = call("weak-label", "large.parquet", "--lfs", "lfs.toml", "-o", out)
        assert ended.returncode == 0, ended.stderr
        assert [one for one in read_frame(out)["comment_id"] if one in expected] == expected


def test_numbers_that_a_float_cannot_hold_are_no_ids(folder: Path) -> None:
    Path("large.jsonl").write_text(f'{{"comment_id": {2**60 + 1}, "text": "a"}}\n{{"comment_id": null, "text": "b"}}\n')
    with pytest.raises(InputError, match=r"large.jsonl: column 'comment_id', row 1: .*too large to be exact"):
        read_frame("large.jsonl")


def test_other_numbers_and_names_stay_as_they_are(folder: Path) -> None:
    pd.DataFrame({"comment_id": [1.5, 2.0], "score": [1.0, 2.0], "text": ["a", "b"]}).to_parquet("half.parquet")
    frame = read_frame("half.parquet")
    assert frame["comment_id"].tolist() == ["1.5", "2"]
    assert frame["score"].tolist() == [1.0, 2.0]
    pd.DataFrame({"id": ["v1.0", "01.0", "1.10", "7.0"]}).to_csv("names.csv", index=False)
    assert read_frame("names.csv")["id"].tolist() == ["v1.0", "01.0", "1.10", "7"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [("7,1,0\n8,0,1\n7,1,1\n", "id '7' occurs twice"), ("7,1,0\n,0,1\n", "row 2: id is empty")],
)
def test_a_matrix_names_each_row_once(folder: Path, rows: str, said: str) -> None:
    Path("votes.csv").write_text("id,a,b\n" + rows)
    ended = call("label-model", "votes.csv", "-o", "out.csv")
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "rows are then numbered" in ended.stderr
    assert not Path("out.csv").exists()


@pytest.mark.parametrize("out", ["o.parquet", "o.csv"])
def test_equal_texts_without_an_id_are_no_repetition(folder: Path, out: str) -> None:
    rows = pd.DataFrame({"comment_id": ["a", None, None, "b"], "text": ["tea", "rye", "rye", "rye"]})
    rows.to_parquet("gaps.parquet")
    ended = call("weak-label", "gaps.parquet", "--lfs", "lfs.toml", "-o", out)
    assert ended.returncode == 0, ended.stderr
    assert len(read_frame(out)) == 4
    rows.assign(comment_id=["a", None, None, "a"]).to_parquet("gaps.parquet")
    assert call("weak-label", "gaps.parquet", "--lfs", "lfs.toml", "-o", out).returncode == 2
