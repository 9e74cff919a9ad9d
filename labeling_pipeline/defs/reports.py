"""Pages that assets leave in the home's ``reports/`` folder.

Belongs here: which asset has which page. Does not: what a page says (``report``), its figures (``core``).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from labeling_pipeline.home import Home
from labeling_pipeline.report.html import write_page
from labeling_pipeline.report.lf_report import render_lf_report

PAGES: dict[str, tuple[str, Callable[[Any, str], str]]] = {
    "labeling_function_report": ("labeling_functions.html", render_lf_report),
}


def write_report(asset: str, figures: object, home: Home) -> Path | None:
    """Write the asset's page; None where it has none, or no figures now."""
    if asset not in PAGES or figures is None:
        return None
    name, render = PAGES[asset]
    home.reports.mkdir(exist_ok=True)
    path = home.reports / name
    write_page(render(figures, home.root.name), path)
    return path
