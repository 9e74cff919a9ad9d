"""What every selection strategy promises; a new one is tested by being registered.

Whatever a strategy wants, it gives a finite score to every comment of the pool, the same one every time, whatever else
is in the pool's order. That it wants what models are unsure of is asked of those in ``UNCERTAINTY`` alone.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.registry import load
from labeling_pipeline.core.selection import STRATEGIES, UNCERTAINTY, Pool, select
from labeling_pipeline.core.selection.pool import read_pool

NAMES = sorted(STRATEGIES)
CLASSES = ("fine", "mild", "harsh")
ARRAYS = ("comment_ids", "probabilities", "members", "comment_of_member", "members_per_comment", "luck")


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


@pytest.mark.parametrize("strategy", NAMES)
@pytest.mark.parametrize("n", [1, 2, 50])
def test_a_score_is_a_finite_number_for_each_comment(strategy: str, n: int) -> None:
    seen = read_pool(pool(n, 4), None, 0)
    before = {name: np.array(getattr(seen, name), copy=True) for name in ARRAYS}
    scores = load(STRATEGIES, strategy, "strategy")(seen)
    assert np.shape(scores) == (n,)
    assert np.isfinite(np.asarray(scores, dtype=float)).all()
    for name, values in before.items():  # a pool is read, never written
        np.testing.assert_array_equal(getattr(seen, name), values)


@pytest.mark.parametrize("strategy", NAMES)
@pytest.mark.parametrize("budget", [1, 7, 60])
def test_neither_more_than_asked_for_nor_anything_that_is_not_in_the_pool(strategy: str, budget: int) -> None:
    """Gold is not in the pool a home hands over: what is not handed over is not asked."""
    everything = pool(60, 5)
    gold = {f"c-{i}" for i in range(0, 60, 3)}
    open_to_all = everything[~everything["comment_id"].isin(gold)]
    batch = select(open_to_all, budget, strategy=strategy, seed=1).batch
    assert len(batch) == min(budget, 40)
    assert not gold & set(batch["comment_id"])


@pytest.mark.parametrize("strategy", NAMES)
def test_the_same_seed_gives_the_same_batch(strategy: str) -> None:
    first, again = (select(pool(80, 6), 20, strategy=strategy, seed=9).batch for _ in range(2))
    pd.testing.assert_frame_equal(first, again)


def test_what_promises_to_prefer_the_unsure_is_registered() -> None:
    assert set(UNCERTAINTY) <= set(NAMES)


@pytest.mark.parametrize("strategy", UNCERTAINTY)
def test_by_uncertainty_the_names_of_the_classes_do_not_matter(strategy: str) -> None:
    predictions = pool(100, 2)
    renamed = predictions.rename(columns={"p_fine": "p_harsh", "p_harsh": "p_fine"})
    chosen = [select(one, 20, strategy=strategy, random_share=0).batch["comment_id"] for one in (predictions, renamed)]
    assert set(chosen[0]) == set(chosen[1])


@pytest.mark.parametrize("strategy", UNCERTAINTY)
def test_by_uncertainty_a_certain_comment_comes_after_an_unsure_one(strategy: str) -> None:
    rows = [("sure", "m1", 1.0, 0.0, 0.0), ("sure", "m2", 1.0, 0.0, 0.0), ("unsure", "m1", 0.6, 0.4, 0.0)]
    rows.append(("unsure", "m2", 0.3, 0.4, 0.3))
    predictions = pd.DataFrame(rows, columns=["comment_id", "model_version", *(f"p_{name}" for name in CLASSES)])
    assert select(predictions, 1, strategy=strategy, random_share=0).batch["comment_id"].tolist() == ["unsure"]


def prefers_one_class(seen: Pool) -> np.ndarray:
    """A strategy as users write them: it wants what is likely harsh, however sure the models are."""
    return seen.probabilities[:, seen.classes.index("harsh")]


def test_a_strategy_that_wants_something_else_passes_what_all_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STRATEGIES, "mine", f"{__name__}:prefers_one_class")
    test_a_score_is_a_finite_number_for_each_comment("mine", 50)
    test_neither_more_than_asked_for_nor_anything_that_is_not_in_the_pool("mine", 7)
    test_the_same_seed_gives_the_same_batch("mine")
    test_a_batch_is_distinct_comments_of_the_pool_ranked("mine")
    test_row_order_does_not_matter_and_the_seed_breaks_ties("mine", 1.0)
