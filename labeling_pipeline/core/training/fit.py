"""Training: checks, features, the soft-label fit and its calibration.

Belongs here: the steps from texts and soft labels to a `Model`. Does not: the optimiser (``logistic``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.stable_hash import unit_hash
from labeling_pipeline.core.training.features import Features, fit_features
from labeling_pipeline.core.training.logistic import class_weights, fit_logistic, fit_temperature
from labeling_pipeline.core.training.model import Model, TrainingSettings, check_texts

Array = NDArray[np.float64]
FEWEST_TO_CALIBRATE = 50
Solution = tuple[Array, Array]
NEVER = -1e9  # the logit of a class that had no training label: probability exactly 0


def train(
    texts: Sequence[str],
    probabilities: Array,
    *,
    classes: Sequence[str],
    weights: Array | None = None,
    seed: int = 0,
    settings: TrainingSettings | None = None,
) -> Model:
    """Fit TF-IDF (words and characters) + multinomial logistic regression to soft labels.

    texts: n comments. probabilities: (n, K), rows sum to 1, columns in the order of ``classes``. weights: (n,) ≥ 0,
    what each comment counts for (default 1). The loss is the cross-entropy to the whole row, so a disputed comment
    teaches its dispute (Uma et al. 2021, doi:10.1613/jair.1.12752). Labels that all name one class, or texts without a
    usable n-gram, give a constant model whose ``notes`` say so. Raises InputError on empty or ill-shaped input.

    >>> model = train(["so good", "so bad"] * 4, np.array([[1, 0], [0, 1]] * 4), classes=["fine", "mean"])
    >>> model.predict(["good"]).argmax()
    np.int64(0)
    """
    settings = settings or TrainingSettings()
    texts, probabilities = check_texts(texts), check_probabilities(probabilities, classes, len(texts))
    targets = probabilities * _check_weights(weights, len(texts))[:, None]
    seen = np.flatnonzero(targets.sum(axis=0) > 0)
    notes = [f"no training label of class {name}: its probability is 0" for name in _without(classes, seen)]
    if len(seen) < 2:
        return _constant(targets, classes, settings, seed, [*notes, f"every training label is {classes[seen[0]]}"])
    features, x = _features(texts, settings)
    if x.shape[1] == 0:
        return _constant(targets, classes, settings, seed, [*notes, "no usable n-gram in any text"])
    temperature, near_by = _temperature(texts, x, targets[:, seen], settings, seed)
    solution = _fit(x, targets[:, seen], settings, near_by)
    notes += [] if near_by else ["not calibrated: too few training comments, or calibration is off"]
    arrays = _for_all(solution, seen, len(classes))
    return Model(tuple(classes), *arrays, temperature, features, settings, seed, len(texts), tuple(notes))


def _without(classes: Sequence[str], seen: NDArray[np.int64]) -> list[str]:
    return [name for k, name in enumerate(classes) if k not in seen]


def _features(texts: list[str], settings: TrainingSettings) -> tuple[Features, sparse.csr_matrix]:
    """On a handful of texts every n-gram counts."""
    return fit_features(
        texts,
        word=settings.word_ngrams,
        char=settings.char_ngrams,
        min_df=settings.min_df if len(texts) >= FEWEST_TO_CALIBRATE else 1,
        max_features=settings.max_features,
    )


def _for_all(solution: Solution, seen: NDArray[np.int64], k: int) -> tuple[NDArray[np.float32], Array]:
    """The solution with a column for every class; those never seen get probability 0."""
    coefficients = np.zeros((len(solution[0]), k), dtype=np.float32)
    intercepts = np.full(k, NEVER)
    coefficients[:, seen], intercepts[seen] = solution
    return coefficients, intercepts


def _fit(x: sparse.csr_matrix, targets: Array, settings: TrainingSettings, start: Solution | None = None) -> Solution:
    balanced = targets * class_weights(targets, settings.class_balance)
    return fit_logistic(x, balanced, c=settings.c, max_iterations=settings.max_iterations, start=start)


def _temperature(
    texts: list[str], x: sparse.csr_matrix, targets: Array, settings: TrainingSettings, seed: int
) -> tuple[float, Solution | None]:
    """Temperature from comments the fit did not see, and that fit. Equal texts stay on one side of the split."""
    keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in texts]
    aside = unit_hash(keys, seed) < settings.calibration_share
    enough = aside.sum() > 0 and len(texts) >= FEWEST_TO_CALIBRATE and (targets[~aside].sum(axis=0) > 0).all()
    if not enough:
        return 1.0, None
    coefficients, intercepts = _fit(x[~aside], targets[~aside], settings)
    logits = np.asarray(x[aside] @ coefficients) + intercepts
    return fit_temperature(logits, targets[aside]), (coefficients, intercepts)


def _constant(targets: Array, classes: Sequence[str], settings: TrainingSettings, seed: int, notes: list[str]) -> Model:
    mass = targets.sum(axis=0)
    share = mass / mass.sum()
    logits = np.where(share > 0, np.log(np.where(share > 0, share, 1.0)), NEVER)
    notes = [f"constant model: {notes[-1]}", *notes[:-1]]
    nothing = np.zeros((0, len(classes)), dtype=np.float32)
    return Model(tuple(classes), nothing, logits, 1.0, None, settings, seed, len(targets), tuple(notes))


def check_probabilities(probabilities: Array, classes: Sequence[str], n: int) -> Array:
    """The matrix as float64; an InputError names what is wrong with it."""
    matrix = np.asarray(probabilities, dtype=np.float64)
    if n == 0:
        raise InputError("no comments to train on", remedy="label some first; an empty export trains nothing")
    if matrix.shape != (n, len(classes)):
        shape = f"({n}, {len(classes)}): comments × classes"
        raise InputError(f"probabilities have shape {matrix.shape}", expected=shape)
    bad = ~(np.isfinite(matrix).all(axis=1) & (matrix >= 0).all(axis=1) & (np.abs(matrix.sum(axis=1) - 1) < 1e-4))
    if bad.any():
        raise InputError(f"row {int(np.argmax(bad))} of probabilities", expected="numbers ≥ 0 that sum to 1")
    return matrix


def _check_weights(weights: Array | None, n: int) -> Array:
    if weights is None:
        return np.ones(n)
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (n,) or not np.isfinite(weights).all() or (weights < 0).any() or weights.sum() <= 0:
        raise InputError("training weights", expected=f"{n} numbers ≥ 0, not all 0")
    return weights
