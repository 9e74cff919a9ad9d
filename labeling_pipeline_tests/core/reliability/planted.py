"""Crowds with planted annotators, whose votes and truth are known."""

from __future__ import annotations

import numpy as np
import pandas as pd

CLASSES = np.array(["none", "insult", "threat", "slur", "spam"])
MIX = np.array([0.62, 0.18, 0.10, 0.07, 0.03])


def crowd(
    n_tasks: int = 4_000, n_annotators: int = 60, votes: int = 3, low: float = 0.55, high: float = 0.9, seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Votes (task, annotator, label, week), answers (task, label), and each annotator's true accuracy."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(5, n_tasks, p=MIX)
    who = rng.random((n_tasks, n_annotators)).argpartition(votes, axis=1)[:, :votes]
    accuracy = rng.uniform(low, high, n_annotators)
    wrong = (truth[:, None] + rng.integers(1, 5, who.shape)) % 5
    given = np.where(rng.random(who.shape) < accuracy[who], truth[:, None], wrong)
    names = np.array([f"a{code:03d}" for code in range(n_annotators)])
    tasks = np.array([f"t{code:05d}" for code in range(n_tasks)])
    table = pd.DataFrame(
        {
            "task": np.repeat(tasks, votes),
            "annotator": names[who.ravel()],
            "label": CLASSES[given.ravel()],
            "week": np.repeat(np.arange(n_tasks) * 10 // n_tasks, votes),
        }
    )
    return table, pd.DataFrame({"task": tasks, "label": CLASSES[truth]}), pd.Series(accuracy, index=names)
