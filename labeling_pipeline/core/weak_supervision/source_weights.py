"""How much each source counts. Belongs here: stated defaults, and learning weights on gold. Does not: what a source's
evidence is (``fusion``)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.patterns import Matrix
from labeling_pipeline.core.weak_supervision.result import softmax

# Without gold: people count in full, those who label and those whose acts in production were counted source by source;
# weak labels and drafts share their mistakes with each other, so half each.
DEFAULT_WEIGHTS: dict[str, float] = {"crowd": 1.0, "signals": 1.0, "weak": 0.5, "draft": 0.5}
UNKNOWN_SOURCE_WEIGHT = 0.5
SPREAD = 0.5  # how far, as a standard deviation, a weight may lie from its default before gold speaks
MOST_WEIGHT = 3.0
LEAST_GOLD = 10


def default_weight(name: str) -> float:
    """The stated weight of a source."""
    return DEFAULT_WEIGHTS.get(name, UNKNOWN_SOURCE_WEIGHT)


def choose_weights(
    names: list[str],
    evidence: Matrix,
    balance: Matrix,
    truth: npt.NDArray[np.int64],
    given: Mapping[str, float] | None,
) -> tuple[dict[str, float], npt.NDArray[np.int64], str]:
    """Weight by source, which rows of gold it was learned on, and how it was come by.

    `evidence` (sources, n, K) of gold rows, 0 where a source is silent; `balance` (K,) the mix it is added to.
    """
    none = np.empty(0, dtype=np.int64)
    defaults = np.array([default_weight(name) for name in names])
    if given is not None:
        absent = [name for name in names if name not in given]
        if absent:
            raise InputError(f"weights: none for source {absent[0]!r}", expected=", ".join(names))
        return {name: float(given[name]) for name in names}, none, "weights as given"
    if len(names) == 1:
        return {names[0]: 1.0}, none, f"{names[0]} is the only source"
    rows = np.flatnonzero(np.abs(evidence).sum(axis=(0, 2)) > 0)
    if len(rows) < LEAST_GOLD or not names:
        note = "stated default weights: too little gold of role fit"
        return dict(zip(names, defaults.tolist(), strict=True)), none, note
    learned = _learn(evidence[:, rows], np.log(balance), truth[rows], defaults)
    note = f"weights learned on {len(rows)} gold comments of role fit; they are not for reporting"
    return dict(zip(names, learned.tolist(), strict=True)), rows, note


def _learn(evidence: Matrix, log_balance: Matrix, truth: npt.NDArray[np.int64], defaults: Matrix) -> Matrix:
    """Weights that make gold likeliest, each held to its default by a normal prior; the problem is convex."""
    from scipy.optimize import minimize

    rows = np.arange(len(truth))

    def loss(w: Matrix) -> tuple[float, Matrix]:
        p = softmax(log_balance + np.tensordot(w, evidence, axes=1))
        off = w - defaults
        value = -np.log(np.maximum(p[rows, truth], 1e-300)).sum() + (off**2).sum() / (2 * SPREAD**2)
        slope = (evidence * p).sum(axis=(1, 2)) - evidence[:, rows, truth].sum(axis=1)
        return float(value), np.asarray(slope + off / SPREAD**2)

    found = minimize(loss, defaults, jac=True, method="L-BFGS-B", bounds=[(0.0, MOST_WEIGHT)] * len(defaults))
    return np.asarray(found.x)
