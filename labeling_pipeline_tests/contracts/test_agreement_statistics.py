"""What every agreement statistic must keep, whichever it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.agreement import ORDERED_STATISTICS, STATISTICS, agreement

ORDER = ["a", "b", "c", "d"]
EVERY = [*STATISTICS, *ORDERED_STATISTICS]
CHANCE_CORRECTED = [name for name in EVERY if name != "percent_agreement"]


def crowd(accuracy: float, n_tasks: int = 300, n_annotators: int = 6, votes: int = 3, seed: int = 1) -> pd.DataFrame:
    """Votes of annotators with one accuracy, errors uniform over the other classes."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(4, n_tasks, p=[0.5, 0.25, 0.15, 0.1])
    who = np.array([rng.choice(n_annotators, votes, replace=False) for _ in range(n_tasks)])
    wrong = (truth[:, None] + rng.integers(1, 4, who.shape)) % 4
    given_labels = np.where(rng.random(who.shape) < accuracy, truth[:, None], wrong)
    return pd.DataFrame(
        {
            "task": np.repeat(np.arange(n_tasks), votes),
            "annotator": who.ravel(),
            "label": np.array(ORDER)[given_labels.ravel()],
        }
    )


def measured(votes: pd.DataFrame, name: str, **options: Any) -> dict[str, Any]:
    return agreement(votes, **{"order": ORDER, "n_boot": 200, **options})[name]


@pytest.mark.parametrize("name", EVERY)
def test_full_agreement_is_one(name: str) -> None:
    votes = crowd(1.0)
    assert measured(votes, name)["value"] == pytest.approx(1)


@pytest.mark.parametrize("name", EVERY)
def test_grows_with_accuracy_and_lies_in_its_interval(name: str) -> None:
    values = []
    for accuracy in (0.5, 0.7, 0.9):
        found = measured(crowd(accuracy), name)
        assert found["low"] <= found["value"] <= found["high"]
        assert 0 < found["high"] - found["low"] < 0.3
        values.append(found["value"])
    assert values == sorted(values)


@pytest.mark.parametrize("name", CHANCE_CORRECTED)
def test_votes_by_chance_are_near_zero(name: str) -> None:
    votes = crowd(0.8, n_tasks=2_000)
    votes["label"] = np.random.default_rng(0).choice(ORDER, len(votes))
    assert measured(votes, name)["value"] == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("name", EVERY)
def test_row_order_and_names_do_not_matter(name: str) -> None:
    votes = crowd(0.7)
    renamed = votes.sample(frac=1, random_state=3).assign(
        task=lambda frame: "t" + frame["task"].astype(str),
        annotator=lambda frame: "z" + (9 - frame["annotator"]).astype(str),
    )
    assert measured(renamed, name, n_boot=0)["value"] == pytest.approx(measured(votes, name, n_boot=0)["value"])


@pytest.mark.parametrize("name", list(STATISTICS))
def test_class_names_do_not_matter_without_order(name: str) -> None:
    votes = crowd(0.7)
    swapped = votes.assign(label=votes["label"].map({"a": "z", "b": "y", "c": "x", "d": "w"}))
    assert agreement(swapped)[name]["value"] == pytest.approx(agreement(votes)[name]["value"])


@pytest.mark.parametrize("name", ORDERED_STATISTICS)
def test_reversing_the_order_changes_nothing(name: str) -> None:
    votes = crowd(0.7)
    assert measured(votes, name, order=ORDER[::-1])["value"] == pytest.approx(measured(votes, name)["value"])


@pytest.mark.parametrize("name", CHANCE_CORRECTED)
@pytest.mark.parametrize(
    ("case", "words"),
    [("one category", "one category only"), ("no overlap", "no overlap"), ("one task", "one task only")],
)
def test_undefined_explains_itself(name: str, case: str, words: str) -> None:
    votes = {
        "one category": crowd(1.0).assign(label="a"),
        "no overlap": crowd(0.7, votes=1),
        "one task": crowd(0.7, n_tasks=1),
    }[case]
    found = measured(votes, name)
    if case == "one category" and name in ("gwet_ac1", "gwet_ac2"):
        # With the classes declared, AC1 knows the alternatives that nobody chose: agreement is defined.
        assert found["value"] == pytest.approx(1)
        found = agreement(votes)["gwet_ac1"]
    if case == "one category" and name.startswith("cohen"):
        words = "one and the same category"
    assert found["value"] is None
    assert found["low"] is None
    assert found["high"] is None
    assert words in found["note"]


@pytest.mark.parametrize("name", EVERY)
def test_without_ids_only_cohen_is_impossible(name: str) -> None:
    votes = crowd(0.7)
    found = measured(votes.drop(columns="annotator"), name)
    if name.startswith("cohen"):
        assert found["value"] is None
        assert "no annotator ids" in found["note"]
    else:
        assert found["value"] == measured(votes, name)["value"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 4), st.sampled_from([*ORDER, "unsure", None])),
        min_size=1,
        max_size=40,
    )
)
def test_any_votes_give_a_number_or_a_reason(rows: list[tuple[int, int, str | None]]) -> None:
    votes = pd.DataFrame(rows, columns=["task", "annotator", "label"])
    if votes["label"].isna().all():
        return
    found = agreement(votes, order=ORDER, n_boot=20)
    for name in EVERY:
        estimate = found[name]
        if estimate["value"] is None:
            assert estimate["note"]
            continue
        # No lower end: with few tasks and unequal numbers of votes Fleiss and Krippendorff may fall below -1.
        assert np.isfinite(estimate["value"])
        assert estimate["value"] <= 1 + 1e-9
        for bound in ("low", "high"):
            assert estimate[bound] is None or np.isfinite(estimate[bound])
