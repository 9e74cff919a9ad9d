"""What the votes cannot tell, of annotators and of tasks.

Belongs here: saying why a figure is missing, or what it rests on. Does not: the figures.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from labeling_pipeline.core.consensus.columns import Codes, Floats
from labeling_pipeline.core.consensus.votes import Votes

NO_VOTE = "no votes: every label of this annotator is empty"
NO_WEIGHT = "no votes that weigh anything"
NO_OVERLAP = "no overlap: nobody else voted on any task of this annotator"
NONE_KNOWN = f"{NO_OVERLAP}, and none is known"
ONE_CATEGORY = "one category only: every vote names it, so nothing can be said of annotators"


def why_unknown(votes: Votes, clamp: Codes | None, history: Floats | None) -> NDArray[np.object_]:
    """Per named annotator why no reliability can be given; empty where it can.

    Something is known of those who share a task with another, who voted on one of known class (``clamp``), or who have
    a history. Votes that weigh nothing are not there.
    """
    n = len(votes.annotators)
    has_vote, weighs, compared = (np.zeros(votes.n_annotators, bool) for _ in range(3))
    for tasks, part in votes.spans():
        who, task = votes.annotator[part], votes.task[part] - np.int32(tasks.start)
        has_vote[who] = True
        if votes.weight is not None:  # a vote that weighs nothing is no company
            who, task = (codes[votes.weight[part] > 0] for codes in (who, task))
        weighs[who] = True
        first = np.flatnonzero(np.diff(task, prepend=-1))
        last = np.append(first, len(task))[1:] - 1
        # Votes stand by annotator within a task; those without a name are of different people.
        is_alone = (who[first] == who[last]) & ((who[first] < n) | (first == last))
        shared = ~is_alone if clamp is None else ~is_alone | (clamp[tasks][task[first]] >= 0)
        compared[who[np.repeat(shared, last - first + 1)]] = True
    if history is not None:
        compared |= history.sum(axis=(1, 2)) > 0
    why = np.full(n, ONE_CATEGORY if len(votes.classes) == 1 else "", dtype=object)
    if len(votes.classes) > 1:
        why[~compared[:n]] = NONE_KNOWN
    why[~weighs[:n]] = NO_WEIGHT
    why[~has_vote[:n]] = NO_VOTE
    return why


def note_weightless(votes: Votes, notes: list[str]) -> None:
    """Say which tasks have only votes of weight 0."""
    if votes.weight is None:
        return
    total = np.bincount(votes.task, votes.weight, votes.n_tasks)
    weightless = np.flatnonzero(total == 0)
    if len(weightless):
        first = votes.tasks[int(weightless[0])].as_py()
        notes.append(
            f"{len(weightless)} tasks have only votes of weight 0, the first {first!r}: nothing is known of them, "
            "their label follows from the class mix"
        )
