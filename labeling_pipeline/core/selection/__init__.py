"""Which comments to label next.

Belongs here: strategies (one file each), the registry, and the batch around them: random share, near-duplicates, ties,
reasons. Does not: who labels them, what that costs, or publishing the round.

A strategy is a function from a `Pool` to one score per comment; higher is chosen first. Add your own: one file with the
function, one line in ``STRATEGIES``. It gets what the models say, and no texts:

>>> import numpy as np
>>> from labeling_pipeline.core.selection import Pool
>>> def least_of_the_first_class(pool):
...     return 1 - pool.probabilities[:, 0]  # (n, K) in, n finite numbers out
>>> least_of_the_first_class(Pool.of(np.array([[0.9, 0.1], [0.2, 0.8]]))).round(2).tolist()
[0.1, 0.8]
"""

from __future__ import annotations

from typing import Any

from labeling_pipeline.core.selection.batch import Selection, choose
from labeling_pipeline.core.selection.pool import Pool

# name → where its function is
STRATEGIES: dict[str, str] = {
    "random": "labeling_pipeline.core.selection.random:random",
    "least_confidence": "labeling_pipeline.core.selection.least_confidence:least_confidence",
    "margin": "labeling_pipeline.core.selection.margin:margin",
    "entropy": "labeling_pipeline.core.selection.entropy:entropy",
    "committee": "labeling_pipeline.core.selection.committee:committee",
}

# Those that promise to prefer a comment the models are unsure of; a suite of their own holds them to it. A strategy
# that wants something else (chance, one class, what is rare) is not named here.
UNCERTAINTY: tuple[str, ...] = ("least_confidence", "margin", "entropy", "committee")


def select(predictions: Any, n: int, *, strategy: str = "margin", **options: Any) -> Selection:
    """Choose ``n`` comments; see `batch.choose` for the options and the result.

    >>> import pandas as pd
    >>> scored = pd.DataFrame({"comment_id": ["c-1", "c-2"], "p_a": [0.41, 0.9], "p_b": [0.32, 0.1], "p_c": [0.27, 0]})
    >>> select(scored, 1, strategy="margin", random_share=0).batch["reason"].iloc[0]
    'margin 0.09: a 0.41 against b 0.32'
    """
    return choose(STRATEGIES, predictions, n, strategy=strategy, **options)


__all__ = ["STRATEGIES", "UNCERTAINTY", "Pool", "Selection", "select"]
