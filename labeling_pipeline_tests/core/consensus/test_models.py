"""A model's predictions as one more annotator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.consensus import consensus
from labeling_pipeline.core.errors import InputError
from labeling_pipeline_tests.core.consensus.crowds import CLASSES, accuracy_of, crowd


def noisy_crowd() -> tuple[pd.DataFrame, pd.DataFrame]:
    return crowd(n_tasks=600, n_votes=2, seed=4)


def predicted(gold: pd.DataFrame, accuracy: float, seed: int = 0) -> pd.DataFrame:
    """A model right with this chance, and no surer where it is right than where it is wrong."""
    rng = np.random.default_rng(seed)
    truth = gold["label"].map({name: k for k, name in enumerate(CLASSES)}).to_numpy()
    right = rng.random(len(gold)) < accuracy
    top = np.where(right, truth, (truth + rng.integers(1, len(CLASSES), len(gold))) % len(CLASSES))
    p = np.full((len(gold), len(CLASSES)), 0.2 / (len(CLASSES) - 1))
    p[np.arange(len(gold)), top] = 0.8
    return gold[["task"]].assign(**{f"p_{name}": p[:, k] for k, name in enumerate(CLASSES)}, model_version="m1")


def test_a_good_model_helps_and_a_useless_one_is_found_out() -> None:
    votes, gold = noisy_crowd()
    alone = accuracy_of(consensus(votes).labels, gold)
    helped = consensus(votes, predictions=predicted(gold, 0.9))
    assert accuracy_of(helped.labels, gold) > alone + 0.01
    useless = consensus(votes, predictions=predicted(gold, 1 / len(CLASSES)))
    assert accuracy_of(useless.labels, gold) > alone - 0.01
    worth = [r.annotators.set_index("annotator").loc["model:m1"] for r in (helped, useless)]
    assert worth[0]["reliability"] == pytest.approx(0.9, abs=0.04)
    assert worth[1]["reliability"] < 0.45
    assert worth[0]["n_votes"] == 600


def test_what_people_said_is_told_without_the_model() -> None:
    votes, gold = noisy_crowd()
    said = ["task", "n_votes", "agreement", *(f"v_{name}" for name in CLASSES)]
    with_model = consensus(votes, predictions=predicted(gold, 0.9)).labels[said]
    pd.testing.assert_frame_equal(with_model, consensus(votes).labels[said])


@pytest.mark.parametrize("dated", [str, pd.Timestamp, lambda at: pd.Timestamp(at, tz="Asia/Tokyo")])
def test_a_later_answer_counts_beside_a_model_as_it_does_alone(dated: Callable[[str], object]) -> None:
    votes, gold = noisy_crowd()
    first = votes.groupby("task").head(1)
    other = first["label"].map(dict(zip(CLASSES, [*CLASSES[1:], CLASSES[0]], strict=True)))
    both = [votes.assign(answered_at=dated("2026-01-01")), first.assign(label=other, answered_at=dated("2026-01-02"))]
    changed = pd.concat(both, ignore_index=True)
    said = ["task", "n_votes", "agreement", *(f"v_{name}" for name in CLASSES)]
    alone, helped = consensus(changed), consensus(changed, predictions=predicted(gold, 0.9))
    pd.testing.assert_frame_equal(helped.labels[said], alone.labels[said])
    assert any(note.startswith("600 votes were changed by the same annotator later") for note in helped.notes)


def test_a_model_is_the_annotator_its_rows_would_be() -> None:
    votes, gold = noisy_crowd()
    model = predicted(gold, 0.9)
    top = model[[f"p_{name}" for name in CLASSES]].idxmax(axis=1).str.removeprefix("p_")
    rows = pd.DataFrame({"task": model["task"], "annotator": "model:m1", "label": top, "confidence": 0.8})
    by_hand = consensus(pd.concat([votes, rows], ignore_index=True)).labels
    p = [f"p_{name}" for name in CLASSES]
    assert np.allclose(consensus(votes, predictions=model).labels[p], by_hand[p])


def test_the_latest_prediction_counts_and_unvoted_tasks_are_said() -> None:
    votes, gold = noisy_crowd()
    late = predicted(gold, 0.9).assign(predicted_at="2026-02-01")
    early = predicted(gold, 0.1, seed=1).assign(predicted_at="2026-01-01")
    strange = late.head(3).assign(task=["x-1", "x-2", "x-3"])
    both = consensus(votes, predictions=pd.concat([late, early, strange], ignore_index=True))
    pd.testing.assert_frame_equal(both.labels, consensus(votes, predictions=late).labels)
    assert any(note.startswith("3 predictions are for tasks without votes") for note in both.notes)


def test_number_ids_stay_numbers() -> None:
    votes = pd.DataFrame({"task": [1, 1, 2, 2], "annotator": [1, 2, 1, 2], "label": list("xyxx")})
    model = pd.DataFrame({"comment_id": ["1", "2"], "p_x": [0.9, 1.0], "p_y": [0.1, None]})
    result = consensus(votes, predictions=model)
    assert result.labels["task"].tolist() == [1, 2]
    assert result.annotators["annotator"].tolist() == ["1", "2", "model"]


@pytest.mark.parametrize(
    ("predictions", "said"),
    [
        ({"task": [1], "label": ["x"]}, "no column p_<class>"),
        ({"p_x": [1.0]}, "no column 'task'"),
        ({"task": [1], "p_x": ["much"]}, "row 1: p_x is 'much'; expected a number from 0 to 1, or empty; mend the row"),
        ({"task": [1], "p_x": [1.5]}, "row 1: p_x is 1.5;"),
        ({"task": [1, 1], "p_x": [1.0, -0.2], "p_y": [0, 1.2]}, "row 2: p_x is -0.2;"),
        ({"task": [1, 1], "p_x": [1.0, 0.2], "p_y": [0, 0.5]}, "row 2: p_x to p_y add up to 0.7; expected 1; mend"),
        ({"task": [1], "p_x": [0.0], "p_y": [0.0]}, "row 1: p_x to p_y add up to 0;"),
        ({"task": [1, 1], "p_x": [1.0, np.nan], "p_y": [0.0, None]}, "row 2: p_x to p_y add up to 0;"),
        ({"task": [1], "p_x": [0.5], "p_y": [None]}, "row 1: p_x to p_y add up to 0.5;"),
        ({"task": [1, 2], "p_x": [1.0, 0.4], "p_z": [0.0, 0.6]}, "row 2: p_z is of no class .* expected p_x, p_y; ren"),
    ],
)
def test_bad_predictions_are_named(predictions: dict[str, list[object]], said: str) -> None:
    votes = pd.DataFrame({"task": [1, 1], "annotator": list("ab"), "label": list("xy")})
    with pytest.raises(InputError, match=f"predictions: .*{said}"):
        consensus(votes, predictions=pd.DataFrame(predictions))


def test_a_class_nobody_voted_for_is_one_where_it_is_named() -> None:
    votes = pd.DataFrame({"task": [1, 1], "annotator": list("ab"), "label": list("xy")})
    model = pd.DataFrame({"task": [1], "p_z": [1.0]})
    assert "p_z" in consensus(votes, predictions=model, classes=list("xyz")).labels
    gold = pd.DataFrame({"task": [1], "label": ["z"]})
    assert consensus(votes, predictions=model, gold=gold).labels["label"].tolist() == ["z"]
    # A column that is 0 throughout says nothing of any class.
    none = pd.DataFrame({"task": [1], "p_x": [1.0], "p_q": [0.0]})
    assert "p_q" not in consensus(votes, predictions=none).labels


def test_what_models_and_people_stated_is_counted_among_those_who_did() -> None:
    votes, gold = noisy_crowd()
    notes = consensus(votes, predictions=predicted(gold, 0.9)).notes
    said = [note for note in notes if note.startswith("stated confidence")]
    assert said == ["stated confidence weighs no vote: it told right from wrong for none of the 1 who gave it"]


def test_stated_confidence_has_two_names() -> None:
    votes, _ = crowd(n_tasks=200, n_votes=3)
    said = np.random.default_rng(0).random(len(votes))
    one, other = (consensus(votes.assign(**{name: said})) for name in ("confidence", "stated_confidence"))
    pd.testing.assert_frame_equal(one.labels, other.labels)
    assert any("stated confidence weighs" in note for note in other.notes)


def test_a_version_that_is_no_unicode_is_named_by_column_and_row() -> None:
    broken = b"caf\xe9".decode("utf-8", "surrogateescape")
    votes = pd.DataFrame({"task": [1, 1, 2], "annotator": ["a", "b", "a"], "label": list("xyx")})
    predictions = pd.DataFrame({"task": [1, 2], "p_x": [1.0, 1.0], "p_y": [0.0, 0.0]})
    predictions["model_version"] = pd.Series(["m-1", broken], dtype=object)
    with pytest.raises(InputError, match="column 'model_version', row 2: text that is no Unicode"):
        consensus(votes, predictions=predictions)
