"""What the check of a vendor's file tells of gold and of slices.

Belongs here: how accuracy, coverage and power are told. Does not: the figures (``core.week_one_gold``,
``core.gold_power``), or the rest of the report (``report.check``).
"""

from __future__ import annotations

from typing import Any

from labeling_pipeline.report.html import Html, element, table


def gold_parts(found: dict[str, Any] | None, about: str) -> list[Html]:
    """Accuracy on gold, and recall per class."""
    if found is None:
        return []
    heading = element("h2", f"Accuracy{about}")
    if found["value"] is None:
        return [heading, element("p", f"{found['n_gold']} gold labels: {found['note']}.")]
    told = f"Accuracy {_share(found)} on {found['n']} gold labels that measure, weighted to all."
    rows = [(name, _share(one), one["n"], one["told"]) for name, one in found["recall"].items()]
    return [
        heading,
        element("p", told),
        *([element("p", found["note"], class_="note")] if found["note"] else []),
        table(["class", "recall (95 %)", "gold", ""], rows, numeric=(1, 2)),
    ]


def slice_parts(question: dict[str, Any], about: str) -> list[Html]:
    """Agreement beside accuracy per slice, and what more gold it takes to see a drop; nothing where none is known."""
    gold = {one["slice"]: one for one in (question["gold"] or {}).get("slices", [])}
    agreed = {one["slice"]: one for one in question["slices"]}
    names = list(dict.fromkeys([*agreed, *gold]))
    if len(names) < 2:
        return []
    rows = []
    for name in names:
        right, alike = gold.get(name), agreed.get(name)
        rows.append(
            (name, "–" if alike is None else f"{alike['n_comments']:,}", "–" if alike is None else _share(alike),
             "unknown" if right is None else _share(right), 0 if right is None else right["n_measure"],
             "" if right is None else right["told"])
        )  # fmt: skip
    headings = ["slice", "comments", "pairs that agree (95 %)", "accuracy (95 %)", "gold", ""]
    return [
        element("h2", f"Slices{about}"),
        element("p", "Agreement says how alike annotators answer, accuracy how often they are right. Where the first "
                "is high and the second low, or unknown, everybody may be wrong together."),
        table(headings, rows, numeric=(1, 2, 3, 4)),
    ]  # fmt: skip


def _share(one: dict[str, Any]) -> str:
    if one["value"] is None:
        return f"insufficient ({one['n_measure']})" if "n_measure" in one else "not defined"
    return f"{one['value']:.2f}" + ("" if one["low"] is None else f" ({one['low']:.2f} … {one['high']:.2f})")
