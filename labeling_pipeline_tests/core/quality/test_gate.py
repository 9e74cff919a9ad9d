"""The gate: one outcome for every label, with all its reasons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.quality import RULES, GateSettings, judge
from labeling_pipeline_tests.core.quality.frames import CLASSES, NO_VERDICTS, labels, verdicts

BATCHES = pd.DataFrame({"batch_id": ["r1", "r1"], "statistic": ["cohen_kappa", "gwet_ac1"], "value": [0.86, 0.5]})


def outcomes(frame: pd.DataFrame, given: pd.DataFrame = NO_VERDICTS, **gate: Any) -> pd.DataFrame:
    return judge(
        frame, given, gate=GateSettings(**gate), classes=CLASSES, current_schema="v3", batches=BATCHES
    ).set_index("comment_id")


def test_a_good_label_passes_with_the_evidence_of_every_rule_that_looked() -> None:
    row = outcomes(labels()).loc["c-0"]
    assert row["outcome"] == "passed"
    assert row["reasons"] == ["schema: answered under v3", "votes: 3, at least 2", "confidence: 0.9, at least 0.6"]
    assert (row["weight"], row["source"]) == (0.85, "crowd")


@pytest.mark.parametrize(
    ("change", "gate", "outcome", "reason"),
    [
        ({"confidence": [0.5]}, {}, "adjudicate", "confidence: 0.5 is under 0.6"),
        ({"label": ["threat"]}, {"min_confidence_by_class": {"threat": 0.95}}, "adjudicate", "0.9 is under 0.95"),
        (
            {"slices": [["coded", "other"]]},
            {"min_confidence_by_slice": {"coded": 0.99}},
            "adjudicate",
            "confidence: 0.9 is under 0.99",
        ),
        ({"n_votes": [1]}, {}, "rejected", "votes: 1 is under 2"),
        ({"paused_votes": [2]}, {}, "rejected", "votes: 1 is under 2, 2 by paused annotators left out"),
        ({"label": ["threat"]}, {"min_votes_by_class": {"threat": 5}}, "rejected", "votes: 3 is under 5"),
        ({"slices": [["coded"]]}, {"min_votes_by_slice": {"coded": 4}}, "rejected", "votes: 3 is under 4"),
        (
            {"slices": [["coded"]], "agreement": [0.4]},
            {"min_agreement_by_slice": {"coded": 0.5}},
            "adjudicate",
            "agreement: share of agreeing pairs 0.4 is under 0.5",
        ),
        (
            {"paused_share": [2 / 3]},
            {},
            "adjudicate",
            "standing: 67% of its votes are by annotators under the honeypot",
        ),
        ({"agreement": [1 / 3]}, {"min_agreement": 0.5}, "adjudicate", "share of agreeing pairs 0.333 is under 0.5"),
        ({"agreement": [np.nan]}, {"min_agreement": 0.5}, "adjudicate", "not known, the floor is 0.5"),
        ({}, {"min_batch_agreement": 0.9, "batch_statistic": "cohen_kappa"}, "adjudicate", "cohen_kappa 0.86 is under"),
        ({}, {"min_batch_agreement": 0.9}, "adjudicate", "krippendorff_alpha not known"),
        ({"schema_version": ["v2"]}, {}, "rejected", "schema: answered under v2, in force is v3"),
        ({"label": ["unsure"]}, {}, "adjudicate", "class: the answer is unsure, not a class"),
        ({"composed_label": ["escalate"]}, {}, "adjudicate", "composition: atomic answers say escalate"),
        ({"composed_label": ["rude"]}, {}, "adjudicate", "compose to rude, the direct answer is fine"),
        ({"needs_context": [True]}, {}, "adjudicate", "context: annotators say it requires context"),
        (
            {"label": ["fine", "rude"], "duplicate_group": [7, 7]},
            {},
            "adjudicate",
            "duplicates: a near-duplicate has a different label",
        ),
    ],
)
def test_each_fault_has_its_outcome_and_its_reason(
    change: dict[str, Any], gate: dict[str, Any], outcome: str, reason: str
) -> None:
    row = outcomes(labels(**change), **gate).loc["c-0"]
    assert row["outcome"] == outcome
    assert len(row["reasons"]) == 1
    assert reason in row["reasons"][0]
    assert row["weight"] == 0


def test_a_batch_above_its_floor_passes_and_says_so() -> None:
    row = outcomes(labels(), min_batch_agreement=0.85, batch_statistic="cohen_kappa").loc["c-0"]
    assert row["outcome"] == "passed"
    assert "batch: cohen_kappa 0.86, at least 0.85" in row["reasons"]


def test_all_faults_are_told_and_the_worst_outcome_counts() -> None:
    row = outcomes(labels(confidence=[0.4], n_votes=[1], needs_context=[True])).loc["c-0"]
    assert row["outcome"] == "rejected"
    assert [reason.split(":")[0] for reason in row["reasons"]] == ["votes", "confidence", "context"]


def test_one_vote_against_two_goes_to_an_expert_whose_verdict_passes() -> None:
    crowd = labels(confidence=[0.93], agreement=[1 / 3], composed_label=["escalate"])
    gate = {"min_agreement": 0.5, "min_batch_agreement": 0.85, "batch_statistic": "cohen_kappa"}
    before = outcomes(crowd, **gate).loc["c-0"]
    assert (before["outcome"], before["label"], before["weight"]) == ("adjudicate", "fine", 0)
    said = verdicts({"stated_confidence": 0.95, "context_shown": True})
    after = outcomes(crowd, said, **gate).loc["c-0"]
    assert (after["outcome"], after["label"], after["confidence"]) == ("passed", "rude", 0.95)
    assert after["reasons"] == [
        "verdict: e-04 says rude at 0.95 with context",
        "crowd: fine at 0.93 without the verdict",
    ]
    assert (after["source"], after["labeled_by"], after["weight"]) == ("verdict", ["e-04"], 0.925)
    np.testing.assert_allclose([after[f"p_{c}"] for c in CLASSES], [0.05 * 0.93 / 0.965, 0.95, 0.05 * 0.035 / 0.965])
    assert [after[f"v_{c}"] for c in CLASSES] == [1, 0, 0]


def test_a_verdict_on_a_comment_without_votes_is_a_label() -> None:
    row = outcomes(labels().iloc[:0], verdicts({})).loc["c-0"]
    assert (row["outcome"], row["label"], row["confidence"], row["n_votes"]) == ("passed", "rude", 0.95, 0)
    assert [row[f"v_{c}"] for c in CLASSES] == [0, 0, 0]
    np.testing.assert_allclose([row[f"p_{c}"] for c in CLASSES], [0.025, 0.95, 0.025])


@pytest.mark.parametrize(
    ("rows", "outcome", "label"),
    [
        ([{}, {"expert_id": "e-05", "label": "fine"}], "adjudicate", "fine"),
        ([{}, {"expert_id": "e-05", "label": "fine"}, {"expert_id": "e-06"}], "passed", "rude"),
        ([{"label": "fine"}, {"label": "rude"}], "passed", "rude"),
        ([{"schema_version": "v2", "label": "threat"}, {"expert_id": "e-05"}], "passed", "rude"),
        ([{"label": "unsure"}], "adjudicate", "unsure"),
        ([{"label": "threat"}], "adjudicate", "threat"),
        ([{"label": "threat"}, {"label": "threat", "expert_id": "e-05"}], "passed", "threat"),
    ],
)
def test_several_verdicts_become_one_decision_or_a_disagreement(
    rows: list[dict[str, Any]], outcome: str, label: str
) -> None:
    row = outcomes(labels(), verdicts(*rows), four_eyes=("threat",)).loc["c-0"]
    assert (row["outcome"], row["label"]) == (outcome, label)


def test_a_verdict_under_a_retired_schema_decides_nothing_by_itself() -> None:
    retired = verdicts({"schema_version": "v2"}, {"schema_version": "v2", "comment_id": "c-9"})
    found = outcomes(labels(), retired)
    assert (found.loc["c-0", "outcome"], found.loc["c-0", "label"]) == ("passed", "fine")
    assert found.loc["c-9", "outcome"] == "rejected"
    assert "decided under v2, retired" in found.loc["c-9", "reasons"][0]


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (labels().drop(columns="n_votes"), "no column 'n_votes'"),
        (pd.concat([labels(), labels()]), "'c-0' occurs twice"),
        (labels().assign(confidence=np.nan), "a confidence is not a probability"),
    ],
)
def test_unfit_labels_are_named(frame: pd.DataFrame, told: str) -> None:
    with pytest.raises(InputError, match=told):
        outcomes(frame)


def test_a_batch_rule_needs_to_know_the_batch() -> None:
    with pytest.raises(InputError, match="no column 'batch_id'"):
        outcomes(labels().drop(columns="batch_id"), min_batch_agreement=0.8)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"min_confidence": 1.2}, "quality.min_confidence = 1.2; expected a number from 0 to 1"),
        ({"min_confidence_by_class": {"rude": -1}}, "quality.min_confidence_by_class.rude = -1"),
        ({"batch_statistic": "kappa"}, "quality.batch_statistic = 'kappa'; expected percent_agreement or"),
        ({"min_batch_agreement": 2}, "expected a number from -1 to 1"),
        ({"min_votes": 0}, "quality.min_votes = 0; expected 1 or more"),
        ({"min_votes_by_class": {"rude": 0}}, "quality.min_votes of rude = 0; expected 1 or more"),
        ({"min_agreement_by_slice": {"coded": 2}}, "quality.min_agreement_by_slice.coded = 2"),
    ],
)
def test_wrong_settings_say_what_was_expected(setting: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingError) as caught:
        GateSettings(**setting)
    assert told in str(caught.value)


ROW = st.fixed_dictionaries(
    {
        "label": st.sampled_from([*CLASSES, "unsure"]),
        "confidence": st.floats(0, 1),
        "n_votes": st.integers(0, 7),
        "agreement": st.one_of(st.none(), st.floats(0, 1)),
        "schema_version": st.sampled_from(["v2", "v3"]),
        "composed_label": st.sampled_from([None, "escalate", *CLASSES]),
        "needs_context": st.booleans(),
    }
)
VERDICT = st.fixed_dictionaries(
    {
        "comment_id": st.sampled_from([f"c-{i}" for i in range(12)]),
        "expert_id": st.sampled_from(["e-1", "e-2", "e-3"]),
        "label": st.sampled_from([*CLASSES, "unsure"]),
        "schema_version": st.sampled_from(["v2", "v3"]),
        "stated_confidence": st.one_of(st.none(), st.floats(0, 1)),
    }
)


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW, max_size=8), st.lists(VERDICT, max_size=10), st.floats(0, 1), st.floats(0, 1), st.randoms())
def test_every_label_gets_one_outcome_with_reasons_whatever_its_history(
    rows: list[dict[str, Any]], said: list[dict[str, Any]], low: float, high: float, shuffle: Any
) -> None:
    low, high = sorted((low, high))
    crowd = labels(**{k: [row[k] for row in rows] for k in rows[0]}) if rows else labels().iloc[:0]
    given = verdicts(*said) if said else NO_VERDICTS
    found = outcomes(crowd, given, min_confidence=low)
    assert sorted(found.index) == sorted(set(crowd["comment_id"]) | set(given["comment_id"]))
    assert set(found["outcome"]) <= {"passed", "adjudicate", "rejected"}
    assert found["reasons"].map(len).min() > 0 if len(found) else True
    assert (found.loc[found["outcome"] != "passed", "weight"] == 0).all()
    passed = found[found["outcome"] == "passed"]
    assert set(passed["label"]) <= set(CLASSES)
    assert set(passed["schema_version"]) <= {"v3"}
    assert (passed.loc[passed["source"] == "crowd", "confidence"] >= low).all()
    stricter = outcomes(crowd, given, min_confidence=high)
    assert set(stricter.index[stricter["outcome"] == "passed"]) <= set(passed.index)
    order = list(range(len(crowd)))
    shuffle.shuffle(order)
    pd.testing.assert_frame_equal(found, outcomes(crowd.iloc[order], given, min_confidence=low))


def test_the_rules_are_listed_by_name() -> None:
    assert list(RULES)[:4] == ["schema", "class", "votes", "confidence"]


def test_who_agrees_with_the_crowd_owes_no_note_where_other_sources_moved_the_label() -> None:
    given = verdicts({"note": None})
    moved = labels(label=["fine"], crowd_label=["rude"], source=["crowd+weak"])
    assert outcomes(moved, given).loc["c-0", ["outcome", "label"]].tolist() == ["passed", "rude"]
    assert outcomes(labels(label=["fine"]), given).loc["c-0", "outcome"] == "adjudicate"
