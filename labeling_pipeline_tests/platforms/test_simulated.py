"""The simulated platform answers with ordinary inbox files, when their time has come, and always the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.assignment import assign
from labeling_pipeline.core.honeypots import Honeypots
from labeling_pipeline.core.ontology import Ontology, load_ontologies
from labeling_pipeline.core.simulate.annotators import CROWD, EXPERTS
from labeling_pipeline.core.simulate.streams import draw
from labeling_pipeline.files import read_frame
from labeling_pipeline.platforms import Work
from labeling_pipeline.platforms.simulated import SimulatedPlatform, complete_at

AT = datetime(2026, 3, 2, 11, 15)


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return load_ontologies(Path(__file__).parents[2] / "data" / "ontology")[0]


@pytest.fixture
def crowd(ontology: Ontology) -> Work:
    return Work(
        1, "crowd", ontology, assign(draw("pool", 30), CROWD, 3, 0, honeypots=Honeypots(draw("gold_fit", 20), 0.05)), AT
    )


def test_no_answer_before_its_time(crowd: Work, tmp_path: Path) -> None:
    platform = SimulatedPlatform(tmp_path)
    assert platform.collect(crowd, complete_at(crowd) - timedelta(seconds=1)) == []
    assert len(platform.collect(crowd, complete_at(crowd))) == 1


def test_every_assignment_is_answered_on_every_question(crowd: Work, tmp_path: Path) -> None:
    (path,) = SimulatedPlatform(tmp_path).collect(crowd, complete_at(crowd))
    votes = read_frame(path)
    assert len(votes) == len(crowd.items) * len(crowd.ontology.questions)
    assert not votes.duplicated(["comment_id", "annotator_id", "question"]).any()
    at = pd.to_datetime(votes["answered_at"]).dt.tz_localize(None)
    assert at.between(AT, complete_at(crowd)).all()
    for question, answers in votes.groupby("question")["answer"]:
        assert set(answers) <= set(crowd.ontology.answers(str(question)))


def test_collected_again_the_bytes_are_the_same(crowd: Work, tmp_path: Path) -> None:
    platform = SimulatedPlatform(tmp_path)
    (path,) = platform.collect(crowd, complete_at(crowd))
    before = (path.read_bytes(), path.stat().st_mtime)
    path.unlink()
    (again,) = platform.collect(crowd, complete_at(crowd))
    assert (again.read_bytes(), again.stat().st_mtime) == before


def test_experts_answer_their_queue(ontology: Ontology, tmp_path: Path) -> None:
    queue = draw("production", 24).assign(expert_id=list(EXPERTS) * 2, context="a thread")
    work = Work(2, "expert", ontology, queue, AT)
    (path,) = SimulatedPlatform(tmp_path).collect(work, complete_at(work))
    verdicts = read_frame(path)
    assert path.parent.name == "verdicts"
    assert sorted(verdicts["comment_id"]) == sorted(queue["comment_id"])
    assert set(verdicts["label"]) <= set(ontology.classes)


def test_an_empty_round_has_no_file(ontology: Ontology, tmp_path: Path) -> None:
    nothing = Work(3, "crowd", ontology, assign(draw("pool", 0), CROWD, 3, 0), AT)
    assert SimulatedPlatform(tmp_path).collect(nothing, AT + timedelta(days=3)) == []


def test_a_day_of_production_comes_as_predictions_and_feedback(tmp_path: Path) -> None:
    posted = draw("production", 100).assign(posted_at=pd.Timestamp(AT))
    scores = pd.DataFrame({"p_non_toxic": [0.9] * 100, "p_harassment": [0.1] * 100})
    predictions, feedback = SimulatedPlatform(tmp_path).production(3, posted, scores, "model-1")
    assert len(read_frame(predictions)) == 100
    assert {"override", "flag"} == set(read_frame(feedback)["kind"])
    assert SimulatedPlatform(tmp_path).production(4, posted[:0], scores[:0], "model-1") == []
