"""Labeling functions over all comments, and how they do.

Belongs here: what of the functions' results is kept. Does not: their files (``function_files``), the label model
(``core.weak_supervision``), how the report looks (``report.lf_report``).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from labeling_pipeline.core.errors import SettingError
from labeling_pipeline.stages.engine import Context, Result
from labeling_pipeline.stages.frames import blind_rows, with_map
from labeling_pipeline.stages.function_columns import comments_for_functions
from labeling_pipeline.stages.function_files import load_functions

if TYPE_CHECKING:
    from labeling_pipeline.core.weak_supervision import LFSet
    from labeling_pipeline.core.weak_supervision.lf_report import LFReport
    from labeling_pipeline.core.weak_supervision.production_signals import SignalLabels
    from labeling_pipeline.warehouse.lf_columns import KeptLFs

LOST = "votes_lost"  # what functions raised on, or were too slow for
NO_FUNCTIONS = "labeling_functions.toml or labeling_functions.py in the home"
REPORT_COLUMNS = [
    "lf", "polarity", "coverage", "overlap_rate", "conflict_rate", "learned_accuracy", "accuracy", "accuracy_low",
    "accuracy_high", "n_gold", "findings", "code_hash", "faults",
]  # fmt: skip


def weak_labels(context: Context) -> Result:
    """A soft label for every comment that some labeling function of the home votes on.

    Only functions that were edited, and comments that are new, are run; other votes are kept from the last time. Where
    a function raised or was too slow, it is tried again once a day.
    """
    from labeling_pipeline.core.weak_supervision import model_votes, weak_label_frame
    from labeling_pipeline.core.weak_supervision.blind import blind_labels
    from labeling_pipeline.core.weak_supervision.weak_labels import function_frame

    if not context.home.labeling_functions:
        return _without_functions(context, "weak_labels", "weak_blind", "labeling_functions", "labeling_function_votes")
    lfs, kept = _apply(context, comments_for_functions(context))
    applied, classes, method = kept.applied, context.all_classes, context.settings.weak_supervision.method
    gold, balance = _gold(context, "fit"), _class_balance(context)
    result = model_votes(applied, gold, method=method, class_balance=balance)
    frame = weak_label_frame(applied, result)

    def without(known: pd.DataFrame) -> pd.DataFrame:
        return weak_label_frame(applied, model_votes(applied, known, method=method, class_balance=balance))

    blind = blind_labels(without, gold, frame["comment_id"])
    ours = frame["comment_id"].isin(context.query("comment_ids")["comment_id"])
    fired = frame[ours & (frame["n_fired"] > 0)]
    rows = with_map(fired, "p_", classes, "probabilities")
    coverage = len(fired) / max(int(ours.sum()), 1)
    n_lost = sum(len(rows) for found in applied.faults.values() for rows in found.lost.values())
    metrics = {"labeling_functions": len(lfs.names), "coverage": coverage, "votes_computed": kept.n_run, LOST: n_lost}
    faults = [f"{f['lf']} {f['reason']} on {f['n_rows']} comments" for f in applied.fault_frame().to_dict("records")]
    return Result(
        len(rows),
        {**metrics, "method": result.method, "notes": "; ".join([*lfs.notes, *result.notes, *faults])},
        replace={
            "weak_labels": rows,
            "weak_blind": blind_rows(blind, classes),
            "labeling_functions": function_frame(lfs, applied, result),
            "labeling_function_votes": applied.vote_frame(),
        },
    )


def lost_votes_are_wanted(context: Context) -> bool:
    """Whether functions raised or were too slow on an earlier day: what was wrong then may have passed."""
    last = context.state().get("weak_labels")
    if last is None or last.as_of is None or not last.metrics.get(LOST):
        return False
    return context.now.date() > last.as_of.date()


def _without_functions(context: Context, *tables: str) -> Result:
    """Nothing is left of functions whose files are gone: their votes count no more."""
    gone = {table: context.warehouse.empty(table) for table in tables if context.count(table)}
    return Result(0, waiting_for=NO_FUNCTIONS, replace=gone)


def _apply(context: Context, comments: pd.DataFrame) -> tuple[LFSet, KeptLFs]:
    from labeling_pipeline.warehouse.lf_columns import apply_kept
    from labeling_pipeline.warehouse.lf_scan import scan_rules

    lfs = load_functions(context)
    seconds = context.settings.weak_supervision.function_seconds
    folder, today = context.home.lf_columns, context.now.date()
    return lfs, apply_kept(folder, comments, lfs, context.all_classes, scan_rules, seconds, today=today)


def _gold(context: Context, role: str) -> pd.DataFrame:
    return context.query("gold_by_role", role=role)[["comment_id", "label"]]


def _class_balance(context: Context) -> list[float] | None:
    given, classes = context.settings.weak_supervision.class_balance, context.all_classes
    if not given:
        return None
    wrong = sorted(set(given) ^ set(classes))
    if wrong:
        said = "is no class" if wrong[0] in given else "has no share"
        raise SettingError(f"weak_supervision.class_balance: {wrong[0]!r} {said}", expected=", ".join(classes))
    return [given[name] for name in classes]


def labeling_function_report(context: Context) -> Result:
    """What each labeling function covers, contradicts and gets right, which ones died or drift, and which to add.

    Accuracy is measured on measuring gold, which had no part in the label model. The whole report is
    ``reports/labeling_functions.html``; functions are proposed from experts' verdicts, and none is enabled unasked.
    """
    from labeling_pipeline.core.weak_supervision import model_votes
    from labeling_pipeline.core.weak_supervision.lf_report import lf_report
    from labeling_pipeline.warehouse.lf_scan import scan_rules

    if not context.home.labeling_functions:
        return _without_functions(context, "labeling_function_report", "labeling_function_proposals")
    comments = comments_for_functions(context)
    _, kept = _apply(context, comments)
    fit = _gold(context, "fit")
    method, balance = context.settings.weak_supervision.method, _class_balance(context)
    result = model_votes(kept.applied, fit, method=method, class_balance=balance)
    comments, sliced = _with_slices(context, comments)
    report = lf_report(
        kept.applied,
        result,
        comments,
        _gold(context, "measure"),
        slice_columns=sliced,
        time_column="posted_at",
        verdicts=context.query("verdicts_in_order"),
        signals=_signals(context, fit),
        scan=scan_rules,
    )
    rows = _report_rows(report)
    replace = {"labeling_function_report": rows, "labeling_function_proposals": report.proposals}
    return Result(len(rows), report.metadata(), replace=replace, shown=report)


def functions_changed(context: Context, last: datetime) -> bool:
    """Whether the report speaks of other functions than were run last: one is new, edited, gone, or fails otherwise."""
    return not context.query("functions_not_reported").empty


def _signals(context: Context, fit: pd.DataFrame) -> SignalLabels:
    from labeling_pipeline.core.weak_supervision.production_signals import signal_labels

    acts, served = context.query("acts_in_production"), context.query("served_labels")
    kinds = context.settings.inbox.feedback_kinds
    return signal_labels(acts, served, context.all_classes, gold=fit, kinds=kinds)


def _with_slices(context: Context, comments: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The comments with one column per slice: in it or (missing) not; a comment may be in several."""
    slices = context.warehouse.table("comment_slices")
    columns = {}
    for name, part in slices.groupby("slice", sort=True):
        inside = comments["comment_id"].isin(part["comment_id"])
        columns[f"slice {name}"] = pd.Series(str(name), comments.index).where(inside)
    return comments.assign(**columns), list(columns)


