"""Is there any association between an annotator's votes and what the others say of the same comments?

Belongs here: the test that leaves everyone their own leanings. Does not: one-answer clickers, who have nothing but a
leaning (see ``habits``).

Someone strict or lenient votes unlike the crowd without clicking at random. So both stories fit the annotator's own mix
of answers exactly, and differ in one thing only: P(l | others) goes with
    b(l) · (care · crowd(l | others) + (1 - care) / classes),
care > 0 or care = 0. The leanings b follow from the mix (iterative proportional fitting: Deming & Stephan 1940,
doi:10.1214/aoms/1177731829).

With two classes somebody right six times in ten is nearly a clicker. So a clicker is told from this crowd, not from
somebody who never errs: how common clickers are, and how careful the others (a Beta curve that does not rise
towards no care), is averaged over all that the crowd's votes allow.
"""

from __future__ import annotations

import numpy as np

from labeling_pipeline.core.agreement.coding import Floats, Ints
from labeling_pipeline.core.reliability.answers import Bools, Votes, taken
from labeling_pipeline.core.reliability.competence import SMALLEST, Competence

# Honest people are right this often, and a tenth of their votes, at least, has to do with the comment.
LEAST_RIGHT, LEAST_CARE = 0.45, 0.1
N_CARES = 19
SHARPNESS = (0.0, 0.9)
FITTING_ROUNDS = 12
MOST_VOTES = 1_000
EVEN = 0.004  # of the others have any care there is


def _curves() -> Floats:
    """Beta curves over the cares, none of which rises towards no care, each with a little of everything."""
    means, sizes = np.meshgrid(np.linspace(0.05, 0.95, 19), np.geomspace(2, 60, 9))
    a, b = (means * sizes).ravel(), ((1 - means) * sizes).ravel()
    a, b = a[a >= 1, None], b[a >= 1, None]
    x = (np.arange(N_CARES) + 0.5) / N_CARES
    logs = (a - 1) * np.log(x) + (b - 1) * np.log(1 - x)
    curves = np.exp(logs - logs.max(axis=1, keepdims=True))
    curves /= curves.sum(axis=1, keepdims=True)
    return np.asarray((1 - EVEN) * curves + EVEN / N_CARES)


CURVES = _curves()
CLICKERS = np.array([0.002, 0.005, 0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.45, 0.6])


def no_association(votes: Votes, fit: Competence, judged: Bools) -> Floats:
    """Chance that an annotator's votes have nothing to do with the comments, (J,); 0 for those not `judged`."""
    chance = np.zeros(len(votes.annotators))
    if not judged.any():
        return chance
    rows = _spread_out(votes, judged)
    some, others = taken(votes, rows), fit.without_own(votes)[rows]
    place = np.cumsum(judged) - 1
    who, n_judged = place[some.annotator], int(judged.sum())
    size = len(votes.labels)
    counts = np.bincount(who * size + some.label, minlength=n_judged * size).reshape(n_judged, size).astype(np.float64)
    own = counts / counts.sum(axis=1, keepdims=True)
    none = (counts * np.log(np.maximum(own, SMALLEST))).sum(axis=1)
    cares = np.linspace(
        max(LEAST_CARE, (LEAST_RIGHT - 1 / size) / (1 - 1 / size)) if size > 1 else LEAST_CARE, 1, N_CARES
    )
    logs = np.empty((n_judged, N_CARES, len(SHARPNESS)))
    for way, sharp in enumerate(SHARPNESS):
        crowd = np.maximum(sharp * others + (1 - sharp) * (others @ fit.confusion), 1e-3)
        for step, care in enumerate(cares):
            logs[:, step, way] = _tilted(care * crowd + (1 - care) / size, who, some.label, counts)
    chance[judged] = _without_care(none, np.logaddexp.reduce(logs, axis=2) - np.log(len(SHARPNESS)))
    return chance


def _without_care(none: Floats, logs: Floats) -> Floats:
    """Posterior chance of no care, (J,), from its log-likelihoods (J,) and those of every care (J, cares).

    Averaged over what the crowd may be like: the share of clickers, mean and spread of the others' care.
    """
    top = np.maximum(none, logs.max(axis=1))
    no_care, some = np.exp(none - top), np.exp(logs - top[:, None])
    best, weight, mean = -np.inf, 0.0, np.zeros(len(none))
    for curve in CURVES:
        careful = some @ curve
        for clickers in CLICKERS:
            total = clickers * no_care + (1 - clickers) * careful
            crowd = float(np.log(total).sum())
            if crowd > best:  # weigh what was summed so far beside the best crowd yet
                old = np.exp(best - crowd)
                best, weight, mean = crowd, weight * old, mean * old
            share = float(np.exp(crowd - best))
            weight += share
            mean += share * (clickers * no_care / total)
    return mean / weight


def _spread_out(votes: Votes, judged: Bools) -> Ints:
    """Rows of the judged, at most about `MOST_VOTES` each, evenly over their votes: more do not change the answer."""
    order = np.argsort(votes.annotator, kind="stable")
    n = np.bincount(votes.annotator, minlength=judged.size)
    rank = np.arange(order.size) - np.repeat(np.cumsum(n) - n, n)
    step = np.maximum(-(-n // MOST_VOTES), 1)[votes.annotator[order]]
    return np.sort(order[judged[votes.annotator[order]] & (rank % step == 0)])


def _tilted(crowd: Floats, who: Ints, label: Ints, counts: Floats) -> Floats:
    """Log-likelihood per annotator of the crowd's view (V, K) under the leanings that give their own mix."""
    n_judged, size = counts.shape
    leaning = counts / counts.sum(axis=1, keepdims=True) + SMALLEST
    for _ in range(FITTING_ROUNDS):
        likely = leaning[who] * crowd
        likely /= likely.sum(axis=1, keepdims=True)
        expected = np.stack([np.bincount(who, weights=likely[:, k], minlength=n_judged) for k in range(size)], axis=1)
        leaning *= (counts + SMALLEST) / (expected + SMALLEST)
        leaning /= leaning.sum(axis=1, keepdims=True)
    likely = leaning[who] * crowd
    chosen = likely[np.arange(label.size), label] / likely.sum(axis=1)
    return np.asarray(np.bincount(who, weights=np.log(chosen + SMALLEST), minlength=n_judged))
