"""Who is paused, since when, and what becomes of their votes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import SettingError
from labeling_pipeline.core.standing import PAUSE_COLUMNS, pauses, set_aside, to_relabel

START = pd.Timestamp("2026-01-05")
BANK = pd.DataFrame({"comment_id": [f"h-{i}" for i in range(40)], "label": "rude"})


def said(annotator: str, right: list[bool]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "annotator_id": annotator,
            "comment_id": BANK["comment_id"].iloc[: len(right)],
            "label": np.where(right, "rude", "fine"),
            "answered_at": [START + pd.Timedelta(hours=i) for i in range(len(right))],
        }
    )


def test_a_pause_begins_with_the_answer_that_showed_it() -> None:
    answers = pd.concat([said("bad", [False] * 9), said("good", [True] * 9), said("new", [False] * 4)])
    found = pauses(answers, BANK, bar=0.5, min_answers=5)
    assert tuple(found.columns) == PAUSE_COLUMNS
    row = found.iloc[0].to_dict()
    assert (len(found), row["annotator_id"], row["n"], row["value"]) == (1, "bad", 5, 0.0)
    assert row["paused_at"] == START + pd.Timedelta(hours=4)
    assert row["reason"] == "0% of 5 honeypots right, the bar is 0.5"
    # What came later does not move it: a pause is not forgotten by answering well after it.
    pd.testing.assert_frame_equal(pauses(pd.concat([answers.iloc[:9], said("bad", [True] * 40).iloc[9:]]), BANK), found)
    assert pauses(answers, BANK, reinstated=["bad"]).empty
    with pytest.raises(SettingError, match=r"honeypots\.bar = 2"):
        pauses(answers, BANK, bar=2)


def test_planted_accuracy_decides_who_is_paused() -> None:
    rng = np.random.default_rng(0)
    every = pd.concat(
        [said(f"{kind}-{i}", list(rng.random(40) < p)) for kind, p in (("bad", 0.3), ("ok", 0.8)) for i in range(40)]
    )
    paused = pauses(every, BANK, bar=0.5)["annotator_id"]
    assert paused.str.startswith("bad").sum() >= 30
    assert paused.str.startswith("ok").sum() == 0


def test_later_votes_weigh_nothing_and_earlier_labels_are_listed() -> None:
    paused = pauses(said("bad", [False] * 9), BANK)
    votes = pd.DataFrame(
        {
            "comment_id": ["c-1", "c-2", "c-2", "c-2", "c-3", "c-4"],
            "annotator_id": ["bad", "bad", "x", "y", "bad", "bad"],
            "label": ["fine", "fine", "rude", "rude", "fine", "fine"],
            "answered_at": [START, START, START, START, START + pd.Timedelta(days=1), None],
        }
    )
    assert set_aside(votes, paused).tolist() == [False, False, False, False, True, False]
    labels = pd.DataFrame({"comment_id": ["c-1", "c-2", "c-3"], "label": ["fine", "rude", "fine"]})
    listed = to_relabel(votes, paused, labels)
    assert listed["comment_id"].tolist() == ["c-1", "c-2"]
    assert listed["is_decided_by_them"].tolist() == [True, False]
    assert listed["annotator_ids"].tolist() == [["bad"], ["bad"]]
    assert to_relabel(votes.iloc[:0], paused, labels).empty
