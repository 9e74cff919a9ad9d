"""Splitting, duplicates, missing labels, mixed types, intervals, real data."""

from __future__ import annotations

from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.agreement import (
    agreement,
    agreement_by_class,
    interim_agreement,
    pairwise_kappa,
    task_agreement,
)
from labeling_pipeline.core.agreement.measure import ORDERED_STATISTICS
from labeling_pipeline.core.errors import InputError
from labeling_pipeline_tests.contracts.test_agreement_statistics import crowd

DATA = Path(__file__).parents[4] / "shared" / "data"


def frame(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["task", "annotator", "label"])


def test_shape_is_the_contract() -> None:
    found = agreement(crowd(0.8))
    statistics = ["percent_agreement", "cohen_kappa", "fleiss_kappa", "krippendorff_alpha", "gwet_ac1"]
    assert list(found)[:8] == [*statistics, "n_tasks", "n_annotators", "n_votes"]
    assert all(list(found[name]) == ["value", "low", "high", "note"] for name in statistics)
    assert (found["n_tasks"], found["n_annotators"], found["n_votes"]) == (300, 6, 900)


def test_by_column_equals_each_part_alone() -> None:
    votes = crowd(0.8).assign(week=lambda votes: votes["task"] % 2)
    found = agreement(votes, by="week")
    assert list(found) == ["0", "1"]
    for name, result in found.items():
        assert result == agreement(votes[votes["week"] == int(name)])


def test_by_several_columns_and_missing_values() -> None:
    votes = crowd(0.8).assign(week=lambda votes: votes["task"] % 2, slice=lambda v: np.where(v["task"] % 3, "x", None))
    assert list(agreement(votes, by=["slice", "week"], n_boot=0)) == [
        "(missing) / 0",
        "(missing) / 1",
        "x / 0",
        "x / 1",
    ]


def test_by_class_is_one_against_the_rest() -> None:
    votes = crowd(0.8)
    found = agreement(votes, by="class")
    assert found == agreement_by_class(votes)
    alone = agreement(votes.assign(label=np.where(votes["label"] == "b", "b", "other")))
    assert found["b"]["krippendorff_alpha"]["value"] == pytest.approx(alone["krippendorff_alpha"]["value"])
    assert found["b"]["cohen_kappa"]["value"] == pytest.approx(alone["cohen_kappa"]["value"])


def test_the_last_of_two_votes_counts_and_it_is_said() -> None:
    votes = frame(("t", "x", "p"), ("t", "y", "q"), ("u", "x", "p"), ("u", "y", "p"), ("t", "y", "p"))
    found = agreement(votes)
    assert found["percent_agreement"]["value"] == 1
    assert found["n_votes"] == 4
    assert found["notes"] == ["1 repeated votes of one annotator on one task: the last row counts"]


def test_the_later_of_two_votes_counts_where_times_are_known() -> None:
    votes = frame(("t", "x", "p"), ("t", "y", "p"), ("t", "y", "q"), ("u", "x", "p"), ("u", "y", "p"))
    votes["answered_at"] = ["2026-03-02", "2026-03-04", "2026-03-03", "2026-03-02", None]
    found = agreement(votes)
    assert found["percent_agreement"]["value"] == 1
    assert found["notes"] == ["1 repeated votes of one annotator on one task: the latest counts"]


def test_missing_labels_are_missing_data() -> None:
    votes = crowd(0.8)
    votes.loc[::7, "label"] = None
    votes.loc[3::7, "label"] = ""
    found = agreement(votes)
    kept = agreement(votes[votes["label"].fillna("") != ""])
    assert {name: found[name] for name in kept if name != "notes"} == {
        name: kept[name] for name in kept if name != "notes"
    }
    assert "left out" in found["notes"][0]


def test_some_missing_ids_are_said_and_leave_only_cohen_smaller() -> None:
    votes = crowd(0.8).astype({"annotator": object})
    votes.loc[::5, "annotator"] = None
    found, whole = agreement(votes), agreement(crowd(0.8))
    assert found["krippendorff_alpha"]["value"] == whole["krippendorff_alpha"]["value"]
    assert found["cohen_kappa"]["value"] != whole["cohen_kappa"]["value"]
    assert "180 votes have no annotator id" in found["notes"][0]


