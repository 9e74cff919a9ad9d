"""The contract's rules for rows that are neither comments nor votes."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from labeling_pipeline.warehouse.inbox.gold import ROLES, roles_of
from labeling_pipeline_tests.warehouse.conftest import SmallHome
from labeling_pipeline_tests.warehouse.inbox.test_rows import counts

# verdicts


def test_verdicts(with_comments: SmallHome) -> None:
    text = (
        "comment_id,expert_id,label,stated_confidence,note,reason\n"
        "c1,e-04,rude,.95,'=SUM(1),low agreement\nc2,e-04,,,,unanimous\nc3,,rude,,,\n"
        "c9,e-04,rude,,,\nc1,e-04,rude,.95,'=SUM(1),low\n"
    )
    assert counts(with_comments.take("verdicts", text)) == (5, 2, 1, 3)
    assert with_comments.refused() == [(3, "not_answered"), (4, "no_expert_id"), (5, "unknown_comment")]
    verdict = with_comments.rows("verdicts").iloc[0]
    assert (verdict["note"], verdict["stated_confidence"], verdict["schema_version"]) == ("=SUM(1)", 0.95, "v1")
    assert json.loads(verdict["metadata"]) == {"reason": "low agreement"}


# gold


def test_gold_roles_are_given_or_drawn_from_the_comment_alone(with_comments: SmallHome) -> None:
    text = "comment_id,label,role\nc1,fine,sealed\nc2,rude,\nc3,rude,exam\n"
    assert counts(with_comments.take("gold", text)) == (3, 2, 0, 1)
    roles = with_comments.rows("gold_set").set_index("comment_id")["role"].to_dict()
    assert roles == {"c1": "sealed", "c2": roles_of(["c2"])[0]}
    assert with_comments.refused() == [(4, "unknown_role")]


def test_gold_without_roles_is_half_fit_and_a_fifth_sealed() -> None:
    roles = pd.Series(roles_of([f"c{i}" for i in range(20_000)]))
    shares = roles.value_counts(normalize=True)
    assert [round(shares[role], 1) for role in ROLES] == [0.5, 0.3, 0.2]


def test_gold_brings_comments_not_otherwise_known(with_comments: SmallHome) -> None:
    rows = "c1,ignored,fine,,e1;e2,.5\ng1,a text,rude,s,,1\ng2,,rude,,,\n"
    text = f"comment_id,text,label,slice,expert_ids,inclusion_p\n{rows}"
    assert counts(with_comments.take("gold", text)) == (3, 2, 0, 1)
    comments = with_comments.rows("raw_comments").set_index("comment_id")
    assert comments.loc["g1", "text"] == "a text"
    assert comments.loc["c1", "text"] == "a kind word 1"
    gold = with_comments.rows("gold_set").set_index("comment_id")
    assert gold.loc["c1", "expert_ids"].tolist() == ["e1", "e2"]
    assert gold.loc["g1", "slices"].tolist() == ["s"]
    assert with_comments.refused() == [(4, "unknown_comment")]


def test_gold_is_corrected_only_by_a_later_decision(with_comments: SmallHome) -> None:
    head = "comment_id,label,decided_at,role\n"
    with_comments.take("gold", head + "c1,fine,2026-03-02,measure\nc2,fine,,fit\n", "a.csv")
    text = head + "c1,fine,2026-03-09,fit\nc1,rude,2026-03-01,fit\nc2,rude,,fit\n"
    assert counts(with_comments.take("gold", text, "b.csv")) == (3, 0, 0, 3)
    assert counts(with_comments.take("gold", head + "c1,rude,2026-03-05,\n", "c.csv")) == (1, 1, 0, 0)
    row = with_comments.rows("gold_set").set_index("comment_id").loc["c1"]
    assert (row["label"], row["role"]) == ("rude", "measure")
    assert {rule for _, rule in with_comments.refused()} == {"conflicting_gold", "other_role"}


def test_gold_given_again_with_another_role_is_refused_and_without_one_is_known(with_comments: SmallHome) -> None:
    head = "comment_id,label,role\n"
    with_comments.take("gold", head + "c1,fine,measure\nc2,fine,fit\nc3,fine,sealed\n", "a.csv")
    assert counts(with_comments.take("gold", head + "c1,fine,measure\nc2,fine,\nc3,fine,\n", "b.csv")) == (3, 3, 3, 0)
    assert counts(with_comments.take("gold", head + "c1,fine,fit\nc2,fine,sealed\nc3,fine,\n", "c.csv")) == (3, 1, 1, 2)
    assert {rule for _, rule in with_comments.refused()} == {"other_role"}
    roles = with_comments.rows("gold_set").set_index("comment_id")["role"].to_dict()
    assert roles == {"c1": "measure", "c2": "fit", "c3": "sealed"}


def test_a_row_of_another_role_is_refused_whatever_it_says_and_hides_no_other(with_comments: SmallHome) -> None:
    head = "comment_id,label,decided_at,role\n"
    with_comments.take("gold", head + "c1,fine,2026-03-02,measure\nc2,fine,2026-03-02,measure\n", "a.csv")
    later = "c1,rude,2026-03-09,fit\nc2,rude,2026-03-05,measure\nc2,fine,2026-03-09,sealed\nc1,fine,,sealed\n"
    assert counts(with_comments.take("gold", head + later, "b.csv")) == (4, 1, 0, 3)
    assert with_comments.refused() == [(2, "other_role"), (4, "other_role"), (5, "other_role")]
    rows = with_comments.rows("gold_set").set_index("comment_id")[["label", "role"]]
    assert rows.T.to_dict("list") == {"c1": ["fine", "measure"], "c2": ["rude", "measure"]}


@pytest.mark.parametrize(
    ("written", "kept"),
    [("annotator error", "annotator_error"), ("Annotator-Error ", "annotator_error"), ("edge  case", "edge_case")],
)
def test_kinds_of_errors_are_known_however_they_are_written(with_comments: SmallHome, written: str, kept: str) -> None:
    with_comments.take("verdicts", f"comment_id,expert_id,label,error_type\nc1,e,rude,{written}\n")
    assert with_comments.rows("verdicts")["error_type"].tolist() == [kept]


# annotators


def test_annotators_are_as_last_described(home: SmallHome) -> None:
    head = "annotator_id,kind,country,age group,consent\n"
    assert counts(home.take("annotators", head + "a,,NL,18-25,yes\nb,expert,,,\nc,robot,,,\n", "a.csv")) == (3, 2, 0, 1)
    assert counts(home.take("annotators", head + "a,,NL,18-25,yes\nb,expert,BE,,\n", "b.csv")) == (2, 2, 1, 0)
    rows = home.rows("annotators").set_index("annotator_id")
    assert rows["kind"].to_dict() == {"a": "crowd", "b": "expert"}
    assert rows["attributes"].to_dict() == {"a": {"age group": "18-25", "country": "NL"}, "b": {"country": "BE"}}


# predictions


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        (".2,.2,0", "not_a_distribution"),
        (".9,.9,0", "not_a_distribution"),
        ("1.2,-.2,0", "not_a_probability"),
        ("nan,.5,.5", "not_a_probability"),
        ("high,.5,.5", "not_a_probability"),
        (",,", "not_a_distribution"),
        (".5,0,.5", "unknown_class"),
    ],
)
def test_what_is_no_distribution_is_refused(with_comments: SmallHome, cells: str, rule: str) -> None:
    with_comments.take("predictions", f"comment_id,p_fine,p_rude,p_other\nc1,.5,.5,0\nc2,{cells}\n")
    assert with_comments.refused() == [(3, rule)]


def test_predictions(with_comments: SmallHome) -> None:
    text = "comment_id,text,model_version,p_fine,p_rude\nc1,,m1,.32,.68\nc1,,m1,.32,.68\nn1,new,m1,1,\nn2,,m1,1,0\n"
    assert counts(with_comments.take("predictions", text)) == (4, 3, 1, 1)
    row = with_comments.rows("production_predictions").set_index("comment_id").loc["c1"]
    assert row["probabilities"] == pytest.approx({"fine": 0.32, "rude": 0.68, "spam": 0.0})
    assert (row["confidence"], row["margin"]) == pytest.approx((0.68, 0.36))
    assert "n1" in set(with_comments.rows("raw_comments")["comment_id"])


# feedback


def test_feedback(with_comments: SmallHome) -> None:
    rows = "c1,flag,,u1\nc1,flag,,u1\nc1,override,rude,m\nc1,shrug,,\nc1,override,odd,\nc9,flag,,\n"
    text = f"comment_id,kind,label,actor_id\n{rows}"
    assert counts(with_comments.take("feedback", text, "a.csv")) == (6, 3, 0, 3)
    assert with_comments.refused() == [(5, "unknown_kind"), (6, "unknown_class"), (7, "unknown_comment")]
    assert (
        counts(with_comments.take("feedback", "comment_id,kind\nc2,shrug\n", "b.csv", feedback_kinds=("shrug",)))[1]
        == 1
    )
