"""The picture of both axes: what is shaded is what the alarm is about."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from labeling_pipeline.core.implied import implied_accuracy
from labeling_pipeline.core.two_axes import GOLD
from labeling_pipeline.report.two_axes_plot import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, two_axes_plot

WEEK = {"slice": "(all)", "week": pd.Timestamp("2026-03-02"), "measured_on": GOLD, "agreement": 0.8, "is_alarm": False}
REPORT = pd.DataFrame([{**WEEK, "accuracy": 0.9, "accuracy_low": 0.85, "accuracy_high": 0.95}])


@pytest.mark.parametrize("tolerated", [0.0, 0.05, 0.3])
def test_shaded_is_what_is_under_the_accuracy_that_agreement_means(tolerated: float) -> None:
    polygon = re.search(r'<polygon points="([^"]*)" class="blind"', str(two_axes_plot(REPORT, tolerated)))
    assert polygon is not None
    edge = [tuple(map(float, pair.split(","))) for pair in polygon[1].split()][1:-1]
    for x, y in edge:
        agreed = (x - LEFT) / (WIDTH - LEFT)
        accuracy = 1 - (y - TOP) / (HEIGHT - BOTTOM - TOP)
        # Two even classes: corrected for chance, agreement is what agreeing pairs are above one half, doubled.
        assert accuracy == pytest.approx(implied_accuracy(0.5 + agreed / 2, 2) - tolerated, abs=0.002)
    assert len(edge) > 20
