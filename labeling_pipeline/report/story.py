"""The story of a home as computed results, side by side: agreement, two kinds of F1, the blind spot, what closed it.

Belongs here: which figures are told, and computing those that no table holds. Does not: the measures (``core``), or
where the table is shown (``cli``).

It needs two models and measuring gold with slices; a home without them has no story yet. What the same money would have
bought from the crowd is known of a simulated crowd only.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from labeling_pipeline.core.agreement import agreement
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.evaluation import evaluate, paired_difference
from labeling_pipeline.core.simulate.counterfactual import comments_affordable, probabilities_at_equal_cost
from labeling_pipeline.core.simulate.streams import STREAMS
from labeling_pipeline.core.training import holdout_mask, load
from labeling_pipeline.stages.engine import digest

if TYPE_CHECKING:
    from rich.table import Table

    from labeling_pipeline.stages.context import Context

# A slice with fewer gold comments says too little to be named the blind spot.
SMALLEST_SLICE = 30
# All comments the simulated world has: some 4,800 USD's worth at the sample's prices.
LARGEST_ROUND = STREAMS["more"].size
SETS = {"crowd_holdout": "held-out crowd labels", "gold_measure": "measuring gold"}


@dataclass(frozen=True)
class Line:
    """One figure: what it is, where it was measured, its value and 95 % interval, and n behind it."""

    what: str
    measured_on: str
    value: float
    low: float | None
    high: float | None
    n: int
    key: str = ""


def story(context: Context) -> list[Line]:
    """The figures in the order of the story; empty until a model was retrained on schedule, or without sliced gold.

    Computed once per pair of models, then kept in ``reports/story.json``.
    """
    models, gold = _two_models(context), context.query("gold_by_role", role="measure")
    if len(models) < 2 or not gold["slices"].map(len).any():
        return []
    settings = context.settings.model_dump(mode="json")
    version = digest(models.astype(str).values.tolist(), gold["comment_id"].tolist(), settings)
    path = context.home.root / "reports" / "story.json"
    if path.is_file():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["version"] == version:
            return [Line(**line) for line in kept["lines"]]
    lines = [*_before(context, models), *_blind_spot(context, models, gold)]
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(".story.json.part")
    part.write_text(json.dumps({"version": version, "lines": [asdict(line) for line in lines]}), encoding="utf-8")
    part.replace(path)
    return lines


def blind_spot(gold: pd.DataFrame, is_right: NDArray[np.bool_]) -> str:
    """The slice a model is right on least often, of those with enough gold; empty when there is none.

    >>> gold = pd.DataFrame({"slices": [["coded"]] * 40 + [["plain"]] * 40})
    >>> blind_spot(gold, np.array([False] * 40 + [True] * 40))
    'coded'
    """
    named = pd.DataFrame({"slice": gold["slices"].map(list), "right": is_right}).explode("slice").dropna()
    shares = named.groupby("slice")["right"].agg(["mean", "size"])
    shares = shares[shares["size"] >= SMALLEST_SLICE].sort_values("mean", kind="stable")
    return str(shares.index[0]) if len(shares) else ""


def story_table(lines: list[Line]) -> Table:
    """The figures as a table for the terminal."""
    from rich.table import Table

    table = Table(title="What the labels were worth", title_justify="left", box=None, pad_edge=False)
    for name in ("", "measured on", "value", "95 % interval", "n"):
        table.add_column(name, justify="right" if name in ("value", "n") else "left")
    for line in lines:
        sign = "+" if line.key in ("rise", "counterfactual") else ""
        span = f"{line.low:{sign}.2f} … {line.high:{sign}.2f}" if line.low is not None and line.high is not None else ""
        value = f"{line.value:,.0f} USD" if line.key == "cost" else f"{line.value:{sign}.2f}"
        table.add_row(line.what, line.measured_on, value, span, f"{line.n:,}")
    return table


def _two_models(context: Context) -> pd.DataFrame:
    """The first model, and the first after it that was trained on schedule, with a round of feedback behind it."""
    models: pd.DataFrame = context.query("story/models")
    if models.empty:
        return models
    due = models["trained_at"].iloc[0].normalize() + pd.Timedelta(days=context.settings.training.every_days)
    on_schedule: pd.DataFrame = models[models["trained_at"].dt.normalize() >= due]
    return pd.concat([models.iloc[:1], on_schedule.iloc[:1]], ignore_index=True)


def _before(context: Context, models: pd.DataFrame) -> list[Line]:
    """What everybody looks at first: agreement, and the first model on the crowd's labels; then the same on gold."""
    votes = context.query("deciding_votes", questions=context.deciding_questions)
    lines = []
    if len(votes):
        rounds = votes["labeling_round"].to_numpy()
        first = votes[rounds == min(rounds, key=lambda name: (len(str(name)), str(name)))]
        alpha = agreement(first[["task", "annotator", "label"]], n_boot=200)["krippendorff_alpha"]
        if alpha["value"] is not None:
            on, n = "votes of round 1", first["task"].nunique()
            lines.append(
                Line("agreement (Krippendorff α)", on, alpha["value"], alpha["low"], alpha["high"], n, "alpha")
            )
    measured = context.query("story/measures", model_version=str(models["model_version"].iloc[0]))
    return [*lines, *_pair("model 1, macro F1", measured, "")]


