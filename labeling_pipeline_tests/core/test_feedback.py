"""What people do in production, and which comments it asks to look at."""

from __future__ import annotations

import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.feedback import COLUMNS, needs_review

NO_PREDICTIONS = pd.DataFrame(columns=["comment_id", "margin", "predicted_at"])
NO_FEEDBACK = pd.DataFrame(columns=["comment_id", "kind", "actor_id", "created_at"])


def predictions(*rows: tuple[str, float, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["comment_id", "margin", "day"])
    return frame.assign(predicted_at=pd.Timestamp("2026-03-02") + pd.to_timedelta(frame["day"], "D"))


def acts(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["comment_id", "kind", "actor_id"])


def test_a_margin_of_nine_hundredths_asks_for_review() -> None:
    found = needs_review(predictions(("c-1f8a", 0.41 - 0.32, 0), ("c-2", 0.10, 0)), NO_FEEDBACK)
    assert tuple(found.columns) == COLUMNS
    assert found.to_numpy().tolist() == [["c-1f8a", "margin 0.09 is under 0.1", pytest.approx(0.55)]]


def test_only_the_latest_prediction_counts() -> None:
    assert needs_review(predictions(("a", 0.01, 0), ("a", 0.9, 1)), NO_FEEDBACK).empty
    assert len(needs_review(predictions(("a", 0.01, 1), ("a", 0.9, 0)), NO_FEEDBACK)) == 1


def test_one_actor_counts_once_and_signals_add_up() -> None:
    flags = acts(("a", "flag", "u-1"), ("a", "flag", "u-1"), ("a", "flag", "u-2"), ("b", "flag", "u-1"))
    found = needs_review(NO_PREDICTIONS, flags)
    assert found["comment_id"].tolist() == ["a", "b"]
    assert found["score"].tolist() == [pytest.approx(0.64), pytest.approx(0.4)]
    assert found["reason"].tolist() == ["2 × flag", "flag"]


def test_acts_without_an_actor_count_as_one() -> None:
    found = needs_review(NO_PREDICTIONS, acts(("a", "flag", None), ("a", "flag", None)))
    assert found["score"].tolist() == [pytest.approx(0.4)]


def test_both_kinds_of_signal_make_one_row() -> None:
    found = needs_review(predictions(("a", 0.05, 0)), acts(("a", "override", "m-1"), ("b", "click", "u-1")))
    assert found["comment_id"].tolist() == ["a"]
    assert found["reason"].tolist() == ["margin 0.05 is under 0.1; override"]
    assert found["score"].iloc[0] == pytest.approx(1 - 0.25 * 0.05)


def test_a_declared_kind_has_a_weight_of_its_own() -> None:
    call = acts(("a", "phone_call", "u-1"))
    assert needs_review(NO_PREDICTIONS, call)["score"].tolist() == [0.5]
    assert needs_review(NO_PREDICTIONS, call, weights={"phone_call": 0.9})["score"].tolist() == [0.9]


def test_nothing_gives_nothing_and_a_missing_column_is_named() -> None:
    assert needs_review(NO_PREDICTIONS, NO_FEEDBACK).empty
    with pytest.raises(InputError, match="feedback: no column 'kind'"):
        needs_review(NO_PREDICTIONS, pd.DataFrame({"comment_id": ["a"]}))


def test_the_order_of_rows_does_not_matter() -> None:
    shown = predictions(*[(f"c-{i % 7}", i / 100, i) for i in range(20)])
    given = acts(*[(f"c-{i % 5}", ("flag", "override", "appeal")[i % 3], f"u-{i % 2}") for i in range(20)])
    pd.testing.assert_frame_equal(needs_review(shown, given), needs_review(shown[::-1], given[::-1]))
