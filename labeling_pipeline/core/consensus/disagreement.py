"""Why votes on a task differ: the comment is ambiguous, or its annotators are noisy.

Belongs here: the split. Does not: agreement statistics over many tasks (``core.agreement``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from labeling_pipeline.core.consensus.columns import Codes, Floats, sum_by
from labeling_pipeline.core.consensus.em import Fit
from labeling_pipeline.core.consensus.votes import Votes

FAINT = 1e-12
N_BINS = 512  # log-ratios are binned to estimate how common ambiguous comments are
N_STEPS = 50
N_ROUNDS = 3  # of finding ambiguous tasks and counting again without them
STRENGTH = 5.0  # votes' worth of the crowd's rows in everyone's own


def split_disagreement(votes: Votes, label: Codes, second: Codes, fit: Fit) -> tuple[Floats, Floats]:
    """Ambiguity and annotator noise per task.

    Ambiguity is the probability that the votes came from annotators of whom each saw one of two classes (``label`` or
    ``second``, even odds) rather than from annotators who all saw ``label`` and erred as they do on clear tasks; how
    common ambiguous tasks are is estimated from all tasks. Annotator noise is how often these annotators are wrong when
    the class is ``label`` and clear. What they do on clear tasks is counted over tasks weighted by one minus ambiguity,
    starting from the fit's confusions, which ambiguous tasks have blurred.
    """
    _, K, L = fit.confusion.shape
    base = votes.annotator.astype(np.int64) * (K * L) + votes.answer
    first = base + label[votes.task].astype(np.int64) * L
    other = base + second[votes.task].astype(np.int64) * L
    cells = fit.confusion.reshape(-1)
    for _ in range(N_ROUNDS - 1):
        cells = _clear_rows(first, 1.0 - _ambiguity(votes, cells, first, other)[votes.task], fit.confusion.shape)
    right = cells[first - votes.answer + label[votes.task]]
    noise = 1.0 - sum_by(votes.task, right, votes.n_tasks) / np.maximum(np.diff(votes.starts), 1)
    return _ambiguity(votes, cells, first, other), np.clip(noise, 0.0, 1.0)


def _ambiguity(votes: Votes, cells: Floats, first: NDArray[np.int64], other: NDArray[np.int64]) -> Floats:
    """Probability of "ambiguous" per task; ``first`` and ``other`` find a vote's likelihood under the two classes."""
    under_first = cells[first]
    ratio = np.log(np.maximum((under_first + cells[other]) / 2, FAINT)) - np.log(np.maximum(under_first, FAINT))
    if votes.weight is not None:
        ratio *= votes.weight
    return ambiguous_share(sum_by(votes.task, ratio, votes.n_tasks))


def _clear_rows(cell: NDArray[np.int64], weight: Floats, shape: tuple[int, ...]) -> Floats:
    """Confusion cells counted over votes weighted by how clear their task is, shrunk towards the crowd's rows."""
    counts = sum_by(cell, weight, shape[0] * shape[1] * shape[2]).reshape(shape)
    crowd = counts.sum(axis=0) + 1.0 / shape[2]
    counts += STRENGTH * crowd / crowd.sum(axis=1, keepdims=True)
    return np.asarray(counts / counts.sum(axis=2, keepdims=True)).reshape(-1)


def ambiguous_share(log_ratio: Floats) -> Floats:
    """Probability of "ambiguous" per task, from log-ratios and the share of ambiguous tasks that explains them best."""
    low, high = float(log_ratio.min()), float(log_ratio.max())
    width = max((high - low) / N_BINS, 1e-9)
    bins = np.bincount(((log_ratio - low) / width).astype(np.int64).clip(0, N_BINS - 1), minlength=N_BINS)
    odds = np.exp(np.clip(low + (np.arange(N_BINS) + 0.5) * width, -50.0, 50.0))
    share = 0.2
    for _ in range(N_STEPS):
        share = float(np.average(share * odds / (share * odds + 1.0 - share), weights=bins))
    own = share * np.exp(np.clip(log_ratio, -50.0, 50.0))
    return np.asarray(own / (own + 1.0 - share))
