"""Groups that differ are found with the measured gap, shuffled groups are silent, small groups are not told of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.groups import group_consensus, group_divergence

DATA = Path(__file__).parents[4] / "shared" / "data"


def pool(
    seed: int, shift: float = 0.0, n_tasks: int = 600, n_annotators: int = 60
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Six votes per comment; group `in` (a third) says "yes" more often by `shift`; people differ anyway."""
    rng = np.random.default_rng(seed)
    who = rng.random((n_tasks, n_annotators)).argpartition(6, axis=1)[:, :6]
    comment = rng.normal(0, 0.2, n_tasks)[:, None]
    person = rng.normal(0, 0.15, n_annotators)
    inside = np.arange(n_annotators) % 3 == 0
    chance = np.clip(0.4 + comment + person[who] + shift * inside[who], 0.02, 0.98)
    label = np.where(rng.random(who.shape) < chance, "yes", "no")
    votes = pd.DataFrame({"task": np.repeat(np.arange(n_tasks), 6), "annotator": who.ravel(), "label": label.ravel()})
    groups = pd.DataFrame({"annotator": np.arange(n_annotators), "group": np.where(inside, "in", "out")})
    return votes, groups


def row(found: pd.DataFrame, group: str, label: str) -> pd.Series:
    return found[(found["group"] == group) & (found["class"] == label)].iloc[0]


def test_a_planted_gap_is_measured_and_tested() -> None:
    votes, groups = pool(0, shift=0.25)
    found = group_divergence(votes, groups)
    yes = row(found, "in", "yes")
    assert yes["status"] == "diverges"
    assert yes["low"] < 0.25 < yes["high"]
    assert yes["gap"] == pytest.approx(-row(found, "in", "no")["gap"])
    assert yes["gap"] == pytest.approx(-row(found, "out", "yes")["gap"])
    assert yes["within_agreement"] > yes["cross_agreement"]


def test_no_group_difference_is_rarely_called_one() -> None:
    alarms = []
    for seed in range(60):
        votes, groups = pool(seed, n_tasks=150, n_annotators=45)
        groups["age"] = np.random.default_rng(seed).permutation(groups["group"])
        found = group_divergence(votes, groups, n_permutations=300, n_boot=0)
        alarms.append((found["status"] == "diverges").any())
    # 5 % family-wise over four groups in two attributes
    assert np.mean(alarms) <= 0.1


def test_intervals_hold_person_to_person_variation() -> None:
    covered = []
    for seed in range(40):
        votes, groups = pool(seed, n_tasks=150, n_annotators=45)
        yes = row(group_divergence(votes, groups, n_permutations=100, n_boot=100), "in", "yes")
        covered.append(yes["low"] <= 0 <= yes["high"])
    assert np.mean(covered) >= 0.85


def test_opposite_readings_of_the_same_comments_are_found_without_a_gap() -> None:
    rng = np.random.default_rng(0)
    votes, groups = pool(1)
    inside = groups["group"].eq("in").to_numpy()[votes["annotator"]]
    flips = (votes["task"] % 2 == 0).to_numpy()
    votes["label"] = np.where((flips ^ inside) ^ (rng.random(len(votes)) < 0.3), "yes", "no")
    found = group_divergence(votes, groups)
    assert row(found, "in", "yes")["status"] == "diverges"
    assert abs(row(found, "in", "yes")["gap"]) < 0.1


def test_small_groups_are_not_told_of() -> None:
    votes, groups = pool(0)
    groups.loc[:4, "group"] = "few"
    found = group_divergence(votes, groups, n_permutations=50, n_boot=10)
    few = found[found["group"] == "few"]
    assert few["status"].tolist() == ["too small"]
    assert few.drop(columns=["attribute", "group", "status"]).isna().all(axis=None)
    assert "few" not in set(group_consensus(votes, groups)["group"])


