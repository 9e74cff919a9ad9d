"""The report on quality: agreement beside accuracy, blind spots, honeypots, annotators, experts, gold.

Belongs here: how the tables of quality are told and drawn. Does not: the figures (``core``, ``stages``).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from labeling_pipeline.core.gold_life import coverage
from labeling_pipeline.core.two_axes import ALL, REVIEW
from labeling_pipeline.report.evidence import alarms_of, lead, overdue
from labeling_pipeline.report.honeypots import exposure_parts, honeypot_lines, honeypot_parts
from labeling_pipeline.report.html import Html, element, page, table, tiles
from labeling_pipeline.report.statistics import STATISTICS
from labeling_pipeline.report.two_axes_plot import two_axes_plot
from labeling_pipeline.stages.context import Context

TABLES = (
    "accuracy_report", "text_rules", "guideline_gaps", "honeypot_health", "honeypot_accuracy", "honeypot_violations",
    "annotator_pauses", "expert_agreement", "gold_candidates", "irregularities", "exposures",
)  # fmt: skip


def read_quality(context: Context) -> dict[str, pd.DataFrame]:
    """The tables the report is made of, and gold's coverage per slice and class."""
    gold = [context.query("gold_by_role", role=role) for role in ("fit", "measure", "sealed")]
    told = {name: context.warehouse.table(name) for name in TABLES}
    told["looked_at"] = context.query("looked_at")
    told["overdue"] = context.query("overdue_verdicts", now=context.now)
    return {**told, "coverage": coverage(pd.concat(gold, ignore_index=True), drop=context.settings.gold.drop)}


def quality_lines(told: dict[str, pd.DataFrame]) -> list[str]:
    """What a terminal shows: the first sentence, alarms with comments and action, rules, and what waits."""
    alarms, rules, paused = alarms_of(told["accuracy_report"]), told["text_rules"], told["annotator_pauses"]
    lines = [lead(told)]
    for row in alarms.to_dict("records"):
        lines.append(
            f"alarm  {row['slice']}: agreement {_number(row['agreement'])}, accuracy {_number(row['accuracy'])} "
            f"({_range_of(row, 'accuracy')}, n {row['n_known']}, {row['measured_on']}); {row['annotator_group']}; "
            f"{', '.join(list(row['comment_ids'])[:5])}; {row['action']}"
        )
    for row in rules.to_dict("records"):
        said = f"{row['overturned']} of {row['n']} overturned, to {row['label']}"
        lines.append(f"rule   {said}: {row['toml'].splitlines()[0]}")
    lines += honeypot_lines(told)
    states = told["gold_candidates"]["state"].value_counts()
    lines.append(f"gold   {', '.join(f'{n:,} {name}' for name, n in states.items()) or 'no candidates'}")
    lines += [f"overdue {late}"] if (late := overdue(told["overdue"])) else []
    lines.append(f"paused {len(paused)} annotators; guideline gaps {len(told['guideline_gaps'])}")
    return lines


def render_quality(told: dict[str, pd.DataFrame], home: str, tolerated: float) -> str:
    """The whole report as one HTML document.

    ``told``: the tables of `read_quality` by name; ``tolerated``: accuracy missing that is no alarm yet.
    """
    report = told["accuracy_report"]
    return page(
        f"Quality of {home}",
        element("h1", "What the labels are worth"),
        element("p", lead(told), class_="lead"),
        *([element("p", late)] if (late := overdue(told["overdue"])) else []),
        _headline(told),
        *_alarm_boxes(alarms_of(report)),
        *_axes(report, tolerated),
        *_rules(told["text_rules"]),
        *_gaps(told["guideline_gaps"]),
        *honeypot_parts(told),
        *_experts(told["expert_agreement"]),
        *_gold(told["coverage"], told["gold_candidates"]),
        *_irregular(told["irregularities"]),
        *exposure_parts(told["exposures"]),
    )


def _headline(told: dict[str, pd.DataFrame]) -> Html:
    report = told["accuracy_report"]
    whole = report[report["slice"] == ALL].dropna(subset="agreement")
    known = report[(report["slice"] == ALL) & (report["n_known"] > 0)]
    experts = told["expert_agreement"]
    last, reviews = whole.tail(1), known[known["measured_on"] == REVIEW]
    seen = reviews.sort_values("n_known").tail(1)
    figures = [
        (_one(last, "agreement"), "agreement", f"{_statistic(last)}, last week"),
        (_one(seen, "accuracy"), "of unanimous labels hold", f"{_range(seen)}, in the week most were reviewed"),
        (_one(experts[experts["expert_id"] == ALL], "value"), "experts agree", "on comments two decided blind"),
        (str(len(told["annotator_pauses"])), "annotators paused", "under the honeypot bar"),
    ]
    return tiles(figures)


def _alarm_boxes(alarms: pd.DataFrame) -> list[Html]:
    boxes = []
    for row in alarms.to_dict("records"):
        said = _both_axes(row)
        ids = ", ".join(list(row["comment_ids"])[:8])
        items = [("Who", row["annotator_group"]), ("Comments", ids), ("Do", row["action"])]
        boxes.append(
            element(
                "div",
                element("h2", f"Agreement without accuracy: {row['slice']}"),
                element("p", said),
                element("ul", *[element("li", element("b", f"{name}: "), what) for name, what in items]),
                class_="unknown",
            )
        )
    return boxes


