"""Each strategy's exact numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.registry import load
from labeling_pipeline.core.selection import STRATEGIES, Pool, select

ANCHOR = np.array([[0.32, 0.41, 0.27]])


@pytest.mark.parametrize(
    ("strategy", "score"),
    [("margin", 1 - 0.09), ("least_confidence", 0.59), ("entropy", -(ANCHOR * np.log(ANCHOR)).sum())],
)
def test_exact_scores(strategy, score):
    assert load(STRATEGIES, strategy, "strategy")(Pool.of(ANCHOR))[0] == pytest.approx(score, abs=1e-12)


def test_the_margin_of_the_anchor_is_told_in_the_reason():
    frame = pd.DataFrame({"comment_id": ["c-1f8a"], "p_x": 0.32, "p_y": 0.41, "p_z": 0.27})
    batch = select(frame, 1, strategy="margin").batch
    assert batch["reason"].item() == "margin 0.09: y 0.41 against x 0.32"


def test_committee_sees_disagreement_not_shared_doubt():
    rows = [("shared doubt", 0.5, 0.5), ("shared doubt", 0.5, 0.5), ("dispute", 0.9, 0.1), ("dispute", 0.1, 0.9)]
    frame = pd.DataFrame(rows, columns=["comment_id", "p_a", "p_b"]).assign(model_version=["m1", "m2"] * 2)
    batch = select(frame, 2, strategy="committee", random_share=0).batch.set_index("comment_id")["score"]
    assert batch["shared doubt"] == pytest.approx(0)
    mean, member = np.log(2), -(0.9 * np.log(0.9) + 0.1 * np.log(0.1))
    assert batch["dispute"] == pytest.approx(mean - member)


def test_committee_of_one_is_refused_with_the_remedy():
    frame = pd.DataFrame({"comment_id": ["a", "b"], "p_x": [0.5, 0.6], "p_y": [0.5, 0.4]})
    with pytest.raises(InputError, match=r"one model only.*add another model"):
        select(frame, 1, strategy="committee")


def test_one_class_is_never_unsure():
    frame = pd.DataFrame({"comment_id": ["a", "b"], "p_x": [1.0, 1.0]})
    assert select(frame, 2, strategy="margin", random_share=0).batch["score"].tolist() == [0, 0]
