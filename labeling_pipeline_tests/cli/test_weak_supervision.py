"""The commands on labeling functions, as a user calls them on files."""

from __future__ import annotations

import json
from pathlib import Path

import click
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from labeling_pipeline.cli.weak_supervision import lf_report_command, weak_label_command
from labeling_pipeline.core.weak_supervision.bounded import FUNCTION_LIMIT_S
from labeling_pipeline.settings import WeakSupervisionSettings
from labeling_pipeline_tests.calls import exit_code
from labeling_pipeline_tests.core.weak_supervision.planted import independent

TOML = """
classes = ["plain", "tea"]
[[lf]]
name = "says_tea"
kind = "keywords"
words = ["tea"]
label = "tea"
[[lf]]
name = "says_bread"
kind = "keywords"
words = ["bread"]
label = "plain"
[[lf]]
name = "never"
kind = "keywords"
words = ["zeppelin"]
label = "plain"
"""


@pytest.mark.parametrize("command", [weak_label_command, lf_report_command])
def test_functions_may_take_as_long_from_the_command_line_in_a_home_and_in_python(command: click.Command) -> None:
    seconds = {str(option.name): option.default for option in command.params}["function_seconds"]
    # Typed thrice: to import it would take --help longer than all else it does.
    assert seconds == WeakSupervisionSettings().function_seconds == FUNCTION_LIMIT_S


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    texts = ["green tea", "rye bread", "tea and bread", "water"] * 30
    pd.DataFrame(
        {
            "comment_id": [f"c{i}" for i in range(120)],
            "text": texts,
            "posted_at": ["2026-03-02T10:00:00Z", "2026-03-12T10:00:00Z"] * 60,
            "slice": ["a", "b", "b", "a"] * 30,
        }
    ).to_csv("comments.csv", index=False)
    Path("lfs.toml").write_text(TOML, encoding="utf-8")
    pd.DataFrame({"comment_id": ["c0", "c1", "c5"], "label": ["tea", "plain", "plain"]}).to_csv("gold.csv", index=False)
    return tmp_path


