"""The default gate on a real toxicity crowd: three votes a comment, no gold, Krippendorff's α of .13."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.consensus import consensus
from labeling_pipeline.core.quality import GateSettings, judge
from labeling_pipeline_tests.core.quality.frames import NO_VERDICTS

VOTES = Path(__file__).parents[4] / "shared" / "data" / "civil_comments" / "votes.csv"


@pytest.mark.skipif(not VOTES.is_file(), reason="../shared/data/civil_comments is not there")
def test_the_default_gate_passes_at_least_half_and_a_kappa_floor_none() -> None:
    votes = pd.read_csv(VOTES, dtype=str).dropna(subset=["label"])
    found = consensus(votes.rename(columns={"comment_id": "task", "annotator_id": "annotator"}))
    labels = found.labels.rename(columns={"task": "comment_id"}).assign(schema_version="v1", batch_id="r1")
    classes = sorted(votes["label"].unique())
    alpha = pd.DataFrame({"batch_id": ["r1"], "statistic": ["krippendorff_alpha"], "value": [0.13]})
    shares = {}
    for floor in (None, 0.85):
        gate = GateSettings(min_batch_agreement=floor)
        outcomes = judge(labels, NO_VERDICTS, gate=gate, classes=classes, current_schema="v1", batches=alpha)
        assert len(outcomes) == votes["comment_id"].nunique()
        assert outcomes["reasons"].map(len).min() >= 1
        np.testing.assert_allclose(outcomes[[f"p_{c}" for c in classes]].sum(axis=1), 1.0)
        shares[floor] = (outcomes["outcome"] == "passed").mean()
    assert shares[None] >= 0.5
    assert shares[0.85] == 0.0
