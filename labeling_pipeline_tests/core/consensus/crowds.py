"""Crowds with planted truth. Belongs here: votes made from a seed. Does not: any expectation about them."""

from __future__ import annotations

import numpy as np
import pandas as pd

CLASSES = ("calm", "rude", "vile")


def crowd(
    *,
    n_tasks: int = 300,
    n_votes: int = 5,
    accuracy: tuple[float, ...] = (0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.85, 0.8, 0.7),
    classes: tuple[str, ...] = CLASSES,
    mix: tuple[float, ...] | None = None,
    seed: int = 0,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Votes (task, annotator, label) of annotators this accurate, errors spread evenly; and gold (task, label)."""
    rng = np.random.default_rng(seed)
    k = len(classes)
    truth = rng.choice(k, n_tasks, p=mix)
    chance = np.asarray(accuracy)
    who = np.argsort(rng.random((n_tasks, len(chance))), axis=1)[:, :n_votes]
    right = rng.random(who.shape) < chance[who]
    wrong = (truth[:, None] + rng.integers(1, k, who.shape)) % k
    label = np.where(right, truth[:, None], wrong)
    names = np.asarray(classes)
    votes = pd.DataFrame(
        {
            "task": [f"t{i:05d}" for i in np.repeat(np.arange(n_tasks), n_votes)],
            "annotator": [f"a{j:03d}" for j in who.ravel()],
            "label": names[label.ravel()],
        }
    )
    gold = pd.DataFrame({"task": [f"t{i:05d}" for i in range(n_tasks)], "label": names[truth]})
    return votes, gold


def accuracy_of(labels: pd.DataFrame, gold: pd.DataFrame) -> float:
    """Share of gold tasks whose label is the gold label."""
    both = gold.merge(labels, on="task", suffixes=("_gold", ""))
    return float((both["label"] == both["label_gold"]).mean())
