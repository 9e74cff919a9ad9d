"""The experts' queue: its order, its budget, and who is asked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.adjudication import COLUMNS, Costs, order_queue
from labeling_pipeline.core.errors import InputError, SettingError

EXPERTS = [f"e-{i:02d}" for i in range(12)]


def outcomes(p_threat: list[float], outcome: str = "adjudicate") -> pd.DataFrame:
    p = np.asarray(p_threat)
    return pd.DataFrame(
        {
            "comment_id": [f"c-{i}" for i in range(len(p))],
            "outcome": outcome,
            "reasons": [["confidence: low", "context: needed"] for _ in p],
            "p_fine": 1 - p,
            "p_threat": p,
        }
    )


def test_the_dearest_mistake_comes_first() -> None:
    queue = order_queue(outcomes([0.01, 0.45, 0.2]), Costs(wrong_usd={"threat": 100}), 2, experts=["e-1", "e-2"])
    assert tuple(queue.columns) == COLUMNS
    assert queue["comment_id"].tolist() == ["c-1", "c-2", "c-0"]
    assert queue["expert_id"].tolist() == ["e-1", "e-2", None]
    assert queue["reason"].iloc[0] == "confidence: low; context: needed"
    assert queue["value"].iloc[0] == pytest.approx(0.45 * 100 * 0.95 - 5)


def test_only_what_is_to_be_adjudicated_is_queued() -> None:
    assert order_queue(outcomes([0.4], "passed"), Costs(), 5, experts=EXPERTS).empty
    assert order_queue(outcomes([]), Costs(), 5, experts=EXPERTS).empty


def test_the_budget_is_never_exceeded() -> None:
    queue = order_queue(outcomes([0.4] * 20), Costs(expert_usd=5), 100, experts=EXPERTS, budget_usd=24.99)
    assert queue["expert_id"].notna().sum() == 4


def test_nobody_decides_a_comment_twice() -> None:
    seen = pd.DataFrame({"comment_id": ["c-0", "c-1", "c-1"], "expert_id": ["e-1", "e-1", "e-2"]})
    queue = order_queue(outcomes([0.4, 0.4]), Costs(), 10, experts=["e-1", "e-2"], seen=seen).set_index("comment_id")
    assert queue.loc["c-0", "expert_id"] == "e-2"
    assert queue.loc["c-1", "expert_id"] is None


def test_a_boost_moves_a_comment_up() -> None:
    queue = order_queue(outcomes([0.2, 0.3]), Costs(), 1, experts=EXPERTS, boost={"c-0": 3.0})
    assert queue["comment_id"].tolist() == ["c-0", "c-1"]


def test_wrong_calls_are_named() -> None:
    with pytest.raises(SettingError, match="capacity is -1"):
        order_queue(outcomes([0.4]), Costs(), -1)
    with pytest.raises(InputError, match="no p_ column"):
        order_queue(outcomes([0.4]).drop(columns=["p_fine", "p_threat"]), Costs(), 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=40), st.integers(0, 50), st.randoms())
def test_work_is_spread_evenly_and_the_order_of_rows_does_not_matter(p: list[float], capacity: int, shuffle) -> None:
    frame = outcomes(p)
    queue = order_queue(frame, Costs(), capacity, experts=EXPERTS)
    assert sorted(queue["comment_id"]) == sorted(frame["comment_id"])
    assert queue["value"].is_monotonic_decreasing
    assert queue["rank"].tolist() == list(range(1, len(p) + 1))
    load = queue["expert_id"].value_counts().reindex(EXPERTS, fill_value=0)
    assert load.sum() == min(capacity, len(p))
    assert load.max() - load.min() <= 1
    order = list(range(len(frame)))
    shuffle.shuffle(order)
    pd.testing.assert_frame_equal(queue, order_queue(frame.iloc[order], Costs(), capacity, experts=EXPERTS[::-1]))
