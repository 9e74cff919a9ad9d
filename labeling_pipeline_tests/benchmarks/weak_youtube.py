"""Real labeling functions (wrench_youtube): label models, and classifiers trained on their labels, in one run.

python -m labeling_pipeline_tests.benchmarks.weak_youtube
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.weak_supervision import AppliedLFs, label_model
from labeling_pipeline.core.weak_supervision.analysis import wilson
from labeling_pipeline.core.weak_supervision.reading import read_texts
from labeling_pipeline_tests.benchmarks.weak_data import Votes, wrench_youtube
from labeling_pipeline_tests.core.weak_supervision.planted import accuracy

Matrix = npt.NDArray[np.float64]


def main() -> None:
    """Print accuracy on the covered rows of the test split, with 95 % intervals."""
    splits = wrench_youtube()
    (train_texts, train, train_labels), (valid_texts, valid, valid_labels) = splits["train"], splits["valid"]
    test_texts, test, truth = splits["test"]
    covered = (test >= 0).any(axis=1)
    both = np.concatenate([train, valid])
    gold = np.concatenate([np.full(len(train), -1), valid_labels])
    plain = label_model(train, n_classes=2, method="majority")
    blind = label_model(train, n_classes=2)
    told = label_model(both, n_classes=2, gold=gold)
    print(f"accuracy on {covered.sum()} covered test rows [95 % interval]")
    for epochs in (100, 500):
        show(f"Snorkel LabelModel, {epochs} epochs", snorkel(train, test, epochs)[covered], truth[covered])
    show("majority", plain.predict(test)[covered], truth[covered])
    show(f"ours without gold ({blind.method})", blind.predict(test)[covered], truth[covered])
    read = reading_texts(splits)
    show("ours without gold, reading the texts", read[-len(test) :][covered], truth[covered])
    show("ours with 120 gold rows", told.predict(test)[covered], truth[covered])
    voted = (train >= 0).any(axis=1)
    print(f"the same on the {voted.sum():,} covered rows of the training split, whose labels no one used")
    for epochs in (100, 500):
        show(f"Snorkel LabelModel, {epochs} epochs", snorkel(train, train, epochs)[voted], train_labels[voted])
    show("majority", plain.probabilities[voted], train_labels[voted])
    show(f"ours without gold ({blind.method})", blind.probabilities[voted], train_labels[voted])
    show("ours without gold, reading the texts", read[: len(train)][voted], train_labels[voted])
    print(f"classifiers on TF-IDF, all {len(truth)} test rows")
    votes = (train >= 0).any(axis=1)
    texts = [t for t, v in zip(train_texts, votes, strict=True) if v]
    every = (train_texts, train_labels.astype(float))
    gold_weight = (valid_texts, valid_labels.astype(float))
    for name, (on, positive) in {
        "majority labels": (texts, hard(plain.probabilities[votes])),
        "our soft labels, no gold": (texts, blind.probabilities[votes, 1]),
        "our soft labels, 120 gold": (
            [*texts, *gold_weight[0]],
            np.concatenate([told.probabilities[: len(train)][votes, 1], gold_weight[1]]),
        ),
        "true labels of all 1,586": every,
    }.items():
        show(f"trained on {name}", classify(on, positive, test_texts), truth)


def reading_texts(splits: dict[str, tuple[list[str], Votes, Votes]]) -> Matrix:
    """Soft labels of all comments of the three splits, from votes and texts and nobody's labels."""
    votes = np.concatenate([part[1] for part in splits.values()])
    texts = pd.Series([text for part in splits.values() for text in part[0]])
    names = [f"lf{j}" for j in range(votes.shape[1])]
    applied = AppliedLFs(votes.astype(np.int8), names, names, ("ham", "spam"), {})
    return read_texts(applied, label_model(votes, n_classes=2), texts).probabilities


def hard(probabilities: Matrix) -> Matrix:
    """1 or 0 by the more probable class, one half on a tie."""
    return np.asarray((1 + np.sign(np.round(probabilities[:, 1] - probabilities[:, 0], 9))) / 2)


def classify(texts: list[str], positive: Matrix, test_texts: list[str]) -> Matrix:
    """Logistic regression on TF-IDF; a soft label is its two classes with their weights."""
    from scipy.sparse import vstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    features = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit(texts)
    x = features.transform(texts)
    labels = np.concatenate([np.ones(len(texts)), np.zeros(len(texts))])
    model = LogisticRegression(C=10.0, max_iter=1000)
    model.fit(vstack([x, x]), labels, sample_weight=np.concatenate([positive, 1 - positive]))
    return np.asarray(model.predict_proba(features.transform(test_texts)))


def snorkel(train: Votes, test: Votes, epochs: int) -> Matrix:
    """Snorkel's label model, fitted on the training split."""
    from snorkel.labeling.model import LabelModel

    model = LabelModel(cardinality=2, verbose=False)
    model.fit(train, n_epochs=epochs, seed=123, progress_bar=False)
    return np.asarray(model.predict_proba(test))


def show(name: str, probabilities: Matrix, truth: Votes) -> None:
    """One line."""
    share = accuracy(probabilities, truth)
    _, low, high = wilson([share * len(truth)], [len(truth)])
    print(f"  {name:42s} {share:.4f} [{low[0]:.3f}, {high[0]:.3f}]")


if __name__ == "__main__":
    main()
