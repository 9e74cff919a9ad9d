"""Comments and no list of annotators: the sheet asks for every answer wanted, and what comes back counts."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from labeling_pipeline.home import Home
from labeling_pipeline.report.summary import print_summary, summary
from labeling_pipeline.stages.annotation import rounds_state
from labeling_pipeline_tests.stages.small_homes import drop, new_home, sheet_of, up_to_date

N = 20
EMPTY_OF_OTHERS = "comment_id,annotator_id,label\nc-00,x,\n"


def new(folder: Path) -> Home:
    """A home as `init` makes it, with comments in the inbox and nothing else."""
    home = new_home(folder, "[labeling]\nvotes_per_comment = 3\nmost_votes = 7\nexperts_first = true")
    texts = [f"remark number {i} on {i * 7} kinds of weather" for i in range(N)]
    drop(home, "comments", "c.csv", pd.DataFrame({"comment_id": [f"c-{i:02d}" for i in range(N)], "text": texts}))
    up_to_date(home)
    return home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return new(tmp_path / "home")


def own_sheet(home: Home, number: int = 1) -> pd.DataFrame:
    return sheet_of(home, f"round-{number:04d}")


def told(home: Home) -> str:
    out = io.StringIO()
    print_summary(summary(home), Console(file=out, width=400))
    return out.getvalue()


def filled(sheet: pd.DataFrame, names: list[str] | None) -> pd.DataFrame:
    """Everybody answers the same of one comment; ``names``: who answers which number, None for nobody who says so."""
    is_toxic = sheet["comment"].str[-1].isin(list("37"))
    who = sheet["answer_number"].astype(int).map(lambda n: "" if names is None else names[n - 1])
    return sheet.assign(answer=is_toxic.map({True: "toxic", False: "acceptable"}), annotator_id=who)


def test_the_sheet_has_a_row_for_every_answer_wanted(home: Home) -> None:
    sheet = own_sheet(home)
    assert len(sheet) == 3 * N
    assert sheet.groupby("answer_number")["comment_id"].nunique().to_dict() == {"1": N, "2": N, "3": N}
    assert (sheet[["annotator_id", "answer"]] == "").all().all()
    assert set(sheet["one_of"]) == {"acceptable | toxic | unsure"}
    lines = [json.loads(line) for line in (home.outbox / "tasks" / "round-0001.jsonl").read_text().splitlines()]
    assert [line["answers_wanted"] for line in lines] == [3] * N
    assert "answer_number" in (home.outbox / "README.md").read_text()


@pytest.mark.parametrize("names", [["ann", "bob", "cem"], None], ids=["named", "nobody says who"])
def test_filled_in_as_written_its_labels_pass_and_its_round_is_done(home: Home, names: list[str] | None) -> None:
    drop(home, "votes", "sheet.csv", filled(own_sheet(home), names))
    context = up_to_date(home)
    first = rounds_state(context).iloc[0]
    assert first[["n_comments", "n_done", "is_open"]].tolist() == [N, N, False]
    outcomes = context.warehouse.table("qc_outcomes")
    assert outcomes["n_votes"].tolist() == [3] * N
    assert set(outcomes["outcome"]) == {"passed"}
    assert "round-0001" not in told(home)


def test_how_many_sheets_wait_is_told_where_there_is_one_for_everybody(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "")
    drop(home, "comments", "c.csv", pd.DataFrame({"comment_id": ["c-1", "c-2"], "text": ["one", "two"]}))
    drop(home, "annotators", "a.csv", pd.DataFrame({"annotator_id": ["ann", "bob", "cem"], "kind": "crowd"}))
    up_to_date(home)
    (home.outbox / "tasks" / "round-0001" / "ann filled.csv").write_text("not sent yet")
    said = told(home)
    assert "outbox/tasks/round-0001/*.csv (3 sheets, one for each annotator), drop them into inbox/votes" in said


def test_half_a_sheet_leaves_the_rest_waiting_and_says_so(home: Home) -> None:
    before = told(home)
    assert f"{N} comments wait for answers: fill in " in before
    assert "outbox/tasks/round-0001.csv, drop it into inbox/votes" in before
    sheet = filled(own_sheet(home), ["ann", "bob", "cem"])
    half = sheet.assign(answer=sheet["answer"].where(sheet["comment"] < "c-08", ""))
    drop(home, "votes", "half.csv", half)
    context = up_to_date(home)
    refused = context.warehouse.table("quarantine")
    assert refused["rule"].value_counts().to_dict() == {"not_answered": 36}
    files = context.warehouse.table("inbox_files").query("kind == 'votes'")
    assert files[["rows_in", "accepted", "quarantined"]].to_numpy().tolist() == [[60, 24, 36]]
    assert context.query("invariants/rows_in_are_accounted_for").empty
    said = told(home)
    assert "12 comments wait for answers: fill in " in said
    assert "quarantined   0\n" in "\n".join(line.rstrip() for line in said.splitlines()) + "\n"
    assert "36 rows of sheets came back empty: they still wait" in said
    drop(home, "votes", "whole.csv", sheet)
    context = up_to_date(home)
    assert rounds_state(context)["n_done"].tolist() == [N]
    assert set(context.warehouse.table("qc_outcomes")["n_votes"]) == {3}
    assert "came back empty" not in told(home)


def test_an_empty_label_of_a_file_that_is_no_sheet_is_a_fault(home: Home) -> None:
    (home.inbox / "votes" / "theirs.csv").write_text(EMPTY_OF_OTHERS)
    context = up_to_date(home)
    assert context.warehouse.table("quarantine")["rule"].tolist() == ["empty_label"]
    assert "empty_label 1" in told(home)


def test_a_second_wave_asks_for_as_many_answers_as_it_wants(home: Home) -> None:
    sheet = filled(own_sheet(home), ["ann", "bob", "cem"])
    torn = (sheet["comment"] < "c-05") & (sheet["answer_number"] == "3")
    other = {"toxic": "acceptable", "acceptable": "toxic"}
    drop(home, "votes", "sheet.csv", sheet.assign(answer=sheet["answer"].mask(torn, sheet["answer"].map(other))))
    context = up_to_date(home)
    rounds = context.warehouse.table("rounds")
    wave = rounds[rounds["reason"] == "more votes"]
    assert len(wave) >= 1
    for one in wave.to_dict("records"):
        again = own_sheet(home, int(one["labeling_round"]))
        assert len(again) == one["n_comments"] * one["votes_per_comment"]
