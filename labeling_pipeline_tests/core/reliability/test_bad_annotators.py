"""Planted bad annotators are found, honest ones are left alone, and too little is said to be too little."""

from __future__ import annotations

import tracemalloc
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability import CHECKS, association, bad_annotators
from labeling_pipeline.core.reliability.overview import annotators
from labeling_pipeline_tests.core.reliability.planted import Planted, bad_crowd, crowd, two_class_crowd


@cache
def planted(seed: int) -> tuple[Planted, pd.DataFrame]:
    world = bad_crowd(seed=seed)
    return world, bad_annotators(world.votes)


def flagged(found: pd.DataFrame, check: str) -> set[str]:
    return set(found.loc[(found["check"] == check) & (found["status"] == "flagged"), "annotator"])


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(("check", "kind"), [("random_clicker", "random"), ("one_answer_clicker", "one_answer")])
def test_clickers(seed: int, check: str, kind: str) -> None:
    world, found = planted(seed)
    wanted, hit = world.of(kind), flagged(found, check)
    assert len(hit & wanted) >= 0.9 * len(wanted)
    assert len(hit - wanted) <= 0.02 * len(world.kind)


def of_two_classes(**settings: float) -> tuple[pd.Series, list[pd.DataFrame]]:
    """Statuses of the planted and the others over three seeds, pooled as counts; the findings."""
    counts, findings = [], []
    for seed in range(3):
        world = two_class_crowd(**settings, seed=seed)  # type: ignore[arg-type]
        found = bad_annotators(world.votes, checks=["random_clicker"]).set_index("annotator")
        findings.append(found)
        counts.append(found["status"].groupby(world.kind).value_counts())
    return pd.concat(counts).groupby(level=[0, 1]).sum(), findings


def test_random_clickers_among_careful_people_and_two_classes() -> None:
    counts, _ = of_two_classes(low=0.7, high=0.95, each=250, votes=5)
    assert counts["random"].get("flagged", 0) >= 0.9 * 36
    assert counts["honest"].get("flagged", 0) <= 0.1 * counts["random"]["flagged"]


@pytest.mark.parametrize("common", [0.5, 0.85])
def test_where_two_classes_do_not_tell_clickers_from_the_crowd_it_is_said(common: float) -> None:
    counts, findings = of_two_classes(low=0.55, high=0.9, common=common)
    assert counts["honest"].get("flagged", 0) <= 0.02 * 324
    assert counts["random"].get("clear", 0) < counts["random"].get("insufficient", 0)
    unsaid = pd.concat(findings).query("status == 'insufficient'")
    assert unsaid["reason"].str.contains("over 2 classes do not tell a random clicker from the less careful").all()
    assert unsaid["value"].isna().all()


def test_nobody_is_flagged_for_being_little_better_than_chance() -> None:
    counts, _ = of_two_classes(low=0.55, high=0.9, random=0)
    assert counts["honest"].get("flagged", 0) <= 0.01 * 360


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_copiers(seed: int) -> None:
    world, found = planted(seed)
    wanted, hit = world.of("copier"), flagged(found, "copier")
    assert len(hit & wanted) >= 0.9 * len(wanted)
    # Without times the two of a pair may be indistinguishable; nobody outside a planted pair is named.
    assert hit <= wanted | set(world.sources)


def test_copiers_among_many_votes_per_comment() -> None:
    world = bad_crowd(n_tasks=6_000, votes=10, seed=0)
    hit = flagged(bad_annotators(world.votes, checks=["copier"]), "copier")
    assert len(hit & world.of("copier")) >= 11
    assert hit <= world.of("copier") | set(world.sources)


