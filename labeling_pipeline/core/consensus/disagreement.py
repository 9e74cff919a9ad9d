"""Why votes on a task differ: the comment is ambiguous, or its annotators are noisy.

Belongs here: the split. Does not: agreement statistics over many tasks (``core.agreement``).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from labeling_pipeline.core.consensus.columns import Codes, Floats, blocks, sum_by
from labeling_pipeline.core.consensus.em import Fit
from labeling_pipeline.core.consensus.votes import Votes

Cells: TypeAlias = NDArray[np.int32] | NDArray[np.int64]
FAINT = 1e-12
N_BINS = 512  # log-ratios are binned to estimate how common ambiguous comments are
N_STEPS = 50
N_ROUNDS = 3  # of finding ambiguous tasks and counting again without them
STRENGTH = 5.0  # votes' worth of the crowd's rows in everyone's own


def split_disagreement(votes: Votes, label: Codes, second: Codes, fit: Fit) -> tuple[Floats, Floats]:
    """Ambiguity and annotator noise per task.

    Ambiguity is the probability that the votes came from annotators of whom each saw one of two classes (``label`` or
    ``second``, even odds) rather than from annotators who all saw the same one and erred as they do on clear tasks; how
    common ambiguous tasks are is estimated from all tasks. Annotator noise is how often these annotators are wrong when
    the class is ``label`` and clear. What they do on clear tasks is counted over tasks weighted by one minus ambiguity,
    starting from the fit's confusions, which ambiguous tasks have blurred.
    """
    _, K, L = fit.confusion.shape
    if K == 1:  # there is no second class anybody could have seen
        return np.zeros(votes.n_tasks), np.zeros(votes.n_tasks)
    first, other = _cells(votes, label, K, L), _cells(votes, second, K, L)
    cells = fit.confusion.reshape(-1)
    ambiguity = np.empty(votes.n_tasks)
    for _ in range(N_ROUNDS - 1):
        _ambiguity(votes, cells, first, other, ambiguity)
        cells = _clear_rows(votes, first, ambiguity, fit.confusion.shape)
    noise, size = np.empty(votes.n_tasks), votes.sizes
    for tasks, part in votes.spans():
        right = cells[first[part] - votes.answer[part] + label[votes.task[part]]]
        n = tasks.stop - tasks.start
        noise[tasks] = 1.0 - sum_by(votes.task[part] - np.int32(tasks.start), right, n) / size[tasks]
    return _ambiguity(votes, cells, first, other, ambiguity), np.clip(noise, 0.0, 1.0, out=noise)


def _ambiguity(votes: Votes, cells: Floats, first: Cells, other: Cells, total: Floats) -> Floats:
    """Probability of "ambiguous" per task, into ``total``.

    ``first`` and ``other`` find a vote's likelihood under the two classes.
    Votes that all saw the other class are not ambiguous either: where gold says that everybody was wrong, they agreed.
    """
    logs = np.log(np.maximum(cells, FAINT))
    for tasks, part in votes.spans():
        one, two = first[part], other[part]
        ratio = np.log(np.maximum((cells[one] + cells[two]) / 2, FAINT)) - logs[one]
        second = logs[two] - logs[one]
        if votes.weight is not None:
            ratio *= votes.weight[part]
            second *= votes.weight[part]
        place, n = votes.task[part] - np.int32(tasks.start), tasks.stop - tasks.start
        total[tasks] = sum_by(place, ratio, n) - np.maximum(sum_by(place, second, n), 0.0)
    return ambiguous_share(total)


def _cells(votes: Votes, label: Codes, n_classes: int, n_answers: int) -> Cells:
    """Where each vote's cell of its annotator's confusion lies, if the class is ``label``."""
    fits = votes.n_annotators * n_classes * n_answers < np.iinfo(np.int32).max
    cells: Cells = np.empty(len(votes.task), np.int32) if fits else np.empty(len(votes.task), np.int64)
    for _, part in votes.spans():
        own = cells[part]
        np.multiply(votes.annotator[part], n_classes, out=own, dtype=own.dtype)
        own += label[votes.task[part]]
        own *= n_answers
        own += votes.answer[part]
    return cells


def _clear_rows(votes: Votes, cell: Cells, ambiguity: Floats, shape: tuple[int, ...]) -> Floats:
    """Confusion cells counted over votes weighted by how clear their task is, shrunk towards the crowd's rows."""
    total = np.zeros(shape[0] * shape[1] * shape[2])
    for part in blocks(len(cell), len(total)):
        total += sum_by(cell[part], 1.0 - ambiguity[votes.task[part]], len(total))
    counts = total.reshape(shape)
    crowd = counts.sum(axis=0) + 1.0 / shape[2]
    counts += STRENGTH * crowd / crowd.sum(axis=1, keepdims=True)
    return np.asarray(counts / counts.sum(axis=2, keepdims=True)).reshape(-1)


def ambiguous_share(log_ratio: Floats) -> Floats:
    """Probability of "ambiguous" per task, from log-ratios and the share of ambiguous tasks that explains them best.

    Written over the log-ratios.
    """
    low, high = float(log_ratio.min()), float(log_ratio.max())
    width = max((high - low) / N_BINS, 1e-9)
    bins = np.zeros(N_BINS, np.int64)
    for part in blocks(len(log_ratio)):
        place = ((log_ratio[part] - low) / width).astype(np.int64)
        bins += np.bincount(place.clip(0, N_BINS - 1), minlength=N_BINS)
    odds = np.exp(np.clip(low + (np.arange(N_BINS) + 0.5) * width, -50.0, 50.0))
    share = 0.2
    for _ in range(N_STEPS):
        share = float(np.average(share * odds / (share * odds + 1.0 - share), weights=bins))
    for part in blocks(len(log_ratio)):
        own = share * np.exp(np.clip(log_ratio[part], -50.0, 50.0))
        log_ratio[part] = own / (own + 1.0 - share)
    return log_ratio
