"""Experts err, too: agreement, double coding, what verdicts come to, gaps in the guideline, and who is asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.adjudication import Costs, order_queue
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.expert_agreement import (
    COLUMNS,
    drawn_twice,
    expert_agreement,
    joint_confidence,
    reliability_of,
    to_double_code,
)
from labeling_pipeline.core.guideline_gaps import NO_VERDICTS, guideline_gaps
from labeling_pipeline.core.people import Limits, exposure_rows, limits
from labeling_pipeline.core.quality import GateSettings, judge
from labeling_pipeline.core.two_axes import ALL
from labeling_pipeline_tests.core.quality.frames import CLASSES, labels, verdicts

DAY = pd.Timestamp("2026-03-03").to_pydatetime()


def decided(seed: int, n: int, accuracy: dict[str, float], k: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        truth = int(rng.integers(k))
        for who in rng.choice(list(accuracy), 2, replace=False):
            wrong = rng.random() >= accuracy[str(who)]
            rows.append((f"c-{i}", str(who), str((truth + int(rng.integers(1, k))) % k if wrong else truth)))
    return pd.DataFrame(rows, columns=["comment_id", "expert_id", "label"])


def test_planted_accuracies_of_experts_come_back() -> None:
    planted = {f"e-{i}": 0.95 for i in range(7)} | {"e-7": 0.75}
    found = expert_agreement(decided(1, 1_600, planted), 5).set_index("expert_id")
    assert tuple(found.reset_index().columns) == COLUMNS
    expected = 1 - np.mean([1 - (0.92**2) for _ in planted])
    assert found.loc[ALL, "value"] == pytest.approx(expected, abs=0.03)
    for who, accuracy in planted.items():
        assert found.loc[who, "reliability"] == pytest.approx(accuracy, abs=0.05)
    assert min(reliability_of(found.reset_index()).items(), key=lambda pair: pair[1])[0] == "e-7"
    assert reliability_of(found.reset_index().assign(n_double=9)) == {}


@pytest.mark.parametrize(("accuracy", "k"), [(0.95, 2), (0.9, 2), (0.9, 5), (0.8, 3)])
def test_thirds_who_come_because_two_differ_do_not_bias_what_experts_are_worth(accuracy: float, k: int) -> None:
    rng = np.random.default_rng(7)
    rows = []
    for i in range(8_000):
        who = rng.permutation(12)[:3]
        said = [0 if rng.random() < accuracy else int(rng.integers(1, k)) for _ in who]
        rows += [(f"c-{i}", f"e-{w}", str(x)) for w, x in list(zip(who, said, strict=True))[: 2 + (said[0] != said[1])]]
    verdicts_ = pd.DataFrame(rows, columns=["comment_id", "expert_id", "label"])
    found = expert_agreement(verdicts_, k).set_index("expert_id")
    agree = accuracy**2 + (1 - accuracy) ** 2 / (k - 1)
    assert found.loc[ALL, "n_double"] == 8_000
    assert found.loc[ALL, "low"] - 0.005 < agree < found.loc[ALL, "high"] + 0.005
    assert found.loc[ALL, "reliability"] == pytest.approx(accuracy, abs=0.01)
    assert found.loc[found.index != ALL, "reliability"].mean() == pytest.approx(accuracy, abs=0.015)


def test_only_drawn_seconds_are_double_coding() -> None:
    once = pd.DataFrame({"comment_id": [f"c-{i}" for i in range(100)], "expert_id": "e-1", "label": "x"})
    drawn = drawn_twice(once, 0.04)
    assert len(drawn) == 6
    doubted = [one for one in once["comment_id"] if one not in drawn][:20]
    said = pd.concat([once, pd.DataFrame({"comment_id": doubted, "expert_id": "e-2", "label": "x"})])
    assert to_double_code(said, 0.04) == drawn
    assert expert_agreement(said, 2, drawn=drawn)["double_share"].iloc[0] == 0
    both = pd.concat([said, pd.DataFrame({"comment_id": drawn, "expert_id": "e-2", "label": "x"})])
    assert to_double_code(both, 0.04) == []
    assert expert_agreement(both, 2, drawn=drawn)["double_share"].iloc[0] == 0.06
    assert expert_agreement(both, 2)["n_double"].iloc[0] == 26
    assert expert_agreement(both, 2, drawn=drawn)["n_double"].iloc[0] == 6


def test_seconds_out_of_doubt_do_not_make_experts_look_worse() -> None:
    rng = np.random.default_rng(11)
    n, k, each = 20_000, 5, 8
    is_hard = rng.random(n) < 0.1
    accuracy = np.where(is_hard, 0.6, 0.97)
    ids = pd.Series([f"c-{i}" for i in range(n)])
    who = np.stack([start := rng.integers(0, each, n), (start + rng.integers(1, each, n)) % each])
    said = np.where(rng.random((2, n)) < accuracy, 0, rng.integers(1, k, (2, n)))
    both = [pd.DataFrame({"comment_id": ids, "expert_id": w, "label": s}) for w, s in zip(who, said, strict=True)]
    both = [one.assign(expert_id="e-" + one["expert_id"].astype(str)) for one in both]
    drawn = drawn_twice(both[0], 0.05)
    seconds = both[1][is_hard | ids.isin(drawn).to_numpy()]
    verdicts_ = pd.concat([both[0], seconds], ignore_index=True)
    found = expert_agreement(verdicts_, k, drawn=drawn).set_index("expert_id")
    assert found.loc[ALL, "n_double"] == len(drawn)
    assert found.loc[ALL, "reliability"] == pytest.approx(accuracy.mean(), abs=0.015)
    assert found.loc[found.index != ALL, "reliability"].mean() == pytest.approx(accuracy.mean(), abs=0.015)
    assert expert_agreement(verdicts_, k)["reliability"].iloc[0] < 0.85, "all pairs would tell of the hard ones"


def test_experts_nobody_checked_are_what_is_assumed_of_them() -> None:
    alone = pd.DataFrame({"comment_id": ["c-1", "c-2"], "expert_id": ["e-1", "e-2"], "label": "x"})
    found = expert_agreement(alone, 5, assumed=0.9)
    assert found["n_double"].tolist() == [0, 0, 0]
    assert found["value"].isna().all()
    np.testing.assert_allclose(found["reliability"], 0.9, atol=1e-6)


def test_a_twentieth_is_double_coded_whatever_arrives_in_which_order() -> None:
    rng = np.random.default_rng(3)
    done = pd.DataFrame(columns=["comment_id", "expert_id"])
    for step in range(12):
        new = pd.DataFrame(
            {"comment_id": [f"c-{step}-{i}" for i in range(int(rng.integers(1, 90)))], "expert_id": "e-1"}
        )
        done = pd.concat([done, new], ignore_index=True)
        chosen = to_double_code(done.sample(frac=1, random_state=step), 0.05)
        assert chosen == to_double_code(done, 0.05)
        done = pd.concat([done, pd.DataFrame({"comment_id": chosen, "expert_id": "e-2"})], ignore_index=True)
        per_comment = done.groupby("comment_id")["expert_id"].nunique()
        assert (per_comment > 1).mean() >= 0.05
        assert to_double_code(done, 0.05) == []


def test_several_verdicts_are_surer_than_one_and_a_lone_voice_is_heard() -> None:
    assert joint_confidence(["x", "x"], [0.9, 0.9], "x", 5) > 0.99
    one_dissents = [joint_confidence(["x"] * n + ["y"], [0.9] * (n + 1), "x", 5) for n in range(1, 7)]
    assert one_dissents == sorted(one_dissents)
    assert one_dissents[1] < 0.9 < one_dissents[2] < 0.95 < one_dissents[3], "no floor asks without end"
    assert joint_confidence(["x", "y"], [0.9, 0.9], "x", 5) < 0.5
    assert joint_confidence(["x", "x"], [1.0, 1.0], "x", 2) <= 1.0


@pytest.mark.parametrize("n_classes", [2, 5])
def test_experts_who_differ_are_right_as_often_as_they_are_said_to_be(n_classes: int) -> None:
    """Comments of which a tenth can be read as either of two classes, one of which is right; experts right in 85 %."""
    rng, n, sure = np.random.default_rng(8), 30_000, 0.85
    truth, other = rng.integers(0, n_classes, n), rng.integers(1, n_classes, n)
    is_hard = rng.random((n, 1)) < 0.1
    wrong = (truth[:, None] + rng.integers(1, n_classes, (n, 5))) % n_classes
    easy = np.where(rng.random((n, 5)) < sure, truth[:, None], wrong)
    either = np.where(rng.random((n, 5)) < 0.5, truth[:, None], ((truth + other) % n_classes)[:, None])
    said = np.where(is_hard, either, easy)
    for experts in (3, 4, 5):
        counts = np.stack([(said[:, :experts] == k).sum(axis=1) for k in range(n_classes)], axis=1)
        differ = (counts > 0).sum(axis=1) == 2
        chosen = counts[differ].argmax(axis=1)
        right = (chosen == truth[differ]).mean()
        rows = pd.DataFrame(np.column_stack([said[differ, :experts], chosen])).astype(str)
        kinds = rows.value_counts().reset_index(name="n")
        told = [
            joint_confidence(list(votes), [sure] * experts, name, n_classes)
            for *votes, name in kinds.drop(columns="n").itertuples(index=False)
        ]
        assert abs(np.average(told, weights=kinds["n"]) - right) < 0.02


def judged(said: pd.DataFrame, **changes: Any) -> pd.Series:
    frame = labels(**changes) if changes else labels()
    return (
        judge(frame, said, gate=GateSettings(), classes=CLASSES, current_schema="v3").set_index("comment_id").loc["c-0"]
    )


def test_an_override_says_why_and_a_verdict_on_ones_own_vote_does_not_count() -> None:
    bare = verdicts({"note": None}, {"comment_id": "c-9", "note": None})
    row = judged(bare)
    assert (row["outcome"], row["weight"]) == ("adjudicate", 0)
    assert row["reasons"][0].startswith("verdict: overrides the crowd without a note: e-04 says rude")
    assert judged(bare.assign(label="fine"))["outcome"] == "passed"
    again = verdicts({"note": None}, {"note": "coded"}).assign(decided_at=pd.Timestamp("2026-03-03"))
    assert judged(again)["outcome"] == "passed"
    own = verdicts({"voted_as_annotator": True}, {"expert_id": "e-05", "label": "fine", "voted_as_annotator": False})
    assert (judged(own)["outcome"], judged(own)["label"]) == ("passed", "fine")
    assert "voted on it as an annotator" in judged(own.iloc[:1])["reasons"][0]


def test_an_expert_is_not_surer_than_measured() -> None:
    said = verdicts({"stated_confidence": 0.99, "reliability": 0.8})
    assert judged(said)["confidence"] == 0.8
    assert judged(said.assign(reliability=None))["confidence"] == 0.99


def test_gaps_are_found_where_the_best_differ_and_not_where_bad_annotators_err() -> None:
    rng = np.random.default_rng(0)
    rows = []
    for i in range(300):
        truth = str(rng.choice(["fine", "mild", "rude"]))
        for who in range(12):
            said = truth
            if who < 4 and truth in ("mild", "rude"):  # the best, who were told different things
                said = "mild" if who % 2 else "rude"
            if who >= 8 and rng.random() < 0.5:
                said = str(rng.choice(["fine", "mild", "rude"]))
            rows.append((f"c-{i}", f"a-{who}", said))
    votes = pd.DataFrame(rows, columns=["comment_id", "annotator_id", "label"])
    reliability = pd.DataFrame(
        {"annotator_id": [f"a-{w}" for w in range(12)], "low": [0.9] * 4 + [0.8] * 4 + [0.3] * 4}
    )
    found = guideline_gaps(votes, reliability, NO_VERDICTS)
    assert found[["class_a", "class_b", "raised_by"]].to_numpy().tolist() == [["mild", "rude", "best annotators"]]
    calm = votes[~votes["annotator_id"].isin([f"a-{w}" for w in range(4)])]
    assert guideline_gaps(calm, reliability.iloc[4:], NO_VERDICTS).empty
    told = verdicts({"error_type": "guideline_gap"}, {"expert_id": "e-05", "label": "fine"})
    raised = guideline_gaps(calm, reliability.iloc[4:], told)
    assert raised[["class_a", "class_b", "raised_by", "n"]].to_numpy().tolist() == [["fine", "rude", "experts", 1]]


def waiting(n: int = 20) -> pd.DataFrame:
    frame = pd.DataFrame({"comment_id": [f"c-{i:02d}" for i in range(n)], "outcome": "adjudicate"})
    frame["reasons"] = [["unsure"]] * n
    hate = np.linspace(0.3, 0.8, n)
    return frame.assign(p_fine=1 - hate, p_hate=hate)


def test_the_queue_is_ordered_by_value_per_minute() -> None:
    slow = waiting().assign(minutes=1.0)
    first = order_queue(slow, Costs(), 5)["comment_id"].iloc[0]
    slow.loc[slow["comment_id"] == first, "minutes"] = 10.0
    assert order_queue(slow, Costs(), 5)["comment_id"].iloc[0] != first
    with pytest.raises(InputError, match="takes no time"):
        order_queue(slow.assign(minutes=0.0), Costs(), 5)


def test_the_daily_cap_and_the_opted_out_are_kept_to() -> None:
    people = pd.DataFrame(
        {
            "annotator_id": ["e-1", "e-2", "e-3", "e-4"],
            "consent": ["yes", None, "no", "yes"],
            "attributes": [None, {"country": "KE"}, None, {"opt_out": "harmful"}],
        }
    )
    may = limits(people, {"e-2": 3}, 4)
    assert may.opted_out == {"e-3", "e-4"}
    assert (may.left["e-1"], may.left["e-2"]) == (4, 1)
    queue = order_queue(waiting(), Costs(), 100, experts=people["annotator_id"], people=may, harmful=["hate"])
    joined = queue.merge(waiting(), on="comment_id")
    harmful = joined[(joined["p_hate"] >= 0.5) & joined["expert_id"].notna()]
    assert harmful["expert_id"].value_counts().to_dict() == {"e-1": 4, "e-2": 1}
    assert joined.loc[joined["p_hate"] < 0.5, "expert_id"].notna().all()
    desks = joined.dropna(subset="expert_id").rename(columns={"expert_id": "person_id"})[["comment_id", "person_id"]]
    logged = exposure_rows(desks, waiting(), ["hate", "threats"], DAY, "desk")
    assert len(logged) == 5
    assert (logged["class"] == "hate").all()
    assert exposure_rows(desks, waiting(), ["threats"], DAY, "desk").empty
    assert Limits().allows("anybody", 10_000)
