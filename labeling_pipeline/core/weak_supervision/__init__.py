"""Weak supervision: labeling functions, label models, their report, and fusion with people's votes.

Belongs here: the registry of label models and the calls on frames. Does not: reading files or DuckDB
(see ``warehouse.lf_scan``), Dagster, HTML (see ``report.lf_report``).
"""

from __future__ import annotations

import numpy.typing as npt

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.one_thread import one_thread
from labeling_pipeline.core.registry import load
from labeling_pipeline.core.weak_supervision.applying import AppliedLFs, apply_lfs
from labeling_pipeline.core.weak_supervision.fitting import expected_advantage, make_setup
from labeling_pipeline.core.weak_supervision.functions import (
    LFSet,
    batch_labeling_function,
    labeling_function,
)
from labeling_pipeline.core.weak_supervision.fusion import fuse
from labeling_pipeline.core.weak_supervision.loading import load_lfs
from labeling_pipeline.core.weak_supervision.patterns import Matrix, VotePatterns, vote_patterns
from labeling_pipeline.core.weak_supervision.production_signals import signal_labels
from labeling_pipeline.core.weak_supervision.proposals import propose_lfs
from labeling_pipeline.core.weak_supervision.result import FittedModel, LabelModel, LabelModelResult, Setup
from labeling_pipeline.core.weak_supervision.weak_labels import (
    explain_weak_label,
    model_votes,
    weak_label_frame,
    weak_labels,
)

# name → where its function (see ``result.LabelModel``) is; a new one is one file and one line here
LABEL_MODELS: dict[str, str] = {
    "auto": "labeling_pipeline.core.weak_supervision.fitting:automatic",
    "correlation_aware": "labeling_pipeline.core.weak_supervision.fitting:correlation_aware",
    "majority": "labeling_pipeline.core.weak_supervision.majority:majority",
    "weighted": "labeling_pipeline.core.weak_supervision.majority:weighted",
    "snorkel": "labeling_pipeline.core.weak_supervision.snorkel_model:snorkel",
}

__all__ = [
    "LABEL_MODELS",
    "AppliedLFs",
    "LFSet",
    "LabelModelResult",
    "apply_lfs",
    "batch_labeling_function",
    "explain_weak_label",
    "fuse",
    "label_model",
    "labeling_function",
    "load_lfs",
    "model_votes",
    "propose_lfs",
    "signal_labels",
    "weak_label_frame",
    "weak_labels",
]


def label_model(
    matrix: npt.ArrayLike,
    *,
    n_classes: int,
    method: str = "auto",
    class_balance: npt.ArrayLike | None = None,
    gold: npt.ArrayLike | None = None,
    seed: int = 0,
) -> LabelModelResult:
    """Soft labels from a vote matrix (n rows × m labeling functions; integers, -1 abstains).

    `method`: "auto" (correlation-aware, majority where it has no advantage) or a name in `LABEL_MODELS`.
    `class_balance`: (K,) shares of the classes in the whole corpus; estimated without it, near majority's mix.
    `gold`: (n,) integer labels, -1 where there is none; chooses how far learned precisions count, and calibrates.
    A row on which nobody votes gets the class balance, or what silence says where gold shows that it means something.
    Raises InputError for anything that is not such a matrix.

    Vote-only latent classes after Dawid and Skene (1979), https://doi.org/10.2307/2346806; the setting of Ratner et al.
    (2017), https://doi.org/10.14778/3157794.3157797.

    >>> import numpy as np
    >>> votes = np.array([[1, 1, -1], [0, 0, 0], [1, -1, 1], [-1, 0, 0]] * 25)
    >>> label_model(votes, n_classes=2).labels[:4].tolist()
    [1, 0, 1, 0]
    """
    if method not in LABEL_MODELS:
        raise InputError(f"no label model {method!r}", expected=f"one of {', '.join(LABEL_MODELS)}")
    fit: LabelModel = load(LABEL_MODELS, method, "label model")
    with one_thread():
        patterns = vote_patterns(matrix, n_classes)
        if not len(patterns.counts):
            raise InputError("a vote matrix without rows", expected="at least one comment")
        setup = make_setup(patterns, class_balance, gold, seed)
        fitted = fit(patterns, setup)
        table = fitted.predict_votes(patterns.votes) if fitted.table is None else fitted.table
        return _result(patterns, fitted, table, _method_used(method, fitted), setup)


def _result(patterns: VotePatterns, fitted: FittedModel, table: Matrix, method: str, setup: Setup) -> LabelModelResult:
    notes, measured = list(fitted.notes), fitted.measured_advantage
    if not patterns.covered.any():
        notes.append("no labeling function voted on any row: every row has the class balance")
    return LabelModelResult(
        probabilities=patterns.per_row(table),
        method=method,
        advantage=expected_advantage(patterns, table, setup.class_balance) if measured is None else measured,
        accuracies=fitted.accuracies,
        clusters=fitted.clusters,
        notes=notes,
        confidence_is="calibrated" if fitted.is_calibrated else "uncalibrated",
        class_balance=fitted.class_balance,
        model=fitted,
        advantage_is="expected" if measured is None else "measured",
    )


def _method_used(method: str, fitted: FittedModel) -> str:
    if method != "auto":
        return method
    return "majority" if "fell back to majority" in fitted.notes else "correlation_aware"
