"""Random: every comment has the same chance. What the others must beat, and the only unbiased one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from labeling_pipeline.core.selection.pool import Pool


def random(pool: Pool) -> NDArray[np.float64]:
    """A uniform number per comment from its id and the seed; (n,) in [0, 1)."""
    return pool.luck
