"""Drift: each change trips its own alarm, once, and quiet years stay quiet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.drift import COLUMNS, DriftLimits, Watched, drift_series
from labeling_pipeline.core.drift.limits import design_effect, mix_shift, windows
from labeling_pipeline.core.errors import SettingError

NIGHT = datetime(2026, 5, 1)
CLASSES = ["fine", "rude", "threat"]
WORDS = np.asarray([f"word{i}" for i in range(200)])
NEW_WORDS = np.asarray([f"novel{i}" for i in range(20)])


def week_of(at: pd.Series) -> pd.Series:
    return at >= pd.Timestamp(NIGHT) - pd.Timedelta(days=7)


def world(seed: int, n: int = 3_000, **change: Any) -> Watched:
    """Five weeks of everything; ``change`` names what is different in the last one."""
    rng = np.random.default_rng(seed)
    at = pd.Series(pd.Timestamp(NIGHT) - pd.to_timedelta(rng.uniform(0, 35, n), "D"))
    last = week_of(at).to_numpy()
    labels = rng.choice(CLASSES, n, p=[0.7, 0.2, 0.1])
    votes = labels.copy()
    if "votes" in change:
        moved = last & (votes == "rude") & (rng.random(n) < change["votes"])
        votes[moved] = "fine"
    predicted, confidence = labels.copy(), rng.beta(6, 2, n)
    if "confidence" in change:
        confidence[last] = rng.beta(3, 2, n)[last]
    texts = [" ".join(rng.choice(WORDS, 8)) for _ in range(n)]
    if "text" in change:
        texts = [f"{t} {rng.choice(NEW_WORDS)}" if is_last else t for t, is_last in zip(texts, last, strict=True)]
    alpha = np.asarray([change.get("alpha", 0.6), 0.6, 0.61, 0.59, 0.6])
    return Watched(
        labels=pd.DataFrame({"label": labels, "labeled_at": at, "schema_version": "v3"}),
        votes=pd.DataFrame(
            {
                "comment_id": np.repeat(np.arange(n), 3),
                "label": np.repeat(votes, 3),
                "answered_at": np.repeat(at.to_numpy(), 3),
                "schema_version": "v3",
            }
        ),
        predictions=pd.DataFrame(
            {"label": predicted, "confidence": confidence, "predicted_at": at, "model_version": "m-1"}
        ),
        comments=pd.DataFrame({"text": texts, "posted_at": at}),
        agreement=weekly(alpha),
    )


def weekly(alpha: np.ndarray) -> pd.DataFrame:
    """Agreement of five weeks, the newest first."""
    weeks = pd.to_datetime([pd.Timestamp(NIGHT) - pd.Timedelta(days=7 * k) for k in range(5)])
    figures = {"value": alpha, "low": alpha - 0.04, "high": alpha + 0.04}
    return pd.DataFrame({"week": weeks, "statistic": "krippendorff_alpha", **figures})


def alarms(watched: Watched) -> dict[str, str]:
    report = drift_series(NIGHT, watched)
    return dict(report.loc[report["is_alarm"], ["series", "action"]].to_numpy().tolist())


@pytest.mark.parametrize("seed", range(4))
def test_a_quiet_night_is_quiet(seed: int) -> None:
    report = drift_series(NIGHT, world(seed))
    assert tuple(report.columns) == COLUMNS
    assert len(report) == 6
    assert not report["is_alarm"].any()
    assert set(report["action"]) == {"none"}


def test_quiet_years_have_few_false_alarms() -> None:
    """A year of independent weeks at the default rate: at most one alarm over the mixes of classes."""
    rng = np.random.default_rng(5)
    limits = DriftLimits()
    alpha = limits.false_alarm_rate / 6
    found = [
        mix_shift(
            *(pd.Series(rng.choice(CLASSES, n, p=[0.7, 0.2, 0.1])) for n in (500, 2_000)), alpha, limits, "relabel"
        )
        for _ in range(365)
    ]
    assert sum(one is not None and one.value > one.threshold for one in found) <= 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"votes": 0.6}, {"vote_mix": "relabel"}),
        ({"alpha": 0.4}, {"agreement": "relabel"}),
        ({"confidence": True}, {"prediction_confidence": "retrain"}),
        ({"text": True}, {"text": "retrain"}),
    ],
)
def test_each_change_trips_its_own_alarm_and_no_other(change: dict[str, Any], expected: dict[str, str]) -> None:
    assert alarms(world(11, **change)) == expected


def test_the_threshold_is_where_chance_ends() -> None:
    """Under no change G is χ²: the test at 5 % rejects about 5 % of the time."""
    rng = np.random.default_rng(3)
    limits = DriftLimits(min_js=0.0)
    found = [
        mix_shift(*(pd.Series(rng.choice(CLASSES, n, p=[0.6, 0.3, 0.1])) for n in (300, 900)), 0.05, limits, "relabel")
        for _ in range(600)
    ]
    assert np.mean([one.value > one.threshold for one in found if one]) == pytest.approx(0.05, abs=0.025)


def test_too_little_data_is_silent() -> None:
    assert drift_series(NIGHT, Watched()).empty
    assert tuple(drift_series(NIGHT, Watched()).columns) == COLUMNS
    few = world(0, n=100)
    assert set(drift_series(NIGHT, few)["series"]) == {"agreement"}


def test_one_change_is_one_alarm_until_it_is_much_larger_or_long_ago() -> None:
    watched = world(11, votes=0.6)
    first = drift_series(NIGHT, watched)
    assert first.loc[first["is_alarm"], "series"].tolist() == ["vote_mix"]

    def again(days: int, times: float) -> list[str]:
        before = first.assign(night=NIGHT - timedelta(days=days))
        before["value"] = before["threshold"] + (before["value"] - before["threshold"]) * times
        report = drift_series(NIGHT, watched, raised=before[before["is_alarm"]])
        assert report.drop(columns=["is_alarm", "action"]).equals(first.drop(columns=["is_alarm", "action"]))
        return report.loc[report["series"] == "vote_mix", "action"].tolist()

    assert again(1, 1.0) == ["raised before"]
    assert again(34, 1.0) == ["raised before"]
    assert again(35, 1.0) == ["relabel"]
    assert again(1, 0.01) == ["relabel"], "far louder than what was told"
    assert again(0, 1.0) == ["relabel"], "the night itself, done again"


def test_votes_on_one_comment_count_as_what_they_are_worth() -> None:
    rng = np.random.default_rng(0)
    comments, alike = np.repeat(np.arange(4_000), 3), rng.choice(CLASSES, 4_000, p=[0.7, 0.2, 0.1])
    labels = {
        "copies": np.repeat(alike, 3),
        "independent": rng.choice(CLASSES, 12_000, p=[0.7, 0.2, 0.1]),
        "halfway": np.where(rng.random(12_000) < 0.7, np.repeat(alike, 3), rng.choice(CLASSES, 12_000)),
    }
    effect = {name: design_effect(pd.Series(comments), pd.Series(one)) for name, one in labels.items()}
    assert effect["copies"] == pytest.approx(3.0, abs=0.02)
    assert effect["independent"] == pytest.approx(1.0, abs=0.04)
    assert 1.5 < effect["halfway"] < 2.5
    assert design_effect(pd.Series(["a", "a"]), pd.Series(["x", "x"])) == 1.0


def test_a_new_schema_or_model_is_not_drift() -> None:
    watched = world(1, votes=0.6, confidence=True)
    votes = watched.votes.assign(schema_version=np.where(week_of(watched.votes["answered_at"]), "v4", "v3"))
    models = np.where(week_of(watched.predictions["predicted_at"]), "m-2", "m-1")
    changed = Watched(votes=votes, predictions=watched.predictions.assign(model_version=models))
    assert not drift_series(NIGHT, changed)["is_alarm"].any()


def test_the_night_itself_is_not_in_its_week() -> None:
    frame = pd.DataFrame({"at": pd.to_datetime(["2026-05-01", "2026-04-30", "2026-04-24", "2026-04-23", "2026-03-26"])})
    now, before = windows(frame, "at", NIGHT, (7, 28))
    assert now.index.tolist() == [1, 2]
    assert before.index.tolist() == [3]


def test_the_report_is_the_same_every_time() -> None:
    pd.testing.assert_frame_equal(drift_series(NIGHT, world(2)), drift_series(NIGHT, world(2)))


def test_wrong_limits_are_named() -> None:
    with pytest.raises(SettingError, match=r"drift.false_alarm_rate = 0"):
        DriftLimits(false_alarm_rate=0)
    with pytest.raises(SettingError, match="1 or more"):
        DriftLimits(spans=((0, 7),))
