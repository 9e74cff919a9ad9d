"""Testing many things at once. Belongs here: the correction. Does not: any test."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def holm(p_values: npt.ArrayLike, family_error: float) -> npt.NDArray[np.bool_]:
    """Which hypotheses fall when all are tested together; missing p values were not tested.

    Holm 1979: the smallest p against α / m, the next against α / (m − 1), until one fails.

    >>> holm([0.04, 0.001, float("nan"), 0.03], 0.05).tolist()
    [False, True, False, False]
    """
    p = np.asarray(p_values, dtype=np.float64)
    rejected = np.zeros(len(p), dtype=bool)
    tested = np.flatnonzero(~np.isnan(p))
    for step, i in enumerate(tested[np.argsort(p[tested], kind="stable")]):
        if p[i] > family_error / (len(tested) - step):
            break
        rejected[i] = True
    return rejected
