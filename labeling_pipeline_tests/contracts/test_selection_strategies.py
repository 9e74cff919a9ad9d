"""What every selection strategy promises; a new one is tested by being registered."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.selection import STRATEGIES, select

NAMES = sorted(STRATEGIES)
CLASSES = ("fine", "mild", "harsh")


def pool(n: int, seed: int, alpha: float = 1.0) -> pd.DataFrame:
    """Predictions of two models for every comment."""
    frames = []
    for model in ("m1", "m2"):
        p = np.random.default_rng([seed, ord(model[1])]).dirichlet([alpha] * 3, n)
        frame = pd.DataFrame(p, columns=[f"p_{name}" for name in CLASSES])
        frames.append(frame.assign(comment_id=[f"c-{i}" for i in range(n)], model_version=model))
    return pd.concat(frames, ignore_index=True)


@pytest.mark.parametrize("strategy", NAMES)
@settings(max_examples=25, deadline=None)
@given(n=st.integers(1, 30), wanted=st.integers(1, 40), seed=st.integers(0, 99), share=st.sampled_from([0.0, 0.1, 1.0]))
def test_a_batch_is_distinct_comments_of_the_pool_ranked(strategy, n, wanted, seed, share):
    found = select(pool(n, seed), wanted, strategy=strategy, seed=seed, random_share=share)
    batch = found.batch
    assert len(batch) == min(n, wanted)
    assert batch["comment_id"].is_unique
    assert set(batch["comment_id"]) <= {f"c-{i}" for i in range(n)}
    assert batch["rank"].tolist() == list(range(1, len(batch) + 1))
    assert list(batch.columns) == ["comment_id", "rank", "score", "strategy", "reason"]
    assert np.isfinite(batch["score"]).all()
    assert (batch["reason"] != "").all()
    best = batch[batch["strategy"] == strategy]["score"].to_numpy()
    assert (np.diff(best) <= 0).all()
    exhausted = [f"pool exhausted: {n} available, {wanted} requested"] if wanted > n else []
    assert list(found.notes) == exhausted


@pytest.mark.parametrize("strategy", NAMES)
@pytest.mark.parametrize("alpha", [1.0, 1e-3])  # 1e-3: nearly all rows certain, so nearly all scores tie
def test_row_order_does_not_matter_and_the_seed_breaks_ties(strategy, alpha):
    predictions = pool(200, 1, alpha)
    first = select(predictions, 40, strategy=strategy, seed=3).batch
    shuffled = select(predictions.sample(frac=1, random_state=5), 40, strategy=strategy, seed=3).batch
    pd.testing.assert_frame_equal(first, shuffled)
    if strategy == "random":
        other = select(predictions, 40, strategy=strategy, seed=4).batch
        assert set(other["comment_id"]) != set(first["comment_id"])


@pytest.mark.parametrize("strategy", sorted(set(NAMES) - {"random"}))
def test_the_names_of_the_classes_do_not_matter(strategy):
    predictions = pool(100, 2)
    renamed = predictions.rename(columns={"p_fine": "p_harsh", "p_harsh": "p_fine"})
    chosen = [select(one, 20, strategy=strategy, random_share=0).batch["comment_id"] for one in (predictions, renamed)]
    assert set(chosen[0]) == set(chosen[1])


@pytest.mark.parametrize("strategy", sorted(set(NAMES) - {"random"}))
def test_a_certain_comment_comes_after_an_unsure_one(strategy):
    rows = [("sure", "m1", 1.0, 0.0, 0.0), ("sure", "m2", 1.0, 0.0, 0.0), ("unsure", "m1", 0.6, 0.4, 0.0)]
    rows.append(("unsure", "m2", 0.3, 0.4, 0.3))
    predictions = pd.DataFrame(rows, columns=["comment_id", "model_version", *(f"p_{name}" for name in CLASSES)])
    assert select(predictions, 1, strategy=strategy, random_share=0).batch["comment_id"].tolist() == ["unsure"]
