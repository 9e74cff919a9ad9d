"""What a verdict makes of a label: evidence beside the crowd's, held to the same floors, and to the label's copies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.quality import GateSettings, judge
from labeling_pipeline_tests.core.quality.frames import CLASSES, NO_VERDICTS, labels, verdicts

K = len(CLASSES)
P = [f"p_{c}" for c in CLASSES]


def judged(frame: pd.DataFrame, said: pd.DataFrame, **gate: Any) -> pd.DataFrame:
    found = judge(frame, said, gate=GateSettings(**gate), classes=CLASSES, current_schema="v3")
    return found.set_index("comment_id")


def test_a_verdict_for_the_crowds_label_adds_to_it() -> None:
    row = judged(labels(confidence=[0.8]), verdicts({"label": "fine", "stated_confidence": 0.9})).loc["c-0"]
    assert row["outcome"] == "passed"
    assert row["confidence"] == pytest.approx(0.8 * 0.9 / (0.8 * 0.9 + 0.2 * 0.05))
    np.testing.assert_allclose(row[P].astype(float), [row["confidence"], *[(1 - row["confidence"]) / 2] * 2])
    weak = judged(labels(confidence=[0.93]), verdicts({"label": "fine", "stated_confidence": 0.4})).loc["c-0"]
    assert weak["confidence"] > 0.93


@pytest.mark.parametrize(
    ("poor", "gate"),
    [
        ({"n_votes": 1}, {}),
        ({"paused_share": 1.0, "paused_votes": 3}, {}),
        ({"needs_context": True}, {}),
        ({"batch_id": "b"}, {"min_batch_agreement": 0.5}),
    ],
)
def test_votes_that_are_no_evidence_add_nothing_to_a_verdict(poor: dict[str, Any], gate: dict[str, Any]) -> None:
    crowd, batches = labels(confidence=[0.99], **{k: [v] for k, v in poor.items()}), None
    if gate:
        batches = pd.DataFrame({"batch_id": ["b"], "statistic": "krippendorff", "value": [0.1]})

    def row(sure: float) -> pd.Series:
        said = verdicts({"label": "fine", "stated_confidence": sure})
        settings = GateSettings(min_votes=2, **gate)
        found = judge(crowd, said, gate=settings, classes=CLASSES, current_schema="v3", batches=batches)
        return found.set_index("comment_id").loc["c-0"]

    assert (row(0.4)["outcome"], row(0.4)["weight"]) == ("adjudicate", 0), "hardly surer than chance, and nothing else"
    assert (row(0.9)["outcome"], row(0.9)["confidence"]) == ("passed", 0.9)


@pytest.mark.parametrize("stated", [0.0, 0.05, 1 / 3])
@pytest.mark.parametrize("label", ["fine", "rude"])
def test_a_verdict_no_surer_than_chance_says_nothing_and_another_expert_is_asked(stated: float, label: str) -> None:
    unsure = {"label": label, "stated_confidence": stated, "note": "?"}
    row = judged(labels(), verdicts(unsure)).loc["c-0"]
    assert (row["outcome"], row["label"], row["confidence"]) == ("adjudicate", "fine", 0.9)
    assert (row["source"], row["weight"]) == ("crowd", 0)
    assert "no surer than chance: e-04 says" in row["reasons"][0]
    other = {"expert_id": "e-05", "stated_confidence": 0.9, "note": "coded"}
    after = judged(labels(), verdicts(unsure, other)).loc["c-0"]
    assert (after["outcome"], after["label"], after["confidence"]) == ("passed", "rude", 0.9)
    alone = judged(labels().iloc[:0], verdicts(unsure)).loc["c-0"]
    assert alone["outcome"] == "adjudicate"
    # Who takes it back says nothing any more.
    taken_back = judged(labels(), verdicts({"stated_confidence": 0.9, "note": "coded"}, unsure)).loc["c-0"]
    assert (taken_back["outcome"], taken_back["label"]) == ("adjudicate", "fine")


@pytest.mark.parametrize("note", ["", None, "too little to go by"])
def test_an_expert_who_is_unsure_takes_back_what_they_said_with_a_note_or_without(note: str | None) -> None:
    said, unsure = {"note": "an insult"}, {"label": "unsure", "note": note}
    assert judged(labels(), verdicts(said)).loc["c-0", ["outcome", "label"]].tolist() == ["passed", "rude"]
    for rows in ((said, unsure), (unsure,)):
        row = judged(labels(), verdicts(*rows)).loc["c-0"]
        assert (row["outcome"], row["weight"]) == ("adjudicate", 0)
        assert "the verdict unsure is not a class: e-04 says unsure" in row["reasons"][0]
    sure_again = judged(labels(), verdicts(said, unsure, said)).loc["c-0"]
    assert (sure_again["outcome"], sure_again["label"]) == ("passed", "rude")


@pytest.mark.parametrize(
    "gate",
    [{"min_confidence": 0.9}, {"min_confidence_by_class": {"rude": 0.9}}, {"min_confidence_by_slice": {"s": 0.9}}],
)
def test_a_decided_label_under_its_floor_goes_to_another_expert_until_they_reach_it(gate: dict[str, Any]) -> None:
    said = {"label": "rude", "stated_confidence": 0.7, "slices": ["s"]}
    one = judged(labels(slices=[["s"]]), verdicts(said), **gate).loc["c-0"]
    assert (one["outcome"], one["label"], one["weight"]) == ("adjudicate", "rude", 0)
    assert one["reasons"][-2:] == ["confidence: 0.7 is under 0.9", "verdict: another expert is asked"]
    both = verdicts(said, said | {"expert_id": "e-05"})
    two = judged(labels(slices=[["s"]]), both, **gate).loc["c-0"]
    assert two["outcome"] == "passed"
    assert two["confidence"] == pytest.approx(0.49 / (0.49 + 2 * 0.15**2))
    # A comment nobody voted on is in its slices, too.
    assert judged(labels().iloc[:0], both.iloc[:1], **gate).loc["c-0", "outcome"] == "adjudicate"


def test_an_override_that_its_own_row_calls_wrong_is_asked_about_again() -> None:
    row = judged(labels(confidence=[0.95]), verdicts({"stated_confidence": 0.4}), min_confidence=0.0).loc["c-0"]
    assert row["outcome"] == "adjudicate"
    assert "probable: rude is less probable than fine" in row["reasons"]


def test_copies_of_a_decided_comment_that_say_otherwise_wait_for_an_expert() -> None:
    crowd = labels(label=["fine"] * 3, duplicate_group=["x", "x", None])
    found = judged(crowd, verdicts({}))
    assert found["outcome"].tolist() == ["passed", "adjudicate", "passed"]
    assert found.loc["c-1", "reasons"] == ["duplicates: a near-duplicate has a different label"]
    same = judged(crowd, verdicts({}, {"comment_id": "c-1", "expert_id": "e-05"}))
    assert same["outcome"].tolist() == ["passed"] * 3
    other = judged(crowd, verdicts({}, {"comment_id": "c-1", "expert_id": "e-05", "label": "fine"}))
    assert other["outcome"].tolist() == ["adjudicate", "adjudicate", "passed"]
    again = [{"expert_id": "e-06"}, {"comment_id": "c-1", "expert_id": "e-07", "label": "fine"}]
    both = [{}, {"comment_id": "c-1", "expert_id": "e-05", "label": "fine"}]
    assert judged(crowd, verdicts(*both, again[0]))["outcome"].tolist() == ["passed", "adjudicate", "passed"]
    assert judged(crowd, verdicts(*both, *again))["outcome"].tolist() == ["passed"] * 3, "two experts each settle it"
    settled = labels(label=["fine", "rude"], duplicate_group=["x", "x"])
    assert judged(settled, NO_VERDICTS)["outcome"].tolist() == ["adjudicate"] * 2
    assert judged(settled, verdicts({}))["outcome"].tolist() == ["passed"] * 2
    unseen = judged(crowd.iloc[:1], verdicts({"comment_id": "c-9", "duplicate_group": "x"}))
    assert unseen["outcome"].to_dict() == {"c-0": "adjudicate", "c-9": "passed"}


@pytest.mark.parametrize("sure", [0.8, 0.95])
def test_what_passes_is_right_as_often_as_it_says(sure: float) -> None:
    """A calibrated crowd and experts who err alone: of labels the expert confirms, the posterior is the share right."""
    rng = np.random.default_rng(5)
    n = 40_000
    p = rng.dirichlet([1.2] * K, n)
    truth = (p.cumsum(axis=1)[:, :-1] <= rng.random((n, 1))).sum(axis=1)
    said = np.where(rng.random(n) < sure, truth, (truth + rng.integers(1, K, n)) % K)
    agreed = np.flatnonzero(said == p.argmax(axis=1))[:4_000]
    frame = labels(label=np.asarray(CLASSES)[said[agreed]]).assign(
        confidence=p[agreed].max(axis=1), **dict(zip(P, p[agreed].T, strict=True))
    )
    given_ = frame[["comment_id", "label", "schema_version"]].assign(
        expert_id="e-1", stated_confidence=sure, decided_at=pd.Timestamp("2026-03-03")
    )
    found = judged(frame, given_).reindex(frame["comment_id"])
    right = said[agreed] == truth[agreed]
    error = np.sqrt((found["confidence"] * (1 - found["confidence"])).sum()) / len(agreed)
    assert found["confidence"].mean() == pytest.approx(right.mean(), abs=4 * error)


LABEL = st.fixed_dictionaries(
    {
        "p": st.lists(st.floats(0.01, 1), min_size=K, max_size=K),
        "slices": st.lists(st.sampled_from(["s", "t"]), max_size=2),
        "duplicate_group": st.sampled_from([None, None, "x", "y"]),
        "schema_version": st.sampled_from(["v2", "v3", "v3"]),
    }
)
VERDICT = st.fixed_dictionaries(
    {
        "comment_id": st.sampled_from([f"c-{i}" for i in range(7)]),
        "expert_id": st.sampled_from(["e-1", "e-2", "e-3"]),
        "label": st.sampled_from([*CLASSES, "unsure"]),
        "schema_version": st.sampled_from(["v2", "v3", "v3"]),
        "stated_confidence": st.one_of(st.none(), st.floats(0, 1)),
        "reliability": st.one_of(st.none(), st.floats(0, 1)),
        "note": st.sampled_from(["why", ""]),
        "voted_as_annotator": st.booleans(),
    }
)
GATE = st.fixed_dictionaries(
    {
        "min_confidence": st.floats(0, 1),
        "min_confidence_by_class": st.dictionaries(st.sampled_from(CLASSES), st.floats(0, 1)),
        "min_confidence_by_slice": st.dictionaries(st.sampled_from(["s", "t"]), st.floats(0, 1)),
        "expert_accuracy": st.floats(0.5, 1),
    }
)


@settings(max_examples=150)
@given(st.lists(LABEL, min_size=1, max_size=6), st.lists(VERDICT, min_size=1, max_size=9), GATE)
def test_whatever_was_said_what_passes_keeps_to_every_rule(
    rows: list[dict[str, Any]], said: list[dict[str, Any]], gate: dict[str, Any]
) -> None:
    p = np.asarray([row["p"] for row in rows])
    p = p / p.sum(axis=1, keepdims=True)
    columns: dict[str, Any] = {k: [row[k] for row in rows] for k in ("slices", "duplicate_group", "schema_version")}
    crowd = labels(label=np.asarray(CLASSES)[p.argmax(axis=1)], **columns).assign(
        confidence=p.max(axis=1), **dict(zip(P, p.T, strict=True))
    )
    found = judged(crowd, verdicts(*said), **gate)
    of = crowd.set_index("comment_id")
    passed = found[found["outcome"] == "passed"]
    for comment, row in passed.iterrows():
        floor = gate["min_confidence_by_class"].get(row["label"], gate["min_confidence"])
        slices = of.loc[comment, "slices"] if comment in of.index else []
        floor = max([floor, *(gate["min_confidence_by_slice"].get(one, 0.0) for one in slices)])
        assert row["confidence"] >= floor
        assert row[f"p_{row['label']}"] == pytest.approx(row["confidence"])
        assert row["confidence"] >= max(row[P]) - 1e-6
        assert sum(row[P]) == pytest.approx(1)
        before = of.loc[comment] if comment in of.index else None
        if before is not None and before["schema_version"] == "v3" and before["label"] == row["label"]:
            assert row["confidence"] >= before["confidence"] - 1e-9
    experts = passed["labeled_by"].map(len, na_action="ignore").where(passed["source"] == "verdict", 0)
    for _, copies in passed.groupby(of["duplicate_group"].reindex(passed.index)):
        assert copies["label"].nunique() == 1 or (experts[copies.index] >= 2).all()
    assert (found.loc[found["outcome"] != "passed", "weight"] == 0).all()
    assert sorted(found.index) == sorted({*crowd["comment_id"], *(one["comment_id"] for one in said)})
