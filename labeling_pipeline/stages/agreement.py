"""How far annotators agree, part by part.

Belongs here: which parts of the votes are told apart. Does not: the statistics (``core.agreement``), or holding a round
against them (the gate).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from labeling_pipeline.core.agreement import agreement, interim_agreement
from labeling_pipeline.stages.annotation import rounds_state
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import Result
from labeling_pipeline.stages.frames import first_days

RESAMPLES = 200
COLUMNS = [
    "part_of", "part", "statistic", "value", "low", "high", "note",
    "n_votes", "n_comments", "n_annotators", "n_waiting",
]  # fmt: skip


@dataclass(frozen=True)
class Part:
    """Some of the votes. ``n_expected``: votes a comment of a round that is still coming in should get."""

    part_of: str
    part: str
    votes: pd.DataFrame
    n_expected: int | None = None


def agreement_report(context: Context) -> Result:
    """Agreement of the votes that decide labels: over all, and by class, slice, annotator group, week, schema version
    and round, each with an interval; by question, of all questions. A round that is still coming in is told as interim.
    """
    votes = context.query("votes_to_compare")
    if votes.empty:
        return Result(0, waiting_for="votes")
    order = _order(context)
    rows = [row for part in parts(context, votes) for row in _rows(part, order)]
    frame = pd.DataFrame(rows, columns=COLUMNS).astype({"n_annotators": "Int64", "n_waiting": "Int64"})
    metrics: dict[str, float | int | str] = {"parts": int(frame[["part_of", "part"]].drop_duplicates().shape[0])}
    told = frame[(frame["part_of"] == "all") & frame["value"].notna()]
    metrics |= {str(name): float(value) for name, value in zip(told["statistic"], told["value"], strict=True)}
    interim = frame[frame["n_waiting"].fillna(0) > 0].drop_duplicates("part")
    waiting = zip(interim["part"], interim["n_waiting"].tolist(), strict=True)
    metrics |= {f"waiting_in_round_{name}": int(n) for name, n in waiting}
    return Result(len(frame), metrics, replace={"agreement_report": frame})


def parts(context: Context, votes: pd.DataFrame) -> Iterator[Part]:
    """Every part of the votes that is told apart; empty ones are left out."""
    deciding = votes[votes["question"].isin(context.deciding_questions)]
    yield Part("all", "all", deciding)
    for name, part in votes.groupby("question"):
        yield Part("question", str(name), part)
    for name in sorted(deciding["label"].unique()):
        rest = deciding["label"].where(deciding["label"] == name, "any other")
        yield Part("class", str(name), deciding.assign(label=rest))
    for name, part in deciding.explode("slices").groupby("slices"):
        yield Part("slice", str(name), part)
    yield from _groups(context, deciding)
    for week, part in deciding.groupby("week"):
        yield Part("week", str(first_days(pd.Series([week]))[0].date()), part)
    for name, part in deciding.groupby("schema_version"):
        yield Part("schema_version", str(name), part)
    yield from _rounds(context, deciding)


def _groups(context: Context, votes: pd.DataFrame) -> Iterator[Part]:
    """Votes inside each annotator group that is large enough to be spoken of."""
    for (attribute, value), people in context.query("annotator_attributes").groupby(["attribute", "value"]):
        part = votes[votes["annotator"].isin(people["annotator"])]
        if part["annotator"].nunique() >= context.settings.reliability.min_group_size:
            yield Part("annotator_group", f"{attribute}={value}", part)


def _rounds(context: Context, votes: pd.DataFrame) -> Iterator[Part]:
    rounds = rounds_state(context)
    is_open = (rounds["kind"] == "crowd") & rounds["is_open"]
    coming = set(rounds.loc[is_open, "labeling_round"])
    for name, part in votes.groupby("labeling_round"):
        yield Part("round", str(name), part, context.settings.labeling.votes_per_comment if name in coming else None)


def _order(context: Context) -> list[str] | None:
    """The classes from harmless to severe, where the ontology in force orders them."""
    severity, classes = context.ontology.severity or {}, context.ontology.classes
    if len(classes) < 2 or len(set(severity.values())) < len(classes):
        return None
    return sorted(classes, key=lambda name: severity[name])


def _rows(part: Part, order: list[str] | None) -> Iterator[list[Any]]:
    if part.votes.empty:
        return
    votes = part.votes[["task", "annotator", "label", "answered_at"]]
    # Another question's answers, and one class against the rest, are in no order.
    options: dict[str, Any] = {"n_boot": RESAMPLES, "order": None if part.part_of in ("question", "class") else order}
    if part.n_expected is None:
        found = agreement(votes, **options)
    else:
        found = interim_agreement(votes, part.n_expected, **options)
    counts = [found["n_votes"], found["n_tasks"], found["n_annotators"], found.get("n_waiting")]
    for name, one in found.items():
        if isinstance(one, dict):
            yield [part.part_of, part.part, name, one["value"], one["low"], one["high"], one["note"], *counts]
