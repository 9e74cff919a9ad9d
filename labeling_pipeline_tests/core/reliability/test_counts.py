"""Weekly counts: online equals refit to the last bit, late and changed answers, bad input."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability import update_counts, weekly_counts
from labeling_pipeline_tests.core.reliability.planted import crowd

VOTES = pd.DataFrame(
    {"task": list("xyzx"), "annotator": list("aaab"), "label": list("ppqq"), "week": [0, 1, 3, 2]},
)


def answers(*rows: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["task", "label", "week"])


def test_evidence_counts_when_vote_and_answer_are_both_known() -> None:
    counted = weekly_counts(VOTES, answers(("x", "p", 2), ("y", "q", 0), ("z", "q", 1)))
    assert counted.values.tolist() == [
        ["a", 1, 0.0, 1.0, 1],
        ["a", 2, 1.0, 1.0, 1],
        ["a", 3, 1.0, 1.0, 1],
        ["b", 2, 0.0, 1.0, 1],
    ]


def test_a_changed_answer_replaces_the_old_one() -> None:
    counted = weekly_counts(VOTES, answers(("x", "p", 0), ("x", "q", 4)), decay=0.5)
    state = update_counts(None, counted, decay=0.5)
    # a was right in week 0, is wrong since week 4; b voted in week 2 against p, is right since week 4.
    assert state[["annotator", "correct", "n", "n_votes"]].values.tolist() == [["a", 0.0, 1.0, 1], ["b", 1.0, 1.0, 1]]


def test_a_repeated_answer_is_not_counted_twice() -> None:
    once = weekly_counts(VOTES, answers(("x", "p", 0)))
    assert weekly_counts(VOTES, answers(("x", "p", 0), ("x", "p", 5))).equals(once)


def test_an_answer_no_vote_ever_gave_makes_every_vote_wrong() -> None:
    counted = weekly_counts(VOTES, answers(("x", "never used", 0)))
    assert counted["correct"].tolist() == [0, 0]
    assert counted["n"].tolist() == [1, 1]


def test_empty_answers_are_no_answers() -> None:
    unanswered = pd.DataFrame({"task": ["x", "y"], "label": [None, ""], "week": 0})
    assert weekly_counts(VOTES, unanswered).empty


@pytest.mark.parametrize("decay", [1.0, 0.97, 0.5])
def test_online_equals_refit_exactly(decay: float) -> None:
    votes, gold, _ = crowd()
    gold["week"] = (pd.Series(range(len(gold))) * 7) % 12
    late = gold.sample(300, random_state=1).assign(week=11, label="none")
    counted = weekly_counts(votes, pd.concat([gold, late]), decay=decay)
    refit = update_counts(None, counted, decay=decay)
    state = None
    for week in range(12):
        # What is known by that week is all an online update sees.
        known = pd.concat([gold, late])
        seen = weekly_counts(votes[votes["week"] <= week], known[known["week"] <= week], decay=decay)
        state = update_counts(state, seen[seen["week"] == week], decay=decay, week=week)
    assert state is not None
    pd.testing.assert_frame_equal(state, refit, check_exact=True)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("tuv"), st.sampled_from("abc"), st.sampled_from("pq"), st.integers(0, 4))),
    st.lists(st.tuples(st.sampled_from("tuv"), st.sampled_from("pqr"), st.integers(0, 6)), max_size=8),
)
def test_any_history_online_equals_refit(
    vote_rows: list[tuple[str, str, str, int]], answer_rows: list[tuple[str, str, int]]
) -> None:
    votes = pd.DataFrame(vote_rows, columns=["task", "annotator", "label", "week"]).astype({"week": int})
    known = answers(*answer_rows).astype({"week": int})
    counted = weekly_counts(votes, known, decay=0.9)
    refit = update_counts(None, counted, decay=0.9)
    state = None
    for week in range(7):  # votes and answers of later weeks are not there yet
        seen = weekly_counts(votes[votes["week"] <= week], known[known["week"] <= week], decay=0.9)
        state = update_counts(state, seen[seen["week"] == week], decay=0.9, week=week)
    assert state is not None
    if len(refit):
        refit = update_counts(None, counted, decay=0.9, week=6)
        pd.testing.assert_frame_equal(state, refit, check_exact=True)
        assert (state["n_votes"] > 0).all()
        assert (state["n"] > 0).all()
        # However often somebody voted on a task, it is one judged vote.
        pairs = votes[votes["task"].isin(known["task"])].drop_duplicates(["task", "annotator"])
        assert state.set_index("annotator")["n_votes"].to_dict() == pairs["annotator"].value_counts().to_dict()


def test_a_vote_given_twice_counts_once_and_a_later_one_replaces_it() -> None:
    known = answers(("x", "p", 0), ("y", "q", 0))
    once = weekly_counts(VOTES, known)
    assert weekly_counts(pd.concat([VOTES, VOTES, VOTES.assign(week=VOTES["week"] + 5)]), known).equals(once)
    twice = pd.concat([VOTES, VOTES.head(1).assign(label="q", week=4)])
    state = update_counts(None, weekly_counts(twice, known, decay=0.5), decay=0.5, week=4)
    # a was right on x in week 0, on y never; since week 4 wrong on x too.
    assert state[["annotator", "correct", "n", "n_votes"]].values.tolist()[0] == ["a", 0.0, 1.0 + 0.5**3, 2]


def test_a_week_is_never_counted_twice() -> None:
    counted = weekly_counts(VOTES, answers(("x", "p", 0)))
    state = update_counts(None, counted)
    with pytest.raises(InputError, match="already in the state"):
        update_counts(state, counted)


@pytest.mark.parametrize("decay", [0.0, 1.1, -1.0])
def test_bad_decay_is_named(decay: float) -> None:
    with pytest.raises(InputError, match="decay"):
        weekly_counts(VOTES, answers(("x", "p", 0)), decay=decay)


@pytest.mark.parametrize(
    ("votes", "words"),
    [
        (VOTES.drop(columns="annotator"), "no column 'annotator'"),
        (VOTES.assign(annotator=None), "no vote has an annotator"),
        (VOTES.assign(week=["x", 0, 0, 0]), "'week' is not a number"),
    ],
)
def test_bad_votes_are_named(votes: pd.DataFrame, words: str) -> None:
    with pytest.raises(InputError, match=words):
        weekly_counts(votes, answers(("x", "p", 0)))
