"""What every rule of the gate keeps to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.quality import RULES, GateContext, GateSettings
from labeling_pipeline_tests.core.quality.frames import CLASSES, labels

STRICT = GateSettings(min_confidence=0.7, min_agreement=0.5, min_batch_agreement=0.8)
CONTEXT = GateContext(STRICT, CLASSES, frozenset({"v3"}), {"r1": 0.9, "r2": 0.1})
MIXED = labels(
    label=["fine", "unsure", "rude", "threat"],
    confidence=[0.9, 0.3, 0.71, 0.3],
    n_votes=[3, 0, 1, 7],
    agreement=[1.0, np.nan, 0.2, 0.6],
    schema_version=["v3", "v2", "v3", "v3"],
    batch_id=["r1", "r2", "r3", "r1"],
    composed_label=["fine", None, "escalate", "rude"],
    needs_context=[False, True, False, False],
    duplicate_group=[1, np.nan, 1, np.nan],
    paused_share=[0.0, 1.0, 0.2, np.nan],
)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("frame", [MIXED, MIXED.iloc[:0], MIXED.iloc[::-1]], ids=["mixed", "empty", "reversed"])
def test_a_rule_says_something_of_every_label_it_fails_and_changes_nothing(name: str, frame: pd.DataFrame) -> None:
    before = frame.copy(deep=True)
    finding = RULES[name](frame, CONTEXT)
    assert finding.fails.dtype == bool
    assert finding.fails.shape == finding.reasons.shape == (len(frame),)
    assert all(isinstance(reason, str) for reason in finding.reasons)
    assert all(finding.reasons[finding.fails] != "")
    assert not finding.fails.any() or finding.otherwise in ("adjudicate", "rejected")
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_looks_at_each_label_or_its_company_and_not_at_the_order(name: str) -> None:
    forward, backward = RULES[name](MIXED, CONTEXT), RULES[name](MIXED.iloc[::-1], CONTEXT)
    assert forward.fails.tolist() == backward.fails[::-1].tolist()
    assert forward.reasons.tolist() == backward.reasons[::-1].tolist()


@pytest.mark.parametrize("name", RULES)
def test_a_good_label_passes(name: str) -> None:
    assert not RULES[name](labels(), CONTEXT).fails.any()


@pytest.mark.parametrize("name", RULES)
def test_some_label_fails(name: str) -> None:
    assert RULES[name](MIXED, CONTEXT).fails.any()
