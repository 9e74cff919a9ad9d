"""The next batch: what the model is unsure of, what production asks about, and a random share.

Belongs here: who may be chosen, and the route each takes. Does not: scores (``core.selection``, ``core.feedback``).
"""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from labeling_pipeline.core.drift import DriftLimits
from labeling_pipeline.core.feedback import needs_review
from labeling_pipeline.core.selection import select
from labeling_pipeline.core.stable_hash import unit_hash
from labeling_pipeline.stages.engine import Context, Result, digest
from labeling_pipeline.stages.frames import with_columns

COLUMNS = ["batch_id", "comment_id", "rank", "score", "strategy", "reason", "route", "model_version", "labeling_round"]


def next_uncertainty_batch(context: Context) -> Result:
    """The comments to be labeled next, each with score, strategy and reason.

    What production raised (low margins, overrides, flags) goes to experts, with context; what the model is unsure of,
    and a random share that keeps estimates unbiased, goes to the crowd. The batch becomes a round through a sensor.
    """
    published = context.query("published_batches")
    models = context.query("current_model")
    if models.empty:
        return Result(len(published), waiting_for="a model")
    raised = _raised(context)
    drifted = _drifted(context, exclude=set(raised["comment_id"]))
    chosen = _uncertain(context, exclude={*raised["comment_id"], *drifted["comment_id"]})
    batch = pd.concat([raised, drifted, chosen], ignore_index=True)
    batch["rank"] = range(1, len(batch) + 1)
    batch["model_version"] = models["model_version"].iloc[0]
    batch["labeling_round"] = None
    batch["batch_id"] = "b-" + digest(batch["comment_id"].tolist(), batch["model_version"].tolist())[:12]
    frame = pd.concat([published[COLUMNS], batch[COLUMNS]], ignore_index=True) if len(published) else batch[COLUMNS]
    metrics = {"raised_by_production": len(raised), "drifted": len(drifted), "chosen_by_model": len(chosen)}
    return Result(len(batch), metrics, replace={"next_uncertainty_batch": frame})


def outdated(context: Context) -> set[str]:
    """Comments answered under an older ontology and not yet asked again under the one in force."""
    if len(context.ontologies) < 2:
        return set()
    return set(context.query("outdated_comments", schema_version=context.ontology.schema_version)["comment_id"])


def _raised(context: Context) -> pd.DataFrame:
    """Comments production asks about that no expert has seen and none is about to."""
    review = needs_review(
        context.warehouse.table("production_predictions"),
        context.warehouse.table("production_feedback"),
        low_margin=context.settings.feedback.low_margin,
    )
    open_to_experts = set(context.query("comments_for_experts")["comment_id"])
    review = review[review["comment_id"].isin(open_to_experts)].head(context.settings.adjudication.capacity)
    return review.assign(strategy="production", reason="production: " + review["reason"], route="expert")


def _drifted(context: Context, exclude: set[str]) -> pd.DataFrame:
    """After an alarm that labels or votes have moved: a draw of the latest labels, for experts to look at."""
    alarms = context.query("unanswered_alarms")
    since = pd.Timestamp(context.now) - timedelta(days=DriftLimits().spans[0][0])
    recent = context.query("recently_labeled", since=since)["comment_id"] if len(alarms) else pd.Series(dtype="str")
    recent = recent[~recent.isin(exclude)]
    key = pd.Series(unit_hash(recent, context.settings.selection.seed), index=recent.index)
    drawn = recent.loc[key.sort_values(kind="stable").index[: context.settings.drift.relabel_comments]]
    first = alarms.iloc[0] if len(alarms) else None
    reason = "" if first is None else f"drift: {first['series']}, {first['statistic']} {first['value']:.3g}"
    columns = {"comment_id": drawn.tolist(), "score": 1.0, "strategy": "drift", "reason": reason, "route": "expert"}
    return pd.DataFrame(columns, columns=["comment_id", "score", "strategy", "reason", "route"])


def _uncertain(context: Context, exclude: set[str]) -> pd.DataFrame:
    settings = context.settings.selection
    pool = context.query("comments_to_choose_from", schema_version=context.ontology.schema_version)
    pool = pool[~pool["comment_id"].isin(exclude)]
    # Labels of an older ontology do not pass any more: as long as there are such, they are asked again, batch by batch.
    is_outdated = pool["comment_id"].isin(outdated(context))
    pool = pool[is_outdated] if is_outdated.any() else pool
    scored = with_columns(pool, "probabilities", "p_", context.all_classes)
    chosen = select(
        scored,
        settings.batch_size,
        strategy=settings.strategy,
        classes=context.all_classes,
        seed=settings.seed,
        random_share=settings.random_share,
        texts=dict(zip(scored["comment_id"], scored["text"], strict=True)),
    )
    batch = chosen.batch
    is_watched = batch["comment_id"].isin(context.query("watched_comments")["comment_id"])
    skips = is_watched & (is_watched.cumsum() <= context.settings.adjudication.capacity)
    route = pd.Series("crowd", index=batch.index).mask(skips, "expert")
    return batch.assign(route=route)[["comment_id", "score", "strategy", "reason", "route"]]
