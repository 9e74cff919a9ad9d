"""Rounds of comments of which 1 % mean something else than they say, and most annotators do not see it.

Belongs here: the world of the tests and of the benchmark on untagged blind spots. Does not: finding it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

VOCABULARY, LENGTHS = 3_000, (6, 18)
CODED_PHRASES = 4
CODED_SHARE = 0.01
INNOCENT_SHARE = 0.2  # of the comments with a coded phrase, those that mean nothing by it
ACCURACY, EXPERT_ERROR = 0.97, 0.03
HARD_WORDS, HARD_ACCURACY = 6, 0.8  # words that make a comment hard for everybody alike


@dataclass(frozen=True)
class Round:
    """``labels``: comment_id, label, agreement, n_votes, slices (none). ``truth`` and ``is_coded`` by row."""

    comments: pd.DataFrame
    labels: pd.DataFrame
    truth: npt.NDArray[np.object_]
    is_coded: npt.NDArray[np.bool_]


def coded_round(seed: int, number: int, blind: float, n: int = 6_000) -> Round:
    """One round: comments of Zipf-distributed words, three votes each; ``blind``: the share of the crowd that reads a
    coded comment as harmless."""
    world, rng = np.random.default_rng([seed, 77]), np.random.default_rng([seed, number])
    words = np.asarray([f"w{i:04d}" for i in range(VOCABULARY)], dtype=object)
    weight = 1.0 / (np.arange(VOCABULARY) + 10.0)
    weight /= weight.sum()
    coded = [tuple(world.choice(np.arange(100, 900), 2, replace=False)) for _ in range(CODED_PHRASES)]
    hard = set(world.choice(np.arange(40, 200), HARD_WORDS, replace=False).tolist())
    has_phrase = rng.random(n) < CODED_SHARE / (1 - INNOCENT_SHARE)
    is_coded = has_phrase & (rng.random(n) >= INNOCENT_SHARE)
    truth = is_coded | (rng.random(n) < 0.3)
    texts, is_hard = [], np.zeros(n, dtype=bool)
    for i in range(n):
        chosen = rng.choice(VOCABULARY, rng.integers(*LENGTHS), p=weight).tolist()
        if has_phrase[i]:
            place = int(rng.integers(0, len(chosen)))
            chosen[place:place] = list(coded[int(rng.integers(0, CODED_PHRASES))])
        is_hard[i] = bool(hard.intersection(chosen))
        texts.append(" ".join(words[chosen]))
    right = rng.random((n, 3)) < np.where(is_hard, HARD_ACCURACY, ACCURACY)[:, None]
    unseen = is_coded[:, None] & (rng.random((n, 3)) < blind)
    yes = (np.where(right, truth[:, None], ~truth[:, None]) & ~unseen).sum(axis=1)
    ids = [f"r{number}-{i}" for i in range(n)]
    labels = pd.DataFrame({"comment_id": ids, "label": np.where(yes >= 2, "rude", "fine"), "n_votes": 3})
    labels["agreement"] = np.where((yes == 0) | (yes == 3), 1.0, 1 / 3)
    labels["slices"] = [[] for _ in range(n)]
    comments = pd.DataFrame({"comment_id": ids, "text": texts})
    return Round(comments, labels, np.where(truth, "rude", "fine").astype(object), is_coded)


def expert_says(now: Round, ids: pd.Series, seed: int) -> npt.NDArray[np.object_]:
    """What an expert says of these comments; wrong in 3 % of them."""
    truth = pd.Series(now.truth, index=now.comments["comment_id"]).reindex(ids).to_numpy(dtype=object)
    errs = np.random.default_rng([seed, 9, len(ids)]).random(len(ids)) < EXPERT_ERROR
    return np.asarray(np.where(errs, np.where(truth == "rude", "fine", "rude"), truth), dtype=object)
