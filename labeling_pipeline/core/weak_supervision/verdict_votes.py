"""Experts' verdicts as evidence to fuse. Belongs here: which count, and how strongly. Does not: which verdicts are
evidence in a home (``core.verdict_evidence``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.ids import id_texts
from labeling_pipeline.core.weak_supervision.patterns import Matrix
from labeling_pipeline.core.weak_supervision.times import times_of

VERDICT_ACCURACY = 0.95  # an expert's, where none is measured


def verdict_votes(verdicts: pd.DataFrame, ids: list[str], classes: Sequence[str]) -> Matrix:
    """(n, K): natural-log evidence of the verdicts on each comment.

    `verdicts`: comment_id, label and optionally expert_id, decided_at, accuracy (how often such a verdict is right;
    0.95 where none is given). Of one expert's verdicts on a comment the latest counts (the lower row where no time
    tells), and those without expert_id are taken as one expert's. InputError: a verdict for no class, or with an
    impossible accuracy.
    """
    place = {comment: i for i, comment in enumerate(ids)}
    index = {name: k for k, name in enumerate(classes)}
    out = np.zeros((len(ids), len(classes)))
    for comment, label, accuracy in _counting(verdicts, classes).itertuples(index=False):
        a = float(np.clip(accuracy, 1.0 / len(classes), 0.999))
        out[place[comment], index[label]] += np.log(a * (len(classes) - 1) / (1 - a))
    return out


def _counting(verdicts: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """comment_id, label, accuracy of the verdicts that count: each expert's latest on a comment."""
    rows = verdicts.reset_index(drop=True).assign(comment_id=id_texts(verdicts["comment_id"]).to_numpy())
    given = rows["accuracy"] if "accuracy" in rows.columns else pd.Series(np.nan, rows.index)
    accuracy = pd.to_numeric(given, errors="coerce")
    for row in np.flatnonzero(~rows["label"].isin(list(classes))):
        raise InputError(f"verdicts row {row}: label {rows['label'].iloc[row]}", expected=", ".join(classes))
    for row in np.flatnonzero((given.notna() & accuracy.isna()) | (accuracy < 0) | (accuracy > 1)):
        raise InputError(f"verdicts row {row}: accuracy {given.iloc[row]}", expected="a share from 0 to 1, or none")
    experts = (
        rows["expert_id"].astype("str") if "expert_id" in rows.columns else pd.Series(None, rows.index, dtype="str")
    )
    rows = rows.assign(expert_id=experts, accuracy=accuracy.fillna(VERDICT_ACCURACY))
    if "decided_at" in rows.columns:
        rows = rows.assign(decided_at=times_of(rows["decided_at"], "verdicts"))
        rows = rows.sort_values("decided_at", kind="stable", na_position="first")
    return rows.drop_duplicates(["comment_id", "expert_id"], keep="last")[["comment_id", "label", "accuracy"]]
