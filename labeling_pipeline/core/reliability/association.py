"""Is there any association between an annotator's votes and what the others say of the same comments?

Belongs here: the test that leaves everyone their own leanings. Does not: one-answer clickers, who have nothing but a
leaning (see ``habits``).

Someone strict or lenient votes unlike the crowd without clicking at random. So both stories fit the annotator's own mix
of answers exactly, and differ in one thing only: P(l | others) goes with b(l) · crowd(l | others)^g, g > 0 or g = 0.
The leanings b follow from the mix (iterative proportional fitting: Deming & Stephan 1940, doi:10.1214/aoms/1177731829).
"""

from __future__ import annotations

import numpy as np

from labeling_pipeline.core.agreement.coding import Floats, Ints
from labeling_pipeline.core.reliability.answers import Bools, Votes, taken
from labeling_pipeline.core.reliability.competence import SMALLEST, Competence
from labeling_pipeline.core.reliability.habits import mixture, posterior

STRENGTHS = (0.3, 0.6, 1.0)
SHARPNESS = (0.0, 0.9)
FITTING_ROUNDS = 12
MOST_VOTES = 2_000


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
    logs = [(counts * np.log(np.maximum(own, SMALLEST))).sum(axis=1)]
    for sharp in SHARPNESS:
        crowd = np.maximum(sharp * others + (1 - sharp) * (others @ fit.confusion), 1e-3)
        for strength in STRENGTHS:
            logs.append(_tilted(crowd**strength, who, some.label, counts))
    columns = np.column_stack(logs)
    chance[judged] = posterior(columns, mixture(columns))[:, 0]
    return chance


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
