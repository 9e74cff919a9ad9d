"""The one call: every agreement statistic of a set of votes, with intervals and notes.

Belongs here: the registry of statistics, the loop over them, splitting by a column. Does not: formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement import by_counts, cohen
from labeling_pipeline.core.agreement.coding import (
    CodedVotes,
    Floats,
    TaskCounts,
    code_votes,
    column_of,
    compact,
    count_tasks,
    indexed,
)
from labeling_pipeline.core.agreement.notes import note_of
from labeling_pipeline.core.agreement.pairs import PairVotes, pair_votes
from labeling_pipeline.core.agreement.parts import split
from labeling_pipeline.core.agreement.resampling import Resampler, interval
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.plain_text import plain_label

# Pairwise kappas cost a pass over all pairs of votes per resample; more resamples do not change the second decimal.
MAX_PAIR_RESAMPLES = 200
PAIR_CELLS_AT_ONCE = 13_000_000
NONE = {"value": None, "low": None, "high": None, "note": "no vote names a class of the order"}


@dataclass(frozen=True)
class Measured:
    """Votes of one group with what the statistics share: task counts, pairs of annotators, resamples."""

    votes: CodedVotes
    n_boot: int
    seed: int

    @cached_property
    def counts(self) -> TaskCounts:
        return count_tasks(self.votes)

    @cached_property
    def pairs(self) -> PairVotes:
        return pair_votes(self.votes)

    @property
    def resampler(self) -> Resampler:
        return Resampler(self.votes.n_tasks, self.n_boot, self.seed)

    @property
    def n_pairable(self) -> int:
        """Tasks with two votes or more."""
        return int(self.counts.multiplicity[self.counts.patterns.sum(axis=1) >= 2].sum())


Statistic = Callable[[Measured], Floats]
ByCounts = Callable[[TaskCounts, by_counts.SumsOf], Floats]


def _from_counts(formula: ByCounts, data: Measured) -> Floats:
    return formula(data.counts, partial(data.resampler.sums, data.counts))


def _from_pairs(weights_of: Callable[[int], Floats], data: Measured) -> Floats:
    weights = weights_of(len(data.votes.classes))
    cells = max(data.pairs.first.size * weights.shape[0], data.votes.n_tasks, 1)
    draws = data.resampler.task_weights(min(data.n_boot, MAX_PAIR_RESAMPLES), max(1, PAIR_CELLS_AT_ONCE // cells))
    return cohen.mean_kappa(data.votes, data.pairs, weights, draws)


STATISTICS: dict[str, Statistic] = {
    "percent_agreement": partial(_from_counts, by_counts.percent_agreement),
    "cohen_kappa": partial(_from_pairs, np.eye),
    "fleiss_kappa": partial(_from_counts, by_counts.fleiss_kappa),
    "krippendorff_alpha": partial(_from_counts, by_counts.krippendorff_alpha),
    "gwet_ac1": partial(_from_counts, by_counts.gwet_ac1),
}
ORDERED_STATISTICS: dict[str, Statistic] = {
    "cohen_kappa_linear": partial(_from_pairs, by_counts.linear_weights),
    "cohen_kappa_quadratic": partial(_from_pairs, by_counts.quadratic_weights),
    "krippendorff_alpha_ordinal": partial(_from_counts, by_counts.krippendorff_alpha_ordinal),
    "gwet_ac2": partial(_from_counts, by_counts.gwet_ac2),
}


def agreement(
    votes: pd.DataFrame,
    *,
    by: str | Sequence[str] | None = None,
    order: Sequence[str] | None = None,
    confidence: float = 0.95,
    n_boot: int = 1_000,
    seed: int = 0,
    n_expected: int | None = None,
) -> dict[str, Any]:
    """Agreement of `votes` (columns task, annotator, label): percent, Cohen, Fleiss, Krippendorff, Gwet AC1.

    Each statistic is {"value", "low", "high", "note"} with a bootstrap interval over tasks (at most 200 resamples for
    the pairwise ones); a value that is not defined is None and its note says why. `order` (the classes from one end to
    the other) adds the weighted statistics. `by` (one column, or several) gives {"<value>": the same}; without such
    columns, "class" takes each class against the rest and "week" the week of `answered_at`. `n_expected`: the votes a
    task of a round that is still coming in should get; says how many wait (see `interim_agreement`). Without annotator
    ids Cohen's kappa alone is not possible.

    Raises InputError when there are no votes or a column is missing.

    >>> votes = pd.DataFrame({"task": list("wxyz") * 2, "annotator": ["a"] * 4 + ["b"] * 4, "label": list("ppnnppnp")})
    >>> found = agreement(votes)
    >>> found["percent_agreement"]["value"], found["cohen_kappa"]["value"], found["n_votes"]
    (0.75, 0.5, 8)
    """
    _check(order, confidence, n_boot)
    measure = partial(
        _measure,
        order=order,
        confidence=confidence,
        n_boot=n_boot,
        seed=seed,
        n_expected=n_expected,
        early=() if order is None else _absent(order, votes),
    )
    if by is None:
        return measure(votes)
    return {name: measure(part) for name, part in split(votes, by)}


def _check(order: Sequence[str] | None, confidence: float, n_boot: int) -> None:
    if order is not None and (len(order) < 2 or len(set(order)) < len(order)):
        raise InputError(f"order {list(order)}", expected="two classes or more, each once", remedy="check the order")
    if not 0 < confidence < 1:
        raise InputError(f"confidence {confidence}", expected="a number between 0 and 1", remedy="such as 0.95")
    if n_boot < 0:
        raise InputError(f"n_boot {n_boot}", expected="0 or more resamples", remedy="0 for no interval")


def _measure(
    votes: pd.DataFrame,
    *,
    order: Sequence[str] | None,
    confidence: float,
    n_boot: int,
    seed: int,
    n_expected: int | None,
    early: Sequence[str],
) -> dict[str, Any]:
    coded = code_votes(votes, order)
    coded = replace(coded, notes=(*coded.notes, *early))
    data = Measured(coded, n_boot, seed)
    result: dict[str, Any] = {
        name: _estimate(name, statistic(data), data, confidence) for name, statistic in STATISTICS.items()
    }
    if order is not None:
        ordered = Measured(ordered_only(coded, len(order)), n_boot, seed)
        coded = replace(coded, notes=(*coded.notes, *ordered.votes.notes))
        for name, statistic in ORDERED_STATISTICS.items():
            result[name] = (
                _estimate(name, statistic(ordered), ordered, confidence) if ordered.votes.n_tasks else dict(NONE)
            )
    counted = {"n_tasks": coded.n_tasks, "n_annotators": coded.n_annotators, "n_votes": int(coded.task.size)}
    result |= {**counted, "notes": list(coded.notes)}
    return result if n_expected is None else result | _interim(coded, n_expected)


def _interim(votes: CodedVotes, n_expected: int) -> dict[str, Any]:
    """How much of a round is there; those answered first are not a random sample of it."""
    if n_expected < 2:
        raise InputError(f"{n_expected} votes expected per task", expected="2 or more: one vote agrees with nobody")
    waiting = int((np.bincount(votes.task, minlength=votes.n_tasks) < n_expected).sum())
    notes = list(votes.notes)
    if waiting:
        notes.append(
            f"interim: {waiting} of {votes.n_tasks} tasks wait for votes; those answered first are not a random sample"
        )
    return {"n_complete": votes.n_tasks - waiting, "n_waiting": waiting, "notes": notes}


def ordered_only(votes: CodedVotes, n_ordered: int) -> CodedVotes:
    """Votes for the ordered classes; answers outside the order (unsure, none of these) are missing data."""
    kept = votes.label < n_ordered
    task, n_tasks = compact(votes.task[kept])
    return CodedVotes(
        task=task,
        annotator=None if votes.annotator is None else votes.annotator[kept],
        label=votes.label[kept],
        classes=votes.classes[:n_ordered],
        annotators=votes.annotators,
        n_tasks=n_tasks,
        notes=_left_out(votes, n_ordered),
    )


def _left_out(votes: CodedVotes, n_ordered: int) -> tuple[str, ...]:
    n_votes = np.bincount(votes.label, minlength=len(votes.classes))[n_ordered:]
    names = [repr(name) for name, n in zip(votes.classes[n_ordered:], n_votes, strict=True) if n]
    if not names:
        return ()
    return (f"the weighted statistics leave out {n_votes.sum()} votes for {', '.join(names)}, not in the order",)


def _absent(order: Sequence[str], votes: pd.DataFrame) -> list[str]:
    """A note on the classes of the order that no vote names: rare ones, or misspelt."""
    label = column_of(votes, "label")
    used = [] if label is None else indexed(label, are_labels=True)[1].tolist()
    absent = [repr(name) for name in (plain_label(str(name)) for name in order) if name not in used]
    return [f"the order names {', '.join(absent)}, for which there is no vote"] if absent else []


def _estimate(name: str, values: Floats, data: Measured, confidence: float) -> dict[str, Any]:
    value = float(values[0])
    note = note_of(name, value, values[1:], data)
    if not np.isfinite(value) or (data.n_pairable < 2 and name != "percent_agreement"):
        return {"value": None, "low": None, "high": None, "note": note}
    bounds = interval(values[1:], confidence) if data.n_pairable > 1 else None
    if bounds is None:
        return {"value": value, "low": None, "high": None, "note": note}
    return {"value": value, "low": min(bounds[0], value), "high": max(bounds[1], value), "note": note}
