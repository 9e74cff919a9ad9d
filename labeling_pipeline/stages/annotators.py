"""Annotators beside each other: whom to look at, and whether groups of them answer differently.

Belongs here: handing the votes to the checks and keeping what they say. Does not: a check or a test
(``core.reliability``, ``core.groups``), or what is done about anybody.
"""

from __future__ import annotations

import pandas as pd

from labeling_pipeline.core.groups import group_consensus, group_divergence
from labeling_pipeline.core.reliability import bad_annotators
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import Result
from labeling_pipeline.stages.frames import first_days

N_PERMUTATIONS, N_BOOT = 1_000, 200
TOO_SMALL = "too small"


def annotator_findings(context: Context) -> Result:
    """Annotators to look at: random clickers, one-answer clickers, sudden decline, copiers; each with its reason.

    A finding is a reason to look, never a judgement, and needs no gold. Where votes have no dates, no decline is seen.
    """
    votes = _deciding_votes(context)
    if votes.empty:
        return Result(0, waiting_for="votes with an annotator")
    timed = votes if votes["week"].notna().all() else votes.drop(columns=["week", "answered_at"])
    found = bad_annotators(timed)
    frame = found.rename(columns={"annotator": "annotator_id", "check": "finding", "other": "other_id"}).assign(
        since=first_days(found["since"])
    )
    flagged = frame[frame["status"] == "flagged"]
    metrics = {f"{name}s": int(n) for name, n in flagged.groupby("finding")["annotator_id"].nunique().items()}
    metrics["flagged"] = int(flagged["annotator_id"].nunique())
    return Result(len(frame), metrics, replace={"annotator_findings": frame})


def group_divergences(context: Context) -> Result:
    """Whether an annotator group answers otherwise than the others on the same comments, and what each group says.

    Every attribute of the annotators is tried, corrected for their number; annotators are shuffled among those who
    mostly label the same round. Groups smaller than `reliability.min_group_size` are counted and not told.
    """
    votes, wide = _deciding_votes(context), _attributes(context)
    if votes.empty or wide.empty:
        return Result(0, waiting_for="annotators with attributes, and their votes")
    size = context.settings.reliability.min_group_size
    found = group_divergence(
        votes[["task", "annotator", "label"]].assign(stratum=votes["labeling_round"]),
        wide,
        min_size=size,
        n_permutations=N_PERMUTATIONS,
        n_boot=N_BOOT,
    )
    told = found[found["status"] != TOO_SMALL]
    diverging = told[told["status"] == "diverges"].drop_duplicates(["attribute", "group"])
    labels = group_consensus(votes[["task", "annotator", "label"]], wide, min_size=size)
    metrics: dict[str, float | int | str] = {
        "groups": len(told.drop_duplicates(["attribute", "group"])),
        "too_small": int((found["status"] == TOO_SMALL).sum()),
        "diverging": ", ".join(f"{one.attribute}={one.group}" for one in diverging.itertuples()) or "none",
    }
    return Result(
        len(told), metrics, replace={"group_divergence": _divergence_rows(told), "group_labels": _label_rows(labels)}
    )


def _deciding_votes(context: Context) -> pd.DataFrame:
    votes = context.query("votes_to_compare")
    return votes[votes["question"].isin(context.deciding_questions) & votes["annotator"].notna()]


def _attributes(context: Context) -> pd.DataFrame:
    """A row per annotator, a column per attribute."""
    long = context.query("annotator_attributes")
    wide = long.pivot(index="annotator", columns="attribute", values="value")
    return wide.rename_axis(columns=None).reset_index()


def _divergence_rows(found: pd.DataFrame) -> pd.DataFrame:
    numbers = ["gap", "low", "high", "p", "p_adjusted", "within_agreement", "cross_agreement"]
    counts = dict.fromkeys(["n_annotators", "n_comments"], "Int64")
    frame = found.assign(**{name: pd.to_numeric(found[name]) for name in [*numbers, *counts]}).astype(counts)
    return frame.rename(columns={"group": "group_name", "class": "label"})


def _label_rows(labels: pd.DataFrame) -> pd.DataFrame:
    named = labels.rename(columns={"group": "group_name", "task": "comment_id"})
    return named.reindex(columns=["attribute", "group_name", "comment_id", "label", "confidence", "n_votes"])
