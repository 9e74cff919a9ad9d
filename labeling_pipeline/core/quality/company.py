"""Rules about the company a label keeps.

Belongs here: its batch, its near-duplicates. Does not: rules about the label alone.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.quality.finding import Finding, GateContext, at_least, choose, silent


def batch(labels: pd.DataFrame, context: GateContext) -> Finding:
    """The batch's agreement, on the statistic named in the settings; a batch under it goes to experts whole."""
    floor, statistic = context.settings.min_batch_agreement, context.settings.batch_statistic
    if floor is None:
        return silent(labels)
    value = labels["batch_id"].astype(object).map(lambda b: context.batch_agreement.get(str(b), np.nan))
    return at_least(value.astype(np.float64), floor, statistic, "adjudicate")


def duplicates(labels: pd.DataFrame, context: GateContext) -> Finding:
    """No near-duplicate of it (same ``duplicate_group``) has a different label."""
    if "duplicate_group" not in labels:
        return silent(labels)
    distinct = labels.groupby("duplicate_group", dropna=True)["label"].transform("nunique")
    fails = distinct.fillna(1).to_numpy() > 1
    return Finding(fails, choose(fails, "a near-duplicate has a different label", ""), "adjudicate")
