"""The comments of a world, as numbers: what each truly is and what makes it hard.

Belongs here: truth, difficulty, and when a comment was posted. Does not: texts (``files``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.simulate.annotators import SLIPS
from labeling_pipeline.core.simulate.world.chance import chance
from labeling_pipeline.core.simulate.world.spec import WorldSpec

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
NON_TOXIC, MILD, HARASSMENT = 0, 1, 2


@dataclass(frozen=True)
class Comments:
    """One row per comment, by index.

    ``truth``: class code under the schema version in force when it was posted. ``looks_like``: the class a hard
    comment, or one without its context, is mistaken for. ``posted``: weeks since the start, with fractions.
    ``is_boundary``: mild comments that lie on the boundary the guideline, or a new schema version, moves.
    """

    truth: Ints
    looks_like: Ints
    posted: Floats
    is_hard: Bools
    is_blind: Bools
    needs_context: Bools
    is_boundary: Bools
    schema: Ints

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def week(self) -> Ints:
        """The week each was posted in, from 1."""
        return np.asarray(self.posted.astype(np.int64) + 1)


def draw_comments(spec: WorldSpec, seed: int) -> Comments:
    """All comments of a world, in the order they were posted; the same for the same spec and seed.

    >>> draw_comments(WorldSpec(comments=4, weeks=2), 0).week.tolist()
    [1, 1, 2, 2]
    """
    place = np.arange(spec.comments)
    posted = (place + 0.5) * spec.weeks / spec.comments
    week = posted.astype(np.int64) + 1
    late = _since(week, spec.production_week)
    truth = np.where(late, _pick(_production(spec), seed, place), _pick(np.asarray(spec.mix), seed, place))
    kind = chance(seed, "kind", place)
    blind = spec.blind_share * np.where(late, 3.0, 1.0)
    is_blind = kind < blind
    is_hard = ~is_blind & (kind < blind + spec.hard_share)
    needs_context = ~is_blind & ~is_hard & (kind < blind + spec.hard_share + spec.context_share)
    truth = np.where(is_blind, HARASSMENT, truth)
    boundary = (truth == MILD) & (chance(seed, "boundary", place) < 0.5)
    schema = np.where(_since(week, spec.ontology_week), 2, 1)
    looks_like = (SLIPS[truth].cumsum(axis=1) <= chance(seed, "looks like", place)[:, None]).sum(axis=1)
    truth = np.where(boundary & (schema == 2), HARASSMENT, truth)
    return Comments(truth, looks_like, posted, is_hard, is_blind, needs_context, boundary, schema)


def _since(week: Ints, first: int) -> Bools:
    return np.asarray(week >= first) if first else np.zeros(len(week), dtype=bool)


def _pick(mix: Floats, seed: int, place: Ints) -> Ints:
    return np.asarray((mix.cumsum()[:-1] <= chance(seed, "truth", place)[:, None]).sum(axis=1))


def _production(spec: WorldSpec) -> Floats:
    mix = np.asarray(spec.mix, dtype=np.float64).copy()
    mix[HARASSMENT] *= 2
    return np.asarray(mix / mix.sum())
