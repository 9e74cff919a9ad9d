"""Where a step leads when it is repeated. Belongs here: a repeated step, sped up by what it did before. Does not: any
step of a model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labeling_pipeline.core.weak_supervision.patterns import Matrix


def settled(
    step: Callable[[Matrix], Matrix], point: Matrix, within: Callable[[Matrix], Matrix], close: float, most: int
) -> Matrix:
    """The point (n,) at which `step` moves nothing by `close` or more, after at most `most` steps.

    Two steps tell where a slow third and fourth would lead. That guess, brought back `within` bounds, is followed by a
    true step, so that what is returned is always something a step gave (SQUAREM, scheme S3: Varadhan and Roland 2008,
    https://doi.org/10.1111/j.1467-9469.2007.00585.x).

    >>> settled(lambda x: 0.9 * x + 0.1, np.zeros(1), lambda x: x, 1e-9, 9).round(6).tolist()
    [1.0]
    """
    for _ in range(0, most, 3):
        first = step(point)
        second = step(first)
        moved, bent = first - point, second - 2 * first + point
        if np.abs(second - first).max() < close:
            return second
        length = -max(1.0, float(np.linalg.norm(moved) / max(float(np.linalg.norm(bent)), 1e-12)))
        point = step(within(point - 2 * length * moved + length * length * bent))
    return point
