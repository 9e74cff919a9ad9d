"""The gate, the experts' queue, and what annotators are worth.

Belongs here: handing the gate its inputs and keeping what it decided. Does not: a rule (``core.quality``).
"""

from __future__ import annotations

import json

import pandas as pd

from labeling_pipeline.core.adjudication import Costs, order_queue
from labeling_pipeline.core.quality import GateSettings, judge
from labeling_pipeline.core.reliability import reliability_history
from labeling_pipeline.stages.consensus import round_agreement
from labeling_pipeline.stages.engine import Context, Result
from labeling_pipeline.stages.frames import first_days, history, with_columns, with_map

# What a round asked experts for comes before what the gate sends them.
ASKED_FIRST = 1000.0


def qc_outcomes(context: Context) -> Result:
    """What quality control says of every label: passed, adjudicate or rejected, with all reasons."""
    labels, verdicts = context.query("qc_inputs"), context.query("verdicts_in_order")
    if labels.empty and verdicts.empty:
        return Result(0, waiting_for="labels")
    classes, quality = context.all_classes, context.settings.quality
    labels = with_columns(with_columns(labels, "probabilities", "p_", classes), "vote_shares", "v_", classes)
    outcomes = judge(
        labels,
        verdicts,
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
        append={"label_history": history(_events(outcomes, labels), key=("label", "source"))},
    )


def _events(outcomes: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Outcomes as events, and labels that experts overturned as candidates for the gold set."""
    details = outcomes[["label", "confidence", "source", "reasons"]].to_dict("records")
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
    overturned = events[(events["source"] == "verdict") & crowd.notna() & (crowd != events["label"])]
    said = crowd.loc[overturned.index]
    why = [json.dumps({"why": f"an expert overturned the crowd's {label}"}) for label in said]
    return pd.concat([events, overturned.assign(event="gold_candidate", detail=why)], ignore_index=True)


def qc_passed_labels(context: Context) -> Result:
    """The labels that passed: all that an export, and so a model, may ever read."""
    summary = context.query("passed_summary")
    n_passed = int(summary["n"].iloc[0])
    return Result(n_passed, {"mean_weight": float(summary["mean_weight"].fillna(0).iloc[0])})


def adjudication_queue(context: Context) -> Result:
    """What waits for an expert, best value first: labels the gate sends there, and rounds that go to experts."""
    waiting = context.query("waiting_for_experts")
    experts = context.query("expert_annotators")["annotator_id"].tolist()
    settings, classes = context.settings, context.all_classes
    # Where neither votes nor a model said anything, every class is as likely.
    unknown = dict.fromkeys(classes, 1.0 / len(classes))
    believed = [unknown if one is None or one is pd.NA else one for one in waiting["probabilities"]]
    queue = order_queue(
        with_columns(
            waiting.assign(probabilities=pd.Series(believed, waiting.index, dtype=object)),
            "probabilities",
            "p_",
            classes,
        ),
        Costs(expert_usd=settings.labeling.expert_price_usd),
        settings.adjudication.capacity,
        experts=experts,
        seen=context.query("verdicts_in_order"),
        boost=dict.fromkeys(waiting.loc[waiting["is_asked"], "comment_id"], ASKED_FIRST),
    )
    given = waiting[["comment_id", "queued_at", "context"]]
    rows = (
        queue.drop(columns="rank").merge(given, on="comment_id").assign(schema_version=context.ontology.schema_version)
    )
    metrics = {"waiting": len(waiting), "on_desks": int(rows["expert_id"].notna().sum())}
    return Result(len(rows), metrics, replace={"adjudication_queue": rows})


def annotator_reliability(context: Context) -> Result:
    """Every annotator's accuracy against gold, honeypots and consensus, apart, and their reliability, per week."""
    votes = context.query("votes_by_week", questions=context.deciding_questions)
    if votes.empty:
        return Result(0, waiting_for="votes")
    answers = context.query("known_answers")
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
    metrics = {f"mean_{name}": float(value) for name, value in means.items()}
    return Result(len(frame), metrics, replace={"annotator_reliability": frame})
