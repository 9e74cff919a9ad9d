"""The batch around a strategy: random share, near-duplicates, classes without a column, wrong input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.selection import select


def predictions(n: int, seed: int = 0) -> pd.DataFrame:
    p = np.random.default_rng(seed).dirichlet([1, 1, 1], n)
    frame = pd.DataFrame(p, columns=["p_a", "p_b", "p_c"])
    return frame.assign(comment_id=[f"c-{i}" for i in range(n)])


def test_the_random_share_rides_along_and_is_fair():
    frame = predictions(2000)
    drawn = np.zeros(2000)
    for seed in range(200):
        batch = select(frame, 100, strategy="margin", seed=seed).batch
        by_chance = batch[batch["strategy"] == "random"]
        assert len(by_chance) == 10
        drawn[by_chance["comment_id"].str[2:].astype(int)] += 1
    never = set(select(frame, 90, strategy="margin", random_share=0).batch["comment_id"].str[2:].astype(int))
    rest = np.array([i for i in range(2000) if i not in never])
    assert drawn[list(never)].sum() == 0
    # Each of the rest with chance 10 / 1910 per batch; the spread of a fair draw is Poisson's.
    assert drawn[rest].mean() == pytest.approx(200 * 10 / 1910)
    assert drawn[rest].var() == pytest.approx(drawn[rest].mean(), rel=0.2)


def test_ties_fall_by_luck_not_by_place():
    frame = pd.DataFrame({"comment_id": [f"c-{i:04}" for i in range(1000)], "p_a": 0.5, "p_b": 0.5})
    chosen = select(frame, 100, strategy="margin", random_share=0).batch["comment_id"]
    places = chosen.str[2:].astype(int)
    assert 350 < places.mean() < 650


def test_near_duplicates_are_passed_over():
    frame = predictions(60).sort_values("p_a", ignore_index=True)
    best = select(frame, 12, strategy="margin", random_share=0).batch["comment_id"].tolist()
    words = np.random.default_rng(0).permutation([a + b + c for a in "bdfgklm" for b in "aeiou" for c in "nrst"] * 3)
    texts = {one: " ".join(words[i * 7 : i * 7 + 7]) for i, one in enumerate(frame["comment_id"])}
    for i, one in enumerate(best[:6]):
        texts[one] = f"Please subscribe to this lovely channel about gardens and trains{'!' * i}"
    found = select(frame, 12, strategy="margin", random_share=0, texts=texts)
    kept = found.batch["comment_id"].tolist()
    assert best[0] in kept
    assert not set(best[1:6]) & set(kept)
    assert len(kept) == 12
    assert found.notes == ("5 near-duplicates passed over",)


def test_a_pool_of_copies_still_fills_the_batch():
    texts = {f"c-{i}": "the very same harmless text" for i in range(50)}
    found = select(predictions(50), 20, strategy="margin", texts=texts)
    assert len(found.batch) == 20


def test_comments_without_text_are_taken_as_distinct():
    assert len(select(predictions(9), 9, strategy="entropy", texts={}).batch) == 9


def test_a_class_without_a_column_counts_as_zero():
    frame = pd.DataFrame({"comment_id": ["a"], "p_x": [0.7], "p_y": [0.3]})
    batch = select(frame, 1, strategy="margin", classes=["x", "y", "z"]).batch
    assert batch["score"].item() == pytest.approx(0.6)


def test_scores_that_do_not_sum_to_one_are_scaled():
    frame = pd.DataFrame({"comment_id": ["a"], "p_x": [6.0], "p_y": [4.0]})
    assert select(frame, 1, strategy="least_confidence").batch["score"].item() == pytest.approx(0.4)


def test_an_empty_pool_is_said():
    found = select(predictions(0), 5, strategy="margin")
    assert found.batch.empty
    assert found.notes == ("pool exhausted: 0 available, 5 requested",)


@pytest.mark.parametrize(
    ("change", "options", "error", "part"),
    [
        ({}, {"strategy": "best"}, SettingError, "random or least_confidence or margin"),
        ({}, {"random_share": 2}, SettingError, "random_share is 2"),
        ({}, {"n": 0}, InputError, "0 comments requested"),
        ({"p_a": -1.0}, {}, InputError, "comment c-0"),
        ({"p_a": "much"}, {}, InputError, "comment c-0"),
        ({"p_a": 0.0, "p_b": 0.0, "p_c": 0.0}, {}, InputError, "not all 0"),
        ({"comment_id": "c-7"}, {}, InputError, "c-7 is there twice"),
    ],
)
def test_wrong_input_is_named(change, options, error, part):
    frame = predictions(4).assign(**change)
    with pytest.raises(error, match=part):
        select(frame, **{"n": 2, "strategy": "margin", **options})


def test_missing_columns_are_named():
    with pytest.raises(InputError, match="no column comment_id"):
        select(pd.DataFrame({"p_a": [1.0]}), 1)
    with pytest.raises(InputError, match="no class probabilities"):
        select(pd.DataFrame({"comment_id": ["a"]}), 1)
