"""The labeling-function report as one HTML file. Belongs here: its layout and words.
Does not: its figures (``core.weak_supervision.lf_report``). Comment texts are never shown, only their ids.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from labeling_pipeline.core.weak_supervision.lf_report import LFReport
from labeling_pipeline.report.html import Html, element, interval_plot, join, page, table, tiles
from labeling_pipeline.report.lf_groups import by_group, over_time
from labeling_pipeline.report.lf_signals import production_signals

_GAIN = {
    "expected": "expected gain in accuracy over majority",
    "measured": "gain in accuracy over majority, on held-out gold",
}


def render_lf_report(report: LFReport, source: str) -> str:
    """The whole report as one HTML document; `source` names the comments file."""
    corpus = report.corpus
    return page(
        f"Labeling functions on {source}",
        element("h1", f"Labeling functions on {source}"),
        element("p", _lead(report), class_="lead"),
        tiles(
            [
                (_percent(corpus["coverage"]), "coverage", "comments with at least one vote"),
                (_percent(corpus["overlap"]), "overlap", "comments with at least two votes"),
                (_percent(corpus["conflict"]), "conflict", "comments with different votes"),
                (f"{report.advantage:+.3f}", "advantage", _GAIN[report.advantage_is]),
            ]
        ),
        _functions(report),
        _accuracy(report),
        production_signals(report.signals),
        _model(report),
        _conflicts(report.conflicts),
        _findings(report),
        _proposals(report.proposals),
        by_group(report.by_class, "class", "By class", "On gold of each class: how often it votes, and rightly."),
        by_group(report.by_slice, "group", "By slice", "Coverage and accuracy on gold within each slice."),
        over_time(report.by_week),
    )


def _lead(report: LFReport) -> str:
    n = int(report.corpus["n_rows"])
    return f"{len(report.summary)} labeling functions, {n:,} comments, classes {', '.join(report.classes)}."


def _functions(report: LFReport) -> Html:
    rows = [
        [
            lf["lf"],
            ", ".join(lf["polarity"]) or "never votes",
            _percent(lf["coverage"]),
            _percent(lf["overlaps"]),
            _percent(lf["conflicts"]),
            _measured(lf),
            f"{lf['learned_accuracy']:.3f}",
            element("code", lf["code_hash"][:8]),
        ]
        for lf in report.summary.to_dict("records")
    ]
    head = [
        "function",
        "votes for",
        "coverage",
        "overlaps",
        "conflicts",
        "accuracy on gold",
        "learned",
        "code",
    ]
    note = "Overlaps and conflicts are shares of all comments. Learned: the accuracy the label model believes."
    return join([element("h2", "Functions"), element("p", note, class_="note"), table(head, rows, (2, 3, 4, 5, 6))])


def _measured(lf: dict[Any, Any]) -> str:
    if "accuracy" not in lf or math.isnan(lf["accuracy"]):
        return "not measured"
    n = int(lf.get("n_votes", lf["n_gold"]))
    return f"{lf['accuracy']:.3f} [{lf['accuracy_low']:.3f}, {lf['accuracy_high']:.3f}], n = {n}"


def _accuracy(report: LFReport) -> Html:
    if "accuracy" not in report.summary.columns:
        return element(
            "p", "Without gold no accuracy is known; the learned one rests on how functions overlap.", class_="note"
        )
    rows = [
        (str(lf["lf"]), _number(lf["accuracy"]), _number(lf["accuracy_low"]), _number(lf["accuracy_high"]))
        for lf in report.summary.to_dict("records")
    ]
    return join([element("h3", "Accuracy on gold, with 95 % interval"), interval_plot(rows, 0.0, 1.0)])


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _model(report: LFReport) -> Html:
    clusters = [element("li", "near copies, one vote together: ", ", ".join(group)) for group in report.clusters]
    notes = [element("li", note) for note in report.notes]
    return join([element("h2", f"Label model: {report.method}"), element("ul", *notes, *clusters)])


def _conflicts(frame: pd.DataFrame) -> Html:
    if frame.empty:
        return join([element("h2", "Conflicts"), element("p", "No two functions contradict each other.")])
    rows = [
        [c["lf"], c["other"], f"{c['n_rows']:,}", _percent(c["share"]), ", ".join(c["comment_ids"])]
        for c in frame.to_dict("records")
    ]
    head = ["function", "contradicts", "comments", "of shared", "comments the model is least sure of"]
    return join([element("h2", "Worst conflicts"), table(head, rows, (2, 3))])


def _findings(report: LFReport) -> Html:
    parts: list[Html] = [element("h2", "Dead, drifting, faulty")]
    for finding in report.findings.to_dict("records"):
        parts.append(element("p", element("b", f"{finding['lf']}: {finding['finding']}"), f", {finding['detail']}"))
    if not report.faults.empty:
        rows = [[f["lf"], f["reason"], f"{f['n_rows']:,}", f["comment_id"]] for f in report.faults.to_dict("records")]
        parts.append(table(["function", "fault, counted as abstain", "comments", "first"], rows, (2,)))
    if len(parts) == 1:
        parts.append(element("p", "None."))
    return join(parts)


def _proposals(frame: pd.DataFrame) -> Html:
    if frame.empty:
        return Html("")
    rows = [
        [
            p["rank"],
            element("code", p["phrase"]),
            p["label"],
            p["origin"],
            p["n_corrected"],
            _percent(p["coverage"]),
            _precision(p),
            element("details", element("summary", "toml block"), element("pre", p["toml"])),
        ]
        for p in frame.to_dict("records")
    ]
    head = ["", "phrases", "label", "from", "corrected", "coverage", "precision, measured apart", "to adopt it"]
    note = (
        "None of these is in use. Precision, with its 95 % interval, is measured on judged comments that suggested "
        "nothing, and ranks them by its lower end. Those are no random sample: look again once one is in use."
    )
    return join(
        [element("h2", "Proposed functions"), element("p", note, class_="note"), table(head, rows, (0, 4, 5, 6))]
    )


def _precision(proposal: dict[Any, Any]) -> str:
    if proposal["n_measured"] == 0:
        return "not measured"
    interval = f"[{proposal['low']:.2f}, {proposal['high']:.2f}]"
    return f"{proposal['precision']:.2f} {interval}, n = {proposal['n_measured']}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
