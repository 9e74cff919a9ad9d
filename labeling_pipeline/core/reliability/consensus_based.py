"""Accuracy against the consensus: not accuracy, but what there is before any answer is known.

Belongs here: which votes the consensus may judge. Does not: making a consensus (see ``core.consensus``).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability.answers import (
    Answers,
    Votes,
    judged,
    one_vote_per_task,
    read_votes,
    taken,
    untimed,
)
from labeling_pipeline.core.reliability.competence import Competence, fit_competence
from labeling_pipeline.core.reliability.intervals import beta_interval

# With fewer votes on a task, or a label nobody else gave, a vote would mostly be compared with itself.
MIN_VOTES = 3
MIN_SUPPORT = 2


def supported(votes: Votes, consensus: Answers) -> Votes:
    """The votes on tasks with three votes or more whose consensus label two or more of them gave."""
    rows = judged(votes, replace(consensus, week=np.zeros_like(consensus.week)))
    per_task = np.bincount(votes.task, minlength=len(votes.tasks))
    support = np.bincount(votes.task[rows.vote], weights=rows.is_correct, minlength=len(votes.tasks))
    usable = (per_task >= MIN_VOTES) & (support >= MIN_SUPPORT)
    return taken(votes, usable[votes.task])


def consensus_reliability(
    votes: pd.DataFrame | Votes, start: Competence | None = None, confidence: float = 0.95
) -> tuple[pd.DataFrame, Competence]:
    """`annotator, value, low, high, n`: expected share of votes that name the class the *other* votes point to.

    `votes`: task, annotator, label, or what `read_votes` made of them. Returned with the fit, which is the `start` of
    next week's: a warm start arrives where a cold one does, in a fraction of the rounds. Raises InputError without a
    vote.

    >>> votes = pd.DataFrame({"task": list("ttuuvv"), "annotator": list("ababab"), "label": list("xxyyxy")})
    >>> table, fit = consensus_reliability(votes)
    >>> warm, again = consensus_reliability(votes, fit)
    >>> bool((warm["value"] - table["value"]).abs().max() < 1e-3), again.n_rounds <= fit.n_rounds
    (True, True)
    """
    read = one_vote_per_task(read_votes(untimed(votes)))
    if not read.label.size:
        raise InputError("there are no votes", expected="rows with a task, an annotator and a label")
    fit = fit_competence(read, start)
    right = fit.named_by_others(read)
    n = np.bincount(read.annotator, minlength=len(read.annotators)).astype(np.float64)
    correct = np.asarray(np.bincount(read.annotator, weights=right, minlength=n.size), dtype=np.float64)
    low, high = beta_interval(correct + 0.5, np.maximum(n - correct, 0) + 0.5, confidence)
    table = pd.DataFrame(
        {
            "annotator": read.annotators,
            "value": correct / np.maximum(n, 1),
            "low": low,
            "high": high,
            "n": n.astype(np.int64),
        }
    )
    return table[n > 0].reset_index(drop=True), fit
