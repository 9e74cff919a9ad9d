"""Experts look at what everybody agrees on; and what that says of agreement without accuracy.

Belongs here: which rounds are drawn from, and which evidence the report reads. Does not: the draw
(``core.unanimous``), suspicion (``core.blind_spots``), or the figures (``core.two_axes``).
"""

from __future__ import annotations

import pandas as pd

from labeling_pipeline.core.blind_spots import plan_probe, suspects, text_rules
from labeling_pipeline.core.expert_agreement import expert_agreement
from labeling_pipeline.core.guideline_gaps import guideline_gaps
from labeling_pipeline.core.implied import ExpertsKnown
from labeling_pipeline.core.plurality import most_given
from labeling_pipeline.core.two_axes import GOLD, REVIEW, two_axes
from labeling_pipeline.core.unanimous import plan_review
from labeling_pipeline.stages.anchors import ANCHORS
from labeling_pipeline.stages.annotation import rounds_state
from labeling_pipeline.stages.desk import double_coded
from labeling_pipeline.stages.engine import Append, Context, Result
from labeling_pipeline.stages.handing_out import COMPLETE_SHARE

REPORTED_WEEKS = 12  # up to the last vote
COLUMNS = ["labeling_round", "comment_id", "label", "slices", "stratum", "part", "inclusion_p", "phrase", "planned_at"]


def unanimous_review(context: Context) -> Result:
    """Of every finished crowd round, unanimous labels for experts: half at random, half by slice or by suspicion.

    Suspected are phrases that come with disagreement, or with labels experts overturned before. What is shown for a
    suspicion is marked as a probe, and no error rate is estimated on it.
    """
    n_done = context.count("unanimous_review")
    states = rounds_state(context)
    asked_once = states["reason"].fillna("") != ANCHORS  # their labels were under review in their own round
    finished = states[
        asked_once & (states["kind"] == "crowd") & (states["n_done"] >= COMPLETE_SHARE * states["n_comments"])
    ]
    labels = context.query("finished_labels", rounds=finished["labeling_round"].tolist())
    if labels.empty or not context.settings.review.per_round:
        return Result(n_done)
    earlier = context.query("reviews_back", classes=list(context.all_classes))
    texts = context.query("texts_of_comments")[["comment_id", "text"]]
    phrases = suspects(texts, context.query("labels_with_agreement"), earlier)["phrase"]
    plans = [_plan(context, str(name), part, phrases) for name, part in labels.groupby("labeling_round")]
    plan = pd.concat(plans, ignore_index=True)
    metrics = {"planned_now": len(plan), "probes": int((plan["part"] == "probe").sum())}
    return Result(n_done + len(plan), metrics, append={"unanimous_review": Append(plan, ("comment_id",))})


def _plan(context: Context, name: str, labels: pd.DataFrame, phrases: pd.Series) -> pd.DataFrame:
    budget, seed = context.settings.review.per_round, context.settings.selection.seed
    # Named slices have a part of their own in the draw; where there are none, suspicion gets all of that half.
    probed = budget // 4 if labels["slices"].map(len).any() else budget // 2
    probe = plan_probe(labels[["comment_id", "text"]], labels, phrases, probed, seed)
    rest = labels[~labels["comment_id"].isin(probe["comment_id"])]
    drawn = plan_review(rest, budget - len(probe), seed)
    slices = labels.set_index("comment_id")["slices"]
    probe = probe.assign(part="probe", stratum="probe", slices=probe["comment_id"].map(slices))
    both = pd.concat([drawn, probe], ignore_index=True)
    return both.assign(labeling_round=name, planned_at=pd.Timestamp(context.now)).reindex(columns=COLUMNS)


def accuracy_report(context: Context) -> Result:
    """Agreement and accuracy side by side, per slice and week, never mixed; rules for blind spots nobody has named.

    With it: how far experts agree with each other, and where those who know best differ: a gap in the guideline.
    """
    settings, (current, experts) = context.settings, _experts(context)
    reviews, votes_by_week = context.query("reviews_back", classes=list(context.all_classes)), _votes(context)
    table = two_axes(
        votes_by_week,
        _known(context, votes_by_week, reviews),
        context.warehouse.table("comment_slices"),
        context.ontology.classes,
        statistic=settings.review.statistic,
        groups=context.query("annotator_attributes"),
        experts=_known_experts(experts, settings.quality.expert_accuracy),
        tolerated=settings.review.tolerated_error,
        family_error=settings.review.family_error,
        n_boot=50,
    )
    rules = text_rules(reviews[reviews["part"] == "probe"], reviews[reviews["part"] == "random"])
    votes = context.query("deciding_votes", questions=context.deciding_questions)
    gaps = guideline_gaps(
        votes.rename(columns={"task": "comment_id", "annotator": "annotator_id"}),
        context.query("latest_reliability"),
        current,
    )
    alarms = table[table["is_alarm"].astype(bool)]
    metrics: dict[str, int | str] = {
        "alarms": len(alarms),
        "alarm": "; ".join(alarms["slice"]),
        "text_rules": len(rules),
    }
    shares: dict[str, float | int] = {
        "expert_agreement": float(experts["value"].fillna(0).iloc[0]),
        "guideline_gaps": len(gaps),
    }
    replace = {"accuracy_report": table, "text_rules": rules, "expert_agreement": experts, "guideline_gaps": gaps}
    return Result(len(table), {**metrics, **shares}, replace=replace)


def _experts(context: Context) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Verdicts under the version in force, and how experts agree in them."""
    verdicts, settings = context.query("verdicts_in_order"), context.settings
    current = verdicts[verdicts["schema_version"] == context.ontology.schema_version]
    drawn = double_coded(context, verdicts)
    return current, expert_agreement(current, len(context.ontology.classes), settings.quality.expert_accuracy, drawn)


def _known_experts(experts: pd.DataFrame, assumed: float) -> ExpertsKnown:
    whole = experts.iloc[0]
    return ExpertsKnown(int(whole["n_agreed"]), int(whole["n_double"]), assumed)


def _votes(context: Context) -> pd.DataFrame:
    return context.query("weekly_votes", questions=context.deciding_questions, now=context.now, weeks=REPORTED_WEEKS)


def _known(context: Context, votes: pd.DataFrame, reviews: pd.DataFrame) -> pd.DataFrame:
    """What the crowd's votes come to, beside the truth: on drawn gold that was voted on, and drawn unanimous labels.

    Fit gold without an inclusion probability may have come to experts because it was doubtful, and says nothing of the
    stream. Measuring gold without one was given to measure with, and counts once, as in `check`.
    """
    gold = pd.concat([context.query("gold_by_role", role=role) for role in ("fit", "measure")], ignore_index=True)
    gold = gold[gold["inclusion_p"].notna() | (gold["role"] == "measure")]
    about = votes[votes["comment_id"].isin(gold["comment_id"])]
    known = most_given(about)[["comment_id", "label"]].merge(
        gold[["comment_id", "label", "inclusion_p"]].rename(columns={"label": "truth"}), on="comment_id"
    )
    known["weight"] = 1.0 / known["inclusion_p"].astype(float).fillna(1.0)
    drawn = reviews[reviews["verdict"].notna() & reviews["inclusion_p"].notna()]
    review = drawn.assign(truth=drawn["verdict"], weight=1.0 / drawn["inclusion_p"].astype(float), measured_on=REVIEW)
    columns = ["comment_id", "label", "truth", "weight", "measured_on"]
    return pd.concat([known.assign(measured_on=GOLD)[columns], review[columns]], ignore_index=True)