def _both_axes(row: dict[Any, Any]) -> str:
    right = f"{_number(row['accuracy'])} ({_range_of(row, 'accuracy')}, n {row['n_known']})"
    if row["agreement"] is None or row["agreement"] != row["agreement"]:
        return f"One vote per comment there; measured on {row['measured_on']} the accuracy is {right}."
    return (
        f"Annotators agree ({_number(row['agreement'])}), which independent errors would put at an accuracy of "
        f"{_number(row['implied_accuracy'])}; measured on {row['measured_on']} it is {right}."
    )


def _axes(report: pd.DataFrame, tolerated: float) -> list[Html]:
    rows = [
        (
            row["slice"], f"{row['week']:%Y-%m-%d}", _number(row["agreement"]), _range_of(row, "agreement"),
            _number(row["accuracy"]), _range_of(row, "accuracy"), row["measured_on"] if row["n_known"] else "",
            f"{row['n_votes']:,}", f"{row['n_known']:,}", "alarm" if row["is_alarm"] else "",
        )
        for row in report.to_dict("records")
    ]  # fmt: skip
    statistic = _statistic(report)
    headings = ["slice", "week", "agreement", "95 %", "accuracy", "95 %", "measured on", "votes", "known", ""]
    return [
        element("h2", "Agreement and accuracy, side by side"),
        element(
            "p",
            f"Across: how far annotators agree ({statistic}). Up: how often experts say their labels are right. "
            "The two are measured on different things and never mixed. Top right is good; bottom right is a blind "
            "spot: everybody agrees, and is wrong. A bar is the 95 % interval of the accuracy.",
        ),
        two_axes_plot(report, tolerated),
        table(headings, rows, numeric=(1, 2, 3, 4, 5, 7, 8)),
    ]


def _rules(rules: pd.DataFrame) -> list[Html]:
    if rules.empty:
        return []
    parts = [
        element("h2", "Blind spots nobody has named"),
        element(
            "p",
            "Phrases at which experts overturn labels that all annotators agreed on. They were suspected on other "
            "comments than those counted here. If the slice makes sense to you, paste it into labeling.toml and "
            "watch it.",
        ),
    ]
    for row in rules.to_dict("records"):
        said = f"{row['overturned']} of {row['n']} overturned, to {row['label']} ({row['low']:.2f} … {row['high']:.2f})"
        parts += [
            element("p", element("b", said)),
            element("details", element("summary", "the slice"), element("pre", row["toml"])),
        ]
    return parts


def _gaps(gaps: pd.DataFrame) -> list[Html]:
    if gaps.empty:
        return []
    rows = [
        (f"{g['class_a']} or {g['class_b']}", g["raised_by"], g["n"], _number(g["value"]), _between(g))
        for g in gaps.to_dict("records")
    ]
    return [
        element("h2", "Gaps in the guideline"),
        element("p", "Those who know best differ here: the guideline does not say, nobody is at fault."),
        table(["classes", "raised by", "comments", "share that differ", "95 %"], rows, numeric=(2, 3, 4)),
    ]


def _experts(experts: pd.DataFrame) -> list[Html]:
    known = experts[experts["n_double"] > 0]
    if known.empty:
        return []
    rows = [
        (e["expert_id"], f"{e['n_double']:,}", _number(e["value"]), _between(e), _number(e["reliability"]))
        for e in known.to_dict("records")
    ]
    share = float(experts["double_share"].iloc[0])
    return [
        element("h2", "Experts"),
        element(
            "p",
            f"{share:.1%} of the comments with a verdict were drawn and decided by a second expert who was not told.",
        ),
        table(["expert", "pairs", "agree", "95 %", "reliability"], rows, numeric=(1, 2, 3, 4)),
    ]


def _gold(coverage: pd.DataFrame, candidates: pd.DataFrame) -> list[Html]:
    if coverage.empty:
        return []
    states = candidates["state"].value_counts()
    waiting = ", ".join(f"{int(n):,} {name}" for name, n in states.items()) or "none"
    rows = [
        (c["slice"], c["label"], f"{c['n']:,}", f"{c['n_measure']:,}", f"{c['missing']:,}", c["told"])
        for c in coverage.to_dict("records")
    ]
    return [
        element("h2", "Gold"),
        element("p", f"Comments on their way to gold: {waiting}. Two different experts have to agree, not the crowd."),
        element("details", element("summary", "coverage per slice and class"),
                table(["slice", "class", "gold", "measuring", "missing", ""], rows, numeric=(2, 3, 4))),
    ]  # fmt: skip


def _irregular(rows: pd.DataFrame) -> list[Html]:
    if rows.empty:
        return []
    counts = rows.groupby(["rule", "outcome"]).size().reset_index(name="n")
    told = [(r["rule"].replace("_", " "), r["outcome"], f"{r['n']:,}") for r in counts.to_dict("records")]
    return [element("h2", "What should not have happened"), table(["what", "what was done", ""], told, numeric=(2,))]


def _one(rows: pd.DataFrame, column: str) -> str:
    return _number(rows[column].iloc[0]) if len(rows) else "–"


def _statistic(rows: pd.DataFrame) -> str:
    return STATISTICS[str(rows["statistic"].iloc[0])].name if len(rows) else ""


def _number(value: Any) -> str:
    return "–" if value is None or value != value else f"{value:.2f}"


def _between(row: dict[Any, Any]) -> str:
    return f"{row['low']:.2f} … {row['high']:.2f}"


def _range(rows: pd.DataFrame) -> str:
    return "not measured" if rows.empty else _range_of(rows.iloc[0].to_dict(), "accuracy")


def _range_of(row: dict[Any, Any], name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "" if low is None or low != low else f"{low:.2f} … {high:.2f}"
