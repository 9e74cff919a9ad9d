"""Labeling functions by class, slice and week, as pages show them. Belongs here: one row per function, groups beside
each other, a line over weeks. Does not: the figures (``core.weak_supervision.analysis``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from labeling_pipeline.report.html import Html, element, join, table

MOST_COLUMNS = 8  # groups beside each other; further ones follow below
SPARK_WIDTH, SPARK_HEIGHT = 220, 26


def by_group(frame: pd.DataFrame, by: str, title: str, note: str) -> Html:
    """A table with one row per function and one column per group: how often it votes there, how often rightly."""
    if frame.empty:
        return Html("")
    groups = list(dict.fromkeys(frame[by]))
    cells = {(row["lf"], row[by]): _cell(row) for row in frame.to_dict("records")}
    names = list(dict.fromkeys(frame["lf"]))
    parts = [element("h2", title), element("p", note, class_="note")]
    for start in range(0, len(groups), MOST_COLUMNS):
        shown = groups[start : start + MOST_COLUMNS]
        rows = [[name, *(cells.get((name, group), "") for group in shown)] for name in names]
        parts.append(table(["function", *map(str, shown)], rows, tuple(range(1, len(shown) + 1))))
    return join(parts)


def _cell(row: dict[Any, Any]) -> Html:
    coverage = row["coverage"] if "coverage" in row else row["n_votes"] / max(row["n_gold"], 1)
    judged = int(row.get("n_votes", row["n_gold"]))
    said = "not on gold" if judged == 0 or math.isnan(row["accuracy"]) else f"right {row['accuracy']:.2f}, n = {judged}"
    return join([f"{100 * coverage:.1f} %", element("small", said)])


def over_time(frame: pd.DataFrame) -> Html:
    """One line per function: coverage by week, its range, and accuracy in the weeks with gold."""
    if frame.empty:
        return Html("")
    weeks = sorted(frame["group"].unique())
    rows = []
    for name, part in frame.groupby("lf", sort=False):
        coverage = part.set_index("group")["coverage"].reindex(weeks)
        known = coverage.dropna()
        judged = int(part["n_gold"].sum())
        right = float((part["accuracy"] * part["n_gold"]).sum() / judged) if judged else math.nan
        spread = f"{100 * known.iloc[0]:.1f} % → {100 * known.iloc[-1]:.1f} %"
        accuracy = f"{right:.2f}, n = {judged}" if judged else "not measured"
        between = f"{100 * known.min():.1f} – {100 * known.max():.1f} %"
        rows.append([name, sparkline(coverage.tolist()), spread, between, accuracy])
    head = ["function", "coverage by week", "first → last", "between", "accuracy on gold of these weeks"]
    note = f"{len(weeks)} weeks, {weeks[0]} to {weeks[-1]}. Each line runs from 0 to the function's highest week."
    return join([element("h2", "Over time"), element("p", note, class_="note"), table(head, rows, (2, 3, 4))])


def sparkline(values: Sequence[float]) -> Html:
    """A line through the values, from 0 to the highest; where one is missing the line is broken.

    >>> sparkline([0.1, 0.2, float("nan"), 0.1]).markup.count("polyline")
    1
    """
    top = max((v for v in values if not math.isnan(v)), default=0.0) or 1.0
    step = SPARK_WIDTH / max(len(values) - 1, 1)
    runs: list[list[str]] = [[]]
    for i, value in enumerate(values):
        if math.isnan(value):
            runs.append([])
            continue
        runs[-1].append(f"{step * i + 2:.1f},{2 + (SPARK_HEIGHT - 4) * (1 - value / top):.1f}")
    drawn = "".join(_run(points) for points in runs if points)
    return Html(f'<svg viewBox="0 0 {SPARK_WIDTH + 4} {SPARK_HEIGHT}" width="{SPARK_WIDTH}" role="img">{drawn}</svg>')


def _run(points: list[str]) -> str:
    if len(points) == 1:
        x, y = points[0].split(",")
        return f'<circle cx="{x}" cy="{y}" r="2.5" class="dot"/>'
    return f'<polyline points="{" ".join(points)}" class="spark"/>'