def test_integers_floats_and_strings_are_one_label() -> None:
    votes = frame((1, "x", 1), ("1", "y", "1"), (1.0, "z", 1.0), (2, "x", 0), ("2", "y", "0"))
    found = agreement(votes)
    assert found["n_tasks"] == 2
    assert found["percent_agreement"]["value"] == 1


def test_answers_outside_the_order_are_left_out_of_weighted_statistics_only() -> None:
    votes = pd.concat([crowd(0.8), frame(*[(task, "extra", "unsure") for task in range(50)])])
    found = agreement(votes, order=["a", "b", "c", "d"])
    clean = agreement(crowd(0.8), order=["a", "b", "c", "d"])
    assert found["gwet_ac2"]["value"] == clean["gwet_ac2"]["value"]
    assert found["percent_agreement"]["value"] < clean["percent_agreement"]["value"]


def test_an_order_that_does_not_fit_the_votes_is_said() -> None:
    votes = crowd(0.8)
    assert agreement(votes, order=["a", "b", "c", "d"], n_boot=0)["notes"] == []
    n_outside = int((votes["label"] == "d").sum())
    for by in (None, "part"):
        found = agreement(votes.assign(part="one"), order=["a", "b", "c", "D"], n_boot=0, by=by)
        assert (found if by is None else found["one"])["notes"] == [
            "the order names 'D', for which there is no vote",
            f"the weighted statistics leave out {n_outside} votes for 'd', not in the order",
        ]


@pytest.mark.parametrize(
    ("votes", "words"),
    [
        (frame(), "there are no votes"),
        (frame(("t", "x", None)), "there are no votes"),
        (pd.DataFrame({"annotator": ["x"], "label": ["p"]}), "no column 'task'"),
        (pd.DataFrame({"task": ["x"]}), "no column 'label'"),
        (frame(("t", "x", ["p"])), "label"),
        (frame(("t", "x", b"\xff\xfe")), "UTF-8"),
        (frame(*[(i, "x", f"free text {i}") for i in range(1_001)]), "1001 different values"),
    ],
)
def test_bad_votes_are_named(votes: pd.DataFrame, words: str) -> None:
    with pytest.raises(InputError, match=words):
        agreement(votes)


@pytest.mark.parametrize(
    "options", [{"order": ["a"]}, {"order": ["a", "a"]}, {"confidence": 95}, {"n_boot": -1}, {"by": "nope"}]
)
def test_bad_options_are_named(options: dict[str, object]) -> None:
    with pytest.raises(InputError):
        agreement(crowd(0.8), **options)


def test_full_agreement_says_what_could_still_be() -> None:
    assert "300 compared tasks agree" in agreement(crowd(1.0))["krippendorff_alpha"]["note"]


def test_intervals_cover_the_truth() -> None:
    truth = agreement(crowd(0.75, n_tasks=60_000), n_boot=0)["krippendorff_alpha"]["value"]
    runs = [agreement(crowd(0.75, n_tasks=200, seed=seed), n_boot=300) for seed in range(100)]
    inside = [run["krippendorff_alpha"]["low"] <= truth <= run["krippendorff_alpha"]["high"] for run in runs]
    assert 0.88 <= np.mean(inside) <= 1


def test_same_seed_same_numbers_whatever_the_row_order() -> None:
    assert agreement(crowd(0.8)) == agreement(crowd(0.8).sample(frac=1, random_state=1).astype(str))
    assert agreement(crowd(0.8), seed=5) == agreement(crowd(0.8), seed=5)
    assert agreement(crowd(0.8), seed=5) != agreement(crowd(0.8), seed=6)


def test_many_different_tasks_take_the_unfolded_path() -> None:
    votes = crowd(0.7, n_tasks=3_000, n_annotators=40, votes=30, seed=2)
    found = agreement(votes, n_boot=200)
    percent = task_agreement(votes)["agreement"].astype(float)
    error = percent.std() / np.sqrt(3_000)
    assert found["percent_agreement"]["value"] == pytest.approx(percent.mean())
    width = found["percent_agreement"]["high"] - found["percent_agreement"]["low"]
    assert width == pytest.approx(2 * 1.96 * error, rel=0.2)


