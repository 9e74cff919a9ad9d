"""Coverage and power per slice: for a plan, for gold that is labeled, in ``check``."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.gold import needed_for, plan_gold, unvoted
from labeling_pipeline.core.gold_power import ALL, measured_power, memberships, planned_power
from labeling_pipeline.core.week_one import check
from labeling_pipeline_tests.core.test_gold import world


def test_a_plan_tells_per_slice_what_was_drawn_and_what_is_missing() -> None:
    votes, comments = world(600, 200, 50, 40)
    plan = plan_gold(votes, comments, 100, seed=3)
    power = planned_power(plan, memberships(comments))
    assert [one["slice"] for one in power] == [ALL, "coded"]
    inside = set(comments.loc[comments["slices"].map(len) > 0, "comment_id"])
    drawn = plan[plan["comment_id"].isin(inside)]
    measure = int((drawn["role"] == "measure").sum())
    assert power[1] == {
        "slice": "coded", "n_comments": 40, "n": len(drawn), "n_measure": measure, "needed": 419,
        "missing": 419 - measure, 
        "told": f"{419 - measure} more needed to see a 5-point drop in coded recall (there are only 40 comments)",
    }  # fmt: skip
    assert power[0]["n"] == 100
    assert power[0]["n_comments"] == 850


def test_comments_that_could_not_be_drawn_are_not_among_those_a_slice_has() -> None:
    votes, comments = world(600, 200, 400, 40)
    voted = set(votes.loc[votes["label"].notna(), "comment_id" if "comment_id" in votes else "task"])
    new = pd.DataFrame({"comment_id": ["n-1", "n-2"], "slices": [["unseen"]] * 2})
    known = pd.concat([comments, new], ignore_index=True)
    plan, left_out = plan_gold(votes, known, 100, seed=3), unvoted(votes, known)
    power = {one["slice"]: one for one in planned_power(plan, memberships(known), left_out.tolist())}
    assert power[ALL]["n_comments"] == len(voted) == 800
    coded = set(comments.loc[comments["slices"].map(len) > 0, "comment_id"])
    assert power["coded"]["n_comments"] == len(coded & voted)
    assert power["coded"]["told"].endswith(f"(there are only {len(coded & voted)} comments anybody voted on)")
    assert (power["unseen"]["n_comments"], power["unseen"]["n"], power["unseen"]["missing"]) == (0, 0, 419)


@pytest.mark.parametrize("column", ["slice", "slices"])
def test_slices_are_read_as_files_have_them(column: str) -> None:
    given = pd.DataFrame({"comment_id": ["a", "b", "c"], column: ["x;y" if column == "slices" else "x", None, ""]})
    found = memberships(given)
    assert set(found.loc[found["task"] == "a", "slice"]) == ({ALL, "x", "y"} if column == "slices" else {ALL, "x"})
    assert found[found["slice"] == ALL]["task"].tolist() == ["a", "b", "c"]
    assert len(memberships(given.drop(columns=column))) == 3


def test_a_measured_slice_needs_labels_for_its_own_recall_and_a_thin_one_is_insufficient() -> None:
    rng = np.random.default_rng(1)
    ids = [f"c-{i}" for i in range(700)]
    right = pd.DataFrame({"task": ids, "right": (rng.random(700) < 0.9).astype(float), "weight": 1.0})
    places = pd.DataFrame({"task": ids, "slice": ["big"] * 696 + ["thin"] * 4})
    entries = {one["slice"]: one for one in measured_power(right, places)}
    big = entries["big"]
    assert big["low"] < 0.9 < big["high"]
    assert big["needed"] == needed_for(0.05, big["value"])
    assert (big["missing"], big["told"]) == (0, "a 5-point drop in big recall would be seen")
    thin = entries["thin"]
    assert (thin["value"], thin["standing"], thin["n_measure"]) == (None, "insufficient", 4)
    assert thin["missing"] == 415


def test_check_has_agreement_and_accuracy_of_every_slice_side_by_side() -> None:
    rng = np.random.default_rng(2)
    ids = [f"c-{i}" for i in range(300)]
    coded = np.arange(300) < 60
    truth = np.where(coded, "rude", rng.choice(["fine", "rude"], 300))
    rows = [
        (c, f"a-{k}", "fine" if hidden else (t if rng.random() < 0.9 else "fine"))
        for c, t, hidden in zip(ids, truth, coded, strict=True) for k in range(3)
    ]  # fmt: skip
    votes = pd.DataFrame(rows, columns=["comment_id", "annotator_id", "label"])
    comments = pd.DataFrame({"comment_id": ids, "text": "t", "slice": np.where(coded, "coded", "")})
    gold = pd.DataFrame({"comment_id": ids, "label": truth, "role": "measure"})
    question = check(votes, comments, gold)["questions"][0]
    agreed = {one["slice"]: one["value"] for one in question["slices"]}
    right = {one["slice"]: one["value"] for one in question["gold"]["slices"]}
    assert agreed["coded"] == pytest.approx(1.0)
    assert right["coded"] == 0
    assert right[ALL] == pytest.approx(question["gold"]["value"])
    rude = question["gold"]["recall"]["rude"]
    assert rude["missing"] == needed_for(0.05, rude["value"]) - rude["n"]
    assert check(votes)["questions"][0]["slices"] == []
