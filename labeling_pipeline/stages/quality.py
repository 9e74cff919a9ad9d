"""The gate, and what annotators are worth.

Belongs here: handing the gate its inputs and keeping what it decided. Does not: a rule (``core.quality``).
"""

from __future__ import annotations

import json
from collections.abc import Collection

import pandas as pd

from labeling_pipeline.core.expert_agreement import expert_agreement, reliability_of
from labeling_pipeline.core.quality import GateSettings, judge
from labeling_pipeline.core.reliability import reliability_history
from labeling_pipeline.stages.consensus import round_agreement
from labeling_pipeline.stages.desk import double_coded
from labeling_pipeline.stages.engine import Context, Result
from labeling_pipeline.stages.frames import first_days, history, with_columns, with_map

# What the history keeps of an outcome.
EVENT_DETAIL = ["label", "confidence", "source", "reasons", "schema_version", "labeled_by"]


def qc_outcomes(context: Context) -> Result:
    """What quality control says of every label: passed, adjudicate or rejected, with all reasons."""
    labels = context.query("qc_inputs", questions=context.deciding_questions)
    verdicts = with_reliability(context, context.query("verdicts_in_order"))
    if labels.empty and verdicts.empty:
        return Result(0, waiting_for="labels")
    classes, quality = context.all_classes, context.settings.quality
    labels = with_columns(with_columns(labels, "probabilities", "p_", classes), "vote_shares", "v_", classes)
    outcomes = judge(
        labels,
        verdicts.merge(context.query("company_of_decided"), on="comment_id", how="left"),
        gate=GateSettings(**quality.model_dump()),
        classes=classes,
        current_schema=context.ontology.schema_version,
        batches=round_agreement(context, context.query("deciding_votes", questions=context.deciding_questions)),
    )
    counts = outcomes["outcome"].value_counts()
    frame = with_map(with_map(outcomes, "p_", classes, "probabilities"), "v_", classes, "vote_shares")
    shares = {f"{name}_share": float(counts.get(name, 0) / len(frame)) for name in ("passed", "adjudicate", "rejected")}
    return Result(
        len(frame),
        shares,
        replace={"qc_outcomes": frame},
        append={"label_history": history(_events(outcomes, labels, classes), key=("label", "source"))},
    )


def with_reliability(context: Context, verdicts: pd.DataFrame) -> pd.DataFrame:
    """Verdicts with the `reliability` of experts whom others checked often enough, missing for others."""
    # A draw among comments with a verdict: no other stage can change which of these came to experts by chance.
    drawn = double_coded(context, verdicts)
    known = expert_agreement(verdicts, len(context.ontology.classes), context.settings.quality.expert_accuracy, drawn)
    return verdicts.assign(reliability=verdicts["expert_id"].map(reliability_of(known)))


def _events(outcomes: pd.DataFrame, labels: pd.DataFrame, classes: Collection[str]) -> pd.DataFrame:
    """Outcomes as events, and labels that experts overturned, with a class, as candidates for the gold set."""
    details = outcomes[EVENT_DETAIL].to_dict("records")
    events = pd.DataFrame(
        {
            "comment_id": outcomes["comment_id"],
            "happened_at": outcomes["labeled_at"],
            "event": outcomes["outcome"],
            "label": outcomes["label"],
            "source": outcomes["source"],
            "detail": [json.dumps(detail, default=list, ensure_ascii=False) for detail in details],
        }
    )
    crowd = outcomes["comment_id"].map(labels.set_index("comment_id")["crowd_label"])
    is_other = crowd.notna() & (crowd != events["label"]) & events["label"].isin(list(classes))
    overturned = events[(events["source"] == "verdict") & is_other]
    said = crowd.loc[overturned.index]
    why = [json.dumps({"why": f"an expert overturned the crowd's {label}"}) for label in said]
    return pd.concat([events, overturned.assign(event="gold_candidate", detail=why)], ignore_index=True)


def qc_passed_labels(context: Context) -> Result:
    """The labels that passed: all that an export, and so a model, may ever read."""
    summary = context.query("passed_summary")
    n_passed = int(summary["n"].iloc[0])
    return Result(n_passed, {"mean_weight": float(summary["mean_weight"].fillna(0).iloc[0])})


def annotator_reliability(context: Context) -> Result:
    """Every annotator's accuracy against gold, honeypots and consensus, apart, and their reliability, per week."""
    votes = context.query("votes_by_week", questions=context.deciding_questions)
    if votes.empty:
        return Result(0, waiting_for="votes")
    answers = context.query("known_answers", classes=list(context.all_classes))
    history_by_week = reliability_history(
        votes,
        gold=answers[answers["kind"] == "gold"],
        verdicts=answers[answers["kind"] == "verdict"],
        honeypots=answers[answers["kind"] == "honeypot"],
        consensus=context.query("consensus_by_week"),
        decay=0.5 ** (1 / context.settings.reliability.half_life_weeks),
    )
    weeks = first_days(history_by_week["week"])
    frame = history_by_week.assign(week=weeks)[weeks <= pd.Timestamp(context.now)]
    latest = frame[frame["week"] == frame["week"].max()]
    means = latest.groupby("statistic")["value"].mean().to_dict()
    metrics: dict[str, float | int | str] = {f"mean_{name}": float(value) for name, value in means.items()}
    if votes["label"].nunique() == 1:
        metrics["note"] = "one category only: to agree with the consensus says nothing of anybody"
    return Result(len(frame), metrics, replace={"annotator_reliability": frame})
