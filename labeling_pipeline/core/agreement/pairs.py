"""Which two annotators voted on which task: the observations behind every pairwise statistic.

Belongs here: listing the pairs of votes and choosing the pairs of annotators worth comparing. Does not: kappa itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labeling_pipeline.core.agreement.coding import CodedVotes, Ints

# Cohen's kappa of fewer shared tasks is mostly noise. Such pairs are left out where the others hold most of the
# observations; where they do not, all pairs are used and the note says how little they share.
MIN_SHARED = 10
# A kappa of one shared task is 0 or undefined whatever the annotators do.
FEWEST_SHARED = 2
MAX_OBSERVATIONS = 20_000_000


@dataclass(frozen=True)
class PairVotes:
    """One row per task that both annotators of a pair labeled; `first`, `second`, `shared` (P,) are of the pairs.

    `row_a`, `row_b`: the two votes, as rows of the votes given.
    """

    pair: Ints
    task: Ints
    label_a: Ints
    label_b: Ints
    first: Ints
    second: Ints
    shared: Ints
    row_a: Ints
    row_b: Ints
    n_overlapping: int
    n_left_out: int = 0


def pair_votes(votes: CodedVotes, min_shared: int = MIN_SHARED, *, strict: bool = False) -> PairVotes:
    """Pairs of annotators with `min_shared` tasks in common; two are enough where most pairs have fewer.

    `strict` never goes below `min_shared`. Where the observations would exceed 20 million, the annotators with the most
    votes are compared (`n_left_out` says how many are not).
    """
    who = np.full(votes.task.size, -1) if votes.annotator is None else votes.annotator
    rows, left_out = _repeated_annotators(votes)
    task, annotator, label = votes.task[rows], who[rows], votes.label[rows]
    left, right = _within_tasks(task)
    swap = annotator[left] > annotator[right]
    left, right = np.where(swap, right, left), np.where(swap, left, right)
    size = int(annotator.max(initial=0)) + 1
    keys, pair, shared = np.unique(annotator[left] * size + annotator[right], return_inverse=True, return_counts=True)
    most_have = 2 * shared[shared >= min_shared].sum() > shared.sum()
    least = min_shared if strict or most_have else FEWEST_SHARED
    wanted = shared >= least
    kept = np.flatnonzero(wanted[pair])
    new_place = np.cumsum(wanted) - 1
    return PairVotes(
        pair=new_place[pair[kept]],
        task=task[left[kept]],
        label_a=label[left[kept]],
        label_b=label[right[kept]],
        first=keys[wanted] // size,
        second=keys[wanted] % size,
        shared=shared[wanted],
        row_a=rows[left[kept]],
        row_b=rows[right[kept]],
        n_overlapping=int(keys.size),
        n_left_out=left_out,
    )


def _repeated_annotators(votes: CodedVotes) -> tuple[Ints, int]:
    """Rows of votes of annotators with two votes or more, sorted by task, within the budget of observations."""
    if votes.annotator is None:
        return np.zeros(0, dtype=np.int64), 0
    known = votes.annotator >= 0
    per_annotator = np.bincount(votes.annotator[known], minlength=len(votes.annotators))
    busy = per_annotator >= FEWEST_SHARED
    keep = known & busy[votes.annotator]
    if _n_pairs(votes.task[keep], votes.n_tasks) > MAX_OBSERVATIONS:
        busy = _busiest(votes, keep, per_annotator)
        keep = known & busy[votes.annotator]
    rows = np.flatnonzero(keep)
    rows = rows[np.argsort(votes.task[rows], kind="stable")]
    left_out = int(((per_annotator >= FEWEST_SHARED) & ~busy).sum())
    return rows, left_out


def _busiest(votes: CodedVotes, keep: np.ndarray, per_annotator: Ints) -> np.ndarray:
    """The largest half, quarter, eighth … of the annotators whose pairs fit the budget."""
    order = np.argsort(-per_annotator, kind="stable")
    size = int((per_annotator >= FEWEST_SHARED).sum())
    while True:
        size //= 2
        busy = np.zeros(per_annotator.size, dtype=bool)
        busy[order[:size]] = True
        rows = keep & busy[votes.annotator]
        if size < 2 or _n_pairs(votes.task[rows], votes.n_tasks) <= MAX_OBSERVATIONS:
            return busy


def _n_pairs(task: Ints, n_tasks: int) -> int:
    per_task = np.bincount(task, minlength=n_tasks)
    return int((per_task * (per_task - 1) // 2).sum())


def _within_tasks(task: Ints) -> tuple[Ints, Ints]:
    """Row numbers (left, right) of every two votes on one task; `task` is sorted. Tasks of one size go together."""
    if task.size == 0:
        return task, task
    starts = np.flatnonzero(np.r_[True, task[1:] != task[:-1]])
    sizes = np.diff(np.r_[starts, task.size])
    lefts, rights = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for size in np.unique(sizes[sizes > 1]):
        left, right = np.triu_indices(int(size), 1)
        start = starts[sizes == size][:, None]
        lefts.append((start + left).ravel())
        rights.append((start + right).ravel())
    return np.concatenate(lefts), np.concatenate(rights)
