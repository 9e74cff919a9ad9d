"""Anchors: the same comments every week; other comments, other people and hard comments are no drift."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.drift import SERIES, DriftLimits, Watched, drift_series
from labeling_pipeline.core.drift.anchors import anchors

NIGHT = pd.Timestamp("2026-06-01").to_pydatetime()
ALPHA = 0.001 / len(SERIES)
CLASSES = np.asarray(["fine", "mild", "rude"])


def votes(
    seed: int, weeks: int = 5, n: int = 20, moved: float = 0.0, version: str = "v1", night: datetime = NIGHT
) -> pd.DataFrame:
    """Three votes a week on each anchor; comments differ much; in the last week a share of `mild` is read as rude."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet([0.7, 0.9, 0.7], n)
    rows = []
    for week in range(weeks):
        for comment in range(n):
            for _ in range(3):
                label = str(rng.choice(CLASSES, p=p[comment]))
                if week == weeks - 1 and label == "mild" and rng.random() < moved:
                    label = "rude"
                at = pd.Timestamp(night) - pd.Timedelta(days=7 * (weeks - 1 - week) + float(rng.uniform(0.5, 6.5)))
                rows.append((f"c-{comment}", label, at, version))
    return pd.DataFrame(rows, columns=["comment_id", "label", "answered_at", "schema_version"])


def over(seed: int, alpha: float, moved: float = 0.0) -> bool:
    found = anchors(Watched(anchors=votes(seed, moved=moved)), NIGHT, alpha, DriftLimits())
    assert found is not None
    assert found.statistic in {"mantel_haenszel_7d", "mantel_haenszel_21d"}
    assert found.action == "relabel"
    return found.value > found.threshold


def test_a_quiet_week_is_over_the_threshold_as_often_as_was_asked() -> None:
    assert sum(over(seed, 0.1) for seed in range(200)) == pytest.approx(20, abs=13)


def test_a_guideline_read_anew_is_found_on_sixty_votes() -> None:
    assert sum(over(1_000 + seed, ALPHA, moved=0.9) for seed in range(40)) >= 20
    assert sum(over(1_000 + seed, ALPHA) for seed in range(40)) <= 1


def test_which_comments_were_asked_does_not_matter_and_other_versions_are_not_compared() -> None:
    given = votes(3)
    new = given[given["answered_at"] > given["answered_at"].max() - pd.Timedelta(days=6)]
    strangers = new.assign(comment_id="s-" + new["comment_id"], label="rude")
    both = pd.concat([given, strangers])
    one, other = (anchors(Watched(anchors=f), NIGHT, ALPHA, DriftLimits()) for f in (given, both))
    assert one is not None
    assert one == other
    fresh = pd.concat([given.drop(new.index), new.assign(schema_version="v2")])
    assert anchors(Watched(anchors=fresh), NIGHT, ALPHA, DriftLimits()) is None
    assert anchors(Watched(), NIGHT, ALPHA, DriftLimits()) is None


def test_the_report_has_the_series_only_where_there_are_anchors() -> None:
    assert drift_series(NIGHT, Watched(anchors=votes(1)))["series"].tolist() == ["anchors"]
    assert drift_series(NIGHT, Watched()).empty


def test_what_three_weeks_show_is_found_where_one_week_has_too_few_votes() -> None:
    """One comment of twenty is read anew, from three weeks ago on: 9 votes of it, 3 of them in the last week."""
    given = votes(5, weeks=11)
    since = pd.Timestamp(NIGHT) - pd.Timedelta(days=21)
    by_comment = given.assign(label=given["comment_id"].map(lambda one: CLASSES[int(one[2:]) % 3]))
    moved = (by_comment["comment_id"] == "c-0") & (by_comment["answered_at"] >= since)
    reread = by_comment.assign(label=by_comment["label"].where(~moved, "rude"))
    found = anchors(Watched(anchors=reread), NIGHT, ALPHA, DriftLimits())
    assert found is not None
    assert (found.statistic, found.value > found.threshold) == ("mantel_haenszel_21d", True)
    week_alone = anchors(Watched(anchors=reread), NIGHT, ALPHA, DriftLimits(spans=((7, 28),)))
    assert week_alone is not None
    assert week_alone.value < week_alone.threshold
