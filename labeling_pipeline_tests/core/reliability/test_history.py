"""The weekly history: directions, kinds of evidence kept apart, intervals, planted truth."""

from __future__ import annotations

import pandas as pd
import pytest
from scipy.stats import spearmanr

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability import accuracy_table, reliability_history
from labeling_pipeline_tests.core.reliability.planted import CLASSES, crowd


def wide(history: pd.DataFrame, statistic: str, column: str = "value") -> pd.DataFrame:
    rows = history[history["statistic"] == statistic]
    return rows.pivot(index="annotator_id", columns="week", values=column)


def story() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Three annotators with 80 votes each in week 0; a week of verdicts confirms one and overturns the others."""
    rows = [(f"c{task}", who, "non_toxic", 0) for task in range(79) for who in ("a47", "b12", "c89")]
    rows += [("c-1f8a", "a47", "non_toxic", 0), ("c-1f8a", "b12", "harassment", 0), ("c-1f8a", "c89", "non_toxic", 0)]
    votes = pd.DataFrame(rows, columns=["comment_id", "annotator_id", "label", "week"])
    odd = votes["comment_id"].isin([f"c{task}" for task in range(70, 79)]) & (votes["annotator_id"] == "b12")
    votes.loc[odd, "label"] = "harassment"
    tasks = votes["comment_id"].unique()
    consensus = pd.DataFrame({"comment_id": tasks, "label": "non_toxic", "week": 0})
    verdicts = pd.DataFrame({"comment_id": ["c-1f8a", "c78", "c77"], "label": "harassment", "week": 1})
    return votes, consensus, verdicts


def test_a_week_of_verdicts_moves_reliability_the_right_way() -> None:
    votes, consensus, verdicts = story()
    found = wide(reliability_history(votes, consensus=consensus, verdicts=verdicts), "reliability")
    assert found.loc["b12", 1] > found.loc["b12", 0]
    assert found.loc["a47", 1] < found.loc["a47", 0]
    assert found.loc["c89", 1] < found.loc["c89", 0]


def test_verdicts_are_not_gold() -> None:
    votes, consensus, verdicts = story()
    found = reliability_history(votes, consensus=consensus, verdicts=verdicts)
    assert set(found["statistic"]) == {"consensus_accuracy", "reliability"}


def test_a_week_without_evidence_widens_and_does_not_move() -> None:
    votes, gold, _ = crowd(n_tasks=1_000)
    found = reliability_history(votes, gold=gold.head(300), weeks=[8, 19])
    value, low, high = (wide(found, "reliability", column) for column in ("value", "low", "high"))
    assert (value[19] - value[8]).abs().max() < 1e-12
    assert ((high - low)[19] > (high - low)[8]).all()


def test_what_gold_confirms_a_verdict_does_not_count_again() -> None:
    votes, gold, _ = crowd(n_tasks=500)
    gold = gold.assign(week=9)
    once = reliability_history(votes, gold=gold)
    again = reliability_history(votes, gold=gold, verdicts=gold.head(100))
    kept = ["annotator_id", "week", "statistic", "n"]
    assert once.loc[once["statistic"] == "reliability", kept].values.tolist() == (
        again.loc[again["statistic"] == "reliability", kept].values.tolist()
    )


def test_rows_only_where_there_is_evidence() -> None:
    votes, gold, _ = crowd(n_tasks=200)
    found = reliability_history(votes, gold=gold.head(5), honeypots=gold.tail(5))
    assert (found["n"] > 0).all()
    assert found[["value", "low", "high"]].notna().all().all()
    assert (found["low"] <= found["value"]).all()
    assert (found["value"] <= found["high"]).all()
    assert list(found.columns) == ["annotator_id", "week", "statistic", "value", "low", "high", "n"]


def test_kinds_of_evidence_are_separate_numbers() -> None:
    votes, gold, _ = crowd(n_tasks=600)
    wrong = gold.assign(label=CLASSES[4])
    found = reliability_history(votes, gold=gold, honeypots=wrong, decay=1.0)
    last = found[found["week"] == 9].pivot(index="annotator_id", columns="statistic", values="value")
    assert (last["gold_accuracy"] > last["honeypot_accuracy"]).all()
    table = accuracy_table(votes, gold).set_index("annotator")
    assert last["gold_accuracy"].to_numpy() == pytest.approx(table["accuracy"].to_numpy(dtype=float))


def test_asked_weeks_equal_the_same_rows_of_all() -> None:
    votes, gold, _ = crowd(n_tasks=600)
    every = reliability_history(votes, gold=gold)
    some = reliability_history(votes, gold=gold, weeks=[3, 9])
    pd.testing.assert_frame_equal(every[every["week"].isin([3, 9])].reset_index(drop=True), some)


def test_consensus_judges_only_where_others_support_it() -> None:
    votes = pd.DataFrame(
        {
            "task": list("ppp") + list("qqq") + list("rr"),
            "annotator": list("abcabcab"),
            "label": list("xxy") + list("xyz") + list("xx"),
            "week": 0,
        }
    )
    consensus = pd.DataFrame({"task": list("pqr"), "label": ["x", "x", "x"]})
    found = reliability_history(votes, consensus=consensus)
    assert found.loc[found["statistic"] == "consensus_accuracy", "n"].tolist() == [1, 1, 1]


def test_ranks_annotators_by_true_accuracy() -> None:
    votes, gold, accuracy = crowd()
    found = reliability_history(votes, gold=gold.head(1_500), weeks=[9])
    value = found[found["statistic"] == "reliability"].set_index("annotator_id")["value"]
    assert spearmanr(value, accuracy[value.index]).statistic > 0.85


def test_no_evidence_is_an_empty_table() -> None:
    votes, gold, _ = crowd(n_tasks=50)
    assert reliability_history(votes).empty
    assert reliability_history(votes, gold=gold.head(0)).empty


def test_table_says_insufficient_and_covers_every_annotator() -> None:
    votes, gold, _ = crowd(n_tasks=200)
    table = accuracy_table(votes, gold.head(20))
    assert table["annotator"].tolist() == sorted(votes["annotator"].unique())
    few = table["n"] < 10
    assert table.loc[few, "note"].str.startswith("insufficient").all()
    assert table.loc[table["n"] == 0, "accuracy"].isna().all()


def test_table_by_class_adds_up() -> None:
    votes, gold, _ = crowd(n_tasks=300)
    by_class = accuracy_table(votes, gold, by_class=True)
    whole = accuracy_table(votes, gold).set_index("annotator")
    summed = by_class.groupby("annotator")[["n", "correct"]].sum()
    assert summed["n"].equals(whole["n"])
    assert summed["correct"].equals(whole["correct"])
    assert set(by_class["class"]) <= set(CLASSES)


def test_a_vote_given_twice_counts_once_and_a_contradiction_is_refused() -> None:
    votes = pd.DataFrame({"task": list("wxy"), "annotator": "a", "label": list("ppq")})
    answers = pd.DataFrame({"task": list("wxy"), "label": list("ppp")})
    once = accuracy_table(votes, answers)
    assert accuracy_table(pd.concat([votes] * 5, ignore_index=True), answers).equals(once)
    replaced = pd.concat([answers.assign(label="q", week=0), answers.assign(week=1)], ignore_index=True)
    assert accuracy_table(votes, replaced).equals(once)
    elsewhere = accuracy_table(votes, answers.assign(task=list("abc")))
    assert elsewhere["note"].tolist() == ["insufficient: none of this annotator's tasks has a known answer"]
    with pytest.raises(InputError, match="there are no votes"):
        accuracy_table(votes.iloc[:0], answers)
    with pytest.raises(InputError, match="answers: task 'w' has two different labels; expected one label per task"):
        accuracy_table(votes, pd.concat([answers, answers.assign(label="q")], ignore_index=True))
