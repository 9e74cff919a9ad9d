"""Who is asked about what: the surest hands where a mind can least be made up, loads as dealt, nobody twice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.assignment import assign
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.matching import Known, Match, match_up, skills
from labeling_pipeline.core.pairing import pair_up


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 60), people=st.integers(3, 20), votes=st.integers(1, 3), seed=st.integers(0, 9))
def test_matched_work_is_dealt_evenly_and_nobody_sees_a_comment_again(
    n: int, people: int, votes: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    first = pair_up(np.full(n, min(votes, people - votes)), people, np.empty(0, np.int64), rng)
    had = np.sort(first[0] * people + first[1])
    match = Match(rng.random(n), rng.random(people))
    place, who = pair_up(np.full(n, votes), people, had, rng, match)
    pair = place * people + who
    assert len(np.unique(pair)) == len(pair)
    assert not np.isin(pair, had).any()
    assert (np.bincount(place, minlength=n) == np.minimum(votes, people - np.bincount(first[0], minlength=n))).all()


def test_the_best_are_asked_about_the_least_sure_and_all_have_as_much_to_do() -> None:
    rng = np.random.default_rng(0)
    unsure, skill = rng.random(2_000), rng.random(40)
    place, who = pair_up(np.ones(2_000, np.int64), 40, np.empty(0, np.int64), rng, Match(unsure, skill))
    assert np.corrcoef(unsure[place], skill[who])[0, 1] > 0.95
    assert np.bincount(who, minlength=40).tolist() == [50] * 40


def test_matched_answers_are_worth_more_than_answers_dealt_at_random() -> None:
    """One answer of accuracy a to a label of probability p is worth max(0, a − p)."""
    rng = np.random.default_rng(1)
    for _ in range(20):
        p, accuracy, place = rng.uniform(0.5, 1, 300), rng.uniform(0.5, 0.95, 30), np.arange(300)
        who = rng.permutation(place % 30)
        matched, against = (match_up(place, who, Match(unsure, accuracy), rng) for unsure in (1 - p, p))
        worth = [np.maximum(accuracy[one] - p, 0).sum() for one in (matched, who, against)]
        assert worth[0] > worth[1] > worth[2]


def test_who_has_answered_little_is_taken_for_the_crowd() -> None:
    found = skills(np.array([90.0, 1.0, 0.0]), np.array([100.0, 1.0, 0.0]))
    assert found[2] == pytest.approx(91 / 101)
    assert found[0] < found[1] < 1
    assert skills(np.zeros(2), np.zeros(2)).tolist() == [1.0, 1.0]
    with pytest.raises(InputError, match="finite"):
        Match(np.array([np.nan]), np.ones(1))


def test_strangers_stand_in_the_middle_and_the_same_call_gives_the_same() -> None:
    comments = pd.DataFrame({"comment_id": [f"c-{i:03d}" for i in range(300)], "text": "t"})
    unsure = {f"c-{i:03d}": i / 300 for i in range(300)}
    known = Known(unsure, {"good": 0.9, "bad": 0.5, "so-so": 0.7})
    one, again = (assign(comments, ["bad", "good", "new"], 1, 3, 2, known=known) for _ in range(2))
    assert one.equals(again)
    mean = one.assign(unsure=one["comment_id"].map(unsure)).groupby("annotator_id")["unsure"].mean()
    assert mean["good"] > mean["new"] + 0.2 > mean["bad"] + 0.4