def _pair(what: str, measured: pd.DataFrame, ending: str) -> list[Line]:
    """One measure on both sets, side by side."""
    rows = measured[["evaluated_on", "value", "low", "high", "n"]].astype(object).values
    return [
        Line(what, SETS[on], float(value), _given(low), _given(high), int(n), on + ending)
        for on, value, low, high, n in rows
    ]


def _blind_spot(context: Context, models: pd.DataFrame, gold: pd.DataFrame) -> list[Line]:
    classes, truth = list(context.all_classes), gold["label"].tolist()
    before, after = (_probabilities(context, path, gold, classes) for path in models["path"])
    name = blind_spot(gold, np.array(classes, dtype=object)[before.argmax(axis=1)] == gold["label"].to_numpy())
    if not name:
        return []
    inside = gold["slices"].map(lambda names: name in list(names)).to_numpy(dtype=bool)
    main = str(gold.loc[inside, "label"].mode().iloc[0])
    is_main = inside & (gold["label"] == main).to_numpy()
    recalls = [_recall(truth, p, classes, main, inside) for p in (before, after)]
    rise = paired_difference(truth, before, after, classes=classes, metric=f"recall_{main}", rows=inside)
    where = f"{main} in gold slice {name}"
    since, until = models["trained_at"].iloc[0], models["trained_at"].iloc[1]
    verdicts = context.query("story/verdicts_between", since=since, until=until).iloc[0]
    n_verdicts, cost = int(verdicts["n"]), int(verdicts["n"]) * context.settings.labeling.expert_price_usd
    first = str(models["model_version"].iloc[0])
    f1 = context.query("story/class_f1", model_version=first, metric=f"f1_{main}")
    lines = [
        *_pair(f"model 1, F1 of {main}", f1, "_f1"),
        Line("model 1, recall", where, *recalls[0], rise.n, "recall_before"),
        Line(
            "experts' verdicts bought",
            f"{verdicts['n_with_context']:,} of them with context",
            cost,
            None,
            None,
            n_verdicts,
            "cost",
        ),
        Line("model 2, recall", where, *recalls[1], rise.n, "recall_after"),
        Line("rise of recall", where, rise.diff, rise.low, rise.high, rise.n, "rise"),
    ]
    if context.is_simulated and cost > 0:
        lines.append(_counterfactual(context, models, gold[is_main], before[is_main], cost))
    return lines


def _counterfactual(
    context: Context, models: pd.DataFrame, gold: pd.DataFrame, before: NDArray[np.float64], cost_usd: float
) -> Line:
    """What the first model would have become, had the same crowd been paid the same money."""
    prices, training, classes = context.settings.labeling, context.settings.training, list(context.all_classes)
    labels = pq.read_table(context.home.root / models["export_path"].iloc[0] / "labels.parquet").to_pandas()
    learned = labels[~holdout_mask(labels["comment_id"], training.holdout_share) & (labels["weight"] > 0)]
    other = probabilities_at_equal_cost(
        learned,
        gold["text"].tolist(),
        classes,
        cost_usd,
        training.seed,
        method=context.settings.consensus.method,
        votes_per_comment=prices.votes_per_comment,
        price_usd=prices.crowd_price_usd,
        limit=LARGEST_ROUND,
    )
    moved = paired_difference(gold["label"].tolist(), before, other, classes=classes, metric="accuracy")
    bought = comments_affordable(cost_usd, prices.votes_per_comment, prices.crowd_price_usd)
    what = f"rise instead, had it bought {_crowd_votes(bought, prices.votes_per_comment)}"
    return Line(what, "the same comments", moved.diff, moved.low, moved.high, moved.n, "counterfactual")


def _crowd_votes(bought: int, votes_per_comment: int) -> str:
    """What the money buys of the crowd; where the simulated world has fewer comments, how many it stands for."""
    said = f"{min(bought, LARGEST_ROUND):,} comments × {votes_per_comment} crowd votes"
    return said if bought <= LARGEST_ROUND else f"{said} (of {bought:,} affordable, all the simulated world has)"


def _recall(
    truth: list[str], probabilities: NDArray[np.float64], classes: list[str], label: str, inside: NDArray[np.bool_]
) -> tuple[float, float, float]:
    """Recall of one class inside a slice, with its interval."""
    chosen = [one for one, is_in in zip(truth, inside, strict=True) if is_in]
    found = evaluate(chosen, probabilities[inside], classes)
    row = found[found["metric"] == f"recall_{label}"].iloc[0]
    return float(row["value"]), float(row["low"]), float(row["high"])


def _probabilities(context: Context, path: str, gold: pd.DataFrame, classes: list[str]) -> NDArray[np.float64]:
    """A model's probabilities for all gold, in the order of ``classes``; a class it never knew has 0."""
    if gold["text"].isna().any():
        raise InputError(
            "measuring gold without a text", remedy="give gold a text column, or its comments to the inbox"
        )
    model = load(context.home.root / path)
    said = pd.DataFrame(model.predict(gold["text"].tolist()), columns=list(model.classes))
    return said.reindex(columns=classes, fill_value=0.0).to_numpy()


def _given(value: float | None) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
