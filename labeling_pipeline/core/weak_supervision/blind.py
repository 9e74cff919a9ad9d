"""What a source that uses gold says of gold comments when it does not know their own. Belongs here: the folds.
Does not: any source.

A source that has seen the answer looks perfect on it: weights between sources, and figures about them, have to come
from fits that have not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import pandas as pd

from labeling_pipeline.core.stable_hash import unit_hash

FOLDS = 5


def blind_labels(
    make: Callable[[pd.DataFrame], pd.DataFrame], gold: pd.DataFrame, of: Collection[str], seed: int = 0
) -> pd.DataFrame:
    """Rows of `make` on the gold comments among `of`, each made with the gold of the other folds alone.

    `make`: gold (comment_id, label) → frame with comment_id; `gold`: comment_id, label. Folds are dealt by a stable
    hash of the comment, so that more gold moves nobody to another fold.

    >>> gold = pd.DataFrame({"comment_id": ["a", "b", "c"], "label": ["no", "yes", "no"]})
    >>> rows = blind_labels(lambda known: gold.assign(knew=gold["comment_id"].isin(known["comment_id"])), gold, "abc")
    >>> rows["knew"].any()
    np.False_
    """
    ids = gold["comment_id"].astype("str")
    known = gold[ids.isin(set(of))]
    fold = pd.Series((unit_hash(known["comment_id"].astype("str"), seed) * FOLDS).astype(int), index=known.index)
    parts = []
    for held in sorted(fold.unique()):
        out = set(known.loc[fold == held, "comment_id"].astype("str"))
        made = make(gold[~ids.isin(out)])
        parts.append(made[made["comment_id"].astype("str").isin(out)])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["comment_id"])
