"""Multinomial logistic regression on soft labels.

Belongs here: the loss, its minimum, and the temperature that calibrates it. Does not: texts and features.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import log_softmax

Array = NDArray[np.float64]


def class_weights(targets: Array, balance: float) -> Array:
    """(mass of an even mix ÷ mass of the class) ^ balance; 0 leaves the classes as they are, 1 evens them out."""
    mass = targets.sum(axis=0)
    return np.asarray((mass.sum() / (len(mass) * mass)) ** balance, dtype=np.float64)


def fit_logistic(
    x: sparse.csr_matrix, targets: Array, *, c: float, max_iterations: int, start: tuple[Array, Array] | None = None
) -> tuple[Array, Array]:
    """Coefficients (d, K) and intercepts (K,) minimising Σ −t log softmax(xW + b) + ‖W‖² / 2c.

    ``targets`` (n, K) are non-negative; a row's sum is its weight, so a soft label is a row of partial targets: the
    same as repeating the row once per class with weight p, at a K-th of the work. ``start`` is a solution near by.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    n, d = x.shape
    k = targets.shape[1]
    row_weight, transposed = targets.sum(axis=1), sparse.csr_matrix(x.T, dtype=np.float32)
    x = sparse.csr_matrix(x, dtype=np.float32)  # products in single precision: half the memory traffic
    scale = c * n / targets.sum()
    first = np.zeros((d + 1) * k) if start is None else np.concatenate([start[0].ravel(), start[1]])

    def loss(flat: Array) -> tuple[float, Array]:
        w, b = flat[: d * k].reshape(d, k), flat[d * k :]
        log_q = log_softmax(np.asarray(x @ w.astype(np.float32)) + b, axis=1)
        residual = row_weight[:, None] * np.exp(log_q) - targets
        # Intercepts are held by a hundredth of the penalty: enough that a very rare class cannot run away.
        value = -scale * float((targets * log_q).sum()) + 0.5 * float((w * w).sum()) + 0.005 * float((b * b).sum())
        gradient_w = scale * np.asarray(transposed @ residual.astype(np.float32)) + w
        return value, np.concatenate([gradient_w.ravel(), scale * residual.sum(axis=0) + 0.01 * b])

    from scipy.optimize import minimize

    # One thread: sums in another order would give other bytes for the same data.
    with threadpool_limits(limits=1, user_api="blas"):
        # 2e-5: further steps move no macro F1 on EDOS by .003 and double the time.
        options: Any = {"maxiter": max_iterations, "ftol": 2e-5}
        found = minimize(loss, first, jac=True, method="L-BFGS-B", options=options)
    return found.x[: d * k].reshape(d, k), found.x[d * k :]


def fit_temperature(logits: Array, targets: Array) -> float:
    """The number the logits are divided by so that their softmax fits ``targets`` best (Guo et al. 2017,
    doi:10.48550/arXiv.1706.04599); it never changes which class is on top."""

    def loss(log_t: float) -> float:
        return -float((targets * log_softmax(logits / np.exp(log_t), axis=1)).sum())

    from scipy.optimize import minimize_scalar

    return float(np.exp(minimize_scalar(loss, bounds=(-2.5, 2.5), method="bounded").x))
