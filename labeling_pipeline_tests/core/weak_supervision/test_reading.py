"""Label models that read the texts as well: words no function names are learned, and no comment hears itself."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision import apply_lfs, label_model, load_lfs, weak_labels
from labeling_pipeline.core.weak_supervision.reading import read_texts
from labeling_pipeline.core.weak_supervision.result import LabelModelResult
from labeling_pipeline_tests.core.weak_supervision.planted import accuracy, loss

WORDS = {0: ["bread", "water", "stone", "cloud"], 1: ["plum", "cherry", "fig", "quince"]}
# What the functions look for says little: `red` and `green` occur with either class.
FUNCTIONS = load_lfs(
    "\n".join(
        ['classes = ["no", "yes"]']
        + [
            f'[[lf]]\nname = "{word}"\nkind = "keywords"\nwords = ["{word}"]\nlabel = "{label}"'
            for word, label in [("red", "yes"), ("round", "yes"), ("green", "no"), ("flat", "no")]
        ]
    )
    + "\n"
)


def world(seed: int, n: int = 1500) -> tuple[pd.DataFrame, np.ndarray]:
    """Comments whose other words tell the class that the functions' own words get right seven times in ten."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    said = np.where(rng.random((n, 2)) < 0.7, truth[:, None], 1 - truth[:, None])
    shown = rng.random((n, 2)) < 0.6
    cues = np.array([["green", "flat"], ["red", "round"]])
    texts = [
        " ".join([*rng.choice(WORDS[y], 3), *(cues[said[i, j], j] for j in (0, 1) if shown[i, j])])
        for i, y in enumerate(truth)
    ]
    return pd.DataFrame({"comment_id": [f"c{i}" for i in range(n)], "text": texts}), truth


@cache
def read(seed: int) -> tuple[np.ndarray, np.ndarray, LabelModelResult, LabelModelResult]:
    """A world's truth, which rows a function voted on, the labels of the votes alone, those of votes and texts."""
    comments, truth = world(seed)
    applied = apply_lfs(comments, FUNCTIONS)
    plain = label_model(applied.matrix, n_classes=2)
    return truth, (applied.matrix >= 0).any(axis=1), plain, read_texts(applied, plain, comments["text"])


@pytest.mark.parametrize("seed", range(3))
def test_words_no_function_names_are_learned(seed: int) -> None:
    truth, covered, plain, both = read(seed)
    before, after = (accuracy(one.probabilities[covered], truth[covered]) for one in (plain, both))
    assert after - before > 0.02
    assert np.array_equal(both.probabilities[~covered], plain.probabilities[~covered])
    assert np.allclose(both.probabilities.sum(axis=1), 1.0)
    assert (both.method, both.confidence_is) == (f"{plain.method}+texts", "uncalibrated")


def test_texts_that_say_nothing_change_little() -> None:
    comments, truth = world(5)
    applied = apply_lfs(comments, FUNCTIONS)
    covered = (applied.matrix >= 0).any(axis=1)
    plain = label_model(applied.matrix, n_classes=2)
    noise = pd.Series(np.random.default_rng(1).permutation(comments["text"].str.split().str[:3].str.join(" ")))
    told = read_texts(applied, plain, noise)
    assert accuracy(told.probabilities[covered], truth[covered]) > (
        accuracy(plain.probabilities[covered], truth[covered]) - 0.02
    )


def test_a_comment_does_not_hear_its_own_label_back() -> None:
    comments, _ = world(6)
    comments["text"] = [f"{text} mark{i}" for i, text in enumerate(comments["text"])]
    comments.loc[1, "text"] = comments.loc[0, "text"]  # of which nothing is known: what it gets is what was read
    applied = apply_lfs(comments, FUNCTIONS)
    plain = label_model(applied.matrix, n_classes=2)
    heard = []
    for said in (0.9, 0.1):
        taught = plain.probabilities.copy()
        taught[:2] = [[1 - said, said], [0.5, 0.5]]
        told = read_texts(applied, dataclasses.replace(plain, probabilities=taught), comments["text"])
        odds = np.log(told.probabilities[:2, 1] / told.probabilities[:2, 0])
        flattened = (odds[0] - odds[1]) / np.log(said / (1 - said))
        heard.append(odds[1] / flattened)
    assert np.isclose(heard[0], heard[1], atol=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_reading_makes_labels_no_surer_on_average(seed: int) -> None:
    truth, covered, plain, both = read(seed)
    assert both.confidence[covered].mean() <= plain.confidence[covered].mean() + 1e-4
    assert loss(both.probabilities[covered], truth[covered]) < loss(plain.probabilities[covered], truth[covered])


def test_the_call_on_frames_reads_when_asked_and_few_texts_are_left_alone() -> None:
    comments, _ = world(7)
    from_votes = label_model(apply_lfs(comments, FUNCTIONS).matrix, n_classes=2).method
    assert set(weak_labels(comments, FUNCTIONS, read_texts=True)["method"]) == {f"{from_votes}+texts"}
    few = comments.head(60)
    applied = apply_lfs(few, FUNCTIONS)
    left = read_texts(applied, label_model(applied.matrix, n_classes=2), few["text"])
    assert "texts not read" in left.notes[-1]
    assert not left.method.endswith("texts")
    with pytest.raises(InputError, match="3 texts for 60 rows"):
        read_texts(applied, left, few["text"].head(3))
