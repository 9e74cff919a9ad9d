"""Agreement across, accuracy up: one picture of slices and weeks. Belongs here: the drawing. Does not: the figures."""

from __future__ import annotations

import math
from html import escape

import numpy as np
import pandas as pd

from labeling_pipeline.core.implied import implied_accuracy
from labeling_pipeline.report.html import Html

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 420, 64, 18, 190, 52
GAP = 15  # px between two names at the right edge
MOST_NAMES = 14


def two_axes_plot(report: pd.DataFrame, tolerated: float) -> Html:
    """Every slice's weeks as a line of dots, the newest and the alarmed largest; alarms ringed and named first.

    ``report``: slice, week, measured_on, agreement, accuracy, accuracy_low, accuracy_high, is_alarm. Weeks without
    either figure are not drawn, but an alarm where agreement is unknown stands at the left edge; where none is left, a
    sentence says so. Shaded is what is less accurate than the agreement there means, were errors independent and two
    classes even, by more than ``tolerated``.
    """
    report = report[report["accuracy"].notna() & (report["agreement"].notna() | report["is_alarm"].astype(bool))]
    drawn = report.sort_values(["slice", "measured_on", "week"])
    if drawn.empty:
        return Html("<p class='note'>No slice has both figures yet: experts have to look at some labels first.</p>")
    low = float(np.fmin(0.0, drawn["agreement"].astype(float).min()))
    parts = [_frame(low, tolerated)]
    ends: list[tuple[float, float, str, bool]] = []
    for (name, kind), weeks in drawn.groupby(["slice", "measured_on"], sort=True):
        points = [(_x(a, low), _y(b)) for a, b in zip(weeks["agreement"], weeks["accuracy"], strict=True)]
        is_alarm = bool(weeks["is_alarm"].any())
        tone = "warn" if is_alarm else "main" if kind == "gold" else "second"
        parts.append(_path(points, tone))
        for place, (row, (x, y)) in enumerate(zip(weeks.itertuples(), points, strict=True)):
            is_last = place == len(points) - 1 or bool(row.is_alarm)
            share = float(row.agreement)  # type: ignore[arg-type]
            agreed = "agreement unknown" if math.isnan(share) else f"agreement {share:.2f}"
            title = f"{name}, week of {row.week:%Y-%m-%d}: {agreed}, accuracy {row.accuracy:.2f}"
            if is_last:
                parts.append(_bar(x, _y(float(row.accuracy_low)), _y(float(row.accuracy_high)), tone))  # type: ignore[arg-type]
            parts.append(_dot(x, y, 6 if is_last else 3, tone, title, bool(row.is_alarm)))
        at = int(np.argmax(weeks["is_alarm"].astype(bool))) if is_alarm else -1
        ends.append((*points[at], f"{name} · {kind}", is_alarm))
    parts += _names(ends)
    inner = "".join(parts)
    style = "<style>.warn{fill:var(--warn);stroke:var(--warn)}.main{fill:var(--main);stroke:var(--main)}" \
            ".second{fill:var(--second);stroke:var(--second)}.lead-line{stroke:var(--line)}" \
            ".blind{fill:var(--warn);opacity:.07}.soft{fill:var(--soft)!important}</style>"  # fmt: skip
    return Html(f'<svg viewBox="0 0 {WIDTH + RIGHT} {HEIGHT}" role="img" width="{WIDTH + RIGHT}">{style}{inner}</svg>')


def _x(value: float, low: float) -> float:
    known = low if math.isnan(value) else min(max(float(value), low), 1.0)
    return round(LEFT + (WIDTH - LEFT) * (known - low) / (1.0 - low), 1)


def _y(value: float) -> float:
    return round(TOP + (HEIGHT - BOTTOM - TOP) * (1.0 - min(max(float(value), 0.0), 1.0)), 1)


def _frame(low: float, tolerated: float) -> str:
    bottom, right = _y(0.0), _x(1.0, low)
    shares = np.linspace(0.0, 1.0, 26)
    implied = implied_accuracy((1.0 + shares) / 2, 2)  # agreement corrected for chance, as a share of agreeing pairs
    bar = zip(shares, np.maximum(implied - tolerated, 0.0), strict=True)
    edge = " ".join(f"{_x(share, low)},{_y(accuracy)}" for share, accuracy in bar)
    parts = [f'<polygon points="{_x(0.0, low)},{bottom} {edge} {right},{bottom}" class="blind"/>']
    parts.append(_text(right - 8, _y(0.36), "less accurate than their agreement means", "end", "soft"))
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _y(tick)
        parts.append(f'<line x1="{LEFT}" y1="{y}" x2="{right}" y2="{y}" class="axis"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{tick:.2f}", "end"))
        value = low + (1.0 - low) * tick
        x = _x(value, low)
        parts.append(f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{bottom}" class="axis"/>')
        parts.append(_text(x, bottom + 18, f"{value:.2f}", "middle"))
    middle = (TOP + bottom) / 2
    parts.append(_text((LEFT + right) / 2, bottom + 40, "agreement between annotators", "middle", "soft"))
    parts.append(
        f'<g transform="rotate(-90 16 {middle})">{_text(16, middle, "accuracy against experts", "middle", "soft")}</g>'
    )
    return "".join(parts)


def _path(points: list[tuple[float, float]], tone: str) -> str:
    if len(points) < 2:
        return ""
    along = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline points="{along}" class="{tone}" style="fill:none;opacity:.35;stroke-width:1.5"/>'


def _bar(x: float, low: float, high: float, tone: str) -> str:
    return f'<line x1="{x}" y1="{low}" x2="{x}" y2="{high}" class="{tone}" style="stroke-width:2;opacity:.5"/>'


def _dot(x: float, y: float, radius: int, tone: str, title: str, is_ringed: bool) -> str:
    ring = (
        f'<circle cx="{x}" cy="{y}" r="{radius + 5}" class="{tone}" style="fill:none;stroke-width:2"/>'
        if is_ringed
        else ""
    )
    faint = "" if radius > 3 else ' style="opacity:.5"'
    return f'{ring}<circle cx="{x}" cy="{y}" r="{radius}" class="{tone}"{faint}><title>{escape(title)}</title></circle>'


def _names(ends: list[tuple[float, float, str, bool]]) -> list[str]:
    """Names at the right edge, alarms first when there is no room for all, none over another."""
    kept = sorted(ends, key=lambda end: (not end[3], end[1]))[:MOST_NAMES]
    kept.sort(key=lambda end: end[1])
    heights = [end[1] for end in kept]
    for i in range(1, len(heights)):
        heights[i] = max(heights[i], heights[i - 1] + GAP)
    for i in reversed(range(len(heights))):  # back up from the lower edge, as far as there is need
        heights[i] = min(heights[i], HEIGHT - BOTTOM - GAP * (len(heights) - 1 - i))
    parts = []
    for (x, y, name, _), at in zip(kept, heights, strict=True):
        parts.append(f'<line x1="{x + 9}" y1="{y}" x2="{WIDTH + 8}" y2="{at}" class="lead-line"/>')
        parts.append(_text(WIDTH + 12, at + 4, name if len(name) <= 30 else name[:29] + "…", "start"))
    return parts


def _text(x: float, y: float, said: str, anchor: str, tone: str = "") -> str:
    named = f' class="{tone}"' if tone else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{named}>{escape(said)}</text>'