def test_hard_comments_do_not_make_copiers() -> None:
    # On one comment in six nearly half of everybody is misled the same way; nobody copies.
    rng = np.random.default_rng(0)
    truth, hard = rng.integers(0, 2, 400), rng.random(400) < 1 / 6
    who = rng.random((400, 40)).argpartition(20, axis=1)[:, :20]
    wrong = rng.random(who.shape) < np.where(hard, 0.45, rng.uniform(0.02, 0.06, 400))[:, None]
    votes = pd.DataFrame(
        {
            "task": np.repeat(np.arange(400), 20),
            "annotator": who.ravel(),
            "label": np.where(truth[:, None] ^ wrong, "yes", "no").ravel(),
        }
    )
    found = bad_annotators(votes, checks=["copier"])
    assert set(found["status"]) == {"clear"}


def test_times_tell_who_copied() -> None:
    world = bad_crowd(seed=3, elsewhere=100)
    rng = np.random.default_rng(0)
    late = world.votes["annotator"].str.startswith("c") * 60 + rng.uniform(0, 60, len(world.votes))
    timed = world.votes.assign(answered_at=pd.Timestamp("2026-03-02", tz="UTC") + pd.to_timedelta(late, unit="min"))
    hit = flagged(bad_annotators(timed, checks=["copier"]), "copier")
    assert len(hit & world.of("copier")) >= 11
    assert not hit - world.of("copier")


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_sudden_decline(seed: int) -> None:
    world, found = planted(seed)
    hit = flagged(found, "sudden_decline")
    assert len(hit & world.of("declining")) >= 0.6 * 12
    assert len(hit - world.of("declining")) <= 0.02 * len(world.kind)
    since = found.loc[found["annotator"].isin(world.of("declining")) & found["since"].notna(), "since"]
    assert abs(since.astype(int).median() - 10) <= 2


def test_an_honest_crowd_is_left_alone() -> None:
    for seed in range(3):
        votes, _, _ = crowd(n_tasks=6_000, n_annotators=90, seed=seed)
        found = bad_annotators(votes, only_flagged=True)
        assert len(found) <= 1


def test_careful_people_in_a_very_lopsided_pool_are_not_one_answer_clickers() -> None:
    rng = np.random.default_rng(5)
    truth = rng.random(5_000) < 0.02
    who = rng.random((5_000, 60)).argpartition(3, axis=1)[:, :3]
    wrong = rng.random(who.shape) < rng.uniform(0.0, 0.05, 60)[who]
    votes = pd.DataFrame(
        {
            "task": np.repeat(np.arange(5_000), 3),
            "annotator": who.ravel(),
            "label": np.where(truth[:, None] ^ wrong, "threat", "none").ravel(),
        }
    )
    assert bad_annotators(votes, checks=["one_answer_clicker", "random_clicker"], only_flagged=True).empty


def test_too_little_is_insufficient_not_clear() -> None:
    votes, _, _ = crowd(n_tasks=200, n_annotators=60)
    found = bad_annotators(votes)
    assert set(found["status"]) == {"insufficient"}
    assert found["value"].isna().all()
    assert (found["reason"] != "").all()


def test_one_row_per_annotator_and_check() -> None:
    _, found = planted(0)
    assert list(found.columns) == ["annotator", "check", "status", "value", "q", "n", "other", "since", "reason"]
    assert set(found["check"]) == set(CHECKS)
    assert not found[found["check"] != "copier"].duplicated(["annotator", "check"]).any()
    assert (found.loc[found["status"] == "flagged", "reason"] != "").all()


def test_no_time_means_no_decline() -> None:
    votes, _, _ = crowd(n_tasks=2_000, n_annotators=30)
    found = bad_annotators(votes.drop(columns="week"), checks=["sudden_decline"])
    assert set(found["status"]) == {"insufficient"}
    assert found["reason"].str.contains("week or answered_at").all()
    holed = votes.assign(week=votes["week"].where(votes["week"] != 3))
    assert set(bad_annotators(holed, checks=["sudden_decline"])["status"]) == {"insufficient"}


def test_weeks_may_have_names() -> None:
    world, found = planted(0)
    named = world.votes.assign(week="2026-W" + (10 + world.votes["week"]).astype(str))
    again = bad_annotators(named, checks=["sudden_decline"], only_flagged=True)
    numbers = found[(found["check"] == "sudden_decline") & (found["status"] == "flagged")]
    assert again["since"].tolist() == [f"2026-W{10 + week}" for week in numbers["since"]]


