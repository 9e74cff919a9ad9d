"""One soft label from several sources, their weights learned on gold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.blind import blind_labels
from labeling_pipeline.core.weak_supervision.fusion import fuse

CLASSES = ["no", "yes"]


def soft(ids: list[str], yes: list[float], **more: object) -> pd.DataFrame:
    return pd.DataFrame({"comment_id": ids, "p_no": 1 - np.array(yes), "p_yes": yes, **more})


def test_agreement_strengthens_and_silence_changes_nothing() -> None:
    crowd, weak = soft(["a", "b"], [0.8, 0.8]), soft(["a"], [0.8])
    weak.attrs["class_balance"] = [0.5, 0.5]
    labels = fuse({"crowd": crowd, "weak": weak}, CLASSES, class_balance=[0.5, 0.5]).labels.set_index("comment_id")
    assert labels.loc["a", "p_yes"] == pytest.approx(0.8**1.5 / (0.8**1.5 + 0.2**1.5))
    assert labels.loc["b", "p_yes"] == pytest.approx(0.8)
    assert labels["source"].tolist() == ["crowd+weak", "crowd"]


def test_weak_labels_without_a_vote_say_nothing() -> None:
    labels = fuse({"crowd": soft(["a"], [0.7]), "weak": soft(["a"], [0.1], n_fired=[0])}, CLASSES).labels
    assert labels["p_yes"].tolist() == pytest.approx([0.7])
    assert labels["source"].tolist() == ["crowd"]


def test_a_verdict_turns_a_confident_crowd() -> None:
    verdicts = pd.DataFrame({"comment_id": ["a"], "label": ["yes"]})
    fused = fuse({"crowd": soft(["a"], [0.2])}, CLASSES, verdicts=verdicts)
    assert fused.labels["label"].tolist() == ["yes"]
    assert fused.labels["source"].tolist() == ["crowd+verdict"]
    evidence = fused.evidence.set_index("source")["evidence"]
    assert evidence["verdict"] == pytest.approx(np.log(19))
    assert evidence["crowd"] < 0


CROWD = soft(["a", "b"], [0.1, 0.5])


@pytest.mark.parametrize("balance", [None, [0.99, 0.01]])
@pytest.mark.parametrize("accuracy", [0.7, 0.95])
def test_a_verdict_alone_is_as_sure_as_its_accuracy(balance: list[float] | None, accuracy: float) -> None:
    verdicts = pd.DataFrame({"comment_id": ["a"], "label": ["yes"], "accuracy": [accuracy]})
    for sources in ({}, {"crowd": soft(["b"], [0.3])}):
        labels = fuse(sources, CLASSES, verdicts=verdicts, class_balance=balance).labels.set_index("comment_id")
        assert labels.loc["a", "p_yes"] == pytest.approx(accuracy)
        assert labels.loc["a", "source"] == "verdict"


def said(*rows: tuple[object, ...], more: tuple[str, ...] = ()) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["comment_id", "expert_id", "label", *more])


@pytest.mark.parametrize(
    "verdicts",
    [
        said(("a", "e", "yes"), ("a", "e", "yes")),
        said(("a", "e", "no"), ("a", "e", "yes")),
        said(("a", "e", "yes", "2026-01-02"), ("a", "e", "no", "2026-01-01"), more=("decided_at",)),
        said(("a", "e", "yes", "2026-01-02T01:00:00+02:00"), ("a", "e", "no", None), more=("decided_at",)),
        said(("a", None, "yes"), ("a", None, "yes")),
        said(("a", "e", "yes"), ("a", "e", "yes")).drop(columns="expert_id"),
        said(("a", "e", "yes", None), ("a", "e", "yes", float("nan")), more=("accuracy",)),
    ],
)
def test_of_one_experts_verdicts_the_latest_counts_once(verdicts: pd.DataFrame) -> None:
    once = fuse({"crowd": CROWD}, CLASSES, verdicts=said(("a", "e", "yes")))
    found = fuse({"crowd": CROWD}, CLASSES, verdicts=verdicts)
    pd.testing.assert_frame_equal(found.labels, once.labels)


def test_two_experts_count_twice_each_with_their_own_accuracy() -> None:
    both = said(("a", "e", "yes", 0.8), ("a", "f", "yes", 0.9), more=("accuracy",))
    evidence = fuse({"crowd": CROWD}, CLASSES, verdicts=both).evidence.set_index("source")["evidence"]
    assert evidence["verdict"] == pytest.approx(np.log(4) + np.log(9))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("a", "e", "maybe", 0.9), "verdicts row 1: label maybe; expected no, yes"),
        (("a", "e", None, 0.9), "verdicts row 1: label"),
        (("a", "e", "yes", 1.2), "verdicts row 1: accuracy 1.2"),
        (("a", "e", "yes", -0.1), "verdicts row 1: accuracy -0.1"),
        (("a", "e", "yes", "high"), "verdicts row 1: accuracy high"),
    ],
)
def test_a_verdict_that_cannot_count_is_named(row: tuple[object, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        fuse({"crowd": CROWD}, CLASSES, verdicts=said(("b", "e", "no", 0.9), row, more=("accuracy",)))


@pytest.mark.parametrize("yes", [0.5, 0.2])
def test_the_evidence_adds_up_to_the_label(yes: float) -> None:
    said = {"crowd": soft(["a"], [0.3]), "weak": soft(["a"], [0.9]), "draft": soft(["a"], [0.6])}
    fused = fuse(said, CLASSES, class_balance=[1 - yes, yes])
    row = fused.labels.iloc[0]
    before = np.log(yes / (1 - yes)) * (1 if row["label"] == "yes" else -1)
    odds = row["confidence"] / (1 - row["confidence"])
    assert fused.evidence["evidence"].sum() + before == pytest.approx(np.log(odds))


def worlds(n: int, seed: int) -> tuple[np.ndarray, dict[str, pd.DataFrame], list[str]]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    ids = [f"c{i}" for i in range(n)]

    def source(strength: float, claimed: float) -> pd.DataFrame:
        logit = strength**2 / 2 * (2 * truth - 1) + strength * rng.normal(size=n)
        return soft(ids, list(1 / (1 + np.exp(-logit * claimed))))

    return truth, {"crowd": source(1.5, 1.0), "weak": source(1.2, 2.5), "draft": source(0.05, 60.0)}, ids


def test_gold_teaches_which_source_overstates_itself() -> None:
    truth, sources, ids = worlds(3000, 0)
    gold = pd.DataFrame({"comment_id": ids[:400], "label": [CLASSES[k] for k in truth[:400]], "role": "fit"})
    told, blind = fuse(sources, CLASSES, gold=gold), fuse(sources, CLASSES)
    assert told.weights["crowd"] > 0.7
    assert told.weights["weak"] < 0.6
    assert told.weights["draft"] < 0.1
    assert told.gold_used == ids[:400]
    rest = slice(400, None)

    def log_loss(p: pd.Series) -> float:
        p_truth = np.where(truth[rest] == 1, p[rest], 1 - p[rest])
        return float(-np.log(p_truth).mean())

    assert log_loss(told.labels["p_yes"]) < log_loss(blind.labels["p_yes"])
    assert log_loss(told.labels["p_yes"]) < log_loss(sources["crowd"]["p_yes"])


@pytest.mark.parametrize("blank", [None, "", " fit "])
def test_gold_that_names_no_role_is_used(blank: str | None) -> None:
    truth, sources, ids = worlds(400, 0)
    gold = pd.DataFrame({"comment_id": ids, "label": [CLASSES[k] for k in truth]})
    roles = gold.assign(role=pd.Series([blank] * 300 + ["sealed"] * 100, dtype=object))
    assert fuse(sources, CLASSES, gold=roles).gold_used == ids[:300]
    with pytest.raises(InputError, match="role 'fitt'"):
        fuse(sources, CLASSES, gold=gold.assign(role="fitt"))


def test_only_gold_of_role_fit_is_used() -> None:
    truth, sources, ids = worlds(300, 1)
    gold = pd.DataFrame({"comment_id": ids, "label": [CLASSES[k] for k in truth], "role": ["measure", "sealed"] * 150})
    fused = fuse(sources, CLASSES, gold=gold)
    assert fused.gold_used == []
    assert fused.weights == {"crowd": 1.0, "weak": 0.5, "draft": 0.5}


def test_a_source_that_has_seen_its_gold_is_weighed_by_what_it_says_without() -> None:
    truth, sources, ids = worlds(600, 2)
    gold = pd.DataFrame({"comment_id": ids[:300], "label": [CLASSES[k] for k in truth[:300]]})
    clamped = sources["crowd"].copy()
    clamped.loc[:299, "p_yes"] = np.where(truth[:300] == 1, 0.999, 0.001)
    clamped["p_no"] = 1 - clamped["p_yes"]
    seen = {**sources, "crowd": clamped}
    fooled = fuse(seen, CLASSES, gold=gold).weights
    told = fuse(seen, CLASSES, gold=gold, blind={"crowd": sources["crowd"]}).weights
    assert fooled["crowd"] > told["crowd"] + 0.1
    assert told["draft"] < 0.1 < 0.3 < fooled["draft"], "noise is found out only by who does not know the answer"
    assert told == fuse(sources, CLASSES, gold=gold).weights


def test_one_source_is_taken_as_it_is() -> None:
    truth, sources, ids = worlds(300, 3)
    gold = pd.DataFrame({"comment_id": ids, "label": [CLASSES[k] for k in truth]})
    fused = fuse({"weak": sources["weak"]}, CLASSES, gold=gold)
    assert np.allclose(fused.labels["p_yes"], sources["weak"]["p_yes"], atol=1e-5)
    assert fused.gold_used == []


def test_blind_labels_know_all_gold_but_their_own_fold() -> None:
    gold = pd.DataFrame({"comment_id": [f"g{i}" for i in range(60)], "label": "no"})
    seen: list[set[str]] = []

    def make(known: pd.DataFrame) -> pd.DataFrame:
        seen.append(set(known["comment_id"]))
        return gold.assign(knew=gold["comment_id"].isin(known["comment_id"]))

    rows = blind_labels(make, gold, [f"g{i}" for i in range(50)])
    assert sorted(rows["comment_id"]) == sorted(gold["comment_id"][:50])
    assert not rows["knew"].any()
    assert all({f"g{i}" for i in range(50, 60)} <= one for one in seen)
    assert all(len(one) > 40 for one in seen)


@pytest.mark.parametrize(
    ("sources", "more", "said"),
    [
        ({"crowd": soft(["a"], [0.5]).drop(columns="p_no")}, {}, "no column 'p_no'"),
        ({"crowd": soft(["a", "a"], [0.5, 0.5])}, {}, "'a' occurs twice"),
        ({"crowd": soft(["a"], [1.5])}, {}, "sum to 1"),
        ({"crowd": soft(["a"], [0.5])}, {"weights": {"weak": 1.0}}, "none for source 'crowd'"),
        ({}, {}, "nothing to combine"),
    ],
)
def test_what_cannot_be_combined_is_named(sources: dict[str, pd.DataFrame], more: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        fuse(sources, CLASSES, **more)  # type: ignore[arg-type]
