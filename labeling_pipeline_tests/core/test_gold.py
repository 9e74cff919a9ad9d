"""Gold that is planned: draws, roles, and what a plan can show."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.gold import (
    COLUMNS,
    assign_role,
    detectable_error,
    margin_of,
    needed_for,
    plan_gold,
    seen_once,
    unvoted,
)

TEXT = "a plain comment"


def world(unanimous: int, disputed: int, unvoted: int, tagged: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    ids = [f"{kind}{i}" for kind, n in (("u", unanimous), ("d", disputed), ("n", unvoted)) for i in range(n)]
    comments = pd.DataFrame({"comment_id": ids, "text": TEXT})
    comments["slices"] = [["coded"] if i < tagged else [] for i in range(len(ids))]
    voted = [c for c in ids if c[0] != "n"]
    second = ["rude" if c[0] == "d" else "fine" for c in voted]
    votes = pd.DataFrame({"task": voted * 2, "label": ["fine"] * len(voted) + second})
    return votes, comments


def test_roles_are_stable_and_split_50_30_20() -> None:
    roles = pd.Series([assign_role(f"c-{i}") for i in range(20_000)])
    shares = roles.value_counts(normalize=True)
    np.testing.assert_allclose([shares[r] for r in ("fit", "measure", "sealed")], [0.5, 0.3, 0.2], atol=0.015)
    assert roles.tolist() == [assign_role(f"c-{i}") for i in range(20_000)]


def test_a_plan_holds_what_was_asked_and_hides_the_crowd() -> None:
    votes, comments = world(600, 200, 50, 40)
    plan = plan_gold(votes, comments, 100, seed=3)
    assert tuple(plan.columns) == COLUMNS
    assert len(plan) == 100
    assert (plan["part"] == "random").sum() == 50
    assert set(plan["stratum"]) == {"unanimous", "disagreement", "slice:coded, unanimous"}
    assert set(plan["label"]) == {""}
    assert plan["comment_id"].is_unique
    assert plan["role"].tolist() == [assign_role(c) for c in plan["comment_id"]]


def test_comments_nobody_voted_on_are_drawn_only_where_the_others_do_not_suffice() -> None:
    votes, comments = world(60, 20, 400, 0)
    assert len(unvoted(votes, comments)) == 400
    plan = plan_gold(votes, comments, 40)
    assert len(plan) == 40
    assert set(plan["comment_id"]) <= set(votes["task"])
    larger = plan_gold(votes, comments, 120)
    assert {"unanimous", "disagreement", "unvoted"} == set(larger["stratum"])


def test_where_every_comment_is_in_a_slice_the_unanimous_are_still_half_of_the_strata() -> None:
    votes, comments = world(600, 200, 50, 850)
    plan = plan_gold(votes, comments, 100, seed=3)
    of_strata = plan[plan["part"] == "stratum"]["stratum"].value_counts().to_dict()
    assert of_strata == {"slice:coded, unanimous": 25, "slice:coded, disagreement": 25}


def test_the_order_of_the_files_does_not_matter_and_the_seed_does() -> None:
    votes, comments = world(60, 30, 5, 10)
    plan = plan_gold(votes, comments, 30, seed=1)
    pd.testing.assert_frame_equal(plan, plan_gold(votes[::-1], comments.sample(frac=1, random_state=2), 30, seed=1))
    assert set(plan_gold(votes, comments, 30, seed=2)["comment_id"]) != set(plan["comment_id"])


@pytest.mark.parametrize(("budget", "tagged"), [(20, 5), (37, 0), (60, 3)])
def test_comments_are_taken_as_often_as_their_inclusion_probability_says(budget: int, tagged: int) -> None:
    votes, comments = world(50, 25, 5, tagged)
    runs = 120
    plans = pd.concat([plan_gold(votes, comments, budget, seed) for seed in range(runs)])
    told = plans.groupby("comment_id")["inclusion_p"].first()
    often = plans.groupby("comment_id").size() / runs
    error = np.sqrt(told * (1 - told) / runs)
    assert ((often - told).abs() <= 4.5 * error + 1e-12).all()
    # Within a stratum all are alike, so their sum shows an error that single comments would hide.
    stratum = plans.groupby("comment_id")["stratum"].first()
    excess = (often - told).groupby(stratum).mean() / np.sqrt((error**2).groupby(stratum).mean() + 1e-12)
    assert excess.abs().max() < 1
    assert told.sum() == pytest.approx(len(plans) / runs, abs=0.2)
    # Weighting by 1 / p gives back the number of comments, plan after plan (Horvitz and Thompson 1952).
    assert (1 / plans["inclusion_p"]).sum() / runs == pytest.approx(votes["task"].nunique(), rel=0.04)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 40), st.integers(0, 20), st.integers(0, 10), st.integers(0, 12), st.data())
def test_any_plan_is_within_budget_and_at_least_half_of_it_is_random(
    unanimous: int, disputed: int, unvoted: int, tagged: int, data: st.DataObject
) -> None:
    votes, comments = world(unanimous + 1, disputed, unvoted, tagged)
    budget = data.draw(st.integers(1, len(comments)))
    plan = plan_gold(votes, comments, budget, seed=data.draw(st.integers(0, 99)))
    assert len(plan) <= budget
    assert 2 * (plan["part"] == "random").sum() >= budget
    assert plan["inclusion_p"].between(0, 1, inclusive="right").all()
    assert plan.groupby("stratum")["inclusion_p"].nunique().max() == 1


def test_a_budget_over_everything_there_is_is_refused() -> None:
    votes, comments = world(5, 0, 0, 0)
    with pytest.raises(InputError, match="budget is 6, but there are 5 comments; ask for at most 5"):
        plan_gold(votes, comments, 6)
    with pytest.raises(InputError, match="budget is 0"):
        plan_gold(votes, comments, 0)
    with pytest.raises(InputError, match="no column 'comment_id'"):
        plan_gold(votes, comments[["text"]], 2)


def test_needed_for_has_the_power_it_promises() -> None:
    n = needed_for(0.05, 0.8, power=0.8)
    rng = np.random.default_rng(0)
    bar = 0.8 - 1.645 * np.sqrt(0.8 * 0.2 / n)
    assert (rng.binomial(n, 0.75, 20_000) / n < bar).mean() == pytest.approx(0.8, abs=0.02)
    assert (rng.binomial(n, 0.80, 20_000) / n < bar).mean() == pytest.approx(0.05, abs=0.015)


def test_the_text_tells_what_was_drawn_and_what_it_cannot_see() -> None:
    votes, comments = world(600, 200, 50, 40)
    plan = plan_gold(votes, comments, 100, seed=3)
    measure = plan["role"] == "measure"
    told = detectable_error(plan)
    assert told.startswith(f"Of 100 comments, 50 are a random draw and {measure.sum()} measure")
    by_chance = int((measure & (plan["part"] == "random")).sum())
    assert f"± {100 * margin_of(0.1, by_chance):.0f} points" in told
    assert f"An error in {100 * seen_once(int(plan['stratum'].str.endswith('unanimous').sum())):.1f} %" in told
    assert "Of 7 comments" in detectable_error(plan.head(7))


@pytest.mark.parametrize("budget", [50, 300, 700])
def test_what_is_asked_for_is_drawn_though_strata_are_small(budget: int) -> None:
    votes, comments = world(700, 60, 30, 25)
    sizes = [len(plan_gold(votes, comments, budget, seed)) for seed in range(20)]
    assert max(sizes) <= budget
    assert np.mean(sizes) > 0.98 * budget
