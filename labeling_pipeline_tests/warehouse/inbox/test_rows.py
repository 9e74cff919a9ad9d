"""The contract's rules for rows, kind by kind."""

from __future__ import annotations

import json
from dataclasses import astuple
from datetime import datetime

import pandas as pd
import pytest

from labeling_pipeline_tests.warehouse.conftest import V1, V2, SmallHome


def counts(taken: object) -> tuple[int, ...]:
    return astuple(taken)[2:]  # type: ignore[call-overload, no-any-return]


# comments


def test_a_comment_without_an_id_is_named_after_its_text(home: SmallHome) -> None:
    assert counts(home.take("comments", "text\none\ntwo\none\n")) == (3, 3, 1, 0)
    assert home.rows("raw_comments")["comment_id"].is_unique
    assert home.rows("raw_comments")["text"].tolist() == ["one", "two"]


def test_another_text_under_a_known_id_is_refused_and_the_same_text_is_known(home: SmallHome) -> None:
    home.take("comments", "comment_id,text\nc1,one\n", "a.csv")
    assert counts(home.take("comments", "comment_id,text\nc1,one\nc1,other\nc2,x\nc2,y\n", "b.csv")) == (4, 2, 1, 2)
    assert home.refused() == [(3, "conflicting_comment"), (5, "conflicting_comment")]
    assert sorted(home.rows("raw_comments")["text"]) == ["one", "x"]


def test_columns_without_a_meaning_are_kept_and_slice_columns_name_slices(home: SmallHome) -> None:
    text = "comment_id,text,slice,source,likes\nc1,one,dog_whistle;sarcasm,gab,3\nc2,two,,,\n"
    home.take("comments", text, slice_columns=("slice", "source"))
    rows = home.rows("raw_comments")
    assert rows["slices"].map(list).tolist() == [["dog_whistle", "sarcasm", "source=gab"], []]
    assert json.loads(rows["metadata"][0]) == {"likes": "3"}
    assert pd.isna(rows["metadata"][1])


def test_context_may_be_text_or_a_list_of_turns(home: SmallHome) -> None:
    lines = [{"text": "one", "context": ["hi", "ho"]}, {"text": "two", "context": "before"}]
    home.take("comments", "".join(json.dumps(line) + "\n" for line in lines), "c.jsonl")
    assert home.rows("raw_comments")["context"].tolist() == ['["hi", "ho"]', "before"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00"),
        ("2026-03-02T12:00:00+02:00", "2026-03-02T10:00:00"),
        ("2026-03-02 10:00", "2026-03-02T10:00:00"),
        ("2026-03-02", "2026-03-02"),
    ],
)
def test_times_become_utc(home: SmallHome, cell: str, expected: str) -> None:
    home.take("comments", f"text,posted_at\none,{cell}\n")
    assert home.rows("raw_comments")["posted_at"][0] == pd.Timestamp(expected)


@pytest.mark.parametrize("cell", ["yesterday", "now", "today", "2026-13-45", "1e9", "99999-01-01", "0000-00-00"])
def test_what_is_no_time_is_refused(home: SmallHome, cell: str) -> None:
    home.take("comments", f"text,posted_at\none,{cell}\n")
    assert home.refused() == [(2, "not_a_time")]


# votes


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("c1,a,", "empty_label"),
        ("c1,a, ", "empty_label"),
        ("c1,a,angry", "unknown_class"),
        ("c1,a,Rude!", "unknown_class"),
        ("c9,a,fine", "unknown_comment"),
        (",a,fine", "no_comment_id"),
    ],
)
def test_votes_that_cannot_be_used_are_refused(with_comments: SmallHome, row: str, rule: str) -> None:
    taken = with_comments.take("votes", f"comment_id,annotator_id,label\nc1,b,fine\n{row}\n")
    assert counts(taken) == (2, 1, 0, 1)
    refused = with_comments.rows("quarantine").iloc[0]
    assert (refused["file"], refused["line"], refused["rule"]) == ("file.csv", 3, rule)
    cells = json.loads(refused["row"])
    assert list(cells) == ["comment_id", "annotator_id", "label"]
    assert ",".join(cells.values()) == row
    assert refused["reason"]


