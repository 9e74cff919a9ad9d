"""All figures of the labeling-function report in one value. Belongs here: which figures, and those that Dagster plots.
Does not: their layout (``report.lf_report``)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.ids import id_texts
from labeling_pipeline.core.verdict_evidence import evidence_of
from labeling_pipeline.core.weak_supervision import analysis
from labeling_pipeline.core.weak_supervision.applying import AppliedLFs, Scan, rules_in_python
from labeling_pipeline.core.weak_supervision.gold_roles import judging_rows
from labeling_pipeline.core.weak_supervision.over_time import dead_and_drifting, weeks
from labeling_pipeline.core.weak_supervision.patterns import VotePatterns, vote_patterns
from labeling_pipeline.core.weak_supervision.production_signals import SignalLabels
from labeling_pipeline.core.weak_supervision.proposals import propose_lfs
from labeling_pipeline.core.weak_supervision.result import LabelModelResult
from labeling_pipeline.core.weak_supervision.signal_functions import signal_functions
from labeling_pipeline.core.weak_supervision.weak_labels import gold_vector, weak_label_frame

MOST_NAMED = 3


@dataclass(frozen=True)
class LFReport:
    """Frames and figures; `summary` has one row per labeling function, `signals` one per kind of production signal."""

    corpus: dict[str, float]
    summary: pd.DataFrame
    clusters: list[list[str]]
    conflicts: pd.DataFrame
    faults: pd.DataFrame
    by_class: pd.DataFrame
    by_slice: pd.DataFrame
    by_week: pd.DataFrame
    findings: pd.DataFrame
    method: str
    advantage: float
    notes: list[str]
    classes: tuple[str, ...]
    advantage_is: str = "expected"
    proposals: pd.DataFrame = field(default_factory=pd.DataFrame)
    signals: pd.DataFrame = field(default_factory=pd.DataFrame)

    def metadata(self) -> dict[str, int | float]:
        """The figures worth plotting over time."""
        return {
            "coverage": self.corpus["coverage"],
            "conflict_rate": self.corpus["conflict"],
            "n_labeling_functions": len(self.summary),
            "n_production_signals": len(self.signals),
            "n_dead_or_drifting": len(self.findings),
            "n_faulty_votes": int(self.faults["n_rows"].sum()),
            "advantage_over_majority": self.advantage,
        }


def lf_report(
    applied: AppliedLFs,
    result: LabelModelResult,
    comments: pd.DataFrame,
    gold: pd.DataFrame | None = None,
    *,
    slice_columns: Sequence[str] = (),
    time_column: str | None = None,
    verdicts: pd.DataFrame | None = None,
    signals: SignalLabels | None = None,
    scan: Scan = rules_in_python,
) -> LFReport:
    """What the labeling functions did on these comments, and how much the label model believes each.

    `comments` are those the functions were applied to, in the same order; `gold` has comment_id and label, and
    optionally role (accuracy is then that on role measure); `verdicts` (as `evidence_of` takes them; note) let it
    propose for what the weak labels got wrong, run by `scan` as in `apply_lfs`; `signals` are shown.
    """
    patterns = vote_patterns(applied.matrix, len(applied.classes))
    truth = None if gold is None else gold_vector(applied, judging_rows(gold))
    names, summary = applied.names, _summary(patterns, applied, result, truth)
    weekly = _grouped(patterns, None if time_column is None else weeks(comments[time_column]), names, truth)
    return LFReport(
        corpus=analysis.corpus_summary(patterns),
        summary=summary,
        clusters=[[names[j] for j in group] for group in result.clusters if len(group) > 1],
        conflicts=analysis.worst_conflicts(patterns, names, applied.comment_ids, result.confidence),
        faults=applied.fault_frame(),
        by_class=_by_class(patterns, truth, names, applied.classes),
        by_slice=_by_slice(patterns, comments, slice_columns, names, truth),
        by_week=weekly,
        findings=dead_and_drifting(weekly, summary.set_index("lf")["coverage"]),
        method=result.method,
        advantage=result.advantage,
        advantage_is=result.advantage_is,
        proposals=_proposals(patterns, applied, result, comments, verdicts, scan),
        notes=[*result.notes, *([] if signals is None else signals.notes), *_no_classes(verdicts, applied.classes)],
        classes=applied.classes,
        signals=_signals(applied, signals, gold),
    )


def _signals(applied: AppliedLFs, signals: SignalLabels | None, gold: pd.DataFrame | None) -> pd.DataFrame:
    """Of the comments the functions were applied to: what people said of others is not in these shares."""
    if signals is None:
        return pd.DataFrame()
    ids = pd.Index([] if applied.comment_ids is None else id_texts(applied.comment_ids))
    among = dataclasses.replace(signals, votes=signals.votes[signals.votes["comment_id"].isin(ids)])
    return signal_functions(among, applied.vote_frame(), len(ids), None if gold is None else judging_rows(gold))


def _by_slice(
    patterns: VotePatterns,
    comments: pd.DataFrame,
    columns: Sequence[str],
    names: list[str],
    truth: npt.NDArray[np.int64] | None,
) -> pd.DataFrame:
    sliced = [
        _grouped(patterns, comments[c].astype("str").where(comments[c].notna()), names, truth).assign(slice_column=c)
        for c in columns
    ]
    return pd.concat(sliced, ignore_index=True) if sliced else pd.DataFrame()


def _summary(
    patterns: VotePatterns, applied: AppliedLFs, result: LabelModelResult, truth: npt.NDArray[np.int64] | None
) -> pd.DataFrame:
    summary = analysis.lf_summary(patterns, applied.names, truth)
    summary["polarity"] = [[applied.classes[k] for k in ks] for ks in summary["polarity"]]
    return summary.assign(learned_accuracy=result.accuracies, code_hash=applied.code_hashes)


def _proposals(
    patterns: VotePatterns,
    applied: AppliedLFs,
    result: LabelModelResult,
    comments: pd.DataFrame,
    verdicts: pd.DataFrame | None,
    scan: Scan,
) -> pd.DataFrame:
    """Against what the weak labels say, and where functions conflict; where no function voted nothing was believed."""
    if verdicts is None:
        return pd.DataFrame()
    labels = weak_label_frame(applied, result)
    ids = id_texts(comments["comment_id"])
    disputed = set(ids[analysis.is_conflict(patterns)[patterns.row_pattern]])
    believed = labels[labels["n_fired"] > 0]
    said = evidence_of(verdicts, applied.classes)
    return propose_lfs(comments, said, believed, in_use=applied, conflicts=disputed, scan=scan)


def _no_classes(verdicts: pd.DataFrame | None, classes: Sequence[str]) -> list[str]:
    """How many verdicts have a label that the functions cannot vote for, where there are any."""
    if verdicts is None or (other := verdicts.loc[~verdicts["label"].isin(list(classes)), "label"]).empty:
        return []
    named = ", ".join(sorted(other.dropna().astype("str").unique())[:MOST_NAMED])
    return [f"verdicts: {len(other):,} of {len(verdicts):,} are no class ({named}): no function is proposed from them"]


def _grouped(
    patterns: VotePatterns, groups: pd.Series | None, names: list[str], truth: npt.NDArray[np.int64] | None
) -> pd.DataFrame:
    if groups is None or groups.notna().sum() == 0:
        return pd.DataFrame(columns=["group", "lf", "n_rows", "coverage", "conflicts", "n_gold", "accuracy"])
    return analysis.by_group(patterns, groups, names, truth)


def _by_class(
    patterns: VotePatterns, truth: npt.NDArray[np.int64] | None, names: list[str], classes: tuple[str, ...]
) -> pd.DataFrame:
    if truth is None or not (truth >= 0).any():
        return pd.DataFrame()
    frame = analysis.accuracy_by_class(patterns, truth, names)
    frame["class"] = [classes[k] for k in frame["class"]]
    return frame
