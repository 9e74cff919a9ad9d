"""The model measured: on crowd hold-out (agreement with the crowd) and on gold (accuracy), apart; and its promotion.

Belongs here: what a model is measured on, and when it may serve. Does not: the measures (``core.evaluation``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.evaluation import compare, evaluate, promotion
from labeling_pipeline.core.training import Model, holdout_mask, load
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import Result
from labeling_pipeline.stages.training import export_labels

COLUMNS = ["model_version", "evaluated_on", "slice", "metric", "value", "low", "high", "n"]
CANDIDATE, SERVING = "candidate", "serving"


def model_evaluation(context: Context) -> Result:
    """Models on held-out crowd labels (agreement with the crowd) and on measuring gold (accuracy), never mixed.

    Then the promotion gate: the newest model serves only if it is nowhere worse than its interval allows.
    """
    models = context.warehouse.table("retrained_model").sort_values(["trained_at", "model_version"], ignore_index=True)
    if models.empty:
        return Result(0, waiting_for="a model")
    newest, serving = models.iloc[-1], models[models["status"] == SERVING]
    gold = context.query("gold_by_role", role="measure").dropna(subset="text")
    measured = [
        _measure(context, row, gold) for _, row in models.iterrows() if row["model_version"] in _to_measure(models)
    ]
    if newest["status"] == CANDIDATE:
        models, paired = _promote(context, models, newest, serving, gold)
        measured.append(paired)
    done = context.warehouse.table("model_evaluation")
    fresh = pd.concat(measured, ignore_index=True).dropna(subset="value")[COLUMNS]
    kept = done.merge(fresh[["model_version", "evaluated_on"]].drop_duplicates(), how="left", indicator=True)
    frame = pd.concat([kept[kept["_merge"] == "left_only"][COLUMNS], fresh], ignore_index=True)
    return Result(len(frame), _metrics(fresh, models), replace={"model_evaluation": frame, "retrained_model": models})


def _to_measure(models: pd.DataFrame) -> set[str]:
    """The newest model, and the one it would replace."""
    return {models["model_version"].iloc[-1], *models.loc[models["status"] == SERVING, "model_version"]}


def _measure(context: Context, row: pd.Series, gold: pd.DataFrame) -> pd.DataFrame:
    """The metrics of one model on both sets."""
    model = load(context.home.root / row["path"])
    labels = export_labels(context, row["export_version"])
    held_out = labels[holdout_mask(labels["comment_id"], context.settings.training.holdout_share)]
    crowd = held_out[~held_out["source"].str.contains("verdict")]
    classes = context.all_classes
    parts = [_on(model, crowd, "crowd_holdout", [()] * len(crowd), classes)] if len(crowd) else []
    if len(gold):
        parts.append(_on(model, gold, "gold_measure", gold["slices"], classes, _weights(gold)))
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
    return rows.assign(model_version=row["model_version"])


def _on(
    model: Model,
    labeled: pd.DataFrame,
    name: str,
    slices: Any,
    classes: Sequence[str],
    weights: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    # An ontology may have gained classes since the model learned; it never says those.
    probabilities = model.predict(labeled["text"].tolist(), classes)
    return evaluate(labeled["label"].tolist(), probabilities, classes, list(slices), weights).assign(evaluated_on=name)


def _weights(gold: pd.DataFrame) -> NDArray[np.float64]:
    """What each gold comment stands for in the stream."""
    return np.asarray(1.0 / gold["inclusion_p"].astype(float).fillna(1.0).to_numpy(), dtype=np.float64)


def _promote(
    context: Context, models: pd.DataFrame, newest: pd.Series, serving: pd.DataFrame, gold: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    comparison, paired = None, pd.DataFrame(columns=COLUMNS)
    if len(serving) and len(gold):
        before, after = (load(context.home.root / row["path"]) for row in (serving.iloc[0], newest))
        texts, truth = gold["text"].tolist(), gold["label"].tolist()
        comparison = compare(truth, before.predict(texts), after.predict(texts), after.classes, list(gold["slices"]))
        paired = comparison.rename(columns={"diff": "value"}).assign(
            model_version=newest["model_version"], evaluated_on="gold_measure_paired"
        )
    decided = promotion(comparison, n_gold=len(gold), watched=context.settings.slices.watched)
    status, reason = models["status"].copy(), models["status_reason"].copy()
    is_newest = models["model_version"] == newest["model_version"]
    if decided.status == SERVING:
        status = status.where(status != SERVING, "retired")
    status, reason = status.where(~is_newest, decided.status), reason.where(~is_newest, decided.reason)
    return models.assign(status=status, status_reason=reason), paired


def _metrics(fresh: pd.DataFrame, models: pd.DataFrame) -> dict[str, float | str]:
    newest = fresh[(fresh["model_version"] == models["model_version"].iloc[-1]) & (fresh["slice"] == "all")]
    f1 = newest[newest["metric"] == "macro_f1"].set_index("evaluated_on")["value"]
    serving = models.loc[models["status"] == SERVING, "model_version"]
    numbers = {f"macro_f1_{where}": float(value) for where, value in f1.items()}
    return {**numbers, "serving": str(serving.iloc[0]) if len(serving) else "none"}
