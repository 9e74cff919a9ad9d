"""What every consensus method owes its caller, whatever it believes of annotators."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.consensus import METHODS, ConsensusResult, consensus
from labeling_pipeline_tests.core.consensus.crowds import CLASSES, accuracy_of, crowd

EVERY = pytest.mark.parametrize("method", [*METHODS, "auto"])


def numbers(result: ConsensusResult) -> pd.DataFrame:
    return result.labels.set_index("task").filter(regex="^[pv]_")


def same(a: pd.DataFrame, b: pd.DataFrame, tolerance: float = 1e-6) -> None:
    pd.testing.assert_frame_equal(a, b[a.columns].loc[a.index], atol=tolerance, rtol=0, check_dtype=False)


@EVERY
def test_planted_truth_is_found(method: str) -> None:
    votes, gold = crowd()
    assert accuracy_of(consensus(votes, method=method).labels, gold) > 0.93


@EVERY
def test_one_row_per_task_with_probabilities_that_sum_to_one(method: str) -> None:
    votes, _ = crowd(n_tasks=60)
    labels = consensus(votes, method=method).labels
    assert labels["task"].tolist() == sorted(votes["task"].unique())
    for kind in ("p_", "v_"):
        shares = labels[[kind + name for name in CLASSES]]
        assert np.allclose(shares.sum(axis=1), 1.0)
        assert (shares >= 0).all().all()
    top = labels[["p_" + name for name in CLASSES]]
    assert (labels["confidence"] == top.max(axis=1)).all()
    assert (labels["label"] == top.idxmax(axis=1).str.removeprefix("p_")).all()
    split = ["ambiguity", "annotator_noise"]  # three votes a task do not tell one from the other
    assert not labels.drop(columns=split).isna().any().any()
    assert labels[split].isna().all(axis=None)


@EVERY
def test_the_order_of_rows_does_not_matter(method: str) -> None:
    votes, _ = crowd(n_tasks=80)
    same(
        numbers(consensus(votes, method=method)),
        numbers(consensus(votes.sample(frac=1, random_state=3), method=method)),
        0.0,
    )


@EVERY
def test_names_of_annotators_and_tasks_do_not_matter(method: str) -> None:
    votes, _ = crowd(n_tasks=80)
    renamed = votes.assign(
        annotator=votes["annotator"].map(lambda a: a[::-1]), task=votes["task"].map(lambda t: t[::-1])
    )
    after = consensus(renamed, method=method)
    labels = after.labels.assign(task=after.labels["task"].str[::-1])
    same(numbers(consensus(votes, method=method)), labels.set_index("task"))


@EVERY
def test_classes_may_trade_places(method: str) -> None:
    votes, _ = crowd(n_tasks=80, mix=(0.6, 0.3, 0.1))
    turn = dict(zip(CLASSES, (*CLASSES[1:], CLASSES[0]), strict=True))
    before = consensus(votes, method=method).labels.set_index("task")
    after = consensus(votes.assign(label=votes["label"].map(turn)), method=method).labels.set_index("task")
    assert (before["label"].map(turn) == after["label"]).all()
    for name in CLASSES:
        assert np.allclose(before["p_" + name], after["p_" + turn[name]], atol=1e-6)
    ordered = consensus(votes, method=method, classes=CLASSES[::-1]).labels
    assert [c for c in ordered if c.startswith("p_")] == ["p_" + name for name in CLASSES[::-1]]
    same(before.filter(regex="^p_"), ordered.set_index("task"))


@EVERY
def test_the_same_call_gives_the_same_bytes(method: str) -> None:
    votes, gold = crowd(n_tasks=80)
    first, second = (consensus(votes, method=method, gold=gold.head(40)) for _ in range(2))
    pd.testing.assert_frame_equal(first.labels, second.labels)
    pd.testing.assert_frame_equal(first.annotators, second.annotators)
    assert (first.method, first.scores, first.notes) == (second.method, second.scores, second.notes)


@EVERY
def test_gold_is_clamped(method: str) -> None:
    votes, gold = crowd(n_tasks=80)
    turned = gold.head(5).assign(label="vile")
    labels = consensus(votes, method=method, gold=turned).labels.set_index("task")
    assert (labels.loc[turned["task"], "label"] == "vile").all()
    assert (labels.loc[turned["task"], "confidence"] == 1.0).all()


@EVERY
def test_ragged_votes(method: str) -> None:
    votes, _ = crowd(n_tasks=60)
    lonely = pd.DataFrame({"task": ["one-vote"], "annotator": ["once"], "label": ["rude"]})
    crowded = pd.DataFrame({"task": "many-votes", "annotator": [f"b{i}" for i in range(357)], "label": "calm"})
    unsure = pd.DataFrame({"task": "unsure", "annotator": ["a000", "a001"], "label": "unsure"})
    result = consensus(pd.concat([votes, lonely, crowded, unsure]), method=method)
    labels = result.labels.set_index("task")
    if method != "dawid_skene_plain":  # without a prior, strangers with one vote each say nothing, however many
        assert labels.loc["many-votes", "label"] == "calm"
    assert labels.loc["many-votes", "n_votes"] == 357
    assert labels.loc["one-vote", "label"] == "rude"
    assert labels.loc["one-vote":"one-vote", "agreement"].isna().all()
    assert labels.loc["unsure", "label"] in CLASSES
    assert labels.loc["unsure", "confidence"] < 1.0
    split = ["ambiguity", "annotator_noise"]  # three votes a task do not tell one from the other
    assert labels.drop(columns=["agreement", *split]).notna().all().all()
    assert labels[split].isna().all(axis=None)
    assert any("ambiguity and annotator_noise are empty" in note for note in result.notes)
    assert any("no vote that names a class" in note for note in result.notes)


@EVERY
def test_annotators_are_ranked_by_their_accuracy(method: str) -> None:
    chance = (0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4)
    votes, _ = crowd(n_tasks=600, accuracy=chance)
    annotators = consensus(votes, method=method).annotators
    assert annotators["reliability"].corr(pd.Series(chance), method="spearman") > 0.9
    assert annotators["n_votes"].sum() == len(votes)


@EVERY
def test_confusion_rows_sum_to_one(method: str) -> None:
    votes, _ = crowd(n_tasks=60)
    votes.loc[::7, "label"] = "unsure"
    annotators = consensus(votes, method=method).annotators
    for name in CLASSES:
        row = annotators[[f"c_{name}_{given}" for given in (*CLASSES, "unsure")]]
        assert np.allclose(row.sum(axis=1), 1.0, atol=1e-6)
        assert (row["c_" + name + "_unsure"] < 0.5).all()


def weighs_annotators(method: str) -> bool:
    """Whether it matters to the method who gave a vote: probabilities change when votes change hands."""
    votes, _ = crowd(n_tasks=80)
    swapped = votes.assign(annotator=votes.groupby("task")["annotator"].transform(lambda names: names.to_numpy()[::-1]))
    before, after = (numbers(consensus(frame, method=method)).filter(like="p_") for frame in (votes, swapped))
    return bool(np.abs(before - after).to_numpy().max() > 1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_history_counts(method: str) -> None:
    """Two annotators contradict each other everywhere; only history says which one to follow."""
    if not weighs_annotators(method):
        pytest.skip("weighs no annotator, so history has nothing to say")
    votes = pd.DataFrame(
        {
            "task": [f"t{i}" for i in range(40) for _ in "ab"],
            "annotator": ["a", "b"] * 40,
            "label": [x for i in range(40) for x in (("no", "yes") if i % 2 else ("yes", "no"))],
        }
    )
    history = pd.DataFrame(
        {"annotator": list("aabb"), "true": ["yes", "no"] * 2, "given": ["no", "yes", "yes", "no"], "n": 200}
    )
    labels = consensus(votes, method=method, history=history).labels
    follows_b = votes[votes["annotator"] == "b"].set_index("task")["label"]
    assert (labels.set_index("task")["label"] == follows_b.loc[labels["task"]]).all()


@EVERY
def test_one_class_only(method: str) -> None:
    votes = pd.DataFrame({"task": [1, 1, 2], "annotator": ["a", "b", "a"], "label": "fine"})
    result = consensus(votes, method=method)
    assert result.labels["label"].tolist() == ["fine", "fine"]
    assert result.labels["confidence"].tolist() == [1.0, 1.0]
    assert any("one class only" in note for note in result.notes)


@EVERY
def test_weights_scale_votes(method: str) -> None:
    votes, _ = crowd(n_tasks=80)
    noise = votes.assign(label="vile", annotator=votes["annotator"] + "x")
    weighted = pd.concat([votes.assign(weight=1.0), noise.assign(weight=0.0)])
    plain = consensus(votes, method=method, classes=CLASSES)
    after = consensus(weighted, method=method, classes=CLASSES)
    assert (plain.labels["label"] == after.labels["label"]).mean() > 0.97


def test_auto_with_gold_knows_no_names_either() -> None:
    votes, gold = crowd(n_tasks=300, n_votes=3)
    known = gold.head(120)
    renamed, known_renamed = (
        frame.apply(lambda column: column if column.name == "label" else column.str[::-1]) for frame in (votes, known)
    )
    before = consensus(votes, gold=known)
    after = consensus(renamed.sample(frac=1, random_state=1), gold=known_renamed.sample(frac=1, random_state=2))
    assert before.scores == pytest.approx(after.scores)
    labels = after.labels.assign(task=after.labels["task"].str[::-1])
    same(numbers(before), labels.set_index("task"))
