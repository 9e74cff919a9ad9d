"""Which rows of a votes frame are votes, whose, and which of one person's several answers count."""

from __future__ import annotations

import pandas as pd
import pytest

from labeling_pipeline.core.agreement import agreement
from labeling_pipeline.core.consensus import consensus
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability import accuracy_table, consensus_reliability

COLUMNS = ["task", "annotator", "label", "answered_at"]
BLANKS = ["", " ", "\t", None]


def votes_of(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS[: len(rows[0])])


@pytest.mark.parametrize("blank", BLANKS)
def test_a_later_empty_row_does_not_take_a_vote_back(blank: str | None) -> None:
    votes = votes_of(("1", "a", "y", "2026-01-01"), ("1", "b", "y", "2026-01-01"), ("1", "c", "n", "2026-01-01"))
    later = pd.concat([votes, votes_of(("1", "a", blank, "2026-01-02"))], ignore_index=True)
    pd.testing.assert_frame_equal(consensus(later).labels, consensus(votes).labels)
    assert consensus(later).labels["n_votes"].tolist() == [3]
    assert [n for n in consensus(later).notes if "1 votes have an empty label" in n]
    assert not [n for n in consensus(later).notes if "changed" in n]


def test_weights_of_empty_rows_do_not_count() -> None:
    votes = votes_of(("1", "a", "y"), ("1", "b", ""), ("2", "a", "n"))
    with pytest.raises(InputError, match="every vote weighs 0"):
        consensus(votes.assign(weight=[0.0, 1.0, 0.0]))
    notes = consensus(votes.assign(confidence=[None, 0.9, None])).notes
    assert not [note for note in notes if "stated confidence" in note]


def test_answers_of_one_moment_share_the_vote_whatever_the_order_of_rows() -> None:
    at = "2026-01-01"
    votes = votes_of(
        ("1", "a", "y", at), ("1", "a", "n", at), ("1", "b", "y", at), ("1", "c", "n", at),
        ("2", "a", "y", "2025-12-31"), ("2", "a", "n", at), ("2", "a", "y", at), ("2", "b", "n", at),
        ("3", "c", "y", at),
    )  # fmt: skip
    first = consensus(votes)
    assert first.labels["n_votes"].tolist() == [3, 2, 1]
    assert first.labels.loc[0, "v_y"] == pytest.approx(0.5)
    for seed in range(5):
        again = consensus(votes.sample(frac=1, random_state=seed))
        pd.testing.assert_frame_equal(again.labels, first.labels)
        pd.testing.assert_frame_equal(again.annotators, first.annotators)


def test_another_round_is_no_second_vote_and_nameless_votes_are_never_lost() -> None:
    votes = votes_of(("1", "a", "y", "2026-01-01"), ("1", "a", "n", "2026-01-02"), ("1", "b", "y", "2026-01-01"))
    result = consensus(votes.assign(labeling_round=[1, 2, 1])).labels
    pd.testing.assert_frame_equal(result, consensus(votes).labels)
    nameless = votes_of(*[("1", name, "y", "2026-01-01") for name in (None, "a", None, None)])
    for rounds in ([None, 1, None, None], [1, 1, 1, 1]):
        assert consensus(nameless.assign(labeling_round=rounds)).labels["n_votes"].tolist() == [4]


@pytest.mark.parametrize("blank", BLANKS)
def test_blanks_are_no_class_to_anybody(blank: str | None) -> None:
    rows = [("1", "a", "y"), ("1", "b", "y"), ("2", "a", "n"), ("2", "b", "n"), ("3", "a", "y"), ("3", "b", "y")]
    plain, votes = votes_of(*rows), votes_of(*rows, ("1", "c", blank))
    assert agreement(votes, n_boot=0)["n_votes"] == 6
    gold = pd.DataFrame({"task": ["1", "2"], "label": ["y", blank]})
    table = accuracy_table(votes, gold).set_index("annotator")
    assert table["n"].to_dict() == {"a": 1, "b": 1, "c": 0}
    known = consensus_reliability(votes)[0].set_index("annotator")
    assert known["n_votes"].to_dict() == {"a": 3, "b": 3, "c": 0}
    past = pd.DataFrame({"annotator": ["a", "a"], "true": ["y", blank], "given": ["y", "y"], "n": 3})
    labels = consensus(votes, gold=gold, history=past).labels
    assert [name for name in labels if name.startswith("p_")] == ["p_n", "p_y"]
    pd.testing.assert_frame_equal(consensus(votes).labels, consensus(plain).labels)


def test_a_task_for_each_question_is_fine_under_any_name_of_the_column() -> None:
    votes = votes_of(("1", "a", "y"), ("1", "b", "y"), ("2", "a", "n"), ("2", "b", "n"))
    asked = votes.assign(question=["q1", "q1", "q2", "q2"])
    for name in ("task", "task_id"):
        assert len(consensus(asked.rename(columns={"task": name})).labels) == 2
        with pytest.raises(InputError, match="votes answer 2 questions"):
            consensus(asked.assign(task="1").rename(columns={"task": name}))


def test_two_answers_of_one_person_are_one_vote_everywhere() -> None:
    votes = votes_of(*[("1", name, label) for name, label in zip("aabb", "ynyn", strict=True)], ("2", "a", "y"))
    found = consensus(votes)
    assert found.labels["n_votes"].tolist() == [2, 1]
    assert found.annotators["n_votes"].tolist() == [2, 1]
    lone = consensus(votes_of(("1", "a", "y"), ("1", "a", "n"), ("2", "a", "y"), ("2", "b", "y")))
    assert "agreement is empty for 1 tasks with a single vote" in lone.notes


def test_two_answers_of_one_person_do_not_make_votes_enough_to_tell_ambiguity() -> None:
    people = votes_of(*[(f"t{i:03d}", f"a{(i + j) % 9}", "yn"[(i * j) % 7 == 0]) for i in range(300) for j in range(2)])
    other = people.assign(label=people["label"].map({"y": "n", "n": "y"}))
    notes = consensus(pd.concat([people, other])).notes
    assert any("too few votes per task to tell ambiguous" in note for note in notes)


def test_confusions_have_one_type_whether_anybody_was_silent_or_not() -> None:
    votes = votes_of(("1", "a", "y"), ("1", "b", "y"), ("2", "a", "n"), ("2", "b", "n"))
    silent = pd.concat([votes, votes_of(("1", "c", ""))])
    for frame in (votes, silent):
        kinds = consensus(frame).annotators.filter(like="c_").dtypes.astype(str)
        assert set(kinds) == {"Float64"}