def test_the_display_name_is_answered_with_the_id(with_comments: SmallHome) -> None:
    with_comments.take("votes", "comment_id,label\nc1,Rude!\n")
    assert "write the id 'rude'" in with_comments.rows("quarantine")["reason"][0]


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ("1.5,5", "out_of_range"),
        ("-0.1,5", "out_of_range"),
        ("nan,5", "not_a_number"),
        ("inf,5", "not_a_number"),
        ("much,5", "not_a_number"),
        (".5,-1", "out_of_range"),
    ],
)
def test_numbers_outside_their_range_are_refused(with_comments: SmallHome, cells: str, rule: str) -> None:
    with_comments.take("votes", f"comment_id,label,stated_confidence,duration_s\nc1,fine,{cells}\n")
    assert with_comments.refused() == [(2, rule)]


def test_questions_and_answers(with_comments: SmallHome) -> None:
    text = (
        "comment_id,annotator_id,question,answer\nc1,a,shouts,yes\nc1,a,label,fine\nc1,a,shouts,fine\nc1,a,sings,yes\n"
    )
    assert counts(with_comments.take("votes", text)) == (4, 2, 0, 2)
    assert with_comments.refused() == [(4, "unknown_class"), (5, "unknown_question")]
    assert with_comments.rows("vote_log")[["question", "label"]].to_numpy().tolist() == [
        ["shouts", "yes"],
        ["label", "fine"],
    ]


def test_unsure_is_an_answer(with_comments: SmallHome) -> None:
    assert counts(with_comments.take("votes", "comment_id,label\nc1,unsure\n")) == (1, 1, 0, 0)


def test_an_exact_copy_is_accepted_but_does_not_count(with_comments: SmallHome) -> None:
    assert counts(with_comments.take("votes", "comment_id,annotator_id,label\nc1,a,fine\nc1,a,fine\n")) == (2, 2, 0, 0)
    votes = with_comments.rows("crowd_votes")
    assert votes.sort_values("line")["is_current"].tolist() == [False, True]


def test_the_later_answer_counts_whatever_order_it_comes_in(with_comments: SmallHome) -> None:
    head = "comment_id,annotator_id,label,answered_at\n"
    with_comments.take("votes", head + "c1,a,rude,2026-03-03T00:00:00Z\n", "first.csv")
    with_comments.take("votes", head + "c1,a,fine,2026-03-02T00:00:00Z\nc1,a,spam,\n", "second.csv")
    votes = with_comments.rows("crowd_votes")
    assert votes.loc[votes["is_current"], "label"].tolist() == ["rude"]
    assert len(votes) == 3


def test_another_round_is_another_vote(with_comments: SmallHome) -> None:
    with_comments.take("votes", "comment_id,annotator_id,label,labeling_round\nc1,a,fine,1\nc1,a,rude,2\n")
    assert with_comments.rows("crowd_votes")["is_current"].all()


def test_votes_without_annotators_count_by_number(with_comments: SmallHome) -> None:
    text = "comment_id,label\nc1,fine\nc1,fine\nc1,rude\n"
    with_comments.take("votes", text, "monday.csv")
    assert counts(with_comments.take("votes", text + "c1,fine\nc1,rude\n", "tuesday.csv")) == (5, 5, 3, 0)
    votes = with_comments.rows("crowd_votes")
    assert sorted(votes["label"]) == ["fine"] * 3 + ["rude"] * 2
    assert votes["is_current"].all()


def test_integer_ids_and_labels_become_text(home: SmallHome) -> None:
    home.take("comments", '{"comment_id": 7, "text": "one"}\n', "c.jsonl")
    assert counts(home.take("votes", '{"comment_id": 7, "annotator_id": 3, "label": "fine"}\n', "v.jsonl"))[1] == 1
    assert home.rows("vote_log")[["comment_id", "annotator_id"]].to_numpy().tolist() == [["7", "3"]]


