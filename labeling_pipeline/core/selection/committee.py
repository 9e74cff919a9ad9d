"""Committee: the comments on which several models disagree (Seung et al. 1992, doi:10.1145/130385.130417)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.selection.pool import Pool


def committee(pool: Pool) -> NDArray[np.float64]:
    """Entropy of the mean distribution − mean entropy of the members (Jensen–Shannon); (n,), 0 where all agree.

    Unlike plain vote counts this is not fooled by members that are all unsure in the same way. Needs predictions by at
    least two models for some comment.
    """
    if pool.members_per_comment.max(initial=0) < 2:
        raise InputError(
            "strategy committee: every comment has the predictions of one model only",
            expected="rows of at least two model_version per comment",
            remedy="choose margin or entropy, or add another model's predictions",
        )
    inner = np.zeros(len(pool.probabilities))
    np.add.at(inner, pool.comment_of_member, entr(pool.members).sum(axis=1))
    spread = entr(pool.probabilities).sum(axis=1) - inner / pool.members_per_comment
    return np.asarray(np.maximum(spread, 0.0))
