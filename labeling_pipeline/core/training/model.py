"""The model itself: settings it was trained with, what it holds, how it predicts.

Belongs here: data classes and prediction. Does not: fitting (``fit``) and files (``store``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.training.features import Features

CHUNK = 20_000  # texts counted at once: bounds memory on millions of comments


@dataclass(frozen=True)
class TrainingSettings:
    """Knobs of the built-in model; the defaults were chosen on the development part of EDOS.

    word_ngrams, char_ngrams: ranges of n-gram lengths, (0, 0) for none. min_df: texts an n-gram must occur in.
    max_features: n-grams kept per kind. c: inverse strength of the L2 penalty. class_balance: 0 = classes weigh as they
    occur, 1 = all weigh the same. calibration_share: part of the comments a temperature is fitted on (0 = no
    calibration; it is skipped below 50 comments). max_iterations: of L-BFGS.
    """

    word_ngrams: tuple[int, int] = (1, 2)
    char_ngrams: tuple[int, int] = (2, 4)
    min_df: int = 2
    max_features: int = 60_000
    c: float = 4.0
    class_balance: float = 1.0
    calibration_share: float = 0.15
    max_iterations: int = 200

    def __post_init__(self) -> None:
        limits = {"min_df": (1, None), "max_features": (1, None), "max_iterations": (1, None), "class_balance": (0, 1)}
        for name, (low, high) in {**limits, "calibration_share": (0, 0.5)}.items():
            value = getattr(self, name)
            if value < low or (high is not None and value > high):
                raise SettingError(f"training.{name} is {value}", expected=f"{low} … {high or 'any number'}")
        if not self.c > 0:
            raise SettingError(f"training.c is {self.c}", expected="a number above 0")


@dataclass(frozen=True)
class Model:
    """A trained model. ``features`` is None for a constant model, which answers the class mix it was given.

    notes: what a reader must know, such as "no training label of class threats: its probability is 0".
    """

    classes: tuple[str, ...]
    coefficients: NDArray[np.float32]
    intercepts: NDArray[np.float64]
    temperature: float
    features: Features | None
    settings: TrainingSettings
    seed: int
    n_train: int
    notes: tuple[str, ...] = field(default=())

    @property
    def is_constant(self) -> bool:
        """Whether the model answers the same for every text."""
        return self.features is None

    def predict(self, texts: Sequence[str], classes: Sequence[str] | None = None) -> NDArray[np.float64]:
        """Class probabilities (n, K); each row sums to 1.

        classes: the order of the columns, by default the model's own; classes the model never knew get 0. Raises
        InputError if one of the model's classes is not among them: its probability would be lost.
        """
        texts = check_texts(texts)
        columns = self._columns(self.classes if classes is None else classes)
        blocks = [self._predict(texts[i : i + CHUNK]) for i in range(0, len(texts), CHUNK)]
        found = np.zeros((len(texts), len(self.classes if classes is None else classes)))
        found[:, columns] = np.concatenate(blocks) if blocks else np.zeros((0, len(self.classes)))
        return found

    def _columns(self, classes: Sequence[str]) -> list[int]:
        """Where each of the model's classes stands among ``classes``."""
        lost = [name for name in self.classes if name not in classes]
        if lost:
            raise InputError(
                f"the model knows class {lost[0]}", expected=", ".join(classes), remedy="retrain the model"
            )
        return [list(classes).index(name) for name in self.classes]

    def _predict(self, texts: list[str]) -> NDArray[np.float64]:
        if self.features is None:
            logits = np.tile(self.intercepts, (len(texts), 1))
        else:
            scores = np.asarray(self.features.matrix(texts) @ self.coefficients.astype(np.float64))
            logits = (scores + self.intercepts) / self.temperature
        return np.asarray(softmax(logits, axis=1), dtype=np.float64)


def check_texts(texts: Sequence[str]) -> list[str]:
    """The texts as a list; an InputError names the first that is not text."""
    texts = list(texts)
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise InputError(f"text {i} is {type(text).__name__}", expected="str", remedy="drop or fill empty texts")
    return texts