@pytest.mark.parametrize("label", [True, 1.5, ["fine"], {"a": 1}])
def test_labels_that_are_no_text_are_refused(with_comments: SmallHome, label: object) -> None:
    with_comments.take("votes", json.dumps({"comment_id": "c1", "label": label}) + "\n", "v.jsonl")
    assert with_comments.refused() == [(1, "not_text")]


# schema versions

BOTH = {"ontologies": (V1, V2)}


@pytest.mark.parametrize(
    ("cells", "assume", "expected"),
    [
        ("v2,t-known,2026-02-01", "v1", "v2"),  # given
        (",t-known,2026-07-01", "v2", "v1"),  # from its task
        (",t-other,2026-07-01", "v1", "v2"),  # in force when answered
        (",,2026-02-01", "v2", "v1"),
        (",,2025-02-01", "v2", "v2"),  # before any: assumed
        (",,", "v1", "v1"),
    ],
)
def test_where_a_votes_schema_comes_from(with_comments: SmallHome, cells: str, assume: str, expected: str) -> None:
    with with_comments.warehouse.write() as con:
        con.execute(
            "insert into decomposed_tasks values ('t-known', 'c1', 'shouts', 'r7', 'v1', 'h', timestamp '2026-01-01')"
        )
    text = f"comment_id,label,schema_version,task_id,answered_at,question\nc1,yes,{cells},shouts\n"
    with_comments.take("votes", text, assume_schema=assume, **BOTH)
    vote = with_comments.rows("vote_log").iloc[0]
    ontology = {"v1": V1, "v2": V2}[expected]
    assert (vote["schema_version"], vote["guideline_hash"]) == (expected, ontology.guideline_hash)
    assert vote["labeling_round"] == ("r7" if "t-known" in cells else "0")


def test_a_vote_under_no_schema_is_refused(with_comments: SmallHome) -> None:
    text = "comment_id,label,schema_version\nc1,fine,\nc1,fine,v9\n"
    with_comments.take("votes", text, assume_schema=None)
    assert with_comments.refused() == [(2, "no_schema"), (3, "unknown_schema")]


def test_a_retired_class_is_an_answer_of_its_own_time_only(with_comments: SmallHome) -> None:
    text = "comment_id,label,answered_at\nc1,spam,2026-02-01\nc1,spam,2026-07-01\n"
    with_comments.take("votes", text, **BOTH)
    assert with_comments.refused() == [(3, "unknown_class")]


# times that have not come


@pytest.mark.parametrize(
    ("kind", "head", "row"),
    [
        ("votes", "comment_id,annotator_id,label,answered_at", "c1,a,rude,"),
        ("verdicts", "comment_id,expert_id,label,decided_at", "c1,e,rude,"),
        ("feedback", "comment_id,kind,created_at", "c1,flag,"),
        ("predictions", "comment_id,p_rude,predicted_at", "c1,1.0,"),
        ("gold", "comment_id,label,text,decided_at", "g1,rude,one,"),
    ],
)
def test_what_lies_more_than_a_day_ahead_has_not_happened(home: SmallHome, kind: str, head: str, row: str) -> None:
    home.take("comments", "comment_id,text\nc1,one\n")
    taken_at = datetime(2026, 3, 2, 10)
    ahead = ["2026-03-03T09:59:00", "2026-03-03T10:01:00", "9999-01-01T00:00:00"]
    text = "\n".join([head, *(f"{row.replace('c1,a', f'c1,a{i}')}{at}" for i, at in enumerate(ahead))])
    home.take(kind, f"{text}\n", known_at=taken_at)
    refused = home.rows("quarantine")
    assert home.refused() == [(3, "in_the_future"), (4, "in_the_future")]
    assert refused["reason"].str.contains("expected a time up to 2026-03-03 10:00 UTC", regex=False).all()


def test_the_clock_is_the_homes_when_the_file_is_taken(home: SmallHome) -> None:
    home.take("comments", "comment_id,text\nc1,one\n")
    votes = "comment_id,annotator_id,label,answered_at\nc1,a,rude,2040-01-01T00:00:00\n"
    home.take("votes", votes, known_at=datetime(2039, 12, 31, 12))
    assert home.refused() == []
