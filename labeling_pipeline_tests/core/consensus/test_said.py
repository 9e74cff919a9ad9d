"""What was not used, or cannot be known, is said; and one value written two ways is one value."""

from __future__ import annotations

import pandas as pd
import pytest

from labeling_pipeline.core.agreement import agreement
from labeling_pipeline.core.consensus import consensus
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability import accuracy_table
from labeling_pipeline_tests.core.consensus.crowds import crowd


def votes_of(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["task", "annotator", "label"])


def test_history_that_meets_nobody_or_no_class_is_named() -> None:
    votes, _ = crowd(n_tasks=60)
    rows = [("a000", "calm", "calm"), ("nobody", "calm", "calm"), ("a000", "rude", "rudest"), ("a001", "clam", "calm")]
    history = pd.DataFrame(rows, columns=["annotator", "true", "given"]).assign(n=3)
    notes = consensus(votes, history=history).notes
    assert "history: 1 rows of annotators without a vote are not used: 'nobody'" in notes
    assert "history: 1 rows whose given answer is none that votes know are not used: 'rudest'" in notes
    assert any(note.startswith("history alone names the true class 'clam': no vote and no gold does") for note in notes)
    with pytest.raises(InputError, match="'clam' is not a class"):
        consensus(votes, history=history, classes=["calm", "rude", "vile"])
    clean = history[history["true"] != "clam"].head(1)
    assert not [note for note in consensus(votes, history=clean).notes if "history" in note]


def test_votes_that_weigh_nothing() -> None:
    votes = votes_of(("1", "a", "x"), ("1", "b", "x"), ("2", "a", "y"), ("2", "b", "x"), ("3", "c", "y"))
    with pytest.raises(InputError, match="column 'weight': every vote weighs 0; give weights above 0"):
        consensus(votes.assign(weight=0.0))
    found = consensus(votes.assign(weight=[1, 1, 0, 0, 0]), method="majority")
    assert any(note.startswith("2 tasks have only votes of weight 0, the first '2'") for note in found.notes)
    known = found.annotators.set_index("annotator")
    assert known["note"].to_dict() == {"a": "", "b": "", "c": "no votes that weigh anything"}
    assert known["reliability"].isna().to_dict() == {"a": False, "b": False, "c": True}
    with pytest.raises(
        InputError, match=r"votes: row 3: weight is -1\.0; expected a number, 0 or more, or empty; mend"
    ):
        consensus(votes.assign(weight=[1, 1, -1.0, 0, 0]))


def test_of_whom_nothing_is_known_there_is_no_reliability() -> None:
    votes, gold = crowd(n_tasks=60)
    alone = votes_of(*[(f"x{i}", "loner", "calm") for i in range(4)], ("t00001", "silent", None))
    both = pd.concat([votes, alone])
    known = consensus(both).annotators.set_index("annotator")
    assert known.loc[["loner", "silent"], "reliability"].isna().all()
    assert known.loc["loner", "note"].startswith("no overlap: nobody else")
    assert known.loc["silent", "note"].startswith("no votes: every label")
    assert known.loc["silent"].filter(like="c_").isna().all()
    rest = known.drop(index=["loner", "silent"])
    assert rest["reliability"].notna().all()
    assert (rest["note"] == "").all()
    # A known answer, or a history, is something to go by.
    told = pd.concat([gold, pd.DataFrame({"task": ["x1"], "label": ["calm"]})])
    assert consensus(both, gold=told).annotators.set_index("annotator").loc["loner", "reliability"] > 0.5
    past = pd.DataFrame({"annotator": ["loner"], "true": ["calm"], "given": ["calm"], "n": [9]})
    assert consensus(both, history=past).annotators.set_index("annotator").loc["loner", "note"] == ""