def test_a_task_with_many_votes_and_a_million_single_voters() -> None:
    n = 300_000
    votes = pd.DataFrame({"task": np.arange(n) // 3, "annotator": np.arange(n), "label": np.arange(n) % 5 // 3})
    wide = pd.DataFrame({"task": -1, "annotator": -1 - np.arange(n), "label": 0})
    found = agreement(pd.concat([votes, wide]), n_boot=20)
    assert found["cohen_kappa"]["value"] is None
    assert "no two annotators share two tasks" in found["cohen_kappa"]["note"]
    assert found["percent_agreement"]["value"] is not None


def test_per_task_is_the_share_of_agreeing_pairs() -> None:
    votes = frame(("b", "x", "p"), ("b", "y", "q"), ("a", "x", "p"), ("a", "y", "p"), ("a", "z", "q"), ("c", "x", "p"))
    found = task_agreement(votes)
    assert found["task"].tolist() == ["a", "b", "c"]
    assert found["n_votes"].tolist() == [3, 2, 1]
    assert found["agreement"].isna().tolist() == [False, False, True]
    assert found["agreement"].tolist()[:2] == [pytest.approx(1 / 3), 0]


def test_interim_says_how_much_is_there() -> None:
    votes = crowd(0.8).iloc[:-100]
    found = interim_agreement(votes, 3)
    assert found["n_complete"] == 266
    assert found["n_waiting"] == 1
    assert "interim" in found["notes"][-1]


def test_pairwise_needs_the_asked_overlap() -> None:
    votes = crowd(0.8, n_annotators=12)
    wide, narrow = pairwise_kappa(votes), pairwise_kappa(votes, min_shared=15)
    assert len(narrow) < len(wide)
    assert (narrow["n_shared"] >= 15).all()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("pqr"), min_size=1, max_size=4), min_size=2, max_size=8),
)
def test_alpha_equals_its_definition(units: list[list[str]]) -> None:
    votes = frame(*[(task, who, label) for task, labels in enumerate(units) for who, label in enumerate(labels)])
    pairable = [labels for labels in units if len(labels) > 1]
    values = [label for labels in pairable for label in labels]
    observed = sum(sum(a != b for a, b in permutations(labels, 2)) / (len(labels) - 1) for labels in pairable)
    expected = sum(a != b for a, b in permutations(values, 2))
    found = agreement(votes, n_boot=0)["krippendorff_alpha"]["value"]
    if expected == 0 or len(pairable) < 2:
        assert found is None
    else:
        assert found == pytest.approx(1 - (len(values) - 1) * observed / expected)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("pqr"), st.sampled_from("pqr")), min_size=2, max_size=12))
def test_cohen_equals_scikit_learn(both: list[tuple[str, str]]) -> None:
    from sklearn.metrics import cohen_kappa_score

    votes = frame(*[(task, who, label) for task, labels in enumerate(both) for who, label in enumerate(labels)])
    found = agreement(votes, n_boot=0)["cohen_kappa"]["value"]
    if len({label for labels in both for label in labels}) == 1:
        assert found is None
    else:
        assert found == pytest.approx(cohen_kappa_score(*zip(*both, strict=True)))


def test_mean_over_pairs_is_the_plain_mean() -> None:
    votes = crowd(0.7, n_annotators=4, votes=4)
    kappas = pairwise_kappa(votes)["kappa"]
    assert len(kappas) == len(list(combinations(range(4), 2)))
    assert agreement(votes, n_boot=0)["cohen_kappa"]["value"] == pytest.approx(kappas.mean())


@pytest.mark.parametrize(
    ("name", "alpha"), [("civil_comments", 0.13), ("hatexplain", 0.503), ("hatecheck", 0.929), ("convabuse", 0.437)]
)
def test_real_crowds(name: str, alpha: float) -> None:
    path = DATA / name / "votes.csv"
    if not path.is_file():
        pytest.skip(f"{name} is not at {DATA}")
    votes = pd.read_csv(path, dtype=str)
    if "question" in votes.columns:
        votes = votes[votes["question"] == "severity"]
    found = agreement(votes, n_boot=100)["krippendorff_alpha"]
    assert found["value"] == pytest.approx(alpha, abs=0.002)
    assert found["low"] < found["value"] < found["high"]


def test_no_two_statistics_are_the_same_object() -> None:
    votes = pd.DataFrame({"task": list("ttuu"), "annotator": list("abab"), "label": ["p", "p", "n", "p"]})
    found = agreement(votes, order=["high", "low"], n_boot=0)
    weighted = [found[name] for name in ORDERED_STATISTICS]
    assert all(one["note"] == "no vote names a class of the order" for one in weighted)
    weighted[0]["note"] = "changed"
    assert [one["note"] for one in weighted[1:]] == ["no vote names a class of the order"] * (len(weighted) - 1)
