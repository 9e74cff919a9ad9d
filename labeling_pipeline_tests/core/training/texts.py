"""Harmless texts with a planted class, and the public data where it is there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

CLASSES = ("praise", "complaint", "question")
WORDS = {
    "praise": ("lovely", "great", "thanks", "superb", "enjoyed"),
    "complaint": ("broken", "late", "dull", "refund", "worst"),
    "question": ("where", "when", "how", "which", "anyone"),
}
FILLER = ("the", "train", "soup", "video", "garden", "city", "music", "lamp", "book", "coat", "river", "phone")
PUBLIC = Path(__file__).resolve().parents[4] / "shared" / "data"


def planted(n: int, seed: int, shares: tuple[float, ...] = (0.5, 0.3, 0.2)) -> tuple[list[str], NDArray[np.int64]]:
    """Texts of 4 to 9 words, one or two of which give the class away."""
    rng = np.random.default_rng(seed)
    label = rng.choice(len(CLASSES), size=n, p=shares)
    texts = []
    for k in label:
        filler = rng.choice(FILLER, rng.integers(3, 8))
        telling = rng.choice(WORDS[CLASSES[k]], rng.integers(1, 3))
        texts.append(" ".join(rng.permutation(np.concatenate([filler, telling]))))
    return texts, label


def one_hot(label: NDArray[np.int64], k: int = 3) -> NDArray[np.float64]:
    """Labels as certain distributions."""
    return np.eye(k)[label]


def public(name: str) -> pd.DataFrame:
    """A public file, or a skipped test."""
    path = PUBLIC / name
    if not path.is_file():
        pytest.skip(f"public data {name} is not there")
    return pd.read_csv(path, dtype=str, keep_default_na=False)
