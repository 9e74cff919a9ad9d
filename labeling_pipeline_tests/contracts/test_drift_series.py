"""What every drift series promises; a new one is held to it by being in the registry."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from labeling_pipeline.core.drift import SERIES, DriftLimits, Watched
from labeling_pipeline_tests.core.drift.test_anchors import votes as anchor_votes
from labeling_pipeline_tests.core.drift.test_drift import NIGHT, world

ALPHA = DriftLimits().false_alarm_rate / len(SERIES)


def quiet_world(seed: int) -> Watched:
    return replace(world(seed), anchors=anchor_votes(seed, night=NIGHT))


@pytest.mark.parametrize("name", SERIES)
def test_without_data_it_says_nothing(name: str) -> None:
    assert SERIES[name](Watched(), NIGHT, ALPHA, DriftLimits()) is None


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("seed", [0, 1])
def test_what_it_measures_is_a_number_beside_a_threshold_and_names_what_to_do(name: str, seed: int) -> None:
    found = SERIES[name](quiet_world(seed), NIGHT, ALPHA, DriftLimits())
    assert found is not None
    assert np.isfinite([found.value, found.threshold]).all()
    assert found.value <= found.threshold, "these weeks are quiet"
    assert found.threshold > 0
    assert found.action in ("relabel", "retrain")
    assert found.statistic


@pytest.mark.parametrize("name", SERIES)
def test_the_same_data_say_the_same_whatever_their_order(name: str) -> None:
    quiet = quiet_world(2)
    parts = {one.name: getattr(quiet, one.name) for one in fields(quiet)}
    shuffled = Watched(**{one: frame.sample(frac=1, random_state=0) for one, frame in parts.items()})
    one, other = (SERIES[name](watched, NIGHT, ALPHA, DriftLimits()) for watched in (quiet, shuffled))
    assert one is not None
    assert other is not None
    assert one.value == pytest.approx(other.value, abs=1e-9)


@pytest.mark.parametrize("name", SERIES)
def test_a_stricter_rate_never_lowers_the_threshold(name: str) -> None:
    loose, strict = (SERIES[name](quiet_world(3), NIGHT, alpha, DriftLimits()) for alpha in (0.05, 0.0005))
    assert loose is not None
    assert strict is not None
    assert strict.threshold >= loose.threshold
