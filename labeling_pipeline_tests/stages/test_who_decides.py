"""Who may decide: verdicts and gold of people who are no experts count for nothing, and that is written down."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.home import Home
from labeling_pipeline.stages.context import Context
from labeling_pipeline_tests.stages.small_homes import TO_LABELS, drop, new_home, up_to_date

ASSETS = (*TO_LABELS, "comment_slices", "annotator_standing", "fused_labels", "unanimous_review", "accuracy_report",
          "gold_candidates", "irregularities")  # fmt: skip
CROWD = ("w-1", "w-2", "w-3")


def comments(home: Home, n: int = 30) -> None:
    ids = [f"c-{i:02d}" for i in range(n)]
    texts = [f"a comment with words of its own, number {i * i + 7}" for i in range(n)]
    drop(home, "comments", "comments.csv", pd.DataFrame({"comment_id": ids, "text": texts}))
    votes = [(c, w, "acceptable", "2026-04-20T08:00:00") for c in ids for w in CROWD]
    columns = ["comment_id", "annotator_id", "label", "answered_at"]
    drop(home, "votes", "votes.csv", pd.DataFrame(votes, columns=columns))


def people(*experts: str) -> pd.DataFrame:
    who = [*CROWD, *experts]
    return pd.DataFrame({"annotator_id": who, "kind": ["crowd"] * 3 + ["expert"] * len(experts)})


def verdicts(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["comment_id", "expert_id", "label"])
    return frame.assign(note="an insult", decided_at="2026-04-28T08:00:00")


def gold(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["comment_id", "label", "role", "expert_ids"])
    return frame.assign(decided_at="2026-04-22T08:00:00")


def told(context: Context, rule: str) -> pd.DataFrame:
    rows = context.warehouse.table("irregularities")
    return rows[rows["rule"] == rule].reset_index(drop=True)


def outcome(context: Context, comment: str) -> list[str]:
    row = context.warehouse.table("qc_outcomes").set_index("comment_id").loc[comment]
    return [str(row["label"]), str(row["source"])]


def roles(context: Context) -> dict[str, str]:
    return dict(context.warehouse.table("gold_set").set_index("comment_id")["role"])


@pytest.mark.parametrize("is_listed_first", [True, False])
def test_only_listed_experts_overrule_the_crowd_where_experts_are_listed(tmp_path: Path, is_listed_first: bool) -> None:
    home = new_home(tmp_path / "home", "")
    comments(home)
    if is_listed_first:
        drop(home, "annotators", "people.csv", people("e-1"))
    said = [("c-01", "w-1", "toxic"), ("c-02", "stranger", "toxic"), ("c-03", "e-1", "toxic")]
    drop(home, "verdicts", "said.csv", verdicts(*said))
    up_to_date(home, ASSETS)
    drop(home, "annotators", "people.csv", people("e-1"))
    context = up_to_date(home, ASSETS)
    before = ["acceptable", "crowd"]
    assert [outcome(context, c) for c in ("c-01", "c-02", "c-03")] == [before, before, ["toxic", "verdict"]]
    rows = told(context, "verdict_of_no_expert")
    assert rows[["comment_id", "annotator_id", "detail"]].to_numpy().tolist() == [
        ["c-01", "w-1", "listed as crowd"],
        ["c-02", "stranger", "not in inbox/annotators, where experts are listed"],
    ]
    assert rows["outcome"].str.startswith("not counted").all()
    assert set(context.warehouse.table("expert_agreement")["expert_id"]) == {"(all)", "e-1"}
    assert context.count("verdicts") == 3, "what does not count is kept"


def test_without_a_list_of_experts_unlisted_people_decide_and_each_is_noted_once(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "")
    comments(home)
    drop(home, "annotators", "people.csv", people())
    drop(home, "verdicts", "said.csv", verdicts(*((f"c-{i:02d}", "x", "toxic") for i in range(1, 4)),
                                                ("c-05", "w-1", "toxic")))  # fmt: skip
    context = up_to_date(home, ASSETS)
    assert outcome(context, "c-02") == ["toxic", "verdict"]
    assert outcome(context, "c-05") == ["acceptable", "crowd"]
    assert told(context, "expert_not_listed")[["annotator_id", "detail"]].to_numpy().tolist() == [
        ["x", "3 verdicts; list experts as kind expert, and nobody else decides"]
    ]
    assert told(context, "verdict_of_no_expert")["annotator_id"].tolist() == ["w-1"]


@pytest.mark.parametrize("order", [("gold", "real", "ghosts"), ("ghosts", "real", "gold")])
def test_gold_is_retired_by_verdicts_that_count_and_by_no_others_whatever_came_first(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    home = new_home(tmp_path / "home", "")
    comments(home)
    drop(home, "annotators", "people.csv", people("e-1", "e-2"))
    files = {
        "gold": ("gold", gold(("c-11", "acceptable", "measure", ""), ("c-12", "acceptable", "fit", ""),
                              ("c-13", "acceptable", "sealed", ""), ("c-14", "acceptable", "sealed", ""))),
        "real": ("verdicts", verdicts(*((c, e, "toxic") for c in ("c-11", "c-12") for e in ("e-1", "e-2")))),
        "ghosts": ("verdicts", verdicts(*(("c-13", e, "toxic") for e in ("ghost-1", "ghost-2")),
                                        *(("c-14", e, "toxic") for e in ("w-1", "w-2")))),
    }  # fmt: skip
    for name in order:
        kind, frame = files[name]
        drop(home, kind, f"{name}.csv", frame)
        context = up_to_date(home, ASSETS)
    assert roles(context) == {"c-11": "retired", "c-12": "retired", "c-13": "sealed", "c-14": "sealed"}
    events = context.warehouse.table("label_history")
    gone = events[events["event"] == "gold_retired"]
    assert sorted(gone["comment_id"]) == ["c-11", "c-12"]
    assert gone["detail"].str.contains("2 experts say toxic, gold says acceptable").all()


def test_an_override_without_a_note_retires_no_gold(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "")
    comments(home)
    drop(home, "annotators", "people.csv", people("e-1", "e-2"))
    drop(home, "gold", "gold.csv", gold(("c-11", "acceptable", "measure", "")))
    drop(home, "verdicts", "said.csv", verdicts(("c-11", "e-1", "toxic"), ("c-11", "e-2", "toxic")).assign(note=""))
    assert roles(up_to_date(home, ASSETS)) == {"c-11": "measure"}


@pytest.mark.parametrize("is_listed_first", [True, False])
def test_gold_of_the_crowd_or_of_strangers_measures_nothing_and_gold_that_names_nobody_does(
    tmp_path: Path, is_listed_first: bool
) -> None:
    home = new_home(tmp_path / "home", "")
    comments(home)
    rows = gold(("c-11", "acceptable", "measure", "w-1;w-2;w-3"), ("c-12", "acceptable", "measure", ""),
                ("c-13", "acceptable", "sealed", "e-1;e-2"), ("c-14", "acceptable", "measure", "her;him"),
                ("c-15", "acceptable", "fit", "w-1"), ("c-16", "acceptable", "sealed", "e-1;him"),
                ("c-17", "acceptable", "measure", "e-1;e-2;her"), ("c-18", "acceptable", "fit", "her;him"))  # fmt: skip
    for kind, frame in [("annotators", people("e-1", "e-2")), ("gold", rows)][:: 1 if is_listed_first else -1]:
        drop(home, kind, "file.csv", frame)
        context = up_to_date(home, ASSETS)
    assert roles(context) == {
        "c-11": "retired", "c-12": "measure", "c-13": "sealed", "c-14": "retired", "c-15": "retired",
        "c-16": "retired", "c-17": "measure", "c-18": "fit",
    }  # fmt: skip
    crowd = told(context, "gold_of_no_expert")
    assert sorted(zip(crowd["comment_id"], crowd["annotator_id"], strict=True)) == [
        ("c-11", "w-1"), ("c-11", "w-2"), ("c-11", "w-3"), ("c-14", "her"), ("c-14", "him"), ("c-15", "w-1"),
        ("c-16", "him"),
    ]  # fmt: skip
    events = context.warehouse.table("label_history")
    why = events[events["event"] == "gold_retired"].set_index("comment_id")["detail"]
    assert "her is not in inbox/annotators, where experts are listed" in why["c-14"]
    drop(home, "gold", "again.csv", rows.head(1).assign(expert_ids="e-1;e-2", decided_at="2026-04-30T08:00:00"))
    context = up_to_date(home, ASSETS)
    assert roles(context)["c-11"] == "measure", "two experts decided it since"
    assert set(told(context, "gold_of_no_expert")["comment_id"]) == {"c-14", "c-15", "c-16"}


def test_gold_measures_where_no_expert_is_listed_but_never_what_the_crowd_agreed_on(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "")
    comments(home)
    drop(home, "annotators", "people.csv", people())
    crowd = [(f"c-{i:02d}", "acceptable", "", "") for i in range(13, 25)]
    rows = gold(("c-10", "acceptable", "measure", "her;him"), ("c-11", "acceptable", "measure", ""),
                ("c-12", "acceptable", "sealed", "her;him"), *crowd, ("c-25", "acceptable", "measure", ""),
                ("c-26", "acceptable", "fit", ""))  # fmt: skip
    source = ["two of us", "unanimous crowd", "Majority of 10 votes", *["crowd"] * 12]
    drop(home, "gold", "gold.csv", rows.assign(source=[*source, "experts, who were unanimous", "crowd"]))
    context = up_to_date(home, ASSETS)
    fitted = dict.fromkeys([c for c, *_ in crowd] + ["c-26"], "fit")
    assert roles(context) == {"c-10": "measure", "c-25": "measure", **fitted}
    refused = context.warehouse.table("quarantine")
    assert refused[["rule", "comment_id"]].to_numpy().tolist() == [["crowd_gold", "c-11"], ["crowd_gold", "c-12"]]
    assert refused["reason"].str.contains("have them label it, or give role fit").all()
    assert told(context, "gold_of_no_expert").empty


def test_to_measure_takes_two_different_experts_where_experts_are_named(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "")
    comments(home)
    alone = [(f"c-{i:02d}", "acceptable", "", "e-1") for i in range(15, 30)]
    drop(home, "gold", "gold.csv", gold(("c-11", "acceptable", "sealed", "e-1"), ("c-12", "toxic", "fit", "e-1"),
                                        ("c-13", "toxic", "measure", "e-1;e-1"),
                                        ("c-14", "toxic", "measure", "e-1;e-2"), *alone))  # fmt: skip
    context = up_to_date(home, ASSETS)
    found = roles(context)
    assert (found.pop("c-12"), found.pop("c-14")) == ("fit", "measure")
    assert found == {c: "fit" for c, *_ in alone}, "gold of one expert without a role is fitted to"
    refused = context.warehouse.table("quarantine")
    assert refused[["rule", "comment_id"]].to_numpy().tolist() == [["one_expert", "c-11"], ["one_expert", "c-13"]]
    assert refused["reason"].str.contains("name both in expert_ids").all()
