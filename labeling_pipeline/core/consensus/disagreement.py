"""Why votes on a task differ: the comment is ambiguous, or its annotators are noisy.

Belongs here: the split. Does not: agreement statistics over many tasks (``core.agreement``).
"""

from __future__ import annotations

import numpy as np

from labeling_pipeline.core.consensus.columns import Codes, Floats, sum_by
from labeling_pipeline.core.consensus.em import Fit
from labeling_pipeline.core.consensus.votes import Votes

FAINT = 1e-12
N_BINS = 512  # log-ratios are binned to estimate how common ambiguous comments are
N_STEPS = 50


def split_disagreement(votes: Votes, label: Codes, second: Codes, fit: Fit) -> tuple[Floats, Floats]:
    """Ambiguity and annotator noise per task.

    Ambiguity is the probability that the votes came from annotators of whom each saw one of two classes (``label`` or
    ``second``, even odds) rather than from annotators who all saw ``label`` and erred as they usually do; how common
    ambiguous tasks are is estimated from all tasks. Annotator noise is how often these annotators are wrong when the
    class is ``label``: the disagreement to expect of a clear comment.
    """
    cells = fit.confusion.reshape(-1)
    _, K, L = fit.confusion.shape
    base = votes.annotator.astype(np.int64) * (K * L) + votes.answer
    first_of, second_of = label[votes.task].astype(np.int64), second[votes.task].astype(np.int64)
    under_first = cells[base + first_of * L]
    under_both = (under_first + cells[base + second_of * L]) / 2
    ratio = np.log(np.maximum(under_both, FAINT)) - np.log(np.maximum(under_first, FAINT))
    if votes.weight is not None:
        ratio *= votes.weight
    n = np.maximum(np.diff(votes.starts), 1)
    right = cells[votes.annotator.astype(np.int64) * (K * L) + first_of * (L + 1)]
    noise = 1.0 - sum_by(votes.task, right, votes.n_tasks) / n
    return ambiguous_share(sum_by(votes.task, ratio, votes.n_tasks)), np.clip(noise, 0.0, 1.0)


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
