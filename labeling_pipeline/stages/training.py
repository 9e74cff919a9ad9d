"""The model: retrained from an export, and its drafts.

Belongs here: what a model learns from, and when. Does not: the model (``core.training``), or how it is measured
(``stages.evaluation``).
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from labeling_pipeline.core.prelabel import prelabel, thresholds
from labeling_pipeline.core.training import Model, holdout_mask, load, model_digest, save, train
from labeling_pipeline.stages.engine import Append, Context, Result
from labeling_pipeline.stages.frames import map_column


def retrained_model(context: Context) -> Result:
    """A model trained on the soft labels of the latest export, every 14 days, or sooner when drift asks for it.

    Labels count by their weight; a stable share of comments is held out, and gold never gets here.
    """
    exports, models = context.query("latest_export"), context.warehouse.table("retrained_model")
    learned = _to_learn_from(context, exports)
    if missing := _missing(context, exports, learned):
        return Result(len(models), waiting_for=missing)
    export, settings, classes = exports.iloc[0], context.settings.training, context.all_classes
    model = train(
        learned["text"].tolist(),
        learned[[f"p_{one}" for one in classes]].to_numpy(),
        classes=classes,
        weights=learned["weight"].to_numpy(),
        seed=settings.seed,
    )
    sha256 = model_digest(model)
    name = f"m{len(models) + 1:03d}-{sha256[:8]}"
    save(model, context.home.models / name)
    row = {
        "model_version": name,
        "export_version": export["version"],
        "trained_at": pd.Timestamp(context.now),
        "status": "candidate",
        "status_reason": "not evaluated yet",
        "path": f"models/{name}",
        "seed": settings.seed,
        "n_train": len(learned),
        "model_sha256": sha256,
        "metrics": {},
    }
    rows = Append(pd.DataFrame([row]), ("model_version",))
    metrics: dict[str, int | str] = {"n_train": len(learned), "model_version": name, "notes": "; ".join(model.notes)}
    return Result(len(models) + 1, metrics, append={"retrained_model": rows})


def waits_for(context: Context) -> str:
    """What a model cannot be trained for the lack of, "" where nothing is missing."""
    exports = context.query("latest_export")
    return _missing(context, exports, _to_learn_from(context, exports))


def _to_learn_from(context: Context, exports: pd.DataFrame) -> pd.DataFrame:
    """The labels of the latest export that count and are not held out."""
    if exports.empty:
        return pd.DataFrame()
    labels = export_labels(context, exports["version"].iloc[0])
    is_held_out = holdout_mask(labels["comment_id"], context.settings.training.holdout_share)
    return labels[~is_held_out & (labels["weight"] > 0)]


def _missing(context: Context, exports: pd.DataFrame, learned: pd.DataFrame) -> str:
    least = context.settings.training.min_labels
    if exports.empty:
        return "an export"
    if len(learned) < least:
        return f"{least} labels to learn from (training.min_labels), and there are {len(learned)}"
    return ""


def drift_asks(context: Context, last: datetime) -> bool:
    """Whether drift that asks for another model was found since the last training, and that is some days ago."""
    if (context.now.date() - last.date()).days < context.settings.training.drift_after_days:
        return False
    return not context.query("alarms_since", action="retrain", since=last).empty


def pre_labels(context: Context) -> Result:
    """The current model's drafts for comments without a passed label, and whether a person has to see each."""
    models, comments = context.query("current_model"), context.query("comments_without_label")
    if models.empty:
        return Result(0, waiting_for="a model")
    model = load(context.home.root / models["path"].iloc[0])
    texts = comments["text"].tolist()
    probabilities = model.predict(texts) if texts else np.zeros((0, len(model.classes)))
    opened = _thresholds(model, context.query("gold_by_role", role="fit"))
    drafts = prelabel(comments["comment_id"].tolist(), probabilities, model.classes, opened).drop(columns="why")
    rows = drafts.assign(
        probabilities=map_column(probabilities, model.classes), model_version=models["model_version"].iloc[0]
    )
    accepted = float((rows["decision"] == "auto").mean()) if len(rows) else 0.0
    return Result(len(rows), {"auto_share": accepted}, replace={"pre_labels": rows})


def export_labels(context: Context, version: str) -> pd.DataFrame:
    """The labels of one export, from its file: what a model learned from can be read again by anyone."""
    return pq.read_table(context.home.exports / version / "labels.parquet").to_pandas()


def _thresholds(model: Model, gold: pd.DataFrame) -> pd.DataFrame | None:
    gold = gold.dropna(subset="text")
    if gold.empty:
        return None
    known = gold[gold["label"].isin(model.classes)]
    weights = np.asarray(1.0 / known["inclusion_p"].astype(float).fillna(1.0).to_numpy(), dtype=np.float64)
    probabilities = model.predict(known["text"].tolist())
    return thresholds(known["label"].tolist(), probabilities, model.classes, weights=weights)
