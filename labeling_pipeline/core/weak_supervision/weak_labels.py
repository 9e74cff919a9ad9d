"""Comments and labeling functions in, weak labels out: the call the pipeline's asset makes. Belongs here: only that."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.ids import id_texts
from labeling_pipeline.core.weak_supervision import reading
from labeling_pipeline.core.weak_supervision.applying import AppliedLFs, Scan, apply_lfs
from labeling_pipeline.core.weak_supervision.functions import LFSet
from labeling_pipeline.core.weak_supervision.gold_roles import fit_rows
from labeling_pipeline.core.weak_supervision.result import LabelModelResult


def weak_labels(
    comments: pd.DataFrame,
    lfs: LFSet | Sequence[Any],
    classes: Sequence[str] | None = None,
    gold: pd.DataFrame | None = None,
    *,
    method: str = "auto",
    class_balance: npt.ArrayLike | None = None,
    seed: int = 0,
    scan: Scan | None = None,
    read_texts: bool = False,
) -> pd.DataFrame:
    """A soft label per comment: comment_id, label, confidence, p_<class>…, n_fired, method.

    `gold`: columns comment_id, label (class names) and optionally role, of which only fit is used; a warning says how
    many rows name no comment here or no class. Ids are compared as text: 7 and "7" are one comment. A comment on which
    no function voted gets the class mix (where gold shows that silence means something, what silence says), with
    `n_fired` 0: keep those out of training. `read_texts`: a classifier taught by the labels has half a say in them
    (see ``reading``).
    """
    applied = apply_lfs(comments, lfs, classes, scan=scan)
    if gold is not None:
        _warn_of_unused(applied, fit_rows(gold))
    result = model_votes(applied, gold, method=method, class_balance=class_balance, seed=seed)
    if read_texts:
        result = reading.read_texts(applied, result, comments["text"], seed)
    return weak_label_frame(applied, result)


def model_votes(
    applied: AppliedLFs,
    gold: pd.DataFrame | None = None,
    *,
    method: str = "auto",
    class_balance: npt.ArrayLike | None = None,
    gold_labels: npt.NDArray[np.int64] | None = None,
    seed: int = 0,
) -> LabelModelResult:
    """The label model's result on applied labeling functions, with gold joined by comment_id.

    `gold`: comment_id, label and optionally role; rows of another role than fit are left alone.
    `gold_labels` (n,): class index or -1 per comment, for those who have joined already.
    """
    from labeling_pipeline.core.weak_supervision import label_model

    return label_model(
        applied.matrix,
        n_classes=len(applied.classes),
        method=method,
        class_balance=class_balance,
        gold=gold_labels if gold is None else gold_vector(applied, fit_rows(gold)),
        seed=seed,
    )


def weak_label_frame(applied: AppliedLFs, result: LabelModelResult) -> pd.DataFrame:
    """The result as the frame `weak_labels` promises."""
    out = pd.DataFrame(
        {"label": np.asarray(applied.classes, dtype=object)[result.labels], "confidence": result.confidence}
    )
    if applied.comment_ids is not None:
        out.insert(0, "comment_id", applied.comment_ids.to_numpy())
    for k, name in enumerate(applied.classes):
        out[f"p_{name}"] = result.probabilities[:, k]
    out["n_fired"] = (applied.matrix >= 0).sum(axis=1)
    out["method"] = result.method
    return out


def _warn_of_unused(applied: AppliedLFs, gold: pd.DataFrame) -> None:
    """A frame of labels has no place for notes, and gold that teaches nothing must not look as if it did."""
    ids = pd.Series(dtype="str") if applied.comment_ids is None else id_texts(applied.comment_ids)
    unused = int((~id_texts(gold["comment_id"]).isin(ids) | ~gold["label"].astype("str").isin(applied.classes)).sum())
    if unused:
        why = "other comments than these, or a label that is no class here"
        warnings.warn(f"gold: {unused} of {len(gold)} rows not used ({why})", stacklevel=3)


def explain_weak_label(lfs: LFSet, applied: AppliedLFs, result: LabelModelResult, comment_id: str) -> pd.DataFrame:
    """Why one comment has its weak label: lf, vote, learned_accuracy, near_copies, code_hash, note; one row per vote.

    Raises InputError for a comment the functions were not applied to.
    """
    ids = pd.Series(dtype="str") if applied.comment_ids is None else id_texts(applied.comment_ids)
    found = np.flatnonzero((ids == comment_id).to_numpy())
    if not len(found):
        raise InputError(f"comment {comment_id!r}: no weak label")
    votes = applied.matrix[found[0]]
    facts = function_frame(lfs, applied, result)
    fired = np.flatnonzero(votes >= 0)
    said = facts.iloc[fired].assign(vote=[applied.classes[votes[j]] for j in fired])
    return said[["lf", "vote", "learned_accuracy", "near_copies", "code_hash", "note"]].reset_index(drop=True)


def function_frame(lfs: LFSet, applied: AppliedLFs, result: LabelModelResult) -> pd.DataFrame:
    """One row per labeling function: lf, code_hash, note, learned_accuracy, near_copies, n_votes, faults (reason →
    rows)."""
    copies = {j: [applied.names[k] for k in group if k != j] for group in result.clusters for j in group}
    names = applied.names
    return pd.DataFrame(
        {
            "lf": names,
            "code_hash": applied.code_hashes,
            "note": [getattr(lf, "note", "") for lf in lfs.functions],
            "learned_accuracy": np.asarray(result.accuracies, dtype=np.float64),
            "near_copies": pd.Series([copies.get(j, []) for j in range(len(names))], dtype=object),
            "n_votes": (applied.matrix >= 0).sum(axis=0),
            "faults": pd.Series([dict(applied.faults[name].counts) for name in names], dtype=object),
        }
    )


def gold_vector(applied: AppliedLFs, gold: pd.DataFrame) -> npt.NDArray[np.int64]:
    """(n,) class index of each comment's gold label, -1 where there is none."""
    none = np.full(len(applied.matrix), -1, dtype=np.int64)
    if applied.comment_ids is None or gold.empty:
        return none
    index = {name: k for k, name in enumerate(applied.classes)}
    by_id = gold.assign(comment_id=id_texts(gold["comment_id"])).drop_duplicates("comment_id", keep="last")
    found = id_texts(applied.comment_ids).map(by_id.set_index("comment_id")["label"].astype(str).map(index))
    return np.asarray(found.fillna(-1), dtype=np.int64)
