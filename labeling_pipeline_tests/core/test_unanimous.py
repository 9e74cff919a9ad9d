"""Unanimous labels that experts look at: which are drawn, and what is said of a slice most are blind to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from labeling_pipeline.core.simulate.annotators import annotators, confusion_matrix
from labeling_pipeline.core.simulate.texts import CLASSES
from labeling_pipeline.core.two_axes import ALL, REVIEW, two_axes
from labeling_pipeline.core.unanimous import plan_review

Ints = npt.NDArray[np.int64]

SLICES = [f"s-{i:02d}" for i in range(20)]
WEEK = pd.Timestamp("2026-01-05")
MIX = (0.474, 0.162, 0.172, 0.117, 0.075)  # of the sample home's pool


def crowd_votes(seed: int, blind: float, n: int = 6_000) -> tuple[pd.DataFrame, Ints, Ints]:
    """Three votes each by the sample home's crowd: comments with slices, truth (n), and votes (n, 3) as classes.

    The accuracy of each of its 240 annotators and the classes they slip to are those of the sample home. Twenty slices
    are 1 % each; a share of the annotators does not see that s-07 is harassment and answers non_toxic.
    """
    rng = np.random.default_rng(seed)
    slices = [[SLICES[i // (n // 100)]] if i < n // 5 else [] for i in range(n)]
    coded = np.asarray([s == ["s-07"] for s in slices])
    truth = np.where(coded, CLASSES.index("harassment"), rng.choice(len(CLASSES), n, p=MIX))
    skill = annotators().query("kind == 'crowd'")["accuracy"].to_numpy()
    is_blind = rng.permutation(len(skill)) < blind * len(skill)
    who = rng.random((n, len(skill))).argsort(axis=1)[:, :3]
    rows = np.stack([confusion_matrix(a) for a in skill]).cumsum(axis=2)[who, truth[:, None]]
    votes = (rows < rng.random((n, 3))[:, :, None]).sum(axis=2).clip(max=len(CLASSES) - 1)
    return (
        pd.DataFrame({"comment_id": [f"c-{i}" for i in range(n)], "slices": slices}),
        truth,
        np.where(coded[:, None] & is_blind[who], CLASSES.index("non_toxic"), votes),
    )


def crowd_labels(seed: int, blind: float, n: int = 6_000) -> tuple[pd.DataFrame, pd.Series]:
    """What most of them say, and the truth."""
    comments, truth, votes = crowd_votes(seed, blind, n)
    counts = (votes[:, :, None] == np.arange(len(CLASSES))).sum(axis=1)
    labels = comments.assign(n_votes=3, label=np.asarray(CLASSES)[counts.argmax(axis=1)])
    labels["agreement"] = (counts * (counts - 1)).sum(axis=1) / 6
    return labels, pd.Series(np.asarray(CLASSES)[truth], index=labels["comment_id"])


def reviewed(seed: int, blind: float, budget: int = 600, error: float = 0.02) -> pd.DataFrame:
    """What experts say of the unanimous labels drawn, who err on ``error`` of them, as on any other."""
    labels, truth = crowd_labels(seed, blind)
    plan = plan_review(labels, budget, seed)
    rng = np.random.default_rng([seed, 9])
    true = truth.reindex(plan["comment_id"]).to_numpy()
    slips = error / (1 - 1 / len(CLASSES))  # one in five of them falls on the truth
    return plan.assign(verdict=np.where(rng.random(len(plan)) < slips, rng.choice(CLASSES, len(plan)), true))


def beside(comments: pd.DataFrame, votes: Ints, review: pd.DataFrame) -> pd.DataFrame:
    """Agreement beside accuracy, as a home reports it of its reviews; all votes are of one week."""
    said = comments.loc[np.repeat(comments.index, 3), ["comment_id"]].reset_index(drop=True)
    said = said.assign(label=np.asarray(CLASSES)[votes.ravel()], week=WEEK)
    said["annotator_id"] = [f"a-{i % 240}" for i in said.index]
    known = review.assign(truth=review["verdict"], weight=1.0 / review["inclusion_p"], measured_on=REVIEW)
    members = comments[["comment_id", "slices"]].explode("slices").dropna().rename(columns={"slices": "slice"})
    return two_axes(said, known, members, CLASSES, n_boot=0)


def alarms(seed: int, blind: float, budget: int = 600, error: float = 0.02) -> pd.DataFrame:
    """What alarms after one round of so many reviews."""
    comments, _, votes = crowd_votes(seed, blind)
    found = beside(comments, votes, reviewed(seed, blind, budget, error))
    return found[found["is_alarm"]]


@pytest.mark.parametrize("seed", range(8))
def test_the_blind_slice_is_named_in_the_first_round_and_no_other(seed: int) -> None:
    found = alarms(seed, blind=0.6)
    assert found["slice"].tolist() == ["s-07"]
    assert 1 <= len(found["comment_ids"].iloc[0]) <= 20


def test_worlds_without_a_blind_spot_are_silent() -> None:
    assert not any(len(alarms(100 + seed, blind=0.0)) for seed in range(8))


@pytest.mark.parametrize("error", [0.05, 0.07, 0.1])
def test_what_experts_get_wrong_themselves_is_no_blind_spot_and_hides_none(error: float) -> None:
    assert not any(len(alarms(5_000 + seed, blind=0.0, error=error)) for seed in range(5))
    named = [alarms(6_000 + seed, blind=0.6, error=error)["slice"].tolist() == ["s-07"] for seed in range(5)]
    assert sum(named) >= 4


@pytest.mark.parametrize(("error", "alarms_"), [(0.0, []), (0.3, [ALL])])
def test_a_crowd_that_agrees_little_is_no_blind_spot_unless_it_errs_together(error: float, alarms_: list[str]) -> None:
    """Independent answers, right .72 of the time; with ``error`` of the comments read alike, and wrongly, by all."""
    rng = np.random.default_rng(11)
    n, k = 6_000, len(CLASSES)
    truth = rng.integers(0, k, n)
    read = np.where(rng.random(n) < error, (truth + 1) % k, truth)[:, None]
    votes = np.where(rng.random((n, 3)) < 0.72, read, (read + rng.integers(1, k, (n, 3))) % k)
    sure = np.flatnonzero((votes == votes[:, :1]).all(axis=1))[:500]
    verdict = np.where(rng.random(500) < 0.9, truth[sure], (truth[sure] + rng.integers(1, k, 500)) % k)
    names = np.asarray(CLASSES)
    comments = pd.DataFrame({"comment_id": [f"c-{i}" for i in range(n)], "slices": [[] for _ in range(n)]})
    review = pd.DataFrame({"comment_id": comments["comment_id"].to_numpy()[sure], "label": names[votes[sure, 0]]})
    found = beside(comments, votes, review.assign(verdict=names[verdict], inclusion_p=0.2))
    assert found["agreement"].astype(float).max() < 0.6
    assert found.loc[found["is_alarm"], "slice"].tolist() == alarms_


def test_the_error_of_sure_labels_is_estimated_for_the_whole_round() -> None:
    covered = []
    for seed in range(20):
        comments, _, votes = crowd_votes(seed, blind=0.6)
        labels, truth = crowd_labels(seed, blind=0.6)
        sure = labels[labels["agreement"] == 1]
        right = (sure["label"].to_numpy() == truth.reindex(sure["comment_id"]).to_numpy()).mean()
        plan = plan_review(labels, 600, seed)
        untagged = comments.assign(slices=[[] for _ in comments.index])
        found = beside(untagged, votes, plan.assign(verdict=truth.reindex(plan["comment_id"]).to_numpy())).iloc[0]
        assert found["slice"] == ALL
        covered.append(found["accuracy_low"] <= right <= found["accuracy_high"])
    assert np.mean(covered) >= 0.85


def test_a_plan_takes_unanimous_labels_only_and_looks_into_every_slice() -> None:
    labels, _ = crowd_labels(0, blind=0.6)
    labels.loc[:999, "n_votes"] = 1
    plan = plan_review(labels, 300)
    assert len(plan) == 300
    chosen = labels.set_index("comment_id").loc[plan["comment_id"]]
    assert (chosen["agreement"] == 1).all()
    assert (chosen["n_votes"] >= 2).all()
    assert plan["inclusion_p"].between(0, 1, inclusive="right").all()
    unvisited = set(SLICES[17:]) - {s.removeprefix("slice:") for s in plan["stratum"]}
    assert not unvisited
    assert plan_review(labels.iloc[:0], 10).empty
    assert len(plan_review(labels.iloc[1_000:1_010], 50)) <= 10
