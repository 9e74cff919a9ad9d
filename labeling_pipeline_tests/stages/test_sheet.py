"""The expert's sheet as a person fills it in: out by csv, back through the inbox, and what becomes of each answer."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from labeling_pipeline.cli.home import queue_group
from labeling_pipeline.report.evidence import overdue
from labeling_pipeline.report.summary import summary
from labeling_pipeline.report.summary_lines import lines_of
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import materialize
from labeling_pipeline_tests.calls import call
from labeling_pipeline_tests.stages.small_homes import NOW, TO_LABELS, drop, new_home, up_to_date

ASSETS = (*TO_LABELS, "annotator_standing", "adjudication_queue", "irregularities")
FORMULA = "=HYPERLINK of a text"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Context, pd.DataFrame]:
    """A home whose annotators differ on every comment, and its sheet, filled in and dropped."""
    home = new_home(tmp_path_factory.mktemp("sheet") / "home", "[quality]\nmin_agreement = 0.9\n")
    ids = [f"c-{i}" for i in range(8)]
    drop(home, "comments", "comments.csv", pd.DataFrame({"comment_id": ids, "text": [FORMULA, *ids[1:]]}))
    people = pd.DataFrame({"annotator_id": ["a", "b", "c", "e-1", "e-2"], "kind": ["crowd"] * 3 + ["expert"] * 2})
    drop(home, "annotators", "people.csv", people)
    said = [(c, who, "toxic" if who == "a" else "acceptable") for c in ids for who in ("a", "b", "c")]
    votes = pd.DataFrame(said, columns=["comment_id", "annotator_id", "label"])
    drop(home, "votes", "votes.csv", votes.assign(labeling_round=1, answered_at="2026-05-01T08:00:00"))
    up_to_date(home, ASSETS)
    sheet = home.root / "queue.csv"
    done = CliRunner().invoke(queue_group, ["adjudication", "-o", str(sheet), "--home", str(home.root)])
    assert done.exit_code == 0, done.output
    # A spreadsheet gives back strings, keeps the columns, and leaves empty cells empty.
    rows = pd.read_csv(sheet, dtype=str, keep_default_na=False).set_index("comment_id")
    for comment, label, note, error in (
        ("c-0", "acceptable", "", "subjective"),
        ("c-1", "toxic", "names a person", "annotator_error"),
        ("c-2", "toxic", "", ""),
        ("c-3", "acceptable", "", ""),
        ("c-4", "no_such_class", "x", ""),
        ("c-5", "toxic", "a new kind", "brand_new"),
    ):
        rows.loc[comment, ["label", "note", "error_type", "stated_confidence"]] = [label, note, error, "0.9"]
    rows.reset_index().to_csv(home.root / "inbox" / "verdicts" / "queue filled in.csv", index=False)
    later = NOW + timedelta(hours=1)
    for _ in range(2):
        for one in [name for name in STAGES if name in ASSETS]:
            materialize(one, STAGES[one], open_context(home, later))
    return open_context(home, later), rows


def test_the_sheet_asks_and_tells_nothing_of_the_crowd(filled: tuple[Context, pd.DataFrame]) -> None:
    _, rows = filled
    assert set(rows.index) == {f"c-{i}" for i in range(8)}
    assert not {"crowd_label", "confidence", "agreement", "reason", "purpose", "value"} & set(rows.columns)
    assert set(rows["expert_id"]) == {"e-1", "e-2"}
    assert rows.loc["c-0", "text"] == "'" + FORMULA, "a spreadsheet must not run it"


@pytest.mark.parametrize(
    ("comment", "outcome", "label", "said"),
    [
        ("c-0", "passed", "acceptable", "says acceptable at 0.9"),
        ("c-1", "passed", "toxic", "says toxic at 0.9"),
        ("c-2", "adjudicate", "toxic", "overrides the crowd without a note"),
        ("c-3", "passed", "acceptable", "says acceptable at 0.9"),
        ("c-5", "passed", "toxic", "says toxic at 0.9"),
    ],
)
def test_each_verdict_decides_or_says_why_not(
    filled: tuple[Context, pd.DataFrame], comment: str, outcome: str, label: str, said: str
) -> None:
    row = filled[0].warehouse.table("qc_outcomes").set_index("comment_id").loc[comment]
    assert row["outcome"] == outcome
    assert said in " ".join(row["reasons"])
    if outcome == "passed":
        assert (row["label"], row["source"]) == (label, "verdict")
        # Two of three votes say acceptable; a verdict for it adds to them, one against them stands alone.
        crowd = filled[0].warehouse.table("consensus_labels").set_index("comment_id").loc[comment, "confidence"]
        both = crowd * 0.9 / (crowd * 0.9 + (1 - crowd) * 0.1)
        assert row["confidence"] == pytest.approx(both if label == "acceptable" else 0.9)


def test_error_types_notes_and_confidence_come_back_as_they_were_written(
    filled: tuple[Context, pd.DataFrame],
) -> None:
    context, rows = filled
    verdicts = context.warehouse.table("verdicts").set_index("comment_id")
    assert set(verdicts.index) == {"c-0", "c-1", "c-2", "c-3", "c-5"}
    told = verdicts["error_type"].fillna("").to_dict()
    assert told == {"c-0": "subjective", "c-1": "annotator_error", "c-2": "", "c-3": "", "c-5": "brand_new"}
    assert verdicts.loc["c-1", "note"] == "names a person"
    assert set(verdicts["stated_confidence"]) == {0.9}
    assert verdicts["expert_id"].to_dict() == rows.loc[verdicts.index, "expert_id"].to_dict()


def test_what_was_left_empty_or_cannot_be_used_is_on_record_and_still_waits(
    filled: tuple[Context, pd.DataFrame],
) -> None:
    context, _ = filled
    refused = context.warehouse.table("quarantine").query("kind == 'verdicts'")
    assert refused["rule"].value_counts().to_dict() == {"not_answered": 2, "unknown_class": 1}
    irregular = context.warehouse.table("irregularities").set_index("rule")["comment_id"].to_dict()
    assert irregular["override_without_note"] == "c-2"
    assert irregular["unknown_error_type"] == "c-5"
    assert irregular["refused_verdict"] == "c-4"
    waits = context.warehouse.table("adjudication_queue").set_index("comment_id")
    assert {"c-2", "c-4", "c-6", "c-7"} <= set(waits.index)


def test_a_note_that_arrives_later_makes_the_verdict_count(filled: tuple[Context, pd.DataFrame]) -> None:
    context, rows = filled
    again = rows.loc[["c-2"]].reset_index().assign(note="puts a person down")
    again.to_csv(context.home.root / "inbox" / "verdicts" / "again.csv", index=False)
    later = NOW + timedelta(hours=2)
    for _ in range(2):
        for one in [name for name in STAGES if name in ASSETS]:
            materialize(one, STAGES[one], open_context(context.home, later))
    row = open_context(context.home, later).warehouse.table("qc_outcomes").set_index("comment_id").loc["c-2"]
    assert (row["outcome"], row["label"]) == ("passed", "toxic")


def test_what_is_due_stands_on_the_sheet_and_what_is_late_is_told(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "[quality]\nmin_agreement = 0.9\n[adjudication]\nsla_hours = 24\n")
    drop(home, "comments", "c.csv", pd.DataFrame({"comment_id": ["c-0", "c-1"], "text": ["one", "another"]}))
    people = pd.DataFrame({"annotator_id": ["a", "b", "e-1"], "kind": ["crowd", "crowd", "expert"]})
    drop(home, "annotators", "people.csv", people)
    votes = pd.DataFrame([(c, w, w != "a") for c in ("c-0", "c-1") for w in ("a", "b")])
    votes = votes.set_axis(["comment_id", "annotator_id", "label"], axis=1)
    votes["label"] = ["toxic" if one else "acceptable" for one in votes["label"]]
    drop(home, "votes", "v.csv", votes.assign(answered_at="2026-05-01T08:00:00"))
    up_to_date(home, ASSETS)
    sheet = tmp_path / "queue.csv"
    done = call("queue", "adjudication", "-o", sheet, "--home", home.root)
    assert set(pd.read_csv(sheet)["due_at"]) == {"2026-05-02 08:00:00"}
    assert " by 2026-05-02 08:00" in sheet.with_suffix(".html").read_text()
    assert "2 of them are overdue" in done.stdout
    told = summary(home)
    assert told["overdue"] == 2
    assert dict(lines_of(told))["rounds"].endswith("2 comments wait for an expert, 2 of them overdue")
    assert overdue(open_context(home).query("overdue_verdicts", now=NOW)).startswith("2 of 2 comments that wait")
    in_time = open_context(home).query("overdue_verdicts", now=NOW - timedelta(days=30))
    assert overdue(in_time) == ""
    ran = call("run", "--home", home.root, "--now", "2026-05-01T10:00:00", "--json")  # two hours after they were queued
    assert (json.loads(ran.stdout)["queue"], json.loads(ran.stdout)["overdue"]) == (2, 0)
    late = call("run", "--home", home.root, "--now", "2026-05-03T10:00:00", "--json")
    assert json.loads(late.stdout)["overdue"] == 2


def test_a_name_that_no_expert_has_is_an_error(filled: tuple[Context, pd.DataFrame], tmp_path: Path) -> None:
    home, sheet = filled[0].home.root, tmp_path / "queue.csv"
    wrong = call("queue", "adjudication", "-o", sheet, "--home", home, "--expert", "nobody")
    assert wrong.returncode == 2
    assert "no expert 'nobody'; expected e-1, e-2" in wrong.stderr
    assert not sheet.exists()
    assert call("queue", "adjudication", "-o", sheet, "--home", home, "--expert", "e-1").returncode == 0


def test_a_sheet_holds_no_more_than_experts_have_room_for(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "[quality]\nmin_confidence = 0.99\n[adjudication]\ncapacity = 5")
    ids = [f"c-{i:02d}" for i in range(20)]
    drop(home, "comments", "c.csv", pd.DataFrame({"comment_id": ids, "text": [f"remark {i}" for i in range(20)]}))
    said = [(c, who, "toxic" if who == "a" else "acceptable") for c in ids for who in ("a", "b")]
    drop(home, "votes", "v.csv", pd.DataFrame(said, columns=["comment_id", "annotator_id", "label"]))
    up_to_date(home, ASSETS)
    queue = open_context(home, NOW).query("queue_for_experts")
    assert len(queue) == 20
    sheet = tmp_path / "queue.csv"
    arguments = ["adjudication", "-o", str(sheet), "--home", str(home.root)]
    done = CliRunner().invoke(queue_group, arguments)
    assert done.exit_code == 0, done.output
    assert pd.read_csv(sheet)["comment_id"].tolist() == queue["comment_id"].head(5).tolist()
    assert "5 comments in" in done.output
    assert "fill in expert_id, label and note" in done.output
    assert "15 more wait: --all" in done.output
    assert sheet.with_suffix(".html").read_text().count("<details") == 5 + 1  # each comment, and the guideline
    done = CliRunner().invoke(queue_group, [*arguments, "--all"])
    assert len(pd.read_csv(sheet)) == 20
    assert "more wait" not in done.output