def test_of_one_class_neither_ambiguity_nor_reliability_is_known() -> None:
    found = consensus(votes_of(("1", "a", "x"), ("1", "b", "x"), ("2", "a", "x"), ("2", "b", "unsure")))
    assert found.labels[["ambiguity", "annotator_noise"]].isna().all(axis=None)
    assert found.annotators["reliability"].isna().all()
    assert found.annotators["note"].str.startswith("one category only").all()
    assert any("how good annotators are cannot be known" in note for note in found.notes)
    assert any(note.startswith("ambiguity and annotator_noise are empty: one class only") for note in found.notes)


@pytest.mark.parametrize("method", ["majority", "dawid_skene"])
def test_whole_numbers_as_pandas_writes_them_are_one_label_and_one_id(method: str) -> None:
    rows = [(str(i), a, str((i + (a == "9")) % 2)) for i in range(12) for a in "789"]
    plain = votes_of(*rows)
    zeros = [[".0" * (k % n > 0) for n in (2, 3, 5)] for k in range(len(rows))]
    some = [tuple(x + y for x, y in zip(row, zero, strict=True)) for row, zero in zip(rows, zeros, strict=True)]
    gold = pd.DataFrame({"task": [f"{i}.0" for i in range(4)], "label": [f"{i % 2}.0" for i in range(4)]})
    pd.testing.assert_frame_equal(
        consensus(votes_of(*some), gold=gold, method=method).labels, consensus(plain, gold=gold, method=method).labels
    )


@pytest.mark.parametrize("written", [("True", "False"), ("TRUE", "FALSE"), ("true", "false"), (True, False)])
def test_yes_and_no_however_written_are_two_classes(written: tuple[object, object]) -> None:
    truth = [i % 3 > 0 for i in range(12)]
    votes = votes_of(*[(i, a, truth[i]) for i in range(12) for a in "abc"])
    gold = pd.DataFrame({"task": range(12), "label": [written[not one] for one in truth]})
    found = consensus(votes, gold=gold)
    assert [name for name in found.labels if name.startswith("p_")] == ["p_false", "p_true"]
    assert not [note for note in found.notes if "only gold does" in note]
    table = accuracy_table(votes.assign(label=[written[not truth[i]] for i in votes["task"]]), gold)
    assert table["accuracy"].tolist() == [1, 1, 1]
    text = consensus(votes, gold=gold, classes=[str(one) for one in written]).labels
    assert set(text["label"]) == {"true", "false"}


TWICE = pd.DataFrame({"task": 1, "annotator": list("aabc"), "label": ["yes", "no", "yes", "no"]})


def test_a_later_answer_replaces_the_earlier_one_where_times_are_known() -> None:
    at = ["2026-01-01", "2026-01-02", "2026-01-01", "2026-01-01"]
    for frame in (TWICE.assign(answered_at=at), TWICE.assign(answered_at=at).iloc[::-1]):
        result = consensus(frame)
        row = result.labels.iloc[0]
        assert (row["label"], row["n_votes"], row["agreement"]) == ("no", 3, pytest.approx(1 / 3))
        assert "1 votes were changed by the same annotator later; the later answer counts" in result.notes
        later = frame[frame["annotator"] + frame["label"] != "ayes"]
        pd.testing.assert_frame_equal(result.labels, consensus(later).labels)


def test_contradicting_answers_without_a_time_are_one_persons() -> None:
    row = consensus(TWICE).labels.iloc[0]
    assert (row["n_votes"], row["agreement"]) == (3, pytest.approx(1 / 3))


@pytest.mark.parametrize("weight", [0.3, 0.5, 1.0, 2.0])
def test_agreement_is_the_same_whatever_all_votes_weigh(weight: float) -> None:
    votes = pd.DataFrame({"task": [1, 1, 1, 2, 2, 2], "annotator": list("abcabc"), "label": list("yynyyy")})
    assert consensus(votes.assign(weight=weight)).labels["agreement"].tolist() == pytest.approx([1 / 3, 1.0])


