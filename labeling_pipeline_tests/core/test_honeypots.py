"""The honeypot bank: how large it has to be, what is drawn from it, and what it measures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.gold import assign_role
from labeling_pipeline.core.honeypots import (
    Honeypots,
    bank_need,
    check_bank,
    draw_honeypots,
    honeypot_accuracy,
    honeypot_bank,
    honeypots_missing,
    honeypots_needed,
    rate_report,
)

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


def dealt(work: pd.DataFrame, rate: float = 0.05, seed: int = 0, **options: Any) -> pd.DataFrame:
    given = {"short_bank": "refuse"} | options
    return draw_honeypots(work, Honeypots(BANK.assign(text="t"), rate, **given), np.random.default_rng(seed))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(200, 400), st.integers(0, 99))
def test_the_rate_holds_for_everyone_and_nobody_sees_one_twice(annotators: int, each: int, seed: int) -> None:
    work = real(annotators, each)
    first = dealt(work, seed=seed)
    report = rate_report(pd.concat([work.assign(is_honeypot=False), first]), 0.05)
    assert (report["standing"] == "kept").all()
    assert ((report["rate"] - 0.05).abs() <= 0.005).all()
    assert not first.duplicated(["annotator_id", "comment_id"]).any()
    second = dealt(work, seed=seed, seen=first)
    assert not pd.concat([first, second]).duplicated(["annotator_id", "comment_id"]).any()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=25), st.integers(0, 99))
def test_over_waves_however_small_the_rate_is_off_by_less_than_one(loads: list[int], seed: int) -> None:
    given, owed = 0, 0.0
    for wave, load in enumerate(loads):
        given += len(dealt(real(1, load), seed=seed + wave, owed={"a-0": owed}))
        owed = sum(loads[: wave + 1]) * 0.05 / 0.95 - given
        assert abs(owed) < 1


def test_what_a_bank_too_small_left_out_is_not_made_up_for_at_once() -> None:
    assert len(dealt(real(1, 19), owed={"a-0": 30.0})) == 2
    assert len(dealt(real(1, 19), owed={"a-0": -30.0})) == 0


def test_a_comment_of_the_round_is_nobodys_honeypot_as_well() -> None:
    work = pd.DataFrame({"comment_id": BANK["comment_id"][:57], "annotator_id": "a-0"})
    assert set(dealt(work)["comment_id"]) <= {"h-57", "h-58", "h-59"}


def test_a_bank_that_is_too_small_says_how_many_are_missing() -> None:
    assert honeypots_needed(10_000, 0.05) == 526
    with pytest.raises(InputError, match=r"annotator a-0 needs 10[56] unseen honeypots, the bank has 60; expected 4"):
        dealt(real(1, 2_000))
    assert len(dealt(real(1, 2_000), short_bank="fewer")) == 60
    with pytest.raises(SettingError, match="rate = 1"):
        dealt(real(1, 2), 1.0)
    assert dealt(real(0, 0)).empty


def test_an_empty_bank_refuses_as_one_that_is_nearly_empty_does() -> None:
    empty = Honeypots(BANK[:0].assign(text="t"), 0.05, short_bank="refuse")
    with pytest.raises(InputError, match=r"annotator a-0 needs \d unseen honeypots, the bank has 0"):
        draw_honeypots(real(2, 100), empty, np.random.default_rng(0))
    retired = {"room": dict.fromkeys(BANK["comment_id"], 0)}
    with pytest.raises(InputError, match="the bank has 0"):
        dealt(real(2, 100), **retired)
    assert dealt(real(2, 100), short_bank="fewer", **retired).empty
    assert dealt(real(2, 100), 0.0, **retired).empty, "no rate asks for none"


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 400), st.floats(-3, 3), st.integers(0, 60), st.integers(0, 99))
def test_what_a_draw_was_short_of_is_what_the_bank_lacked(each: int, owed: float, bank: int, seed: int) -> None:
    work, there = real(2, each), BANK[:bank].assign(text="t")
    pots = Honeypots(there, 0.2, owed={"a-0": owed})
    drawn = draw_honeypots(work, pots, np.random.default_rng(seed))
    missing = honeypots_missing(pd.concat([work.assign(is_honeypot=False), drawn]), pots)
    wanted = {"a-0": int(each / 4 + np.clip(owed, -1, 1)), "a-1": int(each / 4)}
    assert missing.to_dict() == {who: n - bank for who, n in wanted.items() if n > bank}


def test_the_bank_needed_for_the_source_is_refused_or_met() -> None:
    need = bank_need(2_400_000, 240, 0.05, bank=400)
    assert (need.per_annotator, need.exposures, need.needed, need.is_met) == (526, 126_316, 526, False)
    with pytest.raises(InputError, match=r"needs 526 honeypots .* the bank has 400; expected 126 more"):
        check_bank(need, 0.05)
    check_bank(bank_need(2_400_000, 240, 0.05, bank=526), 0.05)
    capped = bank_need(2_400_000, 240, 0.05, bank=600, most_exposures=100)
    assert capped.needed == 1_264
    with pytest.raises(InputError, match="needs 1264 honeypots"):
        check_bank(capped, 0.05)
    assert bank_need(2_400, 240, 0.05, bank=5, seen=5).needed == 6


def test_work_that_others_assigned_is_measured_and_violations_named() -> None:
    rows = [("kept", f"h-{i}", True) for i in range(10)] + [("kept", f"c-{i}", False) for i in range(190)]
    rows += [("low", "h-1", True)] + [("low", f"c-{i}", False) for i in range(299)]
    rows += [("again", "h-2", True)] * 10 + [("again", f"c-{i}", False) for i in range(190)]
    rows += [("few", f"c-{i}", False) for i in range(20)]
    report = rate_report(pd.DataFrame(rows, columns=["annotator_id", "comment_id", "is_honeypot"]), 0.05)
    assert dict(zip(report["annotator_id"], report["standing"], strict=True)) == {
        "again": "off", "few": "few", "kept": "kept", "low": "off",
    }  # fmt: skip
    assert report.set_index("annotator_id").loc["again", "repeated"] == 9


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
