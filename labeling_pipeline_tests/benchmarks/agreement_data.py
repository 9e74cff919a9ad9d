"""Simulated votes for the agreement and reliability benchmarks. Belongs here: only where they come from."""

from __future__ import annotations

import numpy as np
import pandas as pd

CLASSES = np.array(["non_toxic", "harassment", "hate_speech", "threat", "sexual"])
MIX = np.array([0.62, 0.18, 0.10, 0.07, 0.03])


def votes_of(n_tasks: int, n_annotators: int = 240, seed: int = 0) -> pd.DataFrame:
    """Three votes per task: task, annotator, label (strings), week (0 to 7); accuracies between .55 and .9."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(5, n_tasks, p=MIX)
    third = n_annotators // 3
    who = np.stack([rng.integers(0, third, n_tasks) + third * part for part in range(3)], axis=1)
    right = rng.random((n_tasks, 3)) < rng.uniform(0.55, 0.9, n_annotators)[who]
    label = np.where(right, truth[:, None], (truth[:, None] + rng.integers(1, 5, (n_tasks, 3))) % 5)
    return pd.DataFrame(
        {
            "task": np.repeat(np.char.add("c-", np.arange(n_tasks).astype(str)), 3),
            "annotator": np.char.add("a", who.ravel().astype(str)),
            "label": CLASSES[label.ravel()],
            "week": np.repeat(np.arange(n_tasks) * 8 // n_tasks, 3),
        }
    )
