"""Experts look at labels everybody agrees on: the only way to see a blind spot that most annotators share.

Belongs here: which unanimous labels to review. Does not: the error rate they show and the alarm "agreement without
accuracy" (``core.two_axes``), or labels on which annotators differ (``core.adjudication``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.sampling import rarest_slice, stratified_draw

WEIGHTS = {"slice": 0.7, "rest": 0.3}


def plan_review(labels: pd.DataFrame, budget: int, seed: int = 0) -> pd.DataFrame:
    """The unanimous labels experts should look at this round: half at random, half spread over the slices.

    ``labels``: comment_id, label, agreement, n_votes, slices (list of names). Unanimous is an agreement of 1 among two
    votes or more. A budget over the number of unanimous labels takes them all.
    Returns comment_id, label, slices, stratum, part, inclusion_p, in random order; empty where nothing is unanimous.
    """
    agreement = labels["agreement"].to_numpy(dtype=np.float64, na_value=np.nan)
    sure = labels[(agreement >= 1) & (labels["n_votes"].to_numpy() >= 2)]
    frame = sure[["comment_id", "label", "slices"]].reset_index(drop=True)
    rarest = rarest_slice(frame["slices"])
    frame["stratum"] = np.where(rarest != "", "slice:" + rarest, "rest").astype(str)
    if frame.empty:
        return frame.assign(part="", inclusion_p=0.0)
    return stratified_draw(frame, min(budget, len(frame)), WEIGHTS, seed)
