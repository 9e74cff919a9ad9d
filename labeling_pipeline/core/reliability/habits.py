"""Does an annotator read the comments at all? Random clickers and one-answer clickers.

Belongs here: how likely an annotator's votes are under "looks at the comment" against "does not". Does not: the crowd's
model (see ``competence``), the report.

Every annotator's votes are compared with what the others on the same comments say, under a grid of ways to be honest
(how careful, how sharp) and one way not to be: answers drawn from the annotator's own mix. How common each way is in
this crowd is estimated from the crowd (nonparametric empirical Bayes: Koenker & Mizera 2014,
doi:10.1080/01621459.2013.869224).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from labeling_pipeline.core.agreement.coding import Floats, Ints
from labeling_pipeline.core.reliability.answers import Votes
from labeling_pipeline.core.reliability.competence import SMALLEST, Competence

# Care up to here is none: a tenth of the votes, at most, have to do with the comment.
NO_CARE = 0.1
CARES = np.linspace(0, 1, 21)
# Honest people may be sharper than the crowd's shared confusion matrix: this share of its errors does not happen.
SHARPNESS = (0.0, 0.5, 0.9)
MIXTURE_ROUNDS = 300


# (care, sharpness) of every way to vote; without care there is nothing to be sharp about.
WAYS = np.array([(care, sharp) for sharp in SHARPNESS for care in CARES if care > 0 or sharp == 0])

# A coarser grid, for tests that weigh two of them at once.
FEW_WAYS = np.flatnonzero(np.isclose(WAYS[:, 0] * 5 % 1, 0) | np.isclose(WAYS[:, 0] * 5 % 1, 1))
FEW_WAYS = FEW_WAYS[np.isin(WAYS[FEW_WAYS, 1], (0.0, 0.9))]


@dataclass(frozen=True)
class Carelessness:
    """Per annotator (J,): chance of no care, share of the commonest answer; `logs` (J, ways): fit of every way."""

    no_care: Floats
    logs: Floats
    top_share: Floats
    top_label: Ints
    n_votes: Ints


def carelessness(votes: Votes, fit: Competence, min_votes: int = 1) -> Carelessness:
    """Judge every annotator with `min_votes` by their votes, each beside what the others say of the same comment.

    `no_care` of the others is 0: nothing is known against them.
    """
    n_annotators = len(votes.annotators)
    logs = np.zeros((n_annotators, len(WAYS)))
    likely = likelihoods(fit, fit.without_own(votes), votes.annotator, votes.label, WAYS)
    for way, of_votes in enumerate(likely):
        logs[:, way] = np.bincount(votes.annotator, weights=np.log(of_votes), minlength=n_annotators)
    counts = np.bincount(votes.annotator * len(votes.labels) + votes.label, minlength=n_annotators * len(votes.labels))
    given = counts.reshape(n_annotators, -1)
    judged = given.sum(axis=1) >= min_votes
    no_care = np.zeros(n_annotators)
    if judged.any():
        belief = posterior(logs[judged], mixture(logs[judged]))
        no_care[judged] = belief[:, WAYS[:, 0] <= NO_CARE + 1e-9].sum(axis=1)
    return Carelessness(
        no_care=no_care,
        logs=logs,
        top_share=given.max(axis=1) / np.maximum(given.sum(axis=1), 1),
        top_label=given.argmax(axis=1),
        n_votes=given.sum(axis=1),
    )


def likelihoods(fit: Competence, others: Floats, annotator: Ints, label: Ints, ways: Floats) -> Iterator[Floats]:
    """For every way: chance of each vote (votes,), given the class probabilities by the others (votes, K)."""
    own = fit.habits[annotator, label]
    by_crowd = (others * fit.confusion.T[label]).sum(axis=1)
    exact = others[np.arange(label.size), label]
    for care, sharp in ways:
        yield care * (sharp * exact + (1 - sharp) * by_crowd) + (1 - care) * own + SMALLEST


def mixture(logs: Floats) -> Floats:
    """How common each way (column) is, by maximum likelihood over the rows; no way is ruled out altogether."""
    likelihood = np.exp(logs - logs.max(axis=1, keepdims=True))
    weights = np.full(logs.shape[1], 1 / logs.shape[1])
    for _ in range(MIXTURE_ROUNDS):
        joint = likelihood * weights
        weights = (joint / joint.sum(axis=1, keepdims=True)).mean(axis=0)
    # One row's worth of "could be anything", so that a small crowd decides nothing for good.
    return np.asarray((weights * len(logs) + 1 / logs.shape[1]) / (len(logs) + 1))


def posterior(logs: Floats, weights: Floats) -> Floats:
    """Chance of every way (column) for every row."""
    joint = np.exp(logs - logs.max(axis=1, keepdims=True)) * weights
    return np.asarray(joint / joint.sum(axis=1, keepdims=True))
