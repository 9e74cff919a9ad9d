"""Production signals in the report on labeling functions. Belongs here: their table. Does not: the figures
(``core.weak_supervision.signal_functions``).
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from labeling_pipeline.report.html import Html, element, join, table

HEAD = [
    "function", "says", "coverage", "overlaps", "conflicts", "accuracy on gold", "learned", "acts", "independent",
]  # fmt: skip
NOTE = (
    "What people did in production, as functions. They speak per independent source: acts of people who keep meeting, "
    "bursts and repeats are one. Learned: how often a source is right, from a stated default and gold of role fit."
)


def production_signals(frame: pd.DataFrame) -> Html:
    """One row per kind of act; nothing where there is none."""
    if frame.empty:
        return Html("")
    rows = [
        [
            one["lf"],
            ", ".join(one["polarity"]),
            *(f"{100 * one[share]:.1f} %" for share in ("coverage", "overlaps", "conflicts")),
            _measured(one),
            _learned(one),
            f"{one['n_acts']:,}",
            f"{one['n_sources']:,}",
        ]
        for one in frame.to_dict("records")
    ]
    return join([
        element("h2", "Production signals"), element("p", NOTE, class_="note"), table(HEAD, rows, tuple(range(2, 9))),
    ])  # fmt: skip


def _learned(one: dict[Any, Any]) -> str:
    return f"{one['learned_accuracy']:.3f}" + ("" if one["n_fit_gold"] else ", the default")


def _measured(one: dict[Any, Any]) -> str:
    if one["n_gold"] == 0 or math.isnan(one["accuracy"]):
        return "not measured"
    return f"{one['accuracy']:.3f} [{one['accuracy_low']:.3f}, {one['accuracy_high']:.3f}], n = {one['n_gold']}"
