"""Snorkel's LabelModel behind our contract, for comparison on the same matrix. Belongs here: only that adapter."""

from __future__ import annotations

import numpy as np

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.patterns import Matrix, VotePatterns, Votes
from labeling_pipeline.core.weak_supervision.result import FittedModel, Setup, majority_mix

EPOCHS = 500  # what Snorkel's own tutorials use; its default of 100 stops before it has converged
SAMPLE_ROWS = 1_000_000


def snorkel(patterns: VotePatterns, setup: Setup) -> FittedModel:
    """`snorkel.labeling.model.LabelModel`: functions independent given the class, at least three of them.

    Raises InputError with fewer than three functions, as Snorkel cannot fit those.
    """
    if patterns.votes.shape[1] < 3:
        raise InputError("snorkel's label model with fewer than 3 labeling functions", remedy="use --method auto")
    from snorkel.labeling.model import LabelModel  # imports torch: five seconds, so only when asked for

    repeats = patterns.counts
    if repeats.sum() > SAMPLE_ROWS:
        drawn = np.random.default_rng(setup.seed).multinomial(SAMPLE_ROWS, repeats / repeats.sum())
        repeats = drawn.astype(np.float64)
    kept = np.flatnonzero(repeats)
    rows = np.repeat(patterns.votes[kept].astype(np.int64), repeats[kept].astype(np.int64), axis=0)
    balance = None if setup.class_balance is None else setup.class_balance.tolist()
    model = LabelModel(cardinality=patterns.n_classes, verbose=False)
    model.fit(rows, n_epochs=EPOCHS, seed=setup.seed, class_balance=balance, progress_bar=False)
    mix = majority_mix(patterns) if setup.class_balance is None else setup.class_balance

    def log_posterior(votes: Votes) -> Matrix:
        shares = np.asarray(model.predict_proba(votes.astype(np.int64)), dtype=np.float64)
        return np.asarray(np.log(np.maximum(shares, 1e-12)))

    clusters = [[j] for j in range(patterns.votes.shape[1])]
    return FittedModel(log_posterior, np.asarray(model.get_weights(), dtype=np.float64), clusters, mix)
