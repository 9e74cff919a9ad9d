"""What annotators answered before to tasks of known class, as counts beside the votes.

Belongs here: matching past answers to annotators and classes, and their fading. Does not: what they are used for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.consensus.columns import Floats, encode, encode_labels
from labeling_pipeline.core.consensus.gold import positions
from labeling_pipeline.core.consensus.numbers import numbers_of
from labeling_pipeline.core.consensus.votes import Votes, pick
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.plain_text import plain_label

HALF_LIFE_DAYS = 90.0  # an annotator's answer of a quarter ago counts half
SHOWN = 5


def read_history(frame: pd.DataFrame, votes: Votes, notes: list[str], known: Sequence[str] = ()) -> Floats:
    """History[annotator, class, answer] from rows annotator, true, given, n and, if it is to fade, age_days.

    Rows of annotators or answers that the votes do not know are left out, since they say nothing here, and named in a
    note; so is a class that neither votes nor ``known`` (gold, or who asks) has. Raises InputError for a missing
    column, and for a count or an age that is no number from 0 on.
    """
    missing = [c for c in ("true", "given", "n") if c not in frame.columns]
    if missing:
        raise InputError(f"history: no column {missing[0]!r}", expected="annotator, true, given, n (and age_days)")
    annotators = pick(frame, "annotator", "history")
    counts = np.zeros((votes.n_annotators, len(votes.classes), votes.n_answers))
    if not len(frame):
        return counts
    n = numbers_of(frame["n"], 0.0, np.inf, where="history", may_be_empty=False)
    age = np.zeros(len(frame))
    if "age_days" in frame.columns:
        age = numbers_of(frame["age_days"], 0.0, np.inf, where="history", may_be_empty=False)
    who = positions(annotators, votes.annotators) if len(votes.annotators) else np.full(len(frame), -1, np.int64)
    has_voted = np.append(np.bincount(votes.annotator, minlength=votes.n_annotators) > 0, False)
    true, given = _lookup(frame["true"], votes.classes), _lookup(frame["given"], votes.classes + votes.non_class)
    _note("of annotators without a vote", annotators[~has_voted[who]], notes)
    _note("that name no true class", frame["true"][true < 0], notes)
    _note("whose given answer is none that votes know", frame["given"][given < 0], notes)
    _note_classes(votes, frame["true"], known, notes)
    used = has_voted[who] & (true >= 0) & (given >= 0)
    np.add.at(counts, (who[used], true[used], given[used]), (n * 0.5 ** (age / HALF_LIFE_DAYS))[used])
    return counts


def _note(what: str, values: pd.Series, notes: list[str]) -> None:
    if len(values):
        notes.append(f"history: {len(values)} rows {what} are not used: {_some(values)}")


def _note_classes(votes: Votes, true: pd.Series, known: Sequence[str], notes: list[str]) -> None:
    """A class that only the history names may be one that is rare now, or a slip of the pen."""
    used = np.bincount(votes.answer, minlength=votes.n_answers) > 0
    told = {name for name, is_used in zip(votes.classes, used, strict=False) if is_used}
    told |= {plain_label(str(name)) for name in known}
    strange = [name for name in encode_labels(true)[1].to_pylist() if name not in told]
    if strange:
        notes.append(
            f"history alone names the true class {_some(pd.Series(strange))}: no vote and no gold does; mend its "
            "spelling if another is meant"
        )


def _some(values: pd.Series) -> str:
    names = [repr(str(name)) for name in encode(values)[1].to_pylist() if str(name).strip()] or ["empty"]
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _lookup(column: pd.Series, names: tuple[str, ...]) -> NDArray[np.int64]:
    codes, values = encode_labels(column)
    code = {name: i for i, name in enumerate(names)}
    return np.array([code.get(v, -1) for v in values.to_pylist()] + [-1], np.int64)[codes]
