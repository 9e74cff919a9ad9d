"""One soft label from all sources: the crowd, labeling functions, drafts from elsewhere, people's acts in production.

Belongs here: which tables are sources, and what is kept of their fusion. Does not: weights and pooling
(``core.weak_supervision.fusion``), what quality control makes of the label (``stages.quality``).
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from labeling_pipeline.stages.engine import Context, Result
from labeling_pipeline.stages.frames import map_column, matrix_of, with_columns, with_map
from labeling_pipeline.stages.quality import with_reliability

if TYPE_CHECKING:  # what computes is imported where it is called: the graph has to load in a second
    from labeling_pipeline.core.weak_supervision.fusion import Fused
    from labeling_pipeline.core.weak_supervision.production_signals import SignalLabels

Sources = dict[str, pd.DataFrame]


def fused_labels(context: Context) -> Result:
    """One soft label per comment from crowd, weak label, draft and production, their weights learned on fit gold.

    A comment on which labeling functions alone speak keeps its row in ``weak_labels``. Verdicts enter as strong
    evidence in ``with_verdicts``; what a label with a verdict becomes is for quality control to say.
    """
    from labeling_pipeline.core.weak_supervision.fusion import fuse
    from labeling_pipeline.core.weak_supervision.signal_functions import signal_votes

    crowd = context.query("consensus_by_comment_with_time")
    if crowd.empty:
        return Result(0, waiting_for="consensus labels")
    classes, wanted = context.all_classes, set(context.settings.fusion.sources)
    if context.settings.consensus.drafts_vote:  # they have voted: twice would count twice
        wanted -= {"draft"}
    gold = context.query("gold_by_role", role="fit")[["comment_id", "label"]]
    mix = class_mix(crowd, classes)
    found, blind, spoken = _sources(context, wanted | {"crowd"}, crowd, gold, mix)
    kept = _beside_others({name: frame for name, frame in found.items() if len(frame)})
    fused = fuse(kept, classes, gold=gold, blind=blind, class_balance=mix)
    judged = _with_verdicts(context, kept, fused, mix)
    return Result(
        len(fused.labels),
        {
            **{f"weight_{name}": weight for name, weight in fused.weights.items()},
            "notes": "; ".join([*fused.notes, *spoken.notes]),
        },
        replace={
            "fused_labels": _label_rows(fused, judged, kept, classes),
            "fusion_evidence": _evidence_rows(fused, judged, kept, classes),
            "signal_rates": spoken.rates.drop(columns="base"),
            "signal_votes": signal_votes(spoken),
        },
    )


def _beside_others(sources: Sources) -> Sources:
    """The sources, with weak labels only of comments on which another source speaks."""
    others = [frame["comment_id"] for name, frame in sources.items() if name != "weak"]
    spoken = pd.Index(pd.concat(others, ignore_index=True).unique())
    return {name: _among(frame, spoken) if name == "weak" else frame for name, frame in sources.items()}


def _among(frame: pd.DataFrame, comments: pd.Index) -> pd.DataFrame:
    """The frame's rows on these comments."""
    return frame[comments.get_indexer(pd.Index(frame["comment_id"])) >= 0]


def class_mix(labels: pd.DataFrame, classes: tuple[str, ...]) -> np.typing.NDArray[np.float64]:
    """Mean probability of each class over the crowd's labels, with one comment's worth spread evenly."""
    total = matrix_of(labels["probabilities"], classes).sum(axis=0) + 1.0 / len(classes)
    return np.asarray(total / total.sum())


