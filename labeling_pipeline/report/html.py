"""Pieces of a report: one HTML file that needs nothing else, with every text escaped.

Belongs here: page, tables, plots as inline SVG. Does not: what a report says.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from labeling_pipeline.core.errors import InputError


@dataclass(frozen=True)
class Html:
    """Markup that is already safe; everything else is text and gets escaped."""

    markup: str


def safe(value: object) -> str:
    """Markup as it is, anything else escaped."""
    return value.markup if isinstance(value, Html) else escape(str(value), quote=True)


def element(tag: str, *content: object, **attributes: object) -> Html:
    """An element; ``class_`` is written ``class``, underscores in names become hyphens.

    >>> element("p", "a < b", class_="note").markup
    '<p class="note">a &lt; b</p>'
    """
    names = {name: name.rstrip("_").replace("_", "-") for name in attributes}
    written = "".join(f' {names[name]}="{safe(value)}"' for name, value in attributes.items())
    return Html(f"<{tag}{written}>{''.join(safe(part) for part in content)}</{tag}>")


def join(parts: Iterable[object]) -> Html:
    """The parts one below the other, each made safe."""
    return Html("\n".join(safe(part) for part in parts))


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], numeric: Sequence[int] = ()) -> Html:
    """A table; the columns in ``numeric`` are set right."""
    head = element(
        "tr", *[element("th", h, class_="number" if i in numeric else "text") for i, h in enumerate(headings)]
    )
    body = [
        element("tr", *[element("td", cell, class_="number" if i in numeric else "text") for i, cell in enumerate(row)])
        for row in rows
    ]
    whole = element("table", element("thead", head), element("tbody", *body))
    return element("div", whole, class_="wide")


def tiles(figures: Sequence[tuple[str, str, str]]) -> Html:
    """Headline figures: (value, what it is, note)."""
    boxes = [
        element("div", element("b", value), element("span", what), element("small", note), class_="tile")
        for value, what, note in figures
    ]
    return element("div", *boxes, class_="tiles")


def interval_plot(
    rows: Sequence[tuple[str, float | None, float | None, float | None]], low: float, high: float
) -> Html:
    """One line per row: name, value and its interval on a common axis from ``low`` to ``high``."""
    left, width, height, step = 190, 420, 26, (high - low) / 4

    def x(value: float) -> float:
        return round(left + width * (min(max(value, low), high) - low) / (high - low), 1)

    parts = []
    bottom = height * len(rows) + 6
    for tick in [low + step * i for i in range(5)]:
        parts.append(_line(x(tick), 4, x(tick), bottom, "axis"))
        parts.append(_label(x(tick), bottom + 16, f"{tick:.2g}", "middle"))
    for i, (name, value, lower, upper) in enumerate(rows):
        y = height * i + 18
        parts.append(_label(left - 10, y + 4, name, "end"))
        if value is None:
            parts.append(_label(left + 4, y + 4, "not defined", "start"))
            continue
        if lower is not None and upper is not None:
            parts.append(_line(x(lower), y, x(upper), y, "range"))
        parts.append(Html(f'<circle cx="{x(value)}" cy="{y}" r="4.5" class="dot"/>'))
        parts.append(_label(left + width + 12, y + 4, f"{value:.2f}", "start"))
    return _svg(left + width + 60, bottom + 24, parts)


def bar_plot(rows: Sequence[tuple[str, Sequence[float]]], series: Sequence[str], unit: str = "%") -> Html:
    """Grouped horizontal bars of shares (0…1), one group per row, with a legend."""
    left, width, thick = 190, 380, 12
    group = thick * len(series) + 12
    longest = max((value for _, values in rows for value in values), default=0.0) or 1.0
    parts = []
    for i, (name, values) in enumerate(rows):
        top = 24 + group * i
        parts.append(_label(left - 10, top + thick * len(series) / 2 + 4, name, "end"))
        for k, value in enumerate(values):
            y = top + thick * k
            drawn = round(width * value / longest, 1)
            parts.append(Html(f'<rect x="{left}" y="{y}" width="{drawn}" height="{thick - 2}" class="bar{k}"/>'))
            parts.append(_label(left + drawn + 6, y + thick - 3, f"{100 * value:.1f} {unit}", "start"))
    for k, name in enumerate(series):
        parts.append(Html(f'<rect x="{left + 130 * k}" y="2" width="10" height="10" class="bar{k}"/>'))
        parts.append(_label(left + 130 * k + 16, 11, name, "start"))
    return _svg(left + width + 70, 24 + group * len(rows), parts)


def _line(x1: float, y1: float, x2: float, y2: float, name: str) -> Html:
    return Html(f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" class="{name}"/>')


def _label(x: float, y: float, content: str, anchor: str) -> Html:
    shown = content if len(content) <= 26 else content[:25] + "…"
    return Html(f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(shown)}</text>')


def _svg(width: float, height: float, parts: Sequence[Html]) -> Html:
    inner = "".join(part.markup for part in parts)
    return Html(f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">{inner}</svg>')


def write_page(document: str, path: Path) -> Path:
    """Write the document whole or not at all.

    Raises InputError for another ending than .html, or a folder that is not there.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"{path}: a report is a .html file", expected="a name that ends in .html", remedy="rename it")
    if not path.parent.is_dir():
        raise InputError(f"{path.parent}: no such folder", remedy="create it first")
    part = path.with_name(f".{path.name}.part")
    part.write_text(document, encoding="utf-8")
    os.replace(part, path)
    return path


