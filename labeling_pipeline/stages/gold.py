"""From verdicts to gold, and out of it again.

Belongs here: who is on the way to the gold set, and what the set's versions were. Does not: who may become gold
(``core.gold_life``).
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pandas as pd

from labeling_pipeline.core.gold_life import candidates, gold_version, retired, to_gold
from labeling_pipeline.core.quality.verdicts import with_faults
from labeling_pipeline.stages.engine import Append, Context, Result
from labeling_pipeline.stages.frames import history
from labeling_pipeline.stages.inbox import take_files


def gold_set(context: Context) -> Result:
    """Expert-adjudicated labels. Each comment has one role, fit, measure or sealed, and is never trained on.

    Comments on which two different experts agree join by themselves (``gold.promote``); gold of a retired class, or
    against which two experts agree, or of people listed as crowd, is retired. Every state of the set has a version.
    """
    taken = take_files(context, "gold", "gold_set")
    gold = context.warehouse.table("gold_set")
    joined = _promoted(context, gold)
    gone = _gone(context, gold)
    now = pd.concat([gold, joined], ignore_index=True) if len(joined) else gold
    role = now["role"].mask(now["comment_id"].isin(gone["comment_id"]), "retired")
    now = now.assign(role=role)
    counts = now["role"].value_counts()
    metrics = {f"{name}_gold": int(counts.get(name, 0)) for name in ("fit", "measure", "sealed", "retired")}
    append = {"label_history": history(_events(joined, gone, now, context))} if len(joined) + len(gone) else {}
    if len(now):
        append["gold_versions"] = Append(_version(now, context), ("gold_version",))
    replace = {"gold_set": now} if len(joined) + len(gone) else {}
    return Result(len(now), {**taken.metrics, **metrics, "promoted": len(joined)}, replace=replace, append=append)


def promotion_is_wanted(context: Context) -> bool:
    """Whether experts overrule gold, or made enough candidates ready: all that was fitted to it is made again then."""
    return not _ready(context).empty or not context.query("gold_overruled").empty


def _gone(context: Context, gold: pd.DataFrame) -> pd.DataFrame:
    """Gold to retire. What experts overrule is found with the candidates, where it is known which verdicts count."""
    retiring = retired(gold, context.ontology.classes)
    both = pd.concat([retiring, context.query("gold_overruled"), context.query("gold_of_no_expert")])
    return both.drop_duplicates("comment_id", ignore_index=True)


def _ready(context: Context) -> pd.DataFrame:
    """The candidates that join now: none before there are enough of them."""
    settings = context.settings.gold
    ready = context.query("gold_ready")
    return ready if settings.promote and len(ready) >= settings.promote_batch else ready.iloc[:0]


def held_for_gold(context: Context) -> pd.DataFrame:
    """Drawn comments, and their near-copies, that no export has while two experts may still make them gold.

    comment_id, is_drawn. What a model has learned can only be fitted to: gold that is to measure has to be kept back.
    """
    settings = context.settings.gold
    return context.query("held_for_gold", since=_since(context), share=settings.hold_share if settings.promote else 0.0)


def holds_over(context: Context) -> str:
    """For how many drawn comments `held_for_gold` has ended by the clock alone: what reads it is made again then."""
    return str(context.query("holds_over", since=_since(context))["n"].iloc[0])


def _since(context: Context) -> datetime:
    return context.now - timedelta(days=context.settings.gold.hold_days)


def gold_candidates(context: Context) -> Result:
    """Every comment with a verdict on its way to the gold set: candidate, ready, gold, or refused, and why."""
    verdicts, labels = context.query("verdicts_in_order"), context.query("labels_with_agreement")
    current = [context.ontology.schema_version]
    table = candidates(
        with_faults(verdicts, labels, current, context.all_classes),
        context.query("drawn_for_experts"),
        context.warehouse.table("gold_set"),
        classes=context.ontology.classes,
        current_schemas=current,
        exported=set(context.query("labels_or_copies")["comment_id"]),
    )
    counts = {str(state): int(n) for state, n in table["state"].value_counts().sort_index().items()}
    return Result(len(table), counts, replace={"gold_candidates": table})


def _promoted(context: Context, gold: pd.DataFrame) -> pd.DataFrame:
    ready = _ready(context)
    if ready.empty:
        return gold.iloc[:0]
    lists = pd.Series([list(ids) for ids in ready["expert_ids"]], index=ready.index, dtype=object)
    rows = to_gold(ready.assign(expert_ids=lists), context.ontology.schema_version)
    no_slices: pd.Series = pd.Series([[] for _ in range(len(rows))], index=rows.index, dtype=object)
    return rows.assign(slices=no_slices, file_sha256="verdicts", line=0)


def _version(gold: pd.DataFrame, context: Context) -> pd.DataFrame:
    counts = gold["role"].value_counts()
    row = {f"n_{name}": int(counts.get(name, 0)) for name in ("fit", "measure", "sealed", "retired")}
    drawn = int(gold["inclusion_p"].notna().sum())
    return pd.DataFrame([{"gold_version": gold_version(gold), **row, "n_random": drawn, "made_at": context.known_at}])


def _events(joined: pd.DataFrame, gone: pd.DataFrame, now: pd.DataFrame, context: Context) -> pd.DataFrame:
    role = now.set_index("comment_id")["role"]
    pairs = zip(joined["comment_id"], joined["expert_ids"], strict=True)
    said = [json.dumps({"why": f"{role[comment]}: {', '.join(who)} agree"}) for comment, who in pairs]
    made = joined.assign(event="gold", happened_at=joined["decided_at"], detail=said)
    left = gone.assign(event="gold_retired", happened_at=pd.Timestamp(context.now), detail=_why(gone["reason"]))
    columns = ["comment_id", "happened_at", "event", "detail"]
    return pd.concat([made[columns], left[columns]], ignore_index=True)


def _why(reasons: pd.Series) -> list[str]:
    return [json.dumps({"why": reason}) for reason in reasons]
