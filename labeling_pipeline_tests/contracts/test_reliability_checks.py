"""What every check of annotators promises; a new one is held to it by being in the registry."""

from __future__ import annotations

import pandas as pd
import pytest

from labeling_pipeline.core.reliability import CHECKS, bad_annotators
from labeling_pipeline_tests.core.reliability.planted import bad_crowd, crowd

BAD = bad_crowd(n_annotators=60, n_tasks=4_000, random=4, one_answer=4, declining=4, copiers=4)
GOOD = crowd(n_tasks=3_000, n_annotators=40)[0]
KEYS = ["annotator", "other"]
SAID = [*KEYS, "status", "value", "q", "n"]


def found_by(name: str, votes: pd.DataFrame) -> pd.DataFrame:
    found = bad_annotators(votes, checks=[name])
    return found.sort_values(KEYS, ignore_index=True)


@pytest.mark.parametrize("name", CHECKS)
def test_it_says_something_of_everyone_and_why_of_whom_it_cannot_clear(name: str) -> None:
    found = found_by(name, BAD.votes)
    assert set(found["annotator"]) == set(BAD.votes["annotator"])
    assert set(found["check"]) == {name}
    assert set(found["status"]) <= {"flagged", "clear", "insufficient"}
    assert (found.loc[found["status"] != "clear", "reason"].str.len() > 0).all()
    assert found.loc[found["status"] == "flagged", "q"].between(0, 0.1).all()


@pytest.mark.parametrize("name", CHECKS)
def test_it_flags_bad_annotators_and_nobody_else(name: str) -> None:
    flagged = set(found_by(name, BAD.votes).query("status == 'flagged'")["annotator"])
    assert flagged
    assert flagged <= set(BAD.kind.index[BAD.kind != "honest"])
    assert found_by(name, GOOD).query("status == 'flagged'").empty


@pytest.mark.parametrize("name", CHECKS)
def test_names_of_comments_and_answers_do_not_change_what_it_says(name: str) -> None:
    renamed = BAD.votes.assign(task="x" + BAD.votes["task"].astype(str), label="x" + BAD.votes["label"].astype(str))
    pd.testing.assert_frame_equal(found_by(name, BAD.votes)[SAID], found_by(name, renamed)[SAID], rtol=1e-6)


@pytest.mark.parametrize("name", CHECKS)
def test_the_order_of_the_rows_changes_nobodys_status(name: str) -> None:
    shuffled = BAD.votes.sample(frac=1, random_state=0)
    keys = ["annotator", "other", "status"]
    pd.testing.assert_frame_equal(found_by(name, BAD.votes)[keys], found_by(name, shuffled)[keys])


@pytest.mark.parametrize("name", CHECKS)
def test_of_a_handful_of_votes_it_says_that_they_are_too_few(name: str) -> None:
    few = GOOD.head(12)
    assert set(found_by(name, few)["status"]) == {"insufficient"}