def _report_rows(report: LFReport) -> pd.DataFrame:
    """Functions, then signals: what was found of each stands in `findings`, what a function failed at in `faults`."""
    said, failed = _said(report), {lf: dict[str, int]() for lf in report.summary["lf"]}
    for fault in report.faults.to_dict("records"):
        failed[fault["lf"]][fault["reason"]] = int(fault["n_rows"])
    rows = pd.concat([report.summary, report.signals], ignore_index=True) if len(report.signals) else report.summary
    rows = rows.rename(columns={"overlaps": "overlap_rate", "conflicts": "conflict_rate"})
    rows = rows.assign(
        findings=pd.Series([said.get(lf, []) for lf in rows["lf"]], index=rows.index, dtype=object),
        faults=pd.Series([failed.get(lf) for lf in rows["lf"]], index=rows.index, dtype=object),
    )
    n_gold = rows["n_gold"].fillna(0).astype("int64") if "n_gold" in rows.columns else 0
    return rows.assign(n_gold=n_gold).reindex(columns=REPORT_COLUMNS)


def _said(report: LFReport) -> dict[str, list[str]]:
    """Name → what was found of it, in words."""
    said: dict[str, list[str]] = {}
    for found in report.findings.to_dict("records"):
        said.setdefault(found["lf"], []).append(f"{found['finding']}: {found['detail']}")
    for fault in report.faults.to_dict("records"):
        said.setdefault(fault["lf"], []).append(f"abstained: {fault['reason']} on {fault['n_rows']:,} comments")
    for signal in report.signals.to_dict("records"):
        said[signal["lf"]] = [f"{signal['n_acts']} acts of {signal['n_sources']} independent sources"]
    return said
