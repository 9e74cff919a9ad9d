"""Rules about the company a label keeps.

Belongs here: its batch, its near-duplicates. Does not: rules about the label alone.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.quality.finding import Bools, Finding, GateContext, at_least, choose, silent

EXPERTS_WHO_SETTLE = 2  # as many as make gold


def batch(labels: pd.DataFrame, context: GateContext) -> Finding:
    """The batch's agreement, on the statistic named in the settings; a batch under it goes to experts whole."""
    floor, statistic = context.settings.min_batch_agreement, context.settings.batch_statistic
    if floor is None:
        return silent(labels)
    value = labels["batch_id"].astype(object).map(lambda b: context.batch_agreement.get(str(b), np.nan))
    return at_least(value.astype(np.float64), floor, statistic, "adjudicate")


def duplicates(labels: pd.DataFrame, context: GateContext) -> Finding:
    """No near-duplicate of it (same ``duplicate_group``) has a different label.

    What experts decided (``is_decided``) stands against the labels of a crowd, which go to an expert. Where experts
    decided otherwise on two near-duplicates, each goes to another one until two (``n_experts``) have decided it: then
    it is what surrounds them that makes the difference.
    """
    if "duplicate_group" not in labels:
        return silent(labels)
    group = labels["duplicate_group"]
    differs = _differs(labels["label"], group)
    if "is_decided" in labels:
        decided = labels["is_decided"].fillna(False).astype(bool)
        settled = labels["n_experts"].fillna(0).to_numpy() >= EXPERTS_WHO_SETTLE
        differs = np.where(decided, _differs(labels["label"].where(decided), group) & ~settled, differs)
    return Finding(differs, choose(differs, "a near-duplicate has a different label", ""), "adjudicate")


def _differs(label: pd.Series, group: pd.Series) -> Bools:
    distinct = label.groupby(group, dropna=True).transform("nunique")
    return np.asarray(distinct.fillna(1).to_numpy() > 1, dtype=np.bool_)
