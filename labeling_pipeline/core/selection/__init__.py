"""Which comments to label next.

Belongs here: strategies (one file each), the registry, and the batch around them: random share, near-duplicates, ties,
reasons. Does not: who labels them, what that costs, or publishing the round.

A strategy is a function from a `Pool` to one score per comment; higher is chosen first. Add your own: one file with the
function, one line in ``STRATEGIES``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeling_pipeline.core.selection.batch import Selection, choose
from labeling_pipeline.core.selection.committee import committee
from labeling_pipeline.core.selection.entropy import entropy
from labeling_pipeline.core.selection.least_confidence import least_confidence
from labeling_pipeline.core.selection.margin import margin
from labeling_pipeline.core.selection.pool import Pool
from labeling_pipeline.core.selection.random import random

STRATEGIES: dict[str, Callable[[Pool], NDArray[np.float64]]] = {
    "random": random,
    "least_confidence": least_confidence,
    "margin": margin,
    "entropy": entropy,
    "committee": committee,
}


def select(predictions: Any, n: int, *, strategy: str = "margin", **options: Any) -> Selection:
    """Choose ``n`` comments; see `batch.choose` for the options and the result.

    >>> import pandas as pd
    >>> scored = pd.DataFrame({"comment_id": ["c-1", "c-2"], "p_a": [0.41, 0.9], "p_b": [0.32, 0.1], "p_c": [0.27, 0]})
    >>> select(scored, 1, strategy="margin", random_share=0).batch["reason"].iloc[0]
    'margin 0.09: a 0.41 against b 0.32'
    """
    return choose(STRATEGIES, predictions, n, strategy=strategy, **options)


__all__ = ["STRATEGIES", "Pool", "Selection", "select"]
