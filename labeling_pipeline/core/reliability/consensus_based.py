"""Accuracy against the consensus: not accuracy, but what there is before any answer is known.

Belongs here: which votes the consensus may judge. Does not: making a consensus (see ``core.consensus``).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.agreement.coding import Ints
from labeling_pipeline.core.consensus.unknown import NO_OVERLAP, NO_VOTE
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability.answers import (
    Answers,
    Votes,
    judged,
    one_vote_per_task,
    read_votes,
    taken,
    untimed,
    with_company,
)
from labeling_pipeline.core.reliability.competence import Competence, fit_competence
from labeling_pipeline.core.reliability.intervals import beta_interval

# With fewer votes on a task, or a label nobody else gave, a vote would mostly be compared with itself.
MIN_VOTES = 3
MIN_SUPPORT = 2
ONE_CATEGORY = "one category only: every vote is {label!r}, so that two agree says nothing of either"


def supported(votes: Votes, consensus: Answers) -> Votes:
    """The votes on tasks with three votes or more whose consensus label two or more of them gave."""
    people = one_vote_per_task(votes)
    rows = judged(people, replace(consensus, week=np.zeros_like(consensus.week)))
    per_task = np.bincount(people.task, minlength=len(votes.tasks))
    support = np.bincount(people.task[rows.vote], weights=rows.is_correct, minlength=len(votes.tasks))
    usable = (per_task >= MIN_VOTES) & (support >= MIN_SUPPORT)
    return taken(votes, usable[votes.task])


def consensus_reliability(
    votes: pd.DataFrame | Votes, start: Competence | None = None, confidence: float = 0.95
) -> tuple[pd.DataFrame, Competence]:
    """`annotator, value, low, high, n, n_votes, note`: share of votes that name the class the *other* votes point to.

    `votes`: task, annotator, label, or what `read_votes` made of them. `n`: votes on tasks that somebody else voted on
    too. Where there are none, or all votes name one class, there is no value and `note` says why. Returned with the
    fit, which is the `start` of next week's: a warm start arrives where a cold one does, at best in fewer rounds.
    Raises InputError without a vote.

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
    compared = with_company(read)
    n_votes, n = (
        np.bincount(who, minlength=len(read.annotators)) for who in (read.annotator, read.annotator[compared])
    )
    named = fit.named_by_others(read)[compared]
    correct = np.asarray(np.bincount(read.annotator[compared], weights=named, minlength=n.size), dtype=np.float64)
    note = notes_of(read, n_votes, n)
    low, high = beta_interval(correct + 0.5, np.maximum(n - correct, 0) + 0.5, confidence)
    value = correct / np.maximum(n, 1)  # may be next to 0 or 1, where the interval does not reach
    numbers = {"value": value, "low": np.minimum(low, value), "high": np.maximum(high, value)}
    table = pd.DataFrame(
        {
            "annotator": read.annotators,
            **{name: pd.array(np.where(note == "", of_all, np.nan), "Float64") for name, of_all in numbers.items()},
            "n": n,
            "n_votes": n_votes,
            "note": note,
        }
    )
    return table, fit


def notes_of(votes: Votes, n_votes: Ints, n_compared: Ints) -> NDArray[np.object_]:
    """Why an annotator cannot be compared with the others; empty where that is possible."""
    used = np.flatnonzero(np.bincount(votes.label, minlength=len(votes.labels)))
    note = np.where(n_compared == 0, NO_OVERLAP, "").astype(object)
    if used.size == 1:
        note[:] = ONE_CATEGORY.format(label=votes.labels[int(used[0])])
    note[n_votes == 0] = NO_VOTE
    return note