def test_a_million_annotators_with_one_vote_each() -> None:
    n = 200_000
    votes = pd.DataFrame({"task": np.arange(n) // 3, "annotator": np.arange(n), "label": np.arange(n) % 7 % 3})
    found = bad_annotators(votes, checks=["random_clicker"])
    assert len(found) == n
    assert set(found["status"]) == {"insufficient"}


@pytest.mark.parametrize("label", ["a", None])
def test_one_class_and_no_votes(label: str | None) -> None:
    votes = pd.DataFrame({"task": range(90), "annotator": [0, 1, 2] * 30, "label": label})
    assert bad_annotators(votes, only_flagged=True).empty


def test_who_shares_no_comment_with_anybody_is_unknown_not_clear() -> None:
    votes, _, _ = crowd(n_tasks=2_000, n_annotators=30)
    alone = pd.DataFrame({"task": [f"x{i}" for i in range(200)], "annotator": "loner", "label": "spam", "week": 1})
    silent = alone.head(1).assign(annotator="silent", label=None)
    found = bad_annotators(pd.concat([votes, alone, silent]))
    for name, said in (("loner", "no overlap: nobody else"), ("silent", "no votes: every label")):
        own = found[found["annotator"] == name]
        assert len(own) == len(CHECKS)
        assert (own["status"] == "insufficient").all()
        assert own["reason"].str.startswith(said).all()
    rest = found[~found["annotator"].isin(["loner", "silent"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(rest, bad_annotators(votes), rtol=0.01, atol=1e-3)
    one_class = bad_annotators(votes.assign(label="spam"))
    assert (one_class["status"] == "insufficient").all()
    assert one_class["reason"].str.startswith("one category only: every vote is 'spam'").all()


def test_all_votes_in_one_week_show_no_decline() -> None:
    votes, _, _ = crowd(n_tasks=2_000, n_annotators=30)
    found = bad_annotators(votes.assign(week=7), checks=["sudden_decline"])
    assert set(found["reason"]) == {"all votes are of one week"}
    assert set(found["status"]) == {"insufficient"}


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["week", "answered_at"]))
def test_the_order_of_rows_changes_nothing(seed: int, timed_by: str) -> None:
    votes = bad_crowd(n_annotators=60, n_tasks=2_500, random=3, one_answer=3, declining=8, copiers=3).votes
    if timed_by == "answered_at":  # many at one moment
        votes = votes.assign(answered_at=pd.Timestamp("2026-03-02") + pd.to_timedelta(votes["week"], unit="D"))
        votes = votes.drop(columns="week")
    shuffled = votes.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(annotators(shuffled), annotators(votes), check_exact=True)
    pd.testing.assert_frame_equal(bad_annotators(shuffled), bad_annotators(votes), check_exact=True)


def test_bad_calls_are_named() -> None:
    votes, _, _ = crowd(n_tasks=50)
    with pytest.raises(InputError, match="no check"):
        bad_annotators(votes, checks=["nope"])
    with pytest.raises(InputError, match="annotator"):
        bad_annotators(votes.drop(columns="annotator"))


def test_what_the_crowd_may_be_like_is_averaged_in_the_space_of_a_few_annotators() -> None:
    rng = np.random.default_rng(0)
    some, n = rng.normal(0, 3, (4_000, association.N_CARES)), 4_000
    none = some.max(axis=1) + rng.normal(0, 4, n)
    tracemalloc.start()
    chance = association._without_care(none, some)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30 * some.nbytes
    assert ((chance >= 0) & (chance <= 1)).all()
    # More annotators of the same two kinds change nobody's chance but through what the crowd is like.
    assert association._without_care(np.tile(none, 2), np.tile(some, (2, 1)))[:n] == pytest.approx(chance, abs=0.02)