def test_more_groups_tried_need_more_evidence() -> None:
    votes, groups = pool(0, shift=0.25)
    alone = group_divergence(votes, groups, n_boot=0)
    rng = np.random.default_rng(0)
    for name in range(6):
        groups[f"attribute_{name}"] = rng.permutation(groups["group"])
    together = group_divergence(votes, groups, n_boot=0)
    assert row(together, "in", "yes")["p"] == row(alone, "in", "yes")["p"]
    assert row(together, "in", "yes")["p_adjusted"] > row(alone, "in", "yes")["p_adjusted"]


def test_strata_keep_annotators_of_different_comments_apart() -> None:
    first, first_groups = pool(0)
    second, second_groups = pool(1)
    second = second.assign(task=second["task"] + 1_000, annotator=second["annotator"] + 1_000)
    votes = pd.concat([first.assign(stratum="a"), second.assign(stratum="b")])
    groups = pd.concat([first_groups, second_groups.assign(annotator=second_groups["annotator"] + 1_000)])
    found = group_divergence(votes, groups, n_permutations=200, n_boot=0)
    assert set(found["status"]) == {"no difference found"}


def test_groups_that_never_meet_cannot_be_compared() -> None:
    votes, groups = pool(0)
    inside = groups["group"].eq("in").to_numpy()[votes["annotator"]]
    votes["task"] = votes["task"].astype(str) + np.where(inside, "i", "o")
    assert set(group_divergence(votes, groups)["status"]) == {"no common comments"}


def test_of_one_class_only_no_group_is_compared() -> None:
    votes, groups = pool(0)
    found = group_divergence(votes.assign(label="yes"), groups)
    assert set(found["status"]) == {"one category only"}
    assert found[["gap", "p", "p_adjusted", "within_agreement"]].isna().all().all()


def test_weeks_may_have_names() -> None:
    votes, groups = pool(0)
    named = votes.assign(week="2026-W" + (10 + votes["task"] // 100).astype(str))
    assert group_divergence(named, groups, n_boot=20).equals(group_divergence(votes, groups, n_boot=20))


def test_same_seed_same_numbers() -> None:
    votes, groups = pool(0)
    shuffled = votes.sample(frac=1, random_state=1)
    once, again = (group_divergence(frame, groups, n_permutations=50, n_boot=20) for frame in (votes, shuffled))
    pd.testing.assert_frame_equal(once, again)


def test_consensus_of_each_group_is_its_own_majority() -> None:
    votes, groups = pool(0, shift=0.4)
    found = group_consensus(votes, groups)
    share = found.groupby("group")["label"].apply(lambda labels: (labels == "yes").mean())
    assert share["in"] > share["out"] + 0.2
    assert {"p_no", "p_yes", "v_yes", "n_votes"} <= set(found.columns)


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (pd.DataFrame({"group": ["x"]}), "no annotator"),
        (pd.DataFrame({"annotator": [1]}), "no attribute"),
        (pd.DataFrame({"annotator": [1, 1], "group": ["x", "y"]}), "stands twice"),
    ],
)
def test_bad_groups_are_named(groups: pd.DataFrame, words: str) -> None:
    with pytest.raises(InputError, match=words):
        group_divergence(pool(0)[0], groups)


def test_real_countries() -> None:
    folder = DATA / "civil_comments"
    if not (folder / "annotators.csv").is_file():
        pytest.skip(f"civil_comments is not at {DATA}")
    votes = pd.read_csv(folder / "votes.csv", dtype=str)
    groups = pd.read_csv(folder / "annotators.csv", dtype=str)
    found = group_divergence(votes, groups, min_size=100, n_permutations=200, n_boot=20)
    tested = found[found["p"].notna()]
    assert tested["group"].nunique() >= 2
    assert tested[["gap", "low", "high", "p_adjusted"]].notna().all(axis=None)
    shuffled = groups.assign(country=np.random.default_rng(0).permutation(groups["country"]))
    silent = group_divergence(votes, shuffled, min_size=100, n_permutations=200, n_boot=0)
    assert not (silent["status"] == "diverges").any()


def test_without_resamples_there_is_no_interval() -> None:
    found = group_divergence(*pool(0, n_tasks=60), n_permutations=50, n_boot=0)
    assert found["gap"].notna().all()
    assert found[["low", "high"]].isna().all(axis=None)
