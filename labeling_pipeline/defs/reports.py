"""Pages that assets leave in the home's ``reports/`` folder.

Belongs here: which asset has which page. Does not: what a page says (``report``), its figures (``core``).
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from labeling_pipeline.home import Home
from labeling_pipeline.report.html import write_page

# asset → the file, and the function that renders it, imported when there is something to render.
PAGES: dict[str, tuple[str, str]] = {
    "labeling_function_report": ("labeling_functions.html", "labeling_pipeline.report.lf_report:render_lf_report"),
}


def write_report(asset: str, figures: object, home: Home) -> Path | None:
    """Write the asset's page; None where it has none, or no figures now."""
    if asset not in PAGES or figures is None:
        return None
    name, place = PAGES[asset]
    module, function = place.split(":")
    render = getattr(import_module(module), function)
    home.reports.mkdir(exist_ok=True)
    path = home.reports / name
    write_page(render(figures, home.root.name), path)
    return path
