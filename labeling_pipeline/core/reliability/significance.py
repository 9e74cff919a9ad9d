"""From many p-values to a list one can act on.

Belongs here: false-discovery correction. Does not: any test.
"""

from __future__ import annotations

import numpy as np

from labeling_pipeline.core.agreement.coding import Floats


def q_values(p: Floats) -> Floats:
    """Smallest false-discovery rate at which each p-value is on the list; Benjamini & Hochberg (1995).

    doi:10.1111/j.2517-6161.1995.tb02031.x

    >>> q_values(np.array([0.01, 0.04, 0.03, 0.5])).round(3).tolist()
    [0.04, 0.053, 0.053, 0.5]
    """
    if p.size == 0:
        return p
    order = np.argsort(p)
    scaled = p[order] * p.size / np.arange(1, p.size + 1)
    q = np.empty_like(p)
    q[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return np.minimum(q, 1)


def holm(p: Floats) -> Floats:
    """Family-wise adjusted p-values; Holm (1979), jstor.org/stable/4615733.

    >>> holm(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    if p.size == 0:
        return p
    order = np.argsort(p)
    scaled = p[order] * (p.size - np.arange(p.size))
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(scaled)
    return np.minimum(adjusted, 1)


def expected_false_share(chance_of_true: Floats) -> Floats:
    """For a list in order of belief: expected share of wrong entries if it ends here (Bayesian false-discovery rate).

    >>> expected_false_share(np.array([0.5, 1.0, 0.9])).round(3).tolist()
    [0.2, 0.0, 0.05]
    """
    order = np.argsort(-chance_of_true, kind="stable")
    share = np.empty_like(chance_of_true)
    share[order] = np.cumsum(1 - chance_of_true[order]) / np.arange(1, chance_of_true.size + 1)
    return share
