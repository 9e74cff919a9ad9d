"""Production's feedback, and what its money would have bought from the crowd."""

from __future__ import annotations

import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.simulate.counterfactual import comments_affordable, equal_cost_round
from labeling_pipeline.core.simulate.production import feedback_on
from labeling_pipeline.core.simulate.streams import draw


@pytest.fixture(scope="module")
def posted() -> pd.DataFrame:
    return draw("production", 1000).assign(posted_at=pd.Timestamp("2026-03-05 09:00"))


def test_a_model_that_is_right_is_never_overridden(posted: pd.DataFrame) -> None:
    assert not (feedback_on(posted, 0)["kind"] == "override").any()


def test_overrides_tell_the_truth_and_come_after_the_post(posted: pd.DataFrame) -> None:
    blind = posted.assign(label="non_toxic")
    feedback = feedback_on(blind, 0)
    overrides = feedback[feedback["kind"] == "override"].set_index("comment_id")
    true = posted.set_index("comment_id")["label"]
    assert (overrides["label"] == true.loc[overrides.index]).all()
    assert (feedback["created_at"] > pd.Timestamp("2026-03-05 09:00")).all()
    coded = posted.loc[posted["slice"] == "dog_whistle", "comment_id"]
    assert 0.5 < coded.isin(overrides.index).mean() < 0.7


def test_flags_carry_no_label(posted: pd.DataFrame) -> None:
    feedback = feedback_on(posted, 0)
    assert set(feedback["kind"]) == {"flag"}
    assert feedback["label"].eq("").all()


def test_a_part_of_the_day_gets_the_same_feedback(posted: pd.DataFrame) -> None:
    blind = posted.assign(label="non_toxic")
    some = feedback_on(blind.iloc[:100], 0)
    whole = feedback_on(blind, 0)
    expected = whole[whole["comment_id"].isin(blind["comment_id"].iloc[:100])].reset_index(drop=True)
    pd.testing.assert_frame_equal(some, expected)


def test_money_buys_whole_comments() -> None:
    assert comments_affordable(1500) == 12_500
    assert comments_affordable(0.11) == 0
    with pytest.raises(InputError):
        comments_affordable(10, price_usd=0)


def test_the_equal_cost_round_is_fresh_and_complete() -> None:
    comments, votes = equal_cost_round(24.0, seed=0)
    assert len(comments) == 200
    assert votes["task"].value_counts().eq(3).all()
    assert not comments["comment_id"].isin(draw("pool", 3000)["comment_id"]).any()
    assert len(equal_cost_round(24.0, seed=0, limit=50)[0]) == 50
    with pytest.raises(InputError, match="at most"):
        equal_cost_round(10_000, seed=0)
