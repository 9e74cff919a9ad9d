from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.gold import assign_role
from labeling_pipeline.core.honeypots import honeypot_accuracy, honeypot_bank, honeypots_needed, mix_in

BANK = pd.DataFrame({"comment_id": [f"h-{i}" for i in range(60)], "label": "fine"})


def gold(n: int) -> pd.DataFrame:
    ids = [f"g-{i}" for i in range(n)]
    return pd.DataFrame({"comment_id": ids, "label": "fine", "role": [assign_role(c) for c in ids]})


def real(annotators: int, each: int) -> pd.DataFrame:
    pairs = [(f"c-{i}", f"a-{a}") for a in range(annotators) for i in range(each)]
    return pd.DataFrame(pairs, columns=["comment_id", "annotator_id"])


def test_the_bank_is_fit_gold_only_and_grows_without_reshuffling() -> None:
    small, large = honeypot_bank(gold(300)), honeypot_bank(gold(600))
    roles = gold(600).set_index("comment_id")["role"]
    assert set(roles[large["comment_id"]]) == {"fit"}
    assert set(small["comment_id"]) <= set(large["comment_id"])
    assert len(large) == pytest.approx(150, abs=35)
    with pytest.raises(SettingError, match=r"honeypots.bank_share = 1\.5"):
        honeypot_bank(gold(3), 1.5)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(200, 400), st.integers(0, 99))
def test_the_rate_holds_for_everyone_and_nobody_sees_one_twice(annotators: int, each: int, seed: int) -> None:
    first = mix_in(real(annotators, each), BANK, 0.05, seed=seed)
    rate = first.groupby("annotator_id")["is_honeypot"].mean()
    assert ((rate - 0.05).abs() <= 0.005).all()
    assert not first.duplicated(["annotator_id", "comment_id"]).any()
    seen = first.loc[first["is_honeypot"], ["comment_id", "annotator_id"]]
    second = mix_in(real(annotators, each), BANK, 0.05, seen=seen, seed=seed)
    both = pd.concat([seen, second.loc[second["is_honeypot"], ["comment_id", "annotator_id"]]])
    assert not both.duplicated().any()


def test_the_place_of_a_honeypot_gives_nothing_away() -> None:
    mixed = mix_in(real(200, 95), BANK, 0.05)
    place = mixed.groupby("annotator_id").cumcount()[mixed["is_honeypot"]]
    assert place.mean() == pytest.approx(49.5, abs=3)


def test_a_bank_that_is_too_small_says_how_many_are_missing() -> None:
    assert honeypots_needed(10_000, 0.05) == 526
    with pytest.raises(InputError, match="annotator a-0 needs 105 unseen honeypots, the bank has 60; expected 45 more"):
        mix_in(real(1, 2_000), BANK, 0.05)
    with pytest.raises(SettingError, match="rate = 1"):
        honeypots_needed(10, 1.0)
    assert mix_in(real(0, 0), BANK, 0.05).empty


def test_accuracy_has_an_interval_and_few_answers_are_insufficient() -> None:
    answers = pd.DataFrame(
        {
            "annotator_id": ["a"] * 20 + ["b"] * 2 + ["c"],
            "comment_id": [*[f"h-{i}" for i in range(20)], "h-0", "h-1", "c-1"],
            "label": ["fine"] * 15 + ["rude"] * 5 + ["fine"] * 3,
        }
    )
    found = honeypot_accuracy(answers, BANK).set_index("annotator_id")
    assert found.index.tolist() == ["a", "b"]
    assert found.loc["a", ["value", "n", "standing"]].tolist() == [0.75, 20, "measured"]
    assert found.loc["b", ["value", "n", "standing"]].tolist() == [1.0, 2, "insufficient"]
    assert found.loc["a", "low"] < 0.75 < found.loc["a", "high"]
    assert found.loc["b", "high"] == 1.0


def test_the_interval_covers_the_truth() -> None:
    rng = np.random.default_rng(0)
    covered = []
    for _ in range(200):
        labels = np.where(rng.random(40) < 0.8, "fine", "rude")
        answers = pd.DataFrame({"annotator_id": "a", "comment_id": [f"h-{i}" for i in range(40)], "label": labels})
        row = honeypot_accuracy(answers, BANK).iloc[0]
        covered.append(row["low"] <= 0.8 <= row["high"])
    assert np.mean(covered) > 0.9
