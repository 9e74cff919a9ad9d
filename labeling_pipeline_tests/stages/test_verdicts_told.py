"""What is told of verdicts is what was done: who counted, who is asked, and what is owed for them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from labeling_pipeline.home import Home
from labeling_pipeline.stages.context import Context
from labeling_pipeline_tests.stages.small_homes import TO_LABELS, drop, new_home, up_to_date

ASSETS = (*TO_LABELS, "irregularities")
ROWS = [
    # One of the two does not count: there is nothing they could differ in.
    ("c-0", "e-1", "toxic", None, ""),
    ("c-0", "e-2", "acceptable", None, ""),
    ("c-1", "e-1", "toxic", None, "an insult"),
    ("c-1", "e-2", "acceptable", None, ""),
    ("c-2", "e-1", "acceptable", 0.3, ""),
    ("c-3", "e-1", "toxic", None, "an insult"),
    ("c-3", "e-2", "toxic", None, "an insult"),
    ("c-3", "e-3", "acceptable", None, ""),
    # A majority, and not sure enough for the floor.
    ("c-4", "e-1", "toxic", 0.6, "an insult"),
    ("c-4", "e-2", "toxic", 0.6, "an insult"),
    ("c-4", "e-3", "acceptable", 0.9, ""),
    ("c-5", "w-1", "toxic", None, "nobody asked"),
    ("c-6", "e-1", "toxic", None, ""),
    ("c-6", "e-1", "toxic", None, "an insult after all"),
    # What an expert takes back needs no note, and puts nothing in the crowd's place.
    ("c-7", "e-1", "toxic", None, "an insult"),
    ("c-7", "e-1", "unsure", None, ""),
    ("c-8", "e-1", "unsure", None, ""),
]


def judged(tmp_path: Path) -> Context:
    home: Home = new_home(tmp_path / "home", "")
    ids = [f"c-{i}" for i in range(12)]
    texts = [f"a comment with words of its own, number {i * i + 7}" for i in range(len(ids))]
    drop(home, "comments", "comments.csv", pd.DataFrame({"comment_id": ids, "text": texts}))
    votes = [(c, w, "acceptable", "2026-04-20T08:00:00") for c in ids for w in ("a", "b", "c")]
    columns = ["comment_id", "annotator_id", "label", "answered_at"]
    drop(home, "votes", "votes.csv", pd.DataFrame(votes, columns=columns))
    people = {
        "a": "crowd",
        "b": "crowd",
        "c": "crowd",
        "w-1": "crowd",
        "e-1": "expert",
        "e-2": "expert",
        "e-3": "expert",
    }
    drop(home, "annotators", "people.csv", pd.DataFrame(people.items(), columns=["annotator_id", "kind"]))
    said = pd.DataFrame(ROWS, columns=["comment_id", "expert_id", "label", "stated_confidence", "note"])
    said["decided_at"] = [f"2026-04-28T08:{i:02}:00" for i in range(len(said))]
    drop(home, "verdicts", "verdicts.csv", said)
    return up_to_date(home, ASSETS)


def test_irregularities_say_what_the_gate_did(tmp_path: Path) -> None:
    context = judged(tmp_path)
    rows = context.warehouse.table("irregularities")
    told = rows[rows["comment_id"].notna()].set_index(["comment_id", "rule"])["outcome"].to_dict()
    assert told == {
        ("c-0", "override_without_note"): "not counted until a note arrives",
        ("c-1", "experts_disagree"): "a further expert is asked",
        ("c-2", "verdict_no_surer_than_chance"): "says nothing, another expert asked",
        ("c-3", "experts_disagree"): "the majority of experts decided",
        ("c-4", "experts_disagree"): "a further expert is asked",
        ("c-5", "verdict_of_no_expert"): "not counted; list them in inbox/annotators as kind expert, or have an expert"
        " decide",
    }
    outcomes = context.warehouse.table("qc_outcomes").set_index("comment_id")
    assert outcomes.loc[[f"c-{i}" for i in range(9)], "outcome"].tolist() == [
        "passed", "adjudicate", "adjudicate", "passed", "adjudicate", "passed", "passed", "adjudicate", "adjudicate",
    ]  # fmt: skip
    assert outcomes.loc[["c-0", "c-3", "c-5", "c-6"], "label"].tolist() == [
        "acceptable",
        "toxic",
        "acceptable",
        "toxic",
    ]
    told_of = context.warehouse.table("label_history")
    overturned = told_of.loc[told_of["event"] == "gold_candidate", "comment_id"]
    assert set(overturned) == {"c-3", "c-4", "c-6"}


def test_what_is_owed_for_verdicts_is_owed_once_and_to_experts(tmp_path: Path) -> None:
    spend = judged(tmp_path).query("spend").iloc[0]
    assert int(spend["n_verdicts"]) == len({row[:2] for row in ROWS if row[1] != "w-1"}) == 14
