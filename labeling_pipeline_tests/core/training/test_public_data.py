"""Figures on public data; they hold for the settings a home starts with."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from labeling_pipeline.core.evaluation import evaluate
from labeling_pipeline.core.selection import select
from labeling_pipeline.core.training import TrainingSettings, train
from labeling_pipeline_tests.core.training.texts import public

PLAIN = TrainingSettings(calibration_share=0)


@pytest.mark.benchmark
def test_edos_five_classes_full_training_part():
    gold = public("edos/gold.csv")
    classes = sorted(gold["label"].unique())
    code = gold["label"].map({name: k for k, name in enumerate(classes)}).to_numpy()
    parts = {part: (gold["split"] == part).to_numpy() for part in ("train", "test")}
    texts = gold["text"].to_numpy()
    model = train(list(texts[parts["train"]]), np.eye(5)[code[parts["train"]]], classes=classes)
    predicted = model.predict(list(texts[parts["test"]]))
    found = evaluate(list(gold["label"][parts["test"]]), predicted, classes).set_index("metric")["value"]
    assert found["macro_f1"] == pytest.approx(f1_score(code[parts["test"]], predicted.argmax(1), average="macro"))
    assert found["macro_f1"] >= 0.429
    assert found["ece"] <= 0.06


def test_margin_beats_random_on_sms():
    gold = public("sms_spam/gold.csv")
    texts, classes = gold["text"].to_numpy(), ("ham", "spam")
    code = (gold["label"] == "spam").to_numpy().astype(int)
    rng = np.random.default_rng(0)
    order = rng.permutation(len(texts))
    test, pool = order[:1000], order[1000:2500]
    scores = {name: _learn(texts, code, pool, test, classes, name) for name in ("random", "margin")}
    assert scores["margin"] > scores["random"] + 0.01
    assert scores["margin"] >= 0.966


def _learn(texts, code, pool, test, classes, strategy: str) -> float:
    """Macro-F1 after 50 random labels and four batches of 50, each chosen by the model of the batch before."""
    labeled = list(pool[:50])
    for _ in range(4):
        rest = np.setdiff1d(pool, labeled)
        model = train(list(texts[labeled]), np.eye(2)[code[labeled]], classes=classes, settings=PLAIN)
        chosen = select(_predictions(model.predict(list(texts[rest])), rest), 50, strategy=strategy, random_share=0)
        labeled += [int(one) for one in chosen.batch["comment_id"]]
    model = train(list(texts[labeled]), np.eye(2)[code[labeled]], classes=classes, settings=PLAIN)
    return float(f1_score(code[test], model.predict(list(texts[test])).argmax(axis=1), average="macro"))


def _predictions(p, rows):
    import pandas as pd

    return pd.DataFrame({"comment_id": [str(row) for row in rows], "p_ham": p[:, 0], "p_spam": p[:, 1]})


@pytest.mark.benchmark
def test_soft_labels_are_better_calibrated_to_votes_than_majority_labels_on_davidson():
    frame = public("davidson/vote_counts.csv")
    counts = frame[["votes_neither", "votes_offensive", "votes_hate"]].astype(float).to_numpy()
    soft = counts / counts.sum(axis=1, keepdims=True)
    hard = np.eye(3)[soft.argmax(axis=1)]
    texts, test = frame["text"].tolist(), np.random.default_rng(0).random(len(frame)) < 0.3
    settings = TrainingSettings(class_balance=0, char_ngrams=(0, 0))
    loss = {}
    for name, labels in (("soft", soft), ("hard", hard)):
        kept = [text for text, out in zip(texts, test, strict=True) if not out]
        model = train(kept, labels[~test], classes=("neither", "offensive", "hate"), settings=settings)
        p = model.predict([text for text, out in zip(texts, test, strict=True) if out])
        loss[name] = float(-(soft[test] * np.log(np.maximum(p, 1e-9))).sum(axis=1).mean())
    assert loss["soft"] < loss["hard"]
