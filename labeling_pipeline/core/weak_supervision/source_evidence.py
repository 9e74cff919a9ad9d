"""What sources' probabilities are worth as evidence. Belongs here: taking the mixes out of them, adding them up. Does
not: finding those mixes (``source_mixes``) or weights (``source_weights``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.weak_supervision.patterns import Matrix
from labeling_pipeline.core.weak_supervision.source_mixes import SourceMix, logs

LEAST_LEAD = 1e-6  # natural log, of a class that all sources name over any other


class Evidence(NamedTuple):
    """Natural logs (sources, n, K), 0 where a source is silent: its own `words`, what it thereby `said` (as strong as
    they are made), and the `mix` in it."""

    words: Matrix
    said: Matrix
    mix: Matrix


def evidence_in(tables: Matrix, mixes: Mapping[str, SourceMix]) -> Evidence:
    """The parts of what sources say. `tables` (sources, n, K): probabilities, NaN where a source says nothing;
    `mixes`: by source, in that order."""
    silent = np.isnan(tables).any(axis=2, keepdims=True)
    stands_on = np.array([one.mix for one in mixes.values()]).reshape(len(mixes), 1, tables.shape[2])
    strength = np.array([one.strength for one in mixes.values()])[:, None, None]
    words = np.where(silent, 0.0, logs(np.where(silent, 1.0, tables)))
    return Evidence(words, strength * words, np.where(silent, 0.0, np.log(stands_on)))


def pooled(evidence: Evidence, weights: Matrix, balance: Matrix, *, vouched: bool) -> tuple[Matrix, Matrix]:
    """(sources, n, K): what each source adds, times its weight; and (n, K): the mix of the comments they add to.

    On a comment on which one source speaks alone there is nothing to add up: until gold has `vouched` for the weights,
    the source's own probabilities stay, and after that its label. Where none speaks (verdicts alone) no mix is added.
    Where the two or more sources that speak all name one class, another one may be likelier by the sum: each was less
    sure of a frequent class than the mix alone would make it. That holds if sources are as sure as they should be.
    Where no gold has `vouched` for that, mixes count only so far that the class they name stays first: a tie at least.
    """
    by_weight = weights[:, None, None]
    said, mix = evidence.said * by_weight, evidence.mix * by_weight
    rest = np.log(balance) - mix.sum(axis=0)
    lone = speaks_alone(evidence, weights)
    only = np.asarray(_speaks(evidence).sum(axis=0) == 1)
    part = np.where(only | (not vouched), _share_of_mixes(said, rest), 1.0)
    parts, added = said - part[:, None] * mix, part[:, None] * np.log(balance)
    if not vouched:
        counts = _speaks(evidence) & (weights > 0)[:, None]
        own = (evidence.words - np.log(balance)) * counts[:, :, None]
        parts, added = np.where(lone[:, None], own, parts), np.where(lone[:, None], np.log(balance), added)
    heard = np.asarray(_speaks(evidence).any(axis=0))
    return parts, np.where(heard[:, None], added, 0.0)


def speaks_alone(evidence: Evidence, weights: Matrix) -> npt.NDArray[np.bool_]:
    """(n,): whether one source alone, of those that count at all, speaks on a comment."""
    return np.asarray((_speaks(evidence) & (weights > 0)[:, None]).sum(axis=0) == 1)


def _speaks(evidence: Evidence) -> npt.NDArray[np.bool_]:
    """(sources, n)."""
    return np.asarray((evidence.mix != 0).any(axis=2))


def _share_of_mixes(said: Matrix, rest: Matrix) -> Matrix:
    """(n,): 1, or less where all agree on a class and `rest` (n, K) puts another one first."""
    rows, total = np.arange(said.shape[1]), said.sum(axis=0)
    named = total.argmax(axis=1)
    leads = said[:, rows, named][:, :, None] - said  # by source, over each class
    leads[:, rows, named] = np.inf
    speaks = (said != 0).any(axis=2)
    agree = ((leads.min(axis=2, initial=np.inf) > 0) | ~speaks).all(axis=0) & speaks.any(axis=0)
    lead = total[rows, named][:, None] - total
    lost = rest - rest[rows, named][:, None]
    least = np.minimum(LEAST_LEAD, lead / 2)
    losing = agree[:, None] & (lead - lost < least) & (lost > 0)
    return np.asarray(np.where(losing, (lead - least) / np.where(losing, lost, 1.0), 1.0).min(axis=1, initial=1.0))
