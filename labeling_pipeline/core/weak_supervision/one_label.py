"""Functions that know one class. Belongs here: telling them from those that give several labels. Does not: what follows
from it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.weak_supervision.patterns import Matrix

ONE_LABEL = 0.95  # of a function's votes: it knows one class


def gives_several(votes: Matrix, n_classes: int) -> npt.NDArray[np.bool_]:
    """(m,): whether a function gives several labels, more than in passing. `votes` (m·K,): how often it gave each."""
    given = votes.reshape(-1, n_classes)
    return np.asarray(given.max(axis=1) < ONE_LABEL * given.sum(axis=1))


def most_by_several(votes: Matrix, n_classes: int) -> bool:
    """Whether most votes are by functions that give several labels."""
    given = votes.reshape(-1, n_classes).sum(axis=1)
    return float(given[gives_several(votes, n_classes)].sum()) > 0.5 * float(given.sum())
