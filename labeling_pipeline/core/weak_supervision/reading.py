"""Weak labels that also read the texts. Belongs here: a text classifier taught by the label model, and its half say.
Does not: the label model, which sees votes alone (``fitting``), the classifier itself (``core.training``).

Functions err on the comments they do not understand; a classifier that learns from all comments what the functions
mean sees words none of them names. It never speaks on comments it was taught with, so it cannot repeat one's label.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.stable_hash import unit_hash
from labeling_pipeline.core.weak_supervision.applying import AppliedLFs
from labeling_pipeline.core.weak_supervision.patterns import Matrix
from labeling_pipeline.core.weak_supervision.result import LabelModelResult, softmax

FOLDS = 5
# Taught by the functions, it shares their mistakes: half of what it says is news, as for a draft in ``fusion``.
WEIGHT = 0.5
MOST_TAUGHT = 50_000  # comments one classifier learns from; more of them change little
LEAST_TEXTS = 100
SMALLEST = 1e-6
FLATTEST, BISECTIONS = 0.05, 25


def read_texts(applied: AppliedLFs, result: LabelModelResult, texts: pd.Series, seed: int = 0) -> LabelModelResult:
    """The result with half the evidence of a text classifier taught by it, on the comments where a function voted.

    `texts`: of the same comments, in the same order. Each comment is judged by a classifier that saw neither it nor an
    equal text (5 folds by a hash of the text). Its log odds against its own class mix are added with weight ½: the
    mistakes of teacher and pupil are not independent. What is read changes which labels are sure, not how sure they are
    on average: the sum is flattened to the votes' mean confidence. Comments without a vote stay as they are. Below 100
    different texts nothing is read, and the notes say so. Raises InputError where texts and votes differ in number.
    """
    covered: npt.NDArray[np.bool_] = np.asarray((applied.matrix >= 0).any(axis=1))
    if len(texts) != len(covered):
        raise InputError(f"{len(texts)} texts for {len(covered)} rows of votes", expected="one text per row")
    words = texts.fillna("").astype("str")
    different = words[covered].nunique()
    if different < LEAST_TEXTS:
        note = f"texts not read: {different} different ones with a vote, and it takes {LEAST_TEXTS}"
        return dataclasses.replace(result, notes=[*result.notes, note])
    said = _out_of_fold(words, result.probabilities, covered, list(applied.classes), seed)
    said = np.maximum(said[covered], SMALLEST)
    lift = np.log(said / said.mean(axis=0))
    before = result.probabilities[covered]
    scores = np.log(np.maximum(before, 1e-12)) + WEIGHT * lift
    probabilities = result.probabilities.copy()
    probabilities[covered] = _as_sure(scores, float(before.max(axis=1).mean()))
    changed = float((probabilities.argmax(axis=1) != result.labels)[covered].mean())
    note = f"texts read: a classifier taught by these labels adds half of what it says on {int(covered.sum())} comments"
    note += f" and changes {changed:.1%} of their labels"
    return dataclasses.replace(
        result,
        probabilities=probabilities,
        method=f"{result.method}+texts",
        notes=[*result.notes, note],
        confidence_is="uncalibrated",
    )


def _as_sure(scores: Matrix, confidence: float) -> Matrix:
    """Probabilities from log scores times one factor, found by bisection, that brings their mean confidence near
    `confidence`.

    What teacher and pupil say is added as if it were independent, which it is not: unflattened sums are too sure.
    """
    low, high = FLATTEST, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if float(softmax(middle * scores).max(axis=1).mean()) > confidence:
            high = middle
        else:
            low = middle
    return softmax(high * scores)


def _out_of_fold(
    texts: pd.Series, probabilities: Matrix, covered: npt.NDArray[np.bool_], classes: list[str], seed: int
) -> Matrix:
    """(n, K) what classifiers say of covered comments that taught them nothing; NaN elsewhere."""
    from labeling_pipeline.core.training import TrainingSettings, train

    settings = TrainingSettings(char_ngrams=(0, 0), c=1.0, class_balance=0.0, calibration_share=0.0)
    fold = (unit_hash(texts, seed) * FOLDS).astype(np.int64)
    rng = np.random.default_rng(seed)
    out = np.full_like(probabilities, np.nan)
    for held in np.unique(fold[covered]):
        teaching, judged = np.flatnonzero(covered & (fold != held)), np.flatnonzero(covered & (fold == held))
        if len(teaching) > MOST_TAUGHT:
            teaching = np.sort(rng.choice(teaching, MOST_TAUGHT, replace=False))
        taught = texts.iloc[teaching].tolist()
        model = train(taught, probabilities[teaching], classes=classes, seed=seed, settings=settings)
        out[judged] = model.predict(texts.iloc[judged].tolist())
    return out
