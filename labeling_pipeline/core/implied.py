"""What agreement implies of accuracy, where errors are independent: of a vote, of a label all agree on, of an expert.

Belongs here: those three, and the evidence against them. Does not: what is measured (``core.two_axes``,
``core.expert_agreement``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
PRIOR_PAIRS = 20  # what is assumed of experts counts like this many pairs
STEPS = 400


@dataclass(frozen=True)
class ExpertsKnown:
    """How often two experts agreed: ``agreed`` of ``pairs``, beside ``assumed``, the accuracy they state."""

    agreed: int = 0
    pairs: int = 0
    assumed: float = 0.95


def implied_accuracy(share_agreeing: npt.ArrayLike, n_classes: int) -> Floats:
    """The accuracy a of a vote at which independent, evenly spread errors give this share of agreeing pairs.

    A = a² + (1 − a)² / (K − 1), solved for the larger a; below chance agreement, 1 / K.

    >>> implied_accuracy([1.0, 0.82, 0.5], 2).round(2).tolist()
    [1.0, 0.9, 0.5]
    """
    k = max(n_classes, 2)
    agreed = np.maximum(np.asarray(share_agreeing, dtype=np.float64), 1.0 / k)
    root = np.sqrt(np.maximum(1.0 - k * (1.0 - agreed * (k - 1)), 0.0))
    return np.asarray((1.0 + root) / k, dtype=np.float64)


def sure_when_unanimous(accuracy: npt.ArrayLike, n_votes: npt.ArrayLike, n_classes: int) -> Floats:
    """Probability that a label is right on which ``n_votes`` agree, each right with ``accuracy`` and wrong evenly.

    >>> sure_when_unanimous([0.9, 0.5, 0.4], 3, 5).round(3).tolist()
    [1.0, 0.941, 0.826]
    """
    a, spread = np.asarray(accuracy, dtype=np.float64), max(n_classes, 2) - 1
    n = np.asarray(n_votes, dtype=np.float64)
    return np.asarray(a**n / (a**n + spread * ((1 - a) / spread) ** n), dtype=np.float64)


def short_of_review(
    right: npt.ArrayLike,
    n: npt.ArrayLike,
    sure: npt.ArrayLike,
    tolerated: float,
    experts: ExpertsKnown,
    n_classes: int,
    least: npt.ArrayLike = 0.0,
) -> Floats:
    """Probability of so few confirmed labels, ``right`` of ``n``, if ``sure`` of them are right but for ``tolerated``.

    An expert who is right with e confirms a right label with e, and a wrong one with (1 − e)/(K − 1). e is not known
    but by how often experts agree (Beta prior of `PRIOR_PAIRS` pairs at the assumed accuracy), and by ``least``, under
    which it is not (see `least_right`); the binomial probability is averaged over what it may be. Missing where
    ``sure`` is.

    >>> def p(right: int, experts: ExpertsKnown) -> float:
    ...     return float(short_of_review([right], [600], [1.0], 0.05, experts, 5)[0])
    >>> p(510, ExpertsKnown(900, 1000)) < 0.01, p(540, ExpertsKnown(810, 1000)) > 0.5
    (True, True)
    """
    from scipy.stats import beta, binom

    spread, agreed = max(n_classes, 2) - 1, _assumed_pairs(experts, n_classes)
    missed = experts.pairs - experts.agreed + PRIOR_PAIRS - agreed
    # Quantiles of the posterior, from the middle of steps that narrow towards the low end, where p values are made.
    edges = np.linspace(0.0, 1.0, STEPS + 1) ** 3
    pairs = beta.ppf((edges[:-1] + edges[1:]) / 2, experts.agreed + agreed, max(missed, 1e-3))
    e = np.maximum(implied_accuracy(pairs, n_classes)[:, None], np.asarray(least, dtype=np.float64))
    labels = np.clip(np.asarray(sure, dtype=np.float64) - tolerated, 0.0, 1.0)
    confirmed = np.clip(labels * e + (1 - labels) * (1 - e) / spread, 0.0, 1.0)
    tails = binom.cdf(np.asarray(right), np.asarray(n), confirmed)
    return np.asarray((np.diff(edges)[:, None] * tails).sum(axis=0), dtype=np.float64)


def least_right(confirmed: npt.ArrayLike, n: npt.ArrayLike) -> Floats:
    """What experts are right with at least, who confirm so many of ``n`` other labels; 0 where there are none.

    Whoever errs, the crowd or they, they confirm no more labels than they are right about: the lower end of that
    share's 99 % Jeffreys interval.

    >>> least_right([570, 0], [600, 0]).round(2).tolist()
    [0.92, 0.0]
    """
    from scipy.stats import beta

    k, m = np.asarray(confirmed, dtype=np.float64), np.asarray(n, dtype=np.float64)
    return np.asarray(np.where(k > 0, beta.ppf(0.005, k + 0.5, m - k + 0.5), 0.0), dtype=np.float64)


def confirmed_share(sure: npt.ArrayLike, experts: ExpertsKnown, n_classes: int) -> Floats:
    """The share of labels, ``sure`` of which are right, that experts are expected to confirm.

    >>> confirmed_share([1.0, 0.9], ExpertsKnown(), 5).round(4).tolist()
    [0.95, 0.8562]
    """
    agreed = experts.agreed + _assumed_pairs(experts, n_classes)
    e = implied_accuracy(agreed / (experts.pairs + PRIOR_PAIRS), n_classes)
    labels = np.asarray(sure, dtype=np.float64)
    return np.asarray(labels * e + (1 - labels) * (1 - e) / (max(n_classes, 2) - 1), dtype=np.float64)


def _assumed_pairs(experts: ExpertsKnown, n_classes: int) -> float:
    assumed = experts.assumed
    return float(PRIOR_PAIRS * (assumed**2 + (1 - assumed) ** 2 / (max(n_classes, 2) - 1)))
