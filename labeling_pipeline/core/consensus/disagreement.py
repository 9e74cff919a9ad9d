"""Why votes on a task differ: the comment is ambiguous, or its annotators are noisy.

Belongs here: the split. Does not: agreement statistics over many tasks (``core.agreement``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from labeling_pipeline.core.consensus.ambiguous import Ambiguous, ambiguous_tasks
from labeling_pipeline.core.consensus.columns import Codes, Floats, blocks, sum_by
from labeling_pipeline.core.consensus.em import Fit
from labeling_pipeline.core.consensus.votes import Votes

Cells: TypeAlias = NDArray[np.int32] | NDArray[np.int64]
FAINT = 1e-12
SOME_TASKS, HALVINGS = 20_000, 20
UNKNOWN = "ambiguity and annotator_noise are empty: "
ONE_CLASS = "one class only, and what else anybody could have seen in a comment cannot be known"


def split_disagreement(votes: Votes, label: Codes, second: Codes, fit: Fit) -> tuple[Floats, Floats] | None:
    """Ambiguity and annotator noise per task; None, and a note, where votes cannot tell one from the other.

    Ambiguity is the probability that the votes came from annotators of whom each saw one of two classes (``label`` or
    ``second``, even odds) rather than from annotators who all saw the same one and erred as they do on clear tasks; how
    common ambiguous tasks are is estimated from all tasks (see ``ambiguous``). Annotator noise is how often these
    annotators are wrong when the class is ``label`` and clear.
    """
    _, K, L = fit.confusion.shape
    found = ambiguous_tasks(votes, label, second, fit) if K > 1 else ONE_CLASS
    if isinstance(found, str):
        votes.notes.append(UNKNOWN + found)
        return None
    first, other = _cells(votes, label, K, L), _cells(votes, second, K, L)
    cells = found.rows.reshape(-1)
    ambiguity = _ambiguity(votes, cells, first, other, _prior_odds(found, label, second), found.share)
    if not found.is_whole:  # annotators were fitted on a sample: count again, over all tasks
        cells = _clear_rows(votes, first, ambiguity, found)
        ambiguity = _ambiguity(votes, cells, first, other, _prior_odds(found, label, second), found.share)
    noise, size = np.empty(votes.n_tasks), votes.sizes
    for tasks, part in votes.spans():
        right = cells[first[part] - votes.answer[part] + label[votes.task[part]]]
        n = tasks.stop - tasks.start
        noise[tasks] = 1.0 - sum_by(votes.task[part] - np.int32(tasks.start), right, n) / size[tasks]
    return ambiguity, np.clip(noise, 0.0, 1.0, out=noise)


@dataclass(frozen=True)
class _Prior:
    """Before any vote: log odds per task of "ambiguous", and of the second class, against "clear, of the first".

    ``most``: what the other pairs of classes could add to the first.
    """

    odds: Floats
    against: Floats
    most: float


def _prior_odds(found: Ambiguous, label: Codes, second: Codes) -> _Prior:
    odds = found.log_pairs[label, second] + np.log(found.share / (1.0 - found.share))
    odds -= found.log_mix[label]
    K = len(found.log_mix)
    return _Prior(odds, found.log_mix[second] - found.log_mix[label], float(np.log(K * (K - 1) / 2)))


def _ambiguity(votes: Votes, cells: Floats, first: Cells, other: Cells, prior: _Prior, share: float) -> Floats:
    """Probability of "ambiguous" per task, into the log odds before any vote.

    ``first`` and ``other`` find a vote's likelihood under the two classes.
    Votes that all saw the other class are not ambiguous either: where gold says that everybody was wrong, they agreed.
    """
    odds, against, logs = prior.odds, prior.against, np.log(np.maximum(cells, FAINT))
    for tasks, part in votes.spans():
        one, two = first[part], other[part]
        ratio = np.log(np.maximum((cells[one] + cells[two]) / 2, FAINT)) - logs[one]
        second = logs[two] - logs[one]
        if votes.weight is not None:
            ratio *= votes.weight[part]
            second *= votes.weight[part]
        place, n = votes.task[part] - np.int32(tasks.start), tasks.stop - tasks.start
        own = odds[tasks] + sum_by(place, ratio, n)
        odds[tasks] = own - np.logaddexp(0.0, against[tasks] + sum_by(place, second, n))
    odds += _left_out(odds, share, prior.most)
    return np.asarray(expit(odds, out=odds))


def _left_out(odds: Floats, share: float, most: float) -> float:
    """What the pairs of classes that were not looked at add to all log odds, by the share they are to come to."""
    some, low = odds[:: max(1, len(odds) // SOME_TASKS)], 0.0
    for _ in range(HALVINGS):
        middle = (low + most) / 2
        low, most = (middle, most) if expit(some + middle).mean() < share else (low, middle)
    return low


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


def _clear_rows(votes: Votes, cell: Cells, ambiguity: Floats, found: Ambiguous) -> Floats:
    """Confusion cells counted over votes weighted by how clear their task is, shrunk towards the crowd's rows."""
    total = np.zeros(found.rows.size)
    for part in blocks(len(cell), len(total)):
        total += sum_by(cell[part], 1.0 - ambiguity[votes.task[part]], len(total))
    A, K, L = found.rows.shape
    counts = total.reshape(A, K, L)
    crowd = counts.sum(axis=0) + 1.0 / L
    counts += found.strength * crowd / crowd.sum(axis=1, keepdims=True)
    return np.asarray(counts / counts.sum(axis=2, keepdims=True)).reshape(-1)