def test_gold_as_a_series_is_gold() -> None:
    votes = pd.DataFrame({"task": [1, 1, 2, 2], "annotator": list("abab"), "label": list("ynnn")})
    series = pd.Series({1: "y"})
    frame = pd.DataFrame({"task": [1], "label": ["y"]})
    pd.testing.assert_frame_equal(consensus(votes, gold=series).labels, consensus(votes, gold=frame).labels)
    with pytest.raises(InputError, match="votes is a Series"):
        consensus(votes["label"])  # type: ignore[arg-type]


def test_text_that_is_no_unicode_is_named_by_column_and_row() -> None:
    broken = b"caf\xe9".decode("utf-8", "surrogateescape")
    votes = pd.DataFrame({"task": [1, 1], "annotator": ["a", "b"], "label": pd.Series(["y", broken], dtype=object)})
    for read in (consensus, agreement):
        with pytest.raises(InputError, match="column 'label', row 2: text that is no Unicode"):
            read(votes)


def test_majority_says_that_history_weighs_nothing() -> None:
    votes = pd.DataFrame({"task": [1, 1, 2, 2], "annotator": list("abab"), "label": list("ynnn")})
    past = pd.DataFrame({"annotator": ["a"], "true": ["y"], "given": ["y"], "n": [50]})
    assert any(
        "majority weighs no annotator" in note for note in consensus(votes, method="majority", history=past).notes
    )
    assert not any("majority weighs" in note for note in consensus(votes, method="one_coin", history=past).notes)


def test_history_is_used_or_named_never_both_nor_neither() -> None:
    votes = votes_of(*[(str(i), a, str(i % 2 == 0)) for i in range(8) for a in "abc"], ("0", "mute", ""))
    rows = [("a", "True", "True"), ("mute", "True", "True"), ("a", "", "True"), ("a", None, "False")]
    history = pd.DataFrame(rows, columns=["annotator", "true", "given"]).assign(n=5)
    found = consensus(votes, history=history, classes=["True", "False"])
    assert [note for note in found.notes if "history" in note] == [
        "history: 1 rows of annotators without a vote are not used: 'mute'",
        "history: 2 rows that name no true class are not used: empty",
    ]
    used = consensus(votes, history=history.head(1), classes=["True", "False"])
    pd.testing.assert_frame_equal(found.labels, used.labels)
    pd.testing.assert_frame_equal(found.annotators, used.annotators)


def test_a_vote_that_weighs_nothing_is_no_company() -> None:
    votes = votes_of(
        ("1", "a", "x"), ("1", "b", "x"), ("2", "a", "y"), ("2", "b", "y"), ("3", "c", "x"), ("3", "a", "x")
    )
    found = consensus(votes.assign(weight=[1, 1, 1, 1, 1, 0])).annotators.set_index("annotator")
    assert found["note"].str.startswith("no overlap").to_dict() == {"a": False, "b": False, "c": True}
    assert found["reliability"].isna().to_dict() == {"a": False, "b": False, "c": True}


def test_an_inclusion_probability_that_is_no_number_is_named() -> None:
    votes, gold = crowd(n_tasks=20)
    with pytest.raises(InputError, match="gold: row 2: inclusion_p is 'half'; expected a number from 0 to 1, or empty"):
        consensus(votes, gold=gold.assign(inclusion_p=["0.5", "half", *["0.5"] * 18]))


def test_without_ambiguity_all_else_is_the_same() -> None:
    votes, gold = crowd(n_tasks=80)
    whole, bare = consensus(votes, gold=gold.head(40)), consensus(votes, gold=gold.head(40), ambiguity=False)
    pd.testing.assert_frame_equal(bare.labels, whole.labels.drop(columns=["ambiguity", "annotator_noise"]))
    pd.testing.assert_frame_equal(bare.annotators, whole.annotators)
    assert not [note for note in bare.notes if "ambiguity" in note]