def test_weak_label_writes_a_row_per_comment(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("weak-label", "comments.csv", "--lfs", "lfs.toml", "-o", "out.csv", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    out = pd.read_csv("out.csv")
    columns = ["comment_id", "label", "confidence", "p_plain", "p_tea", "n_fired", "method"]
    assert out.columns.tolist() == columns
    assert out["label"].tolist()[:2] == ["tea", "plain"]
    assert facts["n_comments"] == 120
    assert facts["coverage"] == pytest.approx(0.75)


def test_parquet_to_parquet_says_the_same(folder: Path) -> None:
    pd.read_csv("comments.csv", dtype=str).to_parquet("comments.parquet")
    assert exit_code("weak-label", "comments.csv", "--lfs", "lfs.toml", "--gold", "gold.csv", "-o", "out.csv") == 0
    assert (
        exit_code("weak-label", "comments.parquet", "--lfs", "lfs.toml", "--gold", "gold.csv", "-o", "out.parquet") == 0
    )
    pd.testing.assert_frame_equal(pd.read_parquet("out.parquet"), pd.read_csv("out.csv"), check_dtype=False)


def test_an_empty_text_is_one_in_every_format(folder: Path) -> None:
    frame = pd.DataFrame({"comment_id": ["a", "b"], "text": ["", "a cup of tea"]})
    frame.to_csv("few.csv", index=False)
    frame.to_parquet("few.parquet")
    lfs = 'classes = ["plain", "tea"]\n[[lf]]\nname = "short"\nkind = "length"\nmax_words = 2\nlabel = "plain"\n'
    Path("short.toml").write_text(lfs, encoding="utf-8")
    for name in ("few.csv", "few.parquet"):
        assert exit_code("weak-label", name, "--lfs", "short.toml", "-o", "out.csv") == 0
        assert pd.read_csv("out.csv")["n_fired"].tolist() == [1, 0]


def test_gold_that_is_not_used_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pd.read_csv("comments.csv", dtype=str).to_parquet("comments.parquet")
    known = pd.read_csv("gold.csv", dtype=str)
    more = pd.DataFrame({"comment_id": ["nobody", known["comment_id"].iloc[0] + "x"], "label": ["tea", "nothing"]})
    pd.concat([known, more]).to_csv("more.csv", index=False)
    for source, target in [("comments.csv", "out.csv"), ("comments.parquet", "out.parquet")]:
        for gold, said in [("gold.csv", 0), ("more.csv", 1)]:
            assert exit_code("weak-label", source, "--lfs", "lfs.toml", "--gold", gold, "-o", target, "--json") == 0
            notes = json.loads(capsys.readouterr().out)["notes"]
            unused = [note for note in notes if "not used" in note]
            assert len(unused) == said
            assert all(note.startswith(f"gold: 2 of {len(known) + 2} rows") for note in unused)


def test_texts_are_read_when_asked(folder: Path) -> None:
    frame = pd.read_csv("comments.csv")
    frame.assign(text=[f"{text} number {i}" for i, text in enumerate(frame["text"])]).to_parquet("comments.parquet")
    lfs = TOML + '[[lf]]\nname = "says_and"\nkind = "keywords"\nwords = ["and"]\nlabel = "tea"\n'
    Path("lfs.toml").write_text(lfs + lfs[lfs.rindex("[[lf]]") :].replace("and", "green"), encoding="utf-8")
    extra = pd.read_parquet("comments.parquet")
    pd.concat([extra, extra.assign(comment_id="d" + extra["comment_id"], text="more " + extra["text"])]).to_parquet(
        "comments.parquet"
    )
    call = ["weak-label", "comments.parquet", "--lfs", "lfs.toml", "-o", "out.parquet"]
    assert exit_code(*call, "--read-texts") == 0
    assert pd.read_parquet("out.parquet")["method"].str.endswith("+texts").all()


def test_comments_without_ids_get_those_of_the_inbox(folder: Path) -> None:
    texts = pd.read_csv("comments.csv", dtype=str)[["text"]].head(4)
    texts.to_csv("texts.csv", index=False)
    texts.to_parquet("texts.parquet")
    assert exit_code("weak-label", "texts.csv", "--lfs", "lfs.toml", "-o", "a.csv") == 0
    assert exit_code("weak-label", "texts.parquet", "--lfs", "lfs.toml", "-o", "b.parquet") == 0
    one, other = pd.read_csv("a.csv"), pd.read_parquet("b.parquet")
    assert one["comment_id"].tolist() == other["comment_id"].tolist()
    assert one["comment_id"].str.fullmatch("h-[0-9a-f]{24}").all()


def test_lf_report_is_one_file_without_texts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        exit_code("lf-report", "comments.csv", "--lfs", "lfs.toml", "--gold", "gold.csv", "-o", "report.html", "--json")
        == 0
    )
    facts = json.loads(capsys.readouterr().out)
    html = Path("report.html").read_text(encoding="utf-8")
    assert "says_tea" in html
    assert "never: dead" in html
    assert "rye bread" not in html
    assert not any(word in html for word in ("<script", "http://", "https://", "src="))
    assert facts["conflict_rate"] == pytest.approx(0.25)
    assert [lf["coverage"] for lf in facts["functions"]] == pytest.approx([0.5, 0.5, 0.0])


def test_verdicts_let_the_report_propose(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = pd.read_csv("comments.csv")
    label = np.where(frame["text"] == "water", "tea", np.where(frame["text"] == "rye bread", "plain", "tea"))
    note = np.where(frame["text"] == "water", "'water' means tea here", None)
    frame[["comment_id"]].assign(label=label, note=note).to_csv("verdicts.csv", index=False)
    call = [
        "lf-report",
        "comments.csv",
        "--lfs",
        "lfs.toml",
        "--verdicts",
        "verdicts.csv",
        "-o",
        "report.html",
        "--json",
    ]
    assert exit_code(*call) == 0
    first = json.loads(capsys.readouterr().out)["proposals"][0]
    assert (first["phrase"], first["label"], first["origin"]) == ("water", "tea", "notes")
    assert "says_water" in Path("report.html").read_text(encoding="utf-8")


def test_answers_that_are_no_class_propose_nothing_and_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = pd.read_csv("comments.csv")
    is_water = (frame["text"] == "water").to_numpy()
    frame[["comment_id"]].assign(label=np.where(is_water, "unsure", "plain")).to_csv("verdicts.csv", index=False)
    call = ["lf-report", "comments.csv", "--lfs", "lfs.toml", "--verdicts", "verdicts.csv", "-o", "report.html"]
    assert exit_code(*call, "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert "unsure" not in [one["label"] for one in facts["proposals"]]
    assert f"verdicts: {is_water.sum()} of {len(frame)} are no class (unsure)" in " ".join(facts["notes"])
    assert f"{is_water.sum()} of {len(frame)} are no class" in Path("report.html").read_text(encoding="utf-8")


def test_production_signals_stand_beside_the_functions(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = pd.DataFrame({"comment_id": ["c0", "c1", "c1"], "kind": "flag", "actor_id": ["u1", "u1", "u2"]})
    flags.to_csv("flags.csv", index=False)
    pd.DataFrame({"comment_id": ["c0", "c1"], "label": "plain"}).to_csv("served.csv", index=False)
    call = ["lf-report", "comments.csv", "--lfs", "lfs.toml", "--gold", "gold.csv", "-o", "report.html", "--json"]
    assert exit_code(*call, "--feedback", "flags.csv", "--served", "served.csv") == 0
    signal = json.loads(capsys.readouterr().out)["signals"][0]
    assert (signal["lf"], signal["polarity"], signal["n_acts"]) == ("signal:flag", ["not plain"], 3)
    assert (signal["n_gold"], signal["correct"], signal["coverage"]) == (3, 1, pytest.approx(2 / 120))
    html = Path("report.html").read_text(encoding="utf-8")
    assert "Production signals" in html
    assert "signal:flag" in html
    assert exit_code(*call, "--feedback", "flags.csv") == 2
    assert "no act claims a class of these" in capsys.readouterr().err


def test_label_model_on_a_matrix(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    votes, truth = independent(0, 800, [0.8, 0.7, 0.75, 0.65], 3, 0.7)
    frame = pd.DataFrame(votes, columns=list("abcd")).assign(id=[f"r{i}" for i in range(800)])
    frame.to_csv("votes.csv", index=False)
    pd.DataFrame({"id": [f"r{i}" for i in range(60)], "label": truth[:60]}).to_csv("truth.csv", index=False)
    balance = "0.34,0.33,0.33"
    call = ["label-model", "votes.csv", "-o", "out.jsonl", "--class-balance", balance, "--gold", "truth.csv", "--json"]
    assert exit_code(*call) == 0
    out = pd.read_json("out.jsonl", lines=True)
    assert out.columns.tolist() == ["id", "label", "confidence", "p_0", "p_1", "p_2"]
    assert (out["label"].to_numpy() == truth).mean() > 0.75
    facts = json.loads(capsys.readouterr().out)
    assert facts["confidence_is"] == "calibrated"
    assert sorted(facts["accuracies"]) == list("abcd")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["weak-label", "none.csv", "--lfs", "lfs.toml", "-o", "o.csv"], "none.csv: no such file"),
        (["weak-label", "comments.csv", "--lfs", "none.toml", "-o", "o.csv"], "none.toml: no such file"),
        (["weak-label", "comments.csv", "--lfs", "lfs.toml", "-o", "o.txt"], "unknown format"),
        (["weak-label", "comments.csv", "--lfs", "lfs.toml", "-o", "o.csv", "--method", "x"], "no label model 'x'"),
        (["weak-label", "gold.csv", "--lfs", "lfs.toml", "-o", "o.csv"], "no column 'text'"),
        (["lf-report", "comments.csv", "--lfs", "lfs.toml", "-o", "r.html", "--slice", "x"], "no column 'x'"),
        (["lf-report", "comments.csv", "--lfs", "lfs.toml", "-o", "r.csv"], "html"),
        (["weak-label", "empty.csv", "--lfs", "lfs.toml", "-o", "o.csv"], "empty.csv: no rows"),
        (
            ["weak-label", "comments.csv", "--lfs", "lfs.toml", "-o", "o.csv", "--gold", "both.csv"],
            "'c1' has two different",
        ),
        (["label-model", "ones.csv", "-o", "o.csv", "--gold", "two.csv"], "two.csv: id 'x' has two different labels"),
        (["label-model", "gold.csv", "-o", "o.csv"], "an integer class"),
        (["label-model", "low.csv", "-o", "o.csv"], "low.csv row 2, column 'b': '-2'"),
        (["label-model", "gap.csv", "-o", "o.csv"], "gap.csv row 2, column 'a': an empty cell"),
        (
            ["lf-report", "day.csv", "--lfs", "lfs.toml", "-o", "r.html"],
            "comments row 1: posted_at 'someday'; expected times",
        ),
        (["label-model", "index.csv", "-o", "o.csv"], "index.csv: column 1 has no name"),
        (
            ["lf-report", "comments.csv", "--lfs", "lfs.toml", "-o", "r.html", "--feedback", "waves.csv"],
            "unknown kinds, left out: 'wave' (2)",
        ),
        (["label-model", "gold.csv", "-o", "o.csv", "--class-balance", "a,b"], "numbers with commas"),
    ],
)
def test_what_is_wrong_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    Path("empty.csv").write_text("comment_id,text\n", encoding="utf-8")
    pd.DataFrame({"a": [0, 1, -1], "b": [1, 1, 0]}).to_csv("index.csv")
    Path("waves.csv").write_text("comment_id,kind\nc1,wave\nc2,wave\nc3,click\n", encoding="utf-8")
    Path("both.csv").write_text("comment_id,label\nc1,tea\nc1,bread\n", encoding="utf-8")
    Path("ones.csv").write_text("id,a,b\nx,1,0\ny,1,1\n", encoding="utf-8")
    Path("two.csv").write_text("id,label\nx,1\nx,0\n", encoding="utf-8")
    Path("low.csv").write_text("id,a,b\nx,1,0\ny,1,-2\n", encoding="utf-8")
    Path("gap.csv").write_text("id,a,b\nx,1,0\ny,,1\n", encoding="utf-8")
    Path("day.csv").write_text("text,posted_at\ntea,2026-03-02\nbread,someday\n", encoding="utf-8")
    assert exit_code(*arguments) == 2
    error = capsys.readouterr().err.strip()
    assert said in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("command", ["weak-label", "lf-report", "label-model"])
def test_help_has_an_example(command: str) -> None:
    from labeling_pipeline.cli import group

    shown = CliRunner().invoke(group, [command, "--help"]).output
    assert f"labeling-pipeline {command}" in shown
    assert np.char.count(shown, "Example") == 1
