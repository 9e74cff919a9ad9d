"""Counting over everybody's sheets: honeypots are there as often as comments, wherever the bank allows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.assignment import assign
from labeling_pipeline.core.honeypot_deal import Alike, round_up, told_apart
from labeling_pipeline.core.honeypots import Honeypots, rate_report
from labeling_pipeline.core.people import Limits


def frame(kind: str, n: int) -> pd.DataFrame:
    return pd.DataFrame({"comment_id": [f"{kind}{place}" for place in range(n)], "text": "words"})


def handed(n: int, people: int, votes: int | list[int], bank: int, seed: int, rate: float = 0.05, **given: Any) -> Any:
    names, pots = [f"a{place}" for place in range(people)], Honeypots(frame("h", bank), rate, **given)
    return assign(frame("c", n), names, votes, seed, honeypots=pots)


def counted(rows: pd.DataFrame) -> tuple[set[int], pd.Series]:
    """How often comments are there, and each honeypot."""
    times = rows.groupby("is_honeypot")["comment_id"].value_counts()
    return set(times[False]), times[True] if rows["is_honeypot"].any() else pd.Series(dtype=int)


@settings(max_examples=30, deadline=None)
@given(
    people=st.integers(5, 60), votes=st.integers(1, 5), each=st.integers(5, 300), rate=st.floats(0.02, 0.2),
    seed=st.integers(0, 99),
)  # fmt: skip
def test_a_honeypot_is_there_as_often_as_a_comment(people: int, votes: int, each: int, rate: float, seed: int) -> None:
    n = people * each // votes
    rows = handed(n, people, votes, 2_000, seed, rate)
    assert set(counted(rows)[1]) <= {votes}
    assert not rows.duplicated(["annotator_id", "comment_id"]).any()
    by_name = rows.groupby("annotator_id")["is_honeypot"].agg(["sum", "size"])
    wanted = (by_name["size"] - by_name["sum"]) * rate / (1 - rate)
    assert ((by_name["sum"] - wanted).abs() < 1).all()
    assert not told_apart(rows)


def test_where_comments_get_different_numbers_of_votes_so_do_honeypots() -> None:
    votes = [2] * 600 + [5] * 200
    sizes, pots = counted(handed(800, 25, votes, 400, 3, 0.1))
    assert set(pots) == sizes == {2, 5}
    assert 0.6 < (pots == 2).mean() < 0.9


def test_the_rate_is_the_one_that_is_set_whatever_the_numbers_have_to_add_up_to() -> None:
    wanted, plenty, rng = np.full(9, 15 / 19), np.full(9, 200), np.random.default_rng(0)
    comments = Alike(np.full(45, 3), np.zeros(45, np.int64))
    total = [int(round_up(wanted, plenty, comments, rng)[0].sum()) for _ in range(2_000)]
    assert set(total) == {6, 9}
    assert abs(np.mean(total) - 135 / 19) < 0.1


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 99), st.integers(4, 30))
def test_over_rounds_honeypots_stay_hidden_while_the_bank_is_fresh(seed: int, people: int) -> None:
    seen, gone, worked = pd.DataFrame(columns=["annotator_id", "comment_id"]), 0, 0.0
    owed: dict[str, float] = {}
    for wave in range(4):
        rows = handed(people * 20, people, 3, people * 16, seed + wave, seen=seen, owed=owed)
        pots = rows[rows["is_honeypot"].astype(bool)]
        assert set(counted(rows)[1]) <= {3}
        assert not set(pots["comment_id"]) & set(seen["comment_id"]), "one seen in two rounds is there more often"
        seen = pd.concat([seen, pots[["annotator_id", "comment_id"]]])
        gone, worked = gone + len(pots), worked + 60 * people / 19
        by_name = seen["annotator_id"].value_counts()
        owed = {f"a{who}": (wave + 1) * 60 / 19 - by_name.get(f"a{who}", 0) for who in range(people)}
        assert all(abs(one) < 1 for one in owed.values())
    assert abs(gone - worked) < people


@pytest.mark.parametrize(("people", "share"), [(8, 0.9), (12, 0.95), (20, 0.97), (30, 0.98)])
def test_in_later_waves_honeypots_were_there_before_as_often_as_the_comments(people: int, share: float) -> None:
    shown = [one for seed in range(100, 130) for one in lived_like_comments(seed, people)]
    assert np.mean(shown) > share, "a wave of few honeypots cannot always have one for every life that comments have"


def lived_like_comments(seed: int, people: int) -> list[bool]:
    """Of each honeypot of three waves, whether some comment was in just as many sheets of every wave."""
    names, comments, bank = [f"a{place}" for place in range(people)], frame("c", people * 20), frame("h", 400)
    asked = assign(comments, names, 3, seed, honeypots=Honeypots(bank, 0.1))
    for wave, votes in enumerate((2, 1), start=2):
        again = comments.iloc[wave - 2 :: 4 * wave - 7]  # all of them, then a fifth
        pots = Honeypots(bank, 0.1, seen=asked[asked["is_honeypot"].astype(bool)])
        asked = pd.concat([asked, assign(again, names, votes, seed, wave, honeypots=pots, asked=asked)])
    waves = asked.groupby(["comment_id", "labeling_round"]).size().unstack(fill_value=0)
    is_pot = waves.index.isin(bank["comment_id"])
    lives = {tuple(row) for row in waves[~is_pot].to_numpy().tolist()}
    return [tuple(row) in lives for row in waves[is_pot].to_numpy().tolist()]


def test_a_bank_too_small_shows_few_of_its_honeypots_often_instead_of_all() -> None:
    rows = handed(2_400, 40, 3, 60, 0)
    _, pots = counted(rows)
    assert rate_report(rows, 0.05)["rate"].sub(0.05).abs().max() < 0.005
    # 379 exposures are wanted, and 60 honeypots for three people each are 180: six for everybody hold the rest.
    assert len(pots) == 60
    assert (pots == 3).sum() >= 52
    assert set(told_apart(rows)) == set(pots.index[pots != 3])


def test_a_bank_as_large_as_its_need_serves_everybody() -> None:
    rows = handed(8_000, 24, 3, 53, 1, short_bank="refuse")
    assert rate_report(rows, 0.05)["rate"].sub(0.05).abs().max() < 0.001


def test_people_who_are_spared_keep_the_rate_and_the_numbers() -> None:
    names, bank = [f"a{place}" for place in range(20)], frame("h", 200)
    spared = Limits(dict.fromkeys(names, 2), frozenset(names[:5]))
    limits = replace(spared, harmful={f"h{place}" for place in range(100)})
    rows = assign(frame("c", 800), names, 3, 0, honeypots=Honeypots(bank, 0.05), people=limits)
    assert set(counted(rows)[1]) == {3}
    hard = rows[rows["comment_id"].isin(limits.harmful)]["annotator_id"].value_counts()
    assert hard.max() <= 2
    assert not set(hard.index) & set(names[:5])
    by_name = rows.groupby("annotator_id")["is_honeypot"].agg(["sum", "size"])
    assert (by_name["sum"] - (by_name["size"] - by_name["sum"]) / 19).abs().max() < 1
