"""What the people of a world answer.

Belongs here: one answer per assignment, from truth, person and time. Does not: who is asked.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.simulate.annotators import SLIPS
from labeling_pipeline.core.simulate.world.chance import chance
from labeling_pipeline.core.simulate.world.comments import NON_TOXIC, Comments
from labeling_pipeline.core.simulate.world.people import People
from labeling_pipeline.core.simulate.world.spec import WorldSpec

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

CONTEXT_PULL = 0.7  # of the answers without context take a comment that needs it for what it looks like
COPIES = 0.95  # of a copier's answers are copied


def ask(
    spec: WorldSpec,
    comments: Comments,
    people: People,
    comment: Ints,
    annotator: Ints,
    *,
    seed: int,
    labeling_round: int = 1,
    week: npt.ArrayLike | None = None,
    tired: npt.ArrayLike = 0.0,
) -> Ints:
    """The class code each annotator (n) answers on each comment (n).

    The same pair in the same round always gets the same answer, whatever else is asked. ``week``: when it is answered,
    by default when the comment was posted; ``tired``: how much of the day's work is behind the annotator, 0 to 1.
    Raises InputError for an index that is not there.
    """
    _check(comment, len(comments), "comment")
    _check(annotator, len(people), "annotator")
    # Copiers answer as their leader does on this comment, who need not have been asked.
    copying = (people.copies[annotator] >= 0) & (chance(seed, "copies", comment, annotator, labeling_round) < COPIES)
    who = np.where(copying, people.copies[annotator], annotator)
    key = (comment, who, labeling_round)
    at = comments.week[comment] if week is None else np.broadcast_to(np.asarray(week), len(comment))
    seen = _seen(spec, comments, people, comment, who, at, chance(seed, "seen", *key), chance(seed, "blind", *key))
    right = people.accuracy[who] - spec.fatigue * np.asarray(tired, dtype=np.float64)
    declined = bool(spec.decline_week) & (at >= spec.decline_week) & people.declines[who]
    right = np.where(declined, spec.declined_to, right)
    answer = _answer(people.confusion[who, seen], seen, right, chance(seed, "answer", *key))
    anything = (chance(seed, "spam", *key) * len(SLIPS)).astype(np.int64)
    spam = people.spam[who]
    return np.asarray(np.select([spam == -2, spam >= 0], [anything, np.maximum(spam, 0)], answer))


def ask_experts(spec: WorldSpec, comments: Comments, comment: Ints, expert: Ints, *, seed: int) -> Ints:
    """The class code each expert (n) gives each comment (n), with context: right with ``spec.expert_accuracy``."""
    _check(comment, len(comments), "comment")
    true = comments.truth[comment]
    drawn = chance(seed, "verdict", comment, expert)
    rows = np.eye(len(SLIPS))[true] * spec.expert_accuracy + SLIPS[true] * (1 - spec.expert_accuracy)
    return np.asarray((rows.cumsum(axis=1)[:, :-1] <= drawn[:, None]).sum(axis=1))


def _seen(
    spec: WorldSpec,
    comments: Comments,
    people: People,
    comment: Ints,
    who: Ints,
    week: npt.NDArray[np.int64],
    pulled: Floats,
    blinded: Floats,
) -> Ints:
    """The class the annotator has before their eyes, from which they may still slip."""
    pull = np.select([comments.is_hard[comment], comments.needs_context[comment]], [spec.hard_pull, CONTEXT_PULL], 0.0)
    seen = np.where(pulled < pull, comments.looks_like[comment], comments.truth[comment])
    drifted = bool(spec.drift_week) & (week >= spec.drift_week) & people.rereads[who]
    moved = drifted & comments.is_boundary[comment] & (comments.schema[comment] == 1)
    seen = np.where(moved, NON_TOXIC, seen)
    missed = comments.is_blind[comment] & people.is_blind[who] & (blinded < 0.96)
    return np.asarray(np.where(missed, NON_TOXIC, seen))


def _answer(rows: Floats, seen: Ints, right: Floats, drawn: Floats) -> Ints:
    """What is seen with probability ``right``, else a slip by the annotator's own habit."""
    slips = rows.copy()
    slips[np.arange(len(rows)), seen] = 0.0
    total = slips.sum(axis=1, keepdims=True)
    slips = np.where(total > 0, slips / np.where(total > 0, total, 1.0), 0.0)
    place = np.clip((drawn - right) / np.maximum(1 - right, 1e-12), 0, 1 - 1e-12)
    slipped = (slips.cumsum(axis=1)[:, :-1] <= place[:, None]).sum(axis=1)
    return np.asarray(np.where((drawn < right) | (total[:, 0] == 0), seen, slipped))


def _check(index: Ints, size: int, what: str) -> None:
    if len(index) and (int(index.min()) < 0 or int(index.max()) >= size):
        raise InputError(f"{what} {int(index.max())} is asked", expected=f"an index from 0 to {size - 1}")
