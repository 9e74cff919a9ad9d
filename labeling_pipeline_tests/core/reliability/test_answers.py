"""Known answers beside votes: which answer counts, in which order weeks stand, and what a contradiction is called."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability import (
    accuracy_table,
    bad_annotators,
    reliability_by_week,
    reliability_history,
    weekly_counts,
)
from labeling_pipeline.core.reliability.overview import annotators
from labeling_pipeline.core.reliability.weeks import week_codes

VOTES = pd.DataFrame({"task": list("xyz") * 2, "annotator": list("aaabbb"), "label": list("pqppqq")})


def answers(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["task", "label", "week"])


def right_of(known: pd.DataFrame) -> dict[str, list[int]]:
    table = accuracy_table(VOTES, known).set_index("annotator")
    return {name: table.loc[name, ["correct", "n"]].tolist() for name in "ab"}


@pytest.mark.parametrize(
    "known",
    [
        answers(("x", "q", 9), ("x", "p", 10)),
        answers(("x", "q", "9"), ("x", "p", "10")),
        answers(("x", "q", "2026-W09"), ("x", "p", "2026-W10")),
        answers(("x", "q", None), ("x", "p", 10)),
        answers(("x", "q", 9.25), ("x", "p", 9.75)),
        answers(("x", "q", 9), ("x", "p", 10), ("x", "", 11), ("x", None, 12)),
        answers(("x", "q", 9), ("x", "p", 10)).set_axis([0, 0]),
    ],
)
def test_the_latest_answer_counts_whatever_the_order_of_rows(known: pd.DataFrame) -> None:
    for rows in (known, known.iloc[::-1]):
        assert right_of(rows) == {"a": [1, 1], "b": [1, 1]}
        by_class = accuracy_table(VOTES, rows, by_class=True)
        assert by_class[["annotator", "class", "n", "correct"]].values.tolist() == [["a", "p", 1, 1], ["b", "p", 1, 1]]


def test_one_id_written_two_ways_is_one_task() -> None:
    votes = pd.DataFrame({"task": [1, 1], "annotator": ["a", "b"], "label": ["p", "q"]})
    known = pd.DataFrame({"task": ["1", "1.0"], "label": ["q", "p"], "week": [0, 1]})
    assert accuracy_table(votes, known).set_index("annotator")["correct"].to_dict() == {"a": 1, "b": 0}


def test_a_class_no_vote_ever_gave_has_its_name() -> None:
    table = accuracy_table(VOTES, answers(("x", "never", 0), ("y", "q", 0)), by_class=True)
    found = table[["annotator", "class", "n", "correct"]].values.tolist()
    assert found == [["a", "never", 1, 0], ["a", "q", 1, 1], ["b", "never", 1, 0], ["b", "q", 1, 1]]


def test_a_missing_week_does_not_turn_numbers_into_text() -> None:
    rows = [("x", "a", "q", 9), ("x", "a", "p", 10), ("y", "a", "q", None)]
    votes = pd.DataFrame(rows, columns=["task", "annotator", "label", "week"])
    for frame in (votes, votes.iloc[::-1], votes.astype({"week": "str"})):
        assert accuracy_table(frame, answers(("x", "p", 0)))["correct"].tolist() == [1]
    mixed = votes.assign(week=["9", "spring", "10"])
    for read in (lambda: accuracy_table(mixed, answers(("x", "p", 0))), lambda: bad_annotators(mixed)):
        with pytest.raises(InputError, match=r"column 'week': row 2: 'spring' is no number, and other weeks are"):
            read()


@pytest.mark.parametrize(("week", "told"), [(1.5, "1.5"), (np.inf, "inf"), (-np.inf, "-inf"), (1e300, "1e\\+300")])
def test_a_week_that_is_not_whole_is_no_week(week: float, told: str) -> None:
    votes = VOTES.assign(week=[0, 0, week, 1, 1, 1])
    known = answers(("x", "q", 0), ("y", "p", 1), ("z", "p", week))
    for read in (
        lambda: weekly_counts(votes, answers(("x", "q", 0))),
        lambda: weekly_counts(VOTES, known),
        lambda: reliability_by_week(votes),
        lambda: bad_annotators(votes),
        lambda: week_codes(votes["week"]),
    ):
        with pytest.raises(InputError, match=rf"column 'week': row 3: {told} is no .*(count whole weeks|mend it)"):
            read()


TWICE = pd.DataFrame({"task": ["x", "x"], "label": ["p", "q"]})


@pytest.mark.parametrize(
    ("read", "where"),
    [
        (lambda: accuracy_table(VOTES, TWICE), "answers"),
        (lambda: weekly_counts(VOTES, TWICE), "answers"),
        (lambda: reliability_history(VOTES, gold=TWICE), "gold"),
        (lambda: reliability_history(VOTES, honeypots=TWICE), "honeypots"),
        (lambda: reliability_history(VOTES, verdicts=TWICE), "verdicts"),
        (lambda: reliability_history(VOTES, consensus=TWICE), "consensus"),
        (lambda: annotators(VOTES, gold=TWICE), "gold"),
        (lambda: annotators(VOTES, honeypots=TWICE), "honeypots"),
    ],
)
def test_a_contradiction_is_refused_under_the_name_of_the_frame(read: Callable[[], object], where: str) -> None:
    words = f"^{where}: task 'x' has two different labels; expected one label per task; keep the right one$"
    with pytest.raises(InputError, match=words):
        read()
    with pytest.raises(InputError, match=r"^gold: no column 'label'; there are task"):
        reliability_history(VOTES, gold=TWICE[["task"]])
