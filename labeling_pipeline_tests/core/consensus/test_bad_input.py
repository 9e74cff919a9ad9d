"""Input as people have it: a right answer with what cannot be known said, or an error with the remedy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.consensus import consensus
from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline_tests.core.consensus.crowds import accuracy_of, crowd


def votes_of(*rows: tuple[object, object, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["task", "annotator", "label"])


def test_no_votes() -> None:
    with pytest.raises(InputError, match="no votes"):
        consensus(votes_of())


def test_every_label_empty() -> None:
    with pytest.raises(InputError, match="every label is empty"):
        consensus(votes_of(("1", "a", None), ("2", "a", None)))


def test_missing_column_names_the_columns_there_are() -> None:
    with pytest.raises(InputError, match="no column 'label' among task, worker, verdict"):
        consensus(pd.DataFrame({"task": ["1"], "worker": ["a"], "verdict": ["x"]}))


def test_votes_without_a_task() -> None:
    with pytest.raises(InputError, match="1 votes name no task"):
        consensus(votes_of(("1", "a", "x"), (None, "a", "x")))


def test_only_non_class_answers() -> None:
    with pytest.raises(InputError, match="no vote names a class"):
        consensus(votes_of(("1", "a", "unsure"), ("2", "b", "unsure")))
    labels = consensus(votes_of(("1", "a", "unsure")), classes=["x", "y"]).labels
    assert labels["confidence"].tolist() == [0.5]


def test_a_label_that_is_no_class() -> None:
    with pytest.raises(InputError, match="label 'z' is not a class; expected x, y"):
        consensus(votes_of(("1", "a", "z")), classes=["x", "y"])
    with pytest.raises(InputError, match="gold or history: label 'z' is not a class"):
        consensus(votes_of(("1", "a", "x")), classes=["x", "y"], gold=pd.DataFrame({"task": ["1"], "label": ["z"]}))


def test_unknown_method() -> None:
    with pytest.raises(SettingError, match="no consensus method 'best'; expected auto, majority"):
        consensus(votes_of(("1", "a", "x")), method="best")


def test_empty_labels_are_left_out_and_said() -> None:
    votes, _ = crowd(n_tasks=40)
    holes = pd.concat([votes, votes.head(7).assign(label=None, annotator="z")])
    result = consensus(holes, method="majority")
    assert "7 votes have an empty label and are left out" in result.notes
    pd.testing.assert_frame_equal(result.labels, consensus(votes, method="majority").labels)


def test_a_doubled_vote_counts_once() -> None:
    votes, _ = crowd(n_tasks=40)
    result = consensus(pd.concat([votes, votes.head(9)]), method="dawid_skene")
    assert "9 votes repeat an annotator's own answer and count once" in result.notes
    pd.testing.assert_frame_equal(result.labels, consensus(votes, method="dawid_skene").labels)


def test_contradicting_votes_of_one_annotator_share_one_vote() -> None:
    result = consensus(
        votes_of(("1", "a", "x"), ("1", "a", "y"), ("1", "b", "y"), ("2", "a", "x"), ("2", "b", "y")), method="majority"
    )
    labels = result.labels.set_index("task")
    assert labels.loc["1", "v_y"] == pytest.approx((1.5 + 2.5 / 4) / 3)
    assert any("2 votes contradict the same annotator" in note for note in result.notes)


def test_integer_and_text_labels_are_one() -> None:
    mixed = votes_of((1, 7, 1), ("1", "7b", "1"), (2, 7, "0"), (2, "7b", 0.0))
    labels = consensus(mixed, method="majority").labels
    assert labels["task"].tolist() == ["1", "2"]
    assert labels["label"].tolist() == ["1", "0"]


def test_integers_stay_integers_even_with_holes() -> None:
    votes = pd.DataFrame({"task": [10, 9, 10], "worker": [1.0, 2.0, np.nan], "label": [1.0, 0.0, 1.0]})
    result = consensus(votes, method="dawid_skene")
    assert result.labels["task"].tolist() == [9, 10]
    assert result.labels["label"].tolist() == ["0", "1"]
    assert result.annotators["annotator"].tolist() == [1, 2]
    assert any("1 votes name no annotator" in note for note in result.notes)


def test_categories_are_read_by_value() -> None:
    votes, _ = crowd(n_tasks=20)
    as_categories = votes.astype("category")
    pd.testing.assert_frame_equal(
        consensus(as_categories, method="one_coin").labels, consensus(votes, method="one_coin").labels
    )


def test_bytes_that_are_not_utf8() -> None:
    with pytest.raises(InputError, match="column 'label' holds bytes that are not UTF-8"):
        consensus(votes_of(("1", "a", b"caf\xe9"), ("1", "b", "x")))


def test_a_column_of_lists() -> None:
    with pytest.raises(InputError, match="column 'label' holds"):
        consensus(votes_of(("1", "a", ["x"]), ("2", "a", ["y"])))


@pytest.mark.parametrize("weight", [-1.0, np.inf])
def test_impossible_weights(weight: float) -> None:
    with pytest.raises(InputError, match=r"votes: row 1: weight is .*; expected a number, 0 or more, or empty"):
        consensus(votes_of(("1", "a", "x")).assign(weight=weight))


def test_stated_confidence_beyond_one() -> None:
    with pytest.raises(InputError, match="votes: row 1: confidence is '85'; expected a number from 0 to 1, or empty"):
        consensus(votes_of(("1", "a", "x")).assign(confidence="85"))


def test_no_annotators_means_majority_and_is_said() -> None:
    votes, gold = crowd(n_tasks=60)
    bare = consensus(votes.drop(columns="annotator"), method="dawid_skene")
    assert bare.method == "majority"
    assert len(bare.annotators) == 0
    assert "dawid_skene needs annotator ids; majority was used" in bare.notes
    assert accuracy_of(bare.labels, gold) > 0.85
    empty = consensus(votes.assign(annotator=None))
    assert any("only majority is possible" in note for note in empty.notes)
    pd.testing.assert_frame_equal(bare.labels, empty.labels)


def test_equal_votes_without_annotators_all_count() -> None:
    labels = consensus(pd.DataFrame({"task": ["1"] * 3, "label": ["x", "x", "y"]})).labels
    assert labels["n_votes"].tolist() == [3]


def test_gold_classes_no_vote_ever_used() -> None:
    votes, gold = crowd(n_tasks=60)
    strange = gold.head(40).copy()
    strange.loc[0, "label"] = "new"
    labels = consensus(votes, gold=strange).labels.set_index("task")
    assert labels.loc[strange.loc[0, "task"], "label"] == "new"
    assert "p_new" in labels
    assert np.isfinite(labels.filter(regex="^[pv]_").to_numpy()).all()


def test_gold_that_contradicts_itself() -> None:
    votes, _ = crowd(n_tasks=20)
    with pytest.raises(InputError, match="gold: task 't00001' has two different labels"):
        consensus(votes, gold=pd.DataFrame({"task": ["t00001"] * 2, "label": ["calm", "rude"]}))


def test_gold_of_other_tasks_is_counted() -> None:
    votes, gold = crowd(n_tasks=60)
    extra = pd.concat([gold, pd.DataFrame({"task": ["elsewhere"], "label": ["calm"]})])
    assert any("1 gold rows name no class or a task without votes" in n for n in consensus(votes, gold=extra).notes)


def test_gold_with_number_ids_meets_text_ids() -> None:
    votes = votes_of(*[(str(i), a, "x" if i % 2 else "y") for i in range(10) for a in "abc"])
    gold = pd.DataFrame({"task": [3], "label": ["y"]})
    assert consensus(votes, gold=gold).labels.set_index("task").loc["3", "label"] == "y"


def test_few_gold_rows_do_not_calibrate() -> None:
    votes, gold = crowd(n_tasks=60)
    result = consensus(votes, gold=gold.head(10))
    assert set(result.labels["confidence_is"]) == {"uncalibrated"}
    assert "uncalibrated: 10 gold rows, 30 needed" in result.notes


def test_bad_inclusion_probability() -> None:
    votes, gold = crowd(n_tasks=20)
    with pytest.raises(InputError, match="inclusion_p"):
        consensus(votes, gold=gold.assign(inclusion_p=0.0))


def test_history_with_a_missing_count() -> None:
    votes, _ = crowd(n_tasks=20)
    history = pd.DataFrame({"annotator": ["a000"], "true": ["calm"], "given": ["calm"], "n": [None]})
    with pytest.raises(InputError, match="history: row 1: n is empty; expected a number, 0 or more; mend the row"):
        consensus(votes, history=history)
    with pytest.raises(InputError, match=r"history: row 1: age_days is -3\.0; expected a number"):
        consensus(votes, history=history.assign(n=1, age_days=-3.0))
    with pytest.raises(InputError, match="history: no column 'n'"):
        consensus(votes, history=history.drop(columns="n"))


@pytest.mark.parametrize("blank", ["", " ", "\t"])
def test_a_label_of_blanks_is_no_class(blank: str) -> None:
    votes = pd.DataFrame({"task": list("aabb"), "worker": list("xyxy"), "label": ["p", blank, "q", "q"]})
    found = consensus(votes, method="majority")
    assert [name for name in found.labels.columns if name.startswith("p_")] == ["p_p", "p_q"]
    assert any("1 votes have an empty label" in note for note in found.notes)


def test_a_task_asked_two_questions_is_refused_and_a_task_for_each_is_not() -> None:
    votes = pd.DataFrame({"task": list("aabb"), "worker": list("xyxy"), "label": ["p", "p", "q", "q"]})
    assert len(consensus(votes.assign(question=["q1", "q1", "q2", "q2"]), method="majority").labels) == 2
    with pytest.raises(InputError, match="votes answer 2 questions"):
        consensus(votes.assign(question=["q1", "q2", "q1", "q2"]), method="majority")


def test_votes_on_several_questions_are_not_mixed() -> None:
    votes = pd.DataFrame(
        {"comment_id": ["1", "1"], "annotator_id": "a", "question": ["q1", "q2"], "answer": ["x", "y"]}
    )
    with pytest.raises(InputError, match="votes answer 2 questions"):
        consensus(votes)


def test_every_annotator_votes_once() -> None:
    votes, gold = crowd(n_tasks=4000, n_votes=5)
    crowd_of_strangers = votes.assign(annotator=np.arange(len(votes)))
    for method in ("auto", "dawid_skene", "one_coin", "wawa", "mace", "glad"):
        result = consensus(crowd_of_strangers, method=method)
        assert len(result.annotators) == len(votes)
        assert accuracy_of(result.labels, gold) > 0.9