def page(title: str, *content: object) -> str:
    """A whole document. The policy forbids scripts and anything from elsewhere, whatever the texts contain."""
    return _PAGE.substitute(title=escape(title), style=_STYLE, content=join(content).markup)


_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>$style</style>
</head>
<body><main>
$content
</main></body>
</html>
""")

_STYLE = """
:root { --ink: #1c2430; --soft: #5b6675; --line: #dfe4ea; --paper: #fff; --wash: #f5f7fa; --main: #2f6fb0;
  --warn: #b4530a; --second: #e0a43a }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebf0; --soft: #a3aebb; --line: #37414d; --paper: #161b22;
  --wash: #1f2630; --main: #6ea8dd; --warn: #f0a35e; --second: #d9a441 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; padding-top: 1.25rem; border-top: 1px solid var(--line) }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem }
p, li { max-width: 46rem }
.lead, small, .note { color: var(--soft) }
.note { font-size: .9rem }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 1.5rem 0 }
.tile { background: var(--wash); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem }
.tile b { display: block; font-size: 1.5rem; font-variant-numeric: tabular-nums }
.tile span, .tile small { display: block; line-height: 1.35 }
.unknown { border: 1px solid var(--warn); border-left-width: 6px; border-radius: 8px; padding: .25rem 1.25rem }
.unknown h2 { border: 0; margin: 0; padding-top: .75rem; color: var(--warn) }
.wide { overflow-x: auto }
table { border-collapse: collapse; margin: .5rem 0 1rem; font-size: .92rem }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
th, td { overflow-wrap: break-word; text-align: left }
th { font-weight: 600; text-align: left; color: var(--soft) }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
svg { display: block; max-width: 100%; height: auto; margin: .5rem 0 }
svg text { font-size: 12px; fill: var(--ink) }
.axis { stroke: var(--line) }
.range { stroke: var(--main); stroke-width: 3; opacity: .5 }
.dot, .bar0 { fill: var(--main) }
.bar1 { fill: var(--second) }
.spark { fill: none; stroke: var(--main); stroke-width: 1.5 }
td small { display: block }
summary { cursor: pointer; color: var(--soft) }
code { background: var(--wash); padding: .1rem .3rem; border-radius: 4px; font-size: .9em }
pre { background: var(--wash); padding: .75rem 1rem; border-radius: 8px; overflow-x: auto }
"""
