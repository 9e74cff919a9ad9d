"""The blind spot as the world makes it: high agreement, high F1 on the crowd's labels, and a slice the model misses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.assignment import assign
from labeling_pipeline.core.consensus import consensus
from labeling_pipeline.core.evaluation import paired_difference
from labeling_pipeline.core.simulate.annotators import CROWD, EXPERTS
from labeling_pipeline.core.simulate.answers import direct_answers, expert_answers
from labeling_pipeline.core.simulate.counterfactual import probabilities_at_equal_cost
from labeling_pipeline.core.simulate.production import feedback_on
from labeling_pipeline.core.simulate.streams import draw
from labeling_pipeline.core.simulate.texts import CLASSES, DOG_WHISTLE
from labeling_pipeline.core.training import Model, train

P = [f"p_{one}" for one in CLASSES]
EXPERT_PRICE = 5.0


@pytest.fixture(scope="module")
def learned() -> pd.DataFrame:
    """What the crowd says of 1,500 comments: text, p_<class>, weight."""
    comments = draw("pool", 1500).drop_duplicates("text")
    asked = assign(comments, CROWD, 3, seed=3)
    votes = pd.DataFrame({"task": asked["comment_id"], "annotator": asked["annotator_id"]})
    votes["label"] = direct_answers(asked, 3)["answer"]
    labels = consensus(votes, classes=CLASSES).labels
    return comments[["comment_id", "text"]].merge(labels, left_on="comment_id", right_on="task").assign(weight=1.0)


@pytest.fixture(scope="module")
def gold() -> pd.DataFrame:
    drawn = draw("gold_slice", 300)
    return drawn[drawn["slice"] == DOG_WHISTLE].reset_index(drop=True)


@pytest.fixture(scope="module")
def first(learned: pd.DataFrame) -> Model:
    fit = learned.iloc[:1300]
    return train(fit["text"].tolist(), fit[P].to_numpy(), classes=CLASSES)


def recall(probabilities: np.ndarray) -> float:
    return float((probabilities.argmax(axis=1) == CLASSES.index("harassment")).mean())


def test_the_first_model_pleases_the_crowd_and_misses_the_slice(
    learned: pd.DataFrame, gold: pd.DataFrame, first: Model
) -> None:
    held_out = learned.iloc[1300:]
    said = np.array(CLASSES)[first.predict(held_out["text"].tolist()).argmax(axis=1)]
    assert (said == held_out["label"]).mean() >= 0.9
    assert recall(first.predict(gold["text"].tolist())) <= 0.55


def test_verdicts_close_the_blind_spot_and_the_same_money_for_the_crowd_does_not(
    learned: pd.DataFrame, gold: pd.DataFrame, first: Model
) -> None:
    posted = draw("production", 900).assign(posted_at=pd.Timestamp("2026-03-05"))
    posted["truth"], probabilities = posted["label"], first.predict(posted["text"].tolist())
    posted["label"] = np.array(CLASSES)[probabilities.argmax(axis=1)]
    feedback = feedback_on(posted, 0)
    overridden = feedback.loc[feedback["kind"] == "override", "comment_id"]
    queue = posted[posted["comment_id"].isin(overridden)].reset_index(drop=True)
    queue = queue.assign(expert_id=np.resize(EXPERTS, len(queue)), context="a thread")
    given = np.eye(len(CLASSES))[[CLASSES.index(one) for one in expert_answers(queue, 0)["label"]]]
    texts = [*learned["text"], *queue["text"]]
    second = train(texts, np.vstack([learned[P].to_numpy(), given]), classes=CLASSES)
    before, after = (model.predict(gold["text"].tolist()) for model in (first, second))
    rise = paired_difference(gold["label"].tolist(), before, after, classes=CLASSES, metric="recall_harassment")
    assert rise.low >= 0.15

    cost = EXPERT_PRICE * len(queue)
    other = probabilities_at_equal_cost(learned, gold["text"].tolist(), CLASSES, cost, seed=0)
    assert recall(other) - recall(before) < 0.05
