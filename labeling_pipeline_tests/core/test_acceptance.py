"""Acceptance of vendor batches: exact risks, published plans, and decisions on planted batches."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from labeling_pipeline.core.acceptance import Quality, judge_batches, plan_for_sample, rework, sampling_plan
from labeling_pipeline.core.errors import InputError, SettingError


def test_a_large_batch_has_the_binomial_plan_of_the_textbooks() -> None:
    """AQL 1 %, LTPD 5 %, risks .05 and .10: n = 132, c = 3 by the binomial; a finite batch needs one fewer."""
    plan = sampling_plan(1_000_000, Quality(0.01, 0.05))
    assert (plan.sample_size, plan.acceptance_number) == (132, 3)
    assert plan.producer_risk == pytest.approx(binom.sf(3, 132, 0.01), abs=1e-4)
    assert plan.consumer_risk == pytest.approx(binom.cdf(3, 132, 0.05), abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(batch=st.integers(60, 3_000), good=st.floats(0.02, 0.3), gap=st.floats(0.1, 0.4))
def test_both_risks_are_kept_and_no_smaller_sample_keeps_them(batch: int, good: float, gap: float) -> None:
    quality = Quality(good, good + gap)
    plan = sampling_plan(batch, quality)
    assert plan.keeps(quality)
    smaller = plan_for_sample(batch, plan.sample_size - 1, quality)
    assert plan.acceptance_number < plan.sample_size <= batch
    assert not smaller.keeps(quality) or smaller.sample_size == 0


def test_the_risks_are_what_happens() -> None:
    """Ten thousand good and bad batches of 400 answers, sampled by the plan."""
    quality, rng = Quality(0.2, 0.4), np.random.default_rng(0)
    plan = sampling_plan(400, quality)
    for wrong, risk, returned in ((80, plan.producer_risk, True), (160, plan.consumer_risk, False)):
        found = rng.hypergeometric(wrong, 400 - wrong, plan.sample_size, 10_000)
        share = ((found > plan.acceptance_number) == returned).mean()
        assert share == pytest.approx(risk, abs=0.012)


def delivered(batch: str, error_rate: float, n: int = 800, known_share: float = 0.1, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    kinds = np.where(rng.random(n) < known_share, "h", "c")
    return pd.DataFrame(
        {
            "batch": batch,
            "comment_id": [f"{kind}-{place}" for place, kind in enumerate(kinds)],
            "annotator_id": [f"a-{place % 7}" for place in range(n)],
            "label": np.where(rng.random(n) < error_rate, "rude", "fine"),
        }
    )


KNOWN = pd.DataFrame({"comment_id": [f"h-{place}" for place in range(800)], "label": "fine"})


def test_good_batches_are_kept_bad_ones_go_back_and_small_samples_are_undecided() -> None:
    answers = pd.concat(
        [
            delivered("good", 0.15, known_share=0.2, seed=2),
            delivered("bad", 0.6),
            delivered("thin", 0.2, 60),
            delivered("blank", 0.9, 50, 0.0),
        ]
    )
    found = judge_batches(answers, KNOWN, Quality()).set_index("batch")
    assert found["decision"].to_dict() == {
        "bad": "returned", "blank": "undecided", "good": "accepted", "thin": "undecided",
    }  # fmt: skip
    assert (found.loc[["good", "bad"], "producer_risk"] <= 0.05).all()
    assert found.loc["good", "consumer_risk"] <= 0.10 < found.loc["thin", "consumer_risk"]
    assert found.loc["good", "low"] < 0.15 < found.loc["good", "high"]
    assert found.loc["blank", "n_known"] == 0
    assert pd.isna(found.loc["blank", "value"])


def test_rework_names_every_assignment_and_no_honeypot() -> None:
    answers = pd.concat([delivered("good", 0.1), delivered("bad", 0.7)])
    batches = judge_batches(answers, KNOWN, Quality())
    back = rework(answers, batches)
    assert len(back) == 800
    assert set(back["batch"]) == {"bad"}
    assert list(back) == ["batch", "comment_id", "annotator_id", "reason"]
    assert back["reason"].nunique() == 1
    assert not back["reason"].str.contains("h-").any()
    assert rework(answers, batches[batches["decision"] == "accepted"]).empty


def test_nonsense_is_refused() -> None:
    with pytest.raises(SettingError, match=r"good_error_rate = 0\.5"):
        Quality(0.5, 0.4)
    with pytest.raises(InputError, match="a sample of 9 from 4"):
        plan_for_sample(4, 9, Quality())