def _sources(
    context: Context, wanted: Set[str], crowd: pd.DataFrame, gold: pd.DataFrame, mix: np.typing.NDArray[np.float64]
) -> tuple[Sources, Sources, SignalLabels]:
    """Soft labels by source, what those that use gold say without it, and what feedback says and is worth.

    A source that is not wanted is not computed. What feedback says is told of every comment, whether it counts or not.
    """
    from labeling_pipeline.core.weak_supervision.blind import blind_labels
    from labeling_pipeline.core.weak_supervision.production_signals import signal_labels

    classes = context.all_classes
    acts, served = context.query("acts_in_production"), context.query("served_labels")
    declared = context.settings.inbox.feedback_kinds

    def signals(known: pd.DataFrame) -> SignalLabels:
        return signal_labels(acts, served, classes, gold=known, class_balance=mix, kinds=declared)

    def table(name: str) -> pd.DataFrame:
        return _columns(context.warehouse.table(name), classes)

    spoken = signals(gold)
    latest = acts.groupby("comment_id")["created_at"].max()
    found = {
        "crowd": lambda: _columns(crowd, classes),
        "weak": lambda: table("weak_labels"),
        "draft": lambda: _columns(context.query("drafts_from_elsewhere"), classes),
        "signals": lambda: spoken.labels.assign(at=latest.reindex(spoken.labels["comment_id"]).to_numpy()),
    }
    blind = {
        "crowd": lambda: table("consensus_blind"),
        "weak": lambda: table("weak_blind"),
        "signals": lambda: blind_labels(lambda known: signals(known).labels, gold, spoken.labels["comment_id"]),
    }
    without_gold = {name: make() for name, make in blind.items() if name in wanted}
    return (
        {name: make() for name, make in found.items() if name in wanted},
        {name: frame for name, frame in without_gold.items() if len(frame)},
        spoken,
    )


def _columns(frame: pd.DataFrame, classes: tuple[str, ...]) -> pd.DataFrame:
    """The frame with ``p_<class>`` columns that sum to 1: an older ontology's classes may be missing from them."""
    rows = with_columns(frame, "probabilities", "p_", classes)
    names = [f"p_{one}" for one in classes]
    total = rows[names].sum(axis=1)
    rows = rows[total > 0].reset_index(drop=True)
    rows[names] = rows[names].div(rows[names].sum(axis=1), axis=0)
    return rows


def _with_verdicts(
    context: Context, sources: Sources, fused: Fused, mix: np.typing.NDArray[np.float64]
) -> Fused | None:
    """The comments with verdicts once more, with each expert's latest verdict as evidence."""
    from labeling_pipeline.core.verdict_evidence import evidence_of
    from labeling_pipeline.core.weak_supervision.fusion import fuse

    verdicts = with_reliability(context, context.query("verdicts_in_order"))
    verdicts = _among(evidence_of(verdicts, context.all_classes), pd.Index(fused.labels["comment_id"]))
    if verdicts.empty:
        return None
    # As the gate has it: what the expert said of it, but no more than others found.
    stated = verdicts["stated_confidence"].fillna(context.settings.quality.expert_accuracy)
    sure = np.fmin(stated.to_numpy(dtype=np.float64), verdicts["reliability"].to_numpy(dtype=np.float64))
    known = pd.Index(verdicts["comment_id"].unique())
    parts = {name: _among(frame, known) for name, frame in sources.items()}
    given = verdicts[["comment_id", "expert_id", "label", "decided_at"]].assign(accuracy=sure)
    return fuse(parts, context.all_classes, verdicts=given, like=fused, class_balance=mix)


def _label_rows(fused: Fused, judged: Fused | None, sources: Sources, classes: tuple[str, ...]) -> pd.DataFrame:
    rows = with_map(fused.labels, "p_", classes, "probabilities")
    after = None if judged is None else with_map(judged.labels, "p_", classes, "with").set_index("comment_id")["with"]
    rows["with_verdicts"] = None if after is None else after.reindex(rows["comment_id"]).array
    alone = rows["source"] == "crowd"
    said = sources["crowd"].set_index("comment_id")["confidence_is"]
    together = "calibrated" if fused.is_calibrated else "uncalibrated"
    rows["confidence_is"] = rows["comment_id"].map(said).where(alone, together)
    times = [frame[["comment_id", "at"]] for frame in sources.values() if "at" in frame.columns]
    latest = pd.concat(times, ignore_index=True).groupby("comment_id")["at"].max()
    return rows.assign(evidence_at=rows["comment_id"].map(latest))


def _evidence_rows(
    fused: Fused, judged: Fused | None, sources: Mapping[str, pd.DataFrame], classes: tuple[str, ...]
) -> pd.DataFrame:
    rows = fused.evidence
    if judged is not None:
        is_judged = pd.Index(judged.labels["comment_id"]).get_indexer(pd.Index(rows["comment_id"])) >= 0
        rows = pd.concat([rows[~is_judged], judged.evidence], ignore_index=True)
    names = [f"p_{one}" for one in classes]
    said = [
        frame[["comment_id"]].assign(source=name, probabilities=map_column(frame[names].to_numpy(), classes).array)
        for name, frame in sources.items()
    ]
    return rows.merge(pd.concat(said, ignore_index=True), on=["comment_id", "source"], how="left")
