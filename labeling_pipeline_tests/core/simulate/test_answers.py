"""The crowd: accurate outside the slice, blind inside it, in agreement all the while."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.agreement import agreement
from labeling_pipeline.core.assignment import assign
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.ontology import Ontology, load_ontologies
from labeling_pipeline.core.simulate.annotators import CROWD, EXPERTS, annotators, confusion_matrix
from labeling_pipeline.core.simulate.answers import ATOMIC, atomic_answers, direct_answers, expert_answers
from labeling_pipeline.core.simulate.streams import draw


@pytest.fixture(scope="module")
def asked() -> pd.DataFrame:
    comments = pd.concat([draw("pool", 1000), draw("gold_slice", 150)], ignore_index=True)
    assigned = assign(comments, CROWD, 3, seed=1)
    return assigned.merge(comments[["comment_id", "label", "slice"]], on="comment_id")


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return load_ontologies(Path(__file__).parents[3] / "data" / "ontology")[0]


def test_who_is_there() -> None:
    everyone = annotators().set_index("annotator_id")
    crowd = everyone[everyone["kind"] == "crowd"]
    assert (len(crowd), len(everyone) - len(crowd)) == (240, 12)
    assert {"annotator_a47", "annotator_b12", "annotator_c89"} <= set(crowd.index)
    assert 0.955 <= crowd["accuracy"].median() <= 0.985
    assert 0.85 <= 1 - crowd["sees_slice"].mean() <= 0.92
    assert everyone.loc[list(EXPERTS), "sees_slice"].all()


@pytest.mark.parametrize("accuracy", [0.0, 0.5, 0.97, 1.0])
def test_confusion_rows_are_distributions_with_the_accuracy_on_the_diagonal(accuracy: float) -> None:
    matrix = confusion_matrix(accuracy)
    np.testing.assert_allclose(matrix.sum(axis=1), 1)
    np.testing.assert_allclose(np.diag(matrix), accuracy)


def test_accurate_outside_the_slice_blind_inside(asked: pd.DataFrame) -> None:
    correct = direct_answers(asked, 0)["answer"] == asked["label"]
    by_slice = correct.groupby(asked["slice"]).mean()
    assert 0.955 <= by_slice[""] <= 0.985
    assert by_slice["dog_whistle"] <= 0.2


def test_agreement_is_high_all_the_same(asked: pd.DataFrame) -> None:
    pool = asked[asked["comment_id"].isin(draw("pool", 1000)["comment_id"])]
    votes = pool.assign(label=direct_answers(pool, 0)["answer"])
    votes = votes.rename(columns={"comment_id": "task", "annotator_id": "annotator"})
    assert agreement(votes)["krippendorff_alpha"]["value"] >= 0.87


def test_asked_again_alone_and_in_another_order_the_answer_is_the_same(asked: pd.DataFrame) -> None:
    whole = direct_answers(asked, 0)
    some = asked.sample(40, random_state=1)
    pd.testing.assert_frame_equal(direct_answers(some, 0), whole.loc[some.index])
    assert not direct_answers(asked, 1)["answer"].equals(whole["answer"])


def test_atomic_answers_compose_to_the_class_in_mind(asked: pd.DataFrame, ontology: Ontology) -> None:
    ordinary = asked[asked["slice"] == ""]
    direct = direct_answers(ordinary, 0)["answer"]
    atomic = atomic_answers(ordinary, direct.tolist(), 0)
    table = ontology.truth_table().reset_index()
    composed = atomic.merge(table, on=list(ATOMIC), how="left")["label"]
    assert (composed.to_numpy() == direct.to_numpy()).mean() >= 0.85
    assert atomic.isin(["yes", "no", "unsure"]).all(axis=None)


def test_the_ontology_maps_every_combination(ontology: Ontology) -> None:
    table = ontology.truth_table()
    assert len(table) == 3**4
    assert set(table["label"]) == {*ontology.classes, "escalate"}


def test_experts_with_context_see_the_slice() -> None:
    queue = draw("gold_slice", 200).assign(expert_id="e-04", context="thread about a video")
    verdicts = expert_answers(queue, 0)
    assert (verdicts["label"] == queue["label"]).mean() >= 0.94
    coded = queue["slice"] == "dog_whistle"
    assert (verdicts.loc[coded, "error_type"] == "missed_context").mean() >= 0.9
    assert verdicts["context_shown"].all()


def test_without_a_needed_column_it_says_which() -> None:
    with pytest.raises(InputError, match="labeling_round"):
        direct_answers(pd.DataFrame({"comment_id": [], "text": [], "annotator_id": []}), 0)
