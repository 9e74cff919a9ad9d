"""Accuracy against the consensus: not accuracy, but what there is before any answer is known.

Belongs here: which votes the consensus may judge. Does not: making a consensus (see ``core.consensus``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement.coding import Ints
from labeling_pipeline.core.reliability.answers import Votes, judged

# With fewer votes on a task, or a label nobody else gave, a vote would mostly be compared with itself.
MIN_VOTES = 3
MIN_SUPPORT = 2


def supported(votes: Votes, consensus: pd.DataFrame) -> Votes:
    """The votes on tasks with three votes or more whose consensus label two or more of them gave."""
    rows = judged(votes, consensus.drop(columns="week", errors="ignore"))
    per_task = np.bincount(votes.task, minlength=len(votes.tasks))
    support = np.bincount(votes.task[rows.vote], weights=rows.is_correct, minlength=len(votes.tasks))
    usable = (per_task >= MIN_VOTES) & (support >= MIN_SUPPORT)
    kept: Ints = np.flatnonzero(usable[votes.task])
    return Votes(
        votes.task[kept],
        votes.annotator[kept],
        votes.label[kept],
        votes.week[kept],
        votes.tasks,
        votes.annotators,
        votes.labels,
    )
