"""Assignments: balanced, never doubled, honeypots indistinguishable and never repeated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.assignment import assign
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.honeypots import Honeypots, bank_need, rate_report
from labeling_pipeline.core.people import Limits


def frame(prefix: str, count: int) -> pd.DataFrame:
    ids = [f"{prefix}{place}" for place in range(count)]
    return pd.DataFrame({"comment_id": ids, "text": [f"text of {one}" for one in ids]})


@settings(max_examples=40, deadline=None)
@given(
    n_comments=st.integers(0, 40),
    n_annotators=st.integers(1, 12),
    votes=st.integers(1, 5),
    rate=st.floats(0, 0.4),
    seed=st.integers(0, 5),
)
def test_balanced_and_never_doubled(n_comments: int, n_annotators: int, votes: int, rate: float, seed: int) -> None:
    votes = min(votes, n_annotators)
    people = [f"a{place}" for place in range(n_annotators)]
    rows = assign(frame("c", n_comments), people, votes, seed, honeypots=Honeypots(frame("h", 30), rate))
    ordinary = rows[~rows["is_honeypot"].astype(bool)]
    assert ordinary["comment_id"].value_counts().eq(votes).all()
    assert len(ordinary) == n_comments * votes
    assert not rows.duplicated(["comment_id", "annotator_id"]).any()
    assert rows["assignment_id"].is_unique
    loads = ordinary["annotator_id"].value_counts().reindex(people, fill_value=0)
    assert loads.max() - loads.min() <= 1


def test_no_honeypot_twice_to_one_annotator_over_rounds() -> None:
    people, bank, seen = ["x", "y", "z"], frame("h", 12), pd.DataFrame(columns=["annotator_id", "comment_id"])
    for labeling_round in range(1, 6):
        rows = assign(
            frame(f"c{labeling_round}-", 40), people, 3, 0, labeling_round, honeypots=Honeypots(bank, 0.1, seen=seen)
        )
        pots = rows.loc[rows["is_honeypot"].astype(bool), ["annotator_id", "comment_id"]]
        seen = pd.concat([seen, pots])
    assert not seen.duplicated().any()
    assert len(seen) == 3 * 12  # the bank ran dry rather than repeat itself


def test_the_rate_is_kept_and_the_order_tells_nothing() -> None:
    rows = assign(
        frame("c", 1000), [f"a{place}" for place in range(50)], 3, 0, honeypots=Honeypots(frame("h", 300), 0.05)
    )
    hidden = rows["is_honeypot"].astype(bool)
    assert hidden.mean() == pytest.approx(0.05, abs=0.01)
    assert abs(rows.index[hidden].to_numpy().mean() / len(rows) - 0.5) < 0.08
    assert rows["assignment_id"].str.fullmatch(r"a-[0-9a-f]{16}").all()


def test_an_odd_index_does_not_matter() -> None:
    twice = pd.concat([frame("c", 3), frame("d", 3)])
    assert len(assign(twice, ["x", "y"], 2, 0)) == 12


def test_more_votes_than_annotators_is_refused() -> None:
    with pytest.raises(InputError, match="votes_per_comment"):
        assign(frame("c", 2), ["x"], 3, 0)


@settings(max_examples=40, deadline=None)
@given(
    n_comments=st.integers(1, 30),
    n_annotators=st.integers(1, 9),
    seed=st.integers(0, 9),
    waves=st.lists(st.integers(1, 3), min_size=2, max_size=4),
)
def test_over_waves_nobody_votes_twice_on_a_comment(
    n_comments: int, n_annotators: int, seed: int, waves: list[int]
) -> None:
    comments, people = frame("c", n_comments), [f"a{place}" for place in range(n_annotators)]
    rng = np.random.default_rng(seed)
    asked, wanted_in_all = pd.DataFrame(columns=["comment_id", "annotator_id"]), np.zeros(n_comments, dtype=int)
    for labeling_round, votes in enumerate(waves, start=1):
        wanted = rng.integers(0, min(votes, n_annotators) + 1, n_comments)
        rows = assign(comments, people, wanted, seed, labeling_round, asked=asked)
        asked = pd.concat([asked, rows[["comment_id", "annotator_id"]]])
        wanted_in_all += wanted
    assert not asked.duplicated().any()
    got = asked["comment_id"].value_counts().reindex(comments["comment_id"], fill_value=0).to_numpy()
    assert (got == np.minimum(wanted_in_all, n_annotators)).all()


def test_another_wave_is_as_evenly_spread() -> None:
    people, comments = [f"a{place}" for place in range(60)], frame("c", 2_000)
    first = assign(comments, people, 3, 1)
    second = assign(comments, people, 2, 1, 2, asked=first)
    loads = second["annotator_id"].value_counts()
    assert loads.max() - loads.min() <= 1


def test_a_bank_that_is_too_small_is_refused_where_the_rate_is_to_hold() -> None:
    with pytest.raises(InputError, match="the bank has 3"):
        assign(frame("c", 400), ["x", "y"], 1, 0, honeypots=Honeypots(frame("h", 3), 0.05, short_bank="refuse"))
    assert not assign(frame("c", 4), ["x", "y"], 1, 0, honeypots=Honeypots(frame("h", 0), 0.05, short_bank="refuse"))[
        "is_honeypot"
    ].any()


@settings(max_examples=60, deadline=None)
@example(n_comments=5, n_annotators=4, cap=2, opted=1, seed=0)  # room enough, when it is not used up with the first two
@given(
    n_comments=st.integers(1, 30),
    n_annotators=st.integers(2, 9),
    cap=st.integers(0, 6),
    opted=st.integers(0, 3),
    seed=st.integers(0, 9),
)
def test_nobody_is_handed_more_harm_than_they_may_be(
    n_comments: int, n_annotators: int, cap: int, opted: int, seed: int
) -> None:
    people, bank = [f"a{place}" for place in range(n_annotators)], frame("h", 40)
    harmful = {f"c{place}" for place in range(0, n_comments, 2)} | {f"h{place}" for place in range(20)}
    spared = Limits(dict.fromkeys(people, cap), frozenset(people[:opted]))
    votes = min(2, n_annotators)
    rows = assign(
        frame("c", n_comments),
        people,
        votes,
        seed,
        honeypots=Honeypots(bank, 0.3),
        people=replace(spared, harmful=harmful),
    )
    hard = rows[rows["comment_id"].isin(harmful)]["annotator_id"].value_counts()
    assert hard.max() <= cap if len(hard) else True
    assert not set(hard.index) & set(people[:opted])
    assert not rows.duplicated(["comment_id", "annotator_id"]).any()
    real = rows[~rows["is_honeypot"].astype(bool)]["comment_id"].value_counts()
    assert real.drop([c for c in real.index if c in harmful]).eq(votes).all()
    able = n_annotators - min(opted, n_annotators)
    asked = real[[c for c in real.index if c in harmful]]
    assert asked.eq(min(votes, able)).all()
    wanted = len([c for c in harmful if c[0] == "c"])
    if able * cap >= wanted * min(votes, able) and able:
        assert len(asked) == wanted, "there was room for all of them"


def test_a_person_away_is_asked_nothing_and_enough_others_must_be_there() -> None:
    away = Limits(away=frozenset({"x"}))
    assert set(
        assign(frame("c", 9), ["x", "y", "z"], 2, 0, honeypots=Honeypots(frame("h", 9), 0.2), people=away)[
            "annotator_id"
        ]
    ) == {
        "y",
        "z",
    }
    with pytest.raises(InputError, match="3 votes per comment asked of 2 annotators"):
        assign(frame("c", 9), ["x", "y", "z"], 3, 0, honeypots=Honeypots(frame("h", 9), 0.2), people=away)


@pytest.mark.parametrize("most", [2, 5])
def test_a_honeypot_is_not_worn_beyond_its_cap_within_one_round(most: int) -> None:
    bank, people = frame("h", 60), [f"a{place}" for place in range(20)]
    room = dict.fromkeys(bank["comment_id"], most) | {"h0": 0, "h1": 1}
    rows = assign(frame("c", 400), people, 3, 0, honeypots=Honeypots(bank, 0.1, room=room))
    shown = rows[rows["is_honeypot"].astype(bool)]["comment_id"].value_counts()
    assert all(n <= room[one] for one, n in shown.items())
    assert "h0" not in shown
    needed = bank_need(1_200, 20, 0.1, bank=60, most_exposures=most)
    if needed.is_met:
        assert rate_report(rows, 0.1)["rate"].sub(0.1).abs().max() < 0.02
    with pytest.raises(InputError, match="unseen honeypots"):
        assign(frame("c", 4_000), people, 3, 0, honeypots=Honeypots(bank, 0.1, room=room, short_bank="refuse"))
