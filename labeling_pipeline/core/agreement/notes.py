"""Why a value is undefined, or how far to trust it, in one sentence.

Belongs here: the sentences. Does not: deciding what is computed.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from labeling_pipeline.core.agreement.coding import CodedVotes, Floats
from labeling_pipeline.core.agreement.pairs import MIN_SHARED, PairVotes

NO_OVERLAP = "no overlap: no task has two votes, so there is nothing to compare"
ONE_TASK = "one task only: chance agreement cannot be estimated from it; read percent_agreement"
ONE_CATEGORY = "one category only: every compared vote has the same label, so agreement by chance is already complete"
NO_IDS = "no annotator ids: which two annotators agree is not known; read krippendorff_alpha"
NO_SHARED = "no overlap: no two annotators share two tasks; read krippendorff_alpha"
# As published, these take the class shares from every task with a vote; that matters where many have just one.
SHARES_OF_ALL_TASKS = ("fleiss", "gwet")
MANY_SINGLE = 0.05
NO_DEFINED_PAIR = "undefined for every pair: each two annotators used one and the same category on what they share"


class Context(Protocol):
    """What a note speaks of."""

    @property
    def votes(self) -> CodedVotes: ...
    @property
    def pairs(self) -> PairVotes: ...
    @property
    def n_pairable(self) -> int: ...


def note_of(name: str, value: float, replicates: Floats, data: Context) -> str:
    """The note beside a statistic; empty when there is nothing to add."""
    if data.n_pairable == 0:
        return NO_OVERLAP
    if name == "percent_agreement":
        return _interval_note(value, replicates, data.n_pairable)
    if data.n_pairable == 1:
        return ONE_TASK
    if name.startswith("cohen"):
        return _pairs_note(value, data.votes, data.pairs)
    if not np.isfinite(value):
        return ONE_CATEGORY
    n_single = data.votes.n_tasks - data.n_pairable
    if name.startswith(SHARES_OF_ALL_TASKS) and n_single > MANY_SINGLE * data.votes.n_tasks:
        return f"chance agreement counts the {n_single} tasks with one vote; krippendorff_alpha leaves them out"
    return _interval_note(value, replicates, data.n_pairable)


def _interval_note(value: float, replicates: Floats, n_pairable: int) -> str:
    if n_pairable == 1:
        return "one task only: no interval"
    if replicates.size == 0:
        return "no interval: no resamples were asked for"
    undefined = float(np.mean(~np.isfinite(replicates)))
    if undefined > 0.5:
        return "no interval: undefined in most resamples (one category only)"
    if undefined > 0.05:
        return f"interval without the {undefined:.0%} of resamples that hold one category only"
    if value == 1:
        unseen = 1 - 0.05 ** (1 / n_pairable)  # the share that would show at least once in 95 of 100 such samples
        return f"all {n_pairable} compared tasks agree: up to {unseen:.1%} of tasks could still disagree unseen"
    return ""


def _pairs_note(value: float, votes: CodedVotes, pairs: PairVotes) -> str:
    if votes.annotator is None:
        return NO_IDS
    if pairs.first.size == 0:
        return NO_SHARED
    if not np.isfinite(value):
        return ONE_CATEGORY if pairs.first.size == 1 else NO_DEFINED_PAIR
    if pairs.first.size == 1:
        return f"one pair of annotators, {int(pairs.shared[0])} shared tasks"
    typical = int(np.median(pairs.shared))
    note = f"mean over {pairs.first.size} of {pairs.n_overlapping} overlapping pairs, median {typical} shared tasks"
    if typical < MIN_SHARED:
        note += "; too few per pair to trust: read krippendorff_alpha"
    if pairs.n_left_out:
        note += f"; the {pairs.n_left_out} annotators with the fewest votes are left out"
    return note
