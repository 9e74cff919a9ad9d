"""What a votes file alone can tell, and what it cannot."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.week_one import check

CLASSES = np.asarray(["fine", "rude", "threat"])


def crowd(seed: int = 0, n_tasks: int = 300, accuracy: float = 0.85) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, n_tasks)
    rows = []
    for task in range(n_tasks):
        for annotator in rng.choice(15, 3, replace=False):
            shift = 0 if rng.random() < accuracy else rng.integers(1, 3)
            rows.append((f"c-{task}", f"a-{annotator}", CLASSES[(truth[task] + shift) % 3]))
    votes = pd.DataFrame(rows, columns=["comment_id", "annotator_id", "label"])
    return votes, pd.Series(CLASSES[truth], index=[f"c-{i}" for i in range(n_tasks)])


def test_a_votes_file_alone_gives_every_figure_but_accuracy() -> None:
    votes, _ = crowd()
    result = check(votes, price_usd=0.05)
    question = result["questions"][0]
    assert (result["n_comments"], result["n_votes"], result["n_annotators"]) == (300, 900, 15)
    assert result["cost"]["spent_usd"] == 45.0
    passed = question["labels"]["outcomes"]["passed"]
    assert result["cost"]["per_usable_label_usd"] == pytest.approx(45 / passed, abs=1e-4)
    assert question["agreement"]["krippendorff_alpha"]["low"] < question["agreement"]["krippendorff_alpha"]["value"]
    assert question["gold"] is None
    points = [sentence.split(".")[0] for sentence in result["cannot_know"]]
    assert points[:2] == ["How many labels are right", "Which unanimous labels are wrong"]
    assert "What the crowd does not see" in points
    json.dumps(result, allow_nan=False)


def test_near_copies_with_different_labels_are_not_usable_as_in_a_home() -> None:
    votes = pd.DataFrame(
        [(f"c-{i}", f"a-{j}", "rude" if i == 1 else "fine") for i in range(6) for j in range(3)],
        columns=["comment_id", "annotator_id", "label"],
    )
    texts = ["The garden opens at nine.", "the garden opens at NINE", *(f"{word} and more of it" for word in "wxyz")]
    comments = pd.DataFrame({"comment_id": [f"c-{i}" for i in range(6)], "text": texts})
    compared, blind = check(votes, comments), check(votes)
    assert (compared["copies_compared"], blind["copies_compared"]) == (True, False)
    assert (compared["cost"]["usable_labels"], blind["cost"]["usable_labels"]) == (4, 6)
    assert compared["questions"][0]["labels"]["faults"] == {"duplicates": 2}


def test_unusable_rows_are_counted_and_left_out() -> None:
    votes, _ = crowd(n_tasks=40)
    bad = pd.DataFrame({"comment_id": ["c-0", None, "c-1"], "annotator_id": "a-0", "label": [" ", "fine", None]})
    again = votes.head(1)
    result = check(pd.concat([votes, bad, again]))
    assert result["n_votes"] == len(votes)
    assert result["left_out"] == {
        "empty task": 1,
        "empty label": 2,
        "same annotator, comment and question again (the last row counts)": 1,
    }


def test_accuracy_is_measured_on_measuring_gold_and_covers_the_truth() -> None:
    covered = []
    for seed in range(12):
        votes, truth = crowd(seed, n_tasks=200)
        gold = pd.DataFrame({"comment_id": truth.index, "label": truth.to_numpy(), "role": "measure"}).head(80)
        found = check(votes, gold=gold)["questions"][0]["gold"]
        assert found["n"] == 80
        covered.append(found["low"] <= 0.94 <= found["high"])
    assert np.mean(covered) >= 0.8


def test_gold_without_roles_fits_and_reports_no_accuracy() -> None:
    votes, truth = crowd(n_tasks=60)
    gold = pd.DataFrame({"task": truth.index, "label": truth.to_numpy()})
    result = check(votes, gold=gold)
    assert result["questions"][0]["gold"]["value"] is None
    assert "without roles is used to fit" in result["cannot_know"][0]


def test_rows_of_gold_that_are_not_filled_in_do_not_count() -> None:
    votes, truth = crowd(n_tasks=60)
    gold = pd.DataFrame({"comment_id": truth.index, "label": "", "role": "measure", "inclusion_p": "0.5"})
    gold.loc[:9, "label"] = truth.to_numpy()[:10]
    assert check(votes, gold=gold)["questions"][0]["gold"]["n"] == 10
    blank = gold.assign(label=float("nan"))
    assert check(votes, gold=blank)["questions"][0]["gold"]["n_gold"] == 0
    with pytest.raises(InputError, match="an inclusion_p is not a probability"):
        check(votes, gold=gold.assign(inclusion_p="0"))


def test_a_stratum_that_was_oversampled_does_not_bend_the_estimate() -> None:
    votes, truth = crowd(3, n_tasks=200, accuracy=0.6)
    answered = votes.groupby("comment_id")["label"].nunique().reindex(truth.index)
    sure = (answered == 1).to_numpy()
    taken = sure | (np.arange(200) % 4 == 0)
    gold = pd.DataFrame({"comment_id": truth.index, "label": truth.to_numpy(), "role": "measure"})[taken]
    weighted = gold.assign(inclusion_p=np.where(sure, 1.0, 0.25)[taken])
    whole = gold.iloc[:0].reindex(truth.index).assign(comment_id=truth.index, label=truth.to_numpy(), role="measure")
    value = {
        name: check(votes, gold=g)["questions"][0]["gold"]["value"]
        for name, g in {"plain": gold, "weighted": weighted, "whole": whole}.items()
    }
    assert abs(value["weighted"] - value["whole"]) < abs(value["plain"] - value["whole"])


def test_several_questions_are_never_mixed_and_share_the_price() -> None:
    first, _ = crowd(0, n_tasks=50)
    second, _ = crowd(1, n_tasks=50, accuracy=0.5)
    both = pd.concat([first.assign(question="kind"), second.assign(question="target")])
    result = check(both)
    assert [q["question"] for q in result["questions"]] == ["kind", "target"]
    pairs = both[["comment_id", "annotator_id"]].drop_duplicates()
    assert result["n_assignments"] == len(pairs)
    with pytest.raises(InputError, match="no column 'question', but the votes answer 2 questions"):
        check(both, gold=pd.DataFrame({"comment_id": ["c-0"], "label": ["fine"]}))


def test_without_annotators_nobody_is_compared() -> None:
    votes, _ = crowd(n_tasks=50)
    result = check(votes.drop(columns="annotator_id"))
    assert result["n_annotators"] is None
    assert result["n_assignments"] == 150
    assert result["questions"][0]["annotators"] is None
    assert any(sentence.startswith("Who is unreliable") for sentence in result["cannot_know"])


def test_comments_show_the_gaps_on_both_sides() -> None:
    votes, _ = crowd(n_tasks=20)
    comments = pd.DataFrame({"comment_id": [f"c-{i}" for i in range(1, 30)], "text": "plain"})
    assert check(votes, comments)["comments"] == {"n": 29, "without_votes": 10, "votes_on_unknown": 3}


@pytest.mark.parametrize(
    ("votes", "told"),
    [
        (pd.DataFrame({"comment_id": ["a"], "stars": ["5"]}), "no column 'label'"),
        (pd.DataFrame({"comment_id": ["a"], "label": [None]}), "no usable row"),
    ],
)
def test_unfit_files_are_named(votes: pd.DataFrame, told: str) -> None:
    with pytest.raises(InputError, match=told):
        check(votes)


def test_yes_no_and_whole_numbers_are_read_alike_in_votes_and_gold() -> None:
    votes, truth = crowd(n_tasks=60)
    ids = votes["comment_id"].str.removeprefix("c-")
    said = votes.assign(comment_id=ids, label=votes["label"] == "fine")
    gold = pd.DataFrame({"comment_id": [f"{i}.0" for i in range(60)], "label": (truth == "fine").map(str).to_numpy()})
    found = check(said, gold=gold.assign(role="measure"))["questions"][0]
    assert found["classes"] == ["false", "true"]
    assert found["gold"]["value"] > 0.9
    assert found["gold"]["note"] == ""


def test_one_vote_is_enough_to_get_an_answer() -> None:
    result = check(pd.DataFrame({"task": ["t"], "annotator": ["a"], "label": ["fine"]}))
    assert result["questions"][0]["agreement"]["krippendorff_alpha"]["value"] is None
    assert result["cost"]["per_usable_label_usd"] is None


def test_a_clicker_is_worth_a_look_and_the_reasons_are_told() -> None:
    votes, _ = crowd(5, n_tasks=600)
    votes.loc[votes["annotator_id"] == "a-3", "label"] = "fine"
    found = check(votes)["questions"][0]["annotators"]
    assert [row["annotator"] for row in found["suspicious"]] == ["a-3"]
    assert len(found["suspicious"][0]["reasons"]) >= 2
    assert found["share_of_votes"] == pytest.approx((votes["annotator_id"] == "a-3").mean())


def test_in_a_crowd_of_guessers_nobody_is_singled_out() -> None:
    rng = np.random.default_rng(0)
    votes, _ = crowd(6, n_tasks=600)
    votes["label"] = rng.choice(CLASSES, len(votes))
    found = check(votes)["questions"][0]["annotators"]
    assert found["n_suspicious"] <= 2
