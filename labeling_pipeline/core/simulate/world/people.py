"""Who votes in a world: annotators with faults, some shared by groups, and experts who err, too.

Belongs here: what each person is like. Does not: what they answer (``answers``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.simulate.annotators import COUNTRIES, SLIPS
from labeling_pipeline.core.simulate.world.chance import chance
from labeling_pipeline.core.simulate.world.spec import WorldSpec

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
GANG = 3


@dataclass(frozen=True)
class People:
    """One row per crowd annotator, by index.

    ``accuracy`` when rested; ``confusion`` (A, K, K): that on the diagonal, and each one's own habit of slipping beside
    it. ``is_blind`` to comments in code, ``country`` (code) with which that goes. ``copies``: whose answers are copied,
    −1 for nobody's. ``spam``: the class always given, −1 for none, −2 for one at random. ``declines``: from
    ``spec.decline_week``. ``rereads``: reads the guideline differently from ``spec.drift_week``.
    """

    accuracy: Floats
    confusion: Floats
    country: Ints
    is_blind: Bools
    copies: Ints
    spam: Ints
    declines: Bools
    rereads: Bools

    def __len__(self) -> int:
        return len(self.accuracy)


def draw_people(spec: WorldSpec, seed: int) -> People:
    """The crowd of a world; the same for the same spec and seed. Faults do not overlap: nobody spams and declines.

    >>> people = draw_people(WorldSpec(annotators=100, spam_share=0.1), 0)
    >>> len(people), int((people.spam != -1).sum())
    (100, 10)
    """
    n = spec.annotators
    who = np.arange(n)
    low, high = spec.accuracy
    accuracy = low + (high - low) * chance(seed, "accuracy", who)
    country = (chance(seed, "country", who) ** 1.5 * len(COUNTRIES)).astype(np.int64)
    # Whom a shared blind spot takes first is a matter of country, then of the person.
    leaning = 0.5 * chance(seed, "blind country", country) + 0.5 * chance(seed, "blind", who)
    if spec.blind_country:
        leaning -= country == COUNTRIES.index(spec.blind_country)
    is_blind = leaning.argsort(kind="stable").argsort(kind="stable") < round(spec.blind_crowd * n)
    order = chance(seed, "faults", who).argsort(kind="stable")
    spam_n, gang_n, decline_n = (round(s * n) for s in (spec.spam_share, spec.collusion_share, spec.decline_share))
    spam, copies, declines = np.full(n, -1), np.full(n, -1), np.zeros(n, dtype=bool)
    spammers = order[:spam_n]
    spam[spammers] = np.where(np.arange(spam_n) % 2 == 0, -2, 0)
    gang = order[spam_n : spam_n + gang_n]
    leaders = gang[np.arange(gang_n) // GANG * GANG]
    copies[gang] = np.where(gang == leaders, -1, leaders)
    declines[order[spam_n + gang_n : spam_n + gang_n + decline_n]] = True
    rereads = chance(seed, "rereads", who) < spec.drift_crowd
    return People(accuracy, _confusion(accuracy, seed), country, is_blind, copies, spam, declines, rereads)


def _confusion(accuracy: Floats, seed: int) -> Floats:
    """Each one's slips are the world's, some doubled and some all but gone: people have habits."""
    K = len(SLIPS)
    person, true, said = np.meshgrid(np.arange(len(accuracy)), np.arange(K), np.arange(K), indexing="ij")
    slips = SLIPS * 2 * chance(seed, "habit", person, true, said)
    slips = slips / slips.sum(axis=2, keepdims=True)
    return np.asarray(np.eye(K) * accuracy[:, None, None] + slips * (1 - accuracy)[:, None, None])
