"""Figures of a home's state that explain one another: where labels went, what waits for what, which gates are in force.

Belongs here: those figures as plain values. Does not: their wording (``report.summary_lines``).
"""

from __future__ import annotations

from typing import Any

import pyarrow.parquet as pq

from labeling_pipeline.core.quality import GateSettings
from labeling_pipeline.report.explain_words import each
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.gold import held_for_gold

MOST_RUNS = 3
FLOORS = ("min_confidence", "min_votes", "min_agreement")


def label_chain(context: Context) -> dict[str, Any]:
    """How labels come to outcomes, and outcomes to the export.

    ``origin``: labels with an outcome, from votes, from a verdict alone, or aside (only votes that do not count).
    ``of_gold``: outcomes of comments that are gold, whose votes measure annotators; ``gold``: comments per role.
    """
    rows = context.query("summary/outcomes")
    gold, roles = rows[rows["is_gold"]], context.query("gold_roles")
    return {
        "origin": {str(name): int(n) for name, n in rows.groupby("origin")["n"].sum().items()},
        "of_gold": {str(name): int(n) for name, n in gold.groupby("outcome")["n"].sum().items()},
        "gold": {str(role): int(n) for role, n in zip(roles["role"], roles["n"], strict=True)},
    }


def not_exported(context: Context, path: str) -> dict[str, Any] | None:
    """How many labels passed and are not in the export, and whether it is older than they; None without its file."""
    file = context.home.root / path / "labels.parquet"
    if not file.is_file():
        return None
    exported = set(pq.read_table(file, columns=["comment_id"])["comment_id"].to_pylist())
    passed = context.query("summary/passed")["comment_id"]
    left = passed[~passed.isin(exported)]
    written = context.query("last_written").set_index("asset")["finished_at"]
    held = int(left.isin(held_for_gold(context)["comment_id"]).sum())
    return {"n": len(left), "held": held, "is_older": bool(written["versioned_export"] < written["qc_passed_labels"])}


def no_batch_because(context: Context, has_model: bool) -> str:
    """Why no batch is chosen."""
    if not has_model:
        return "a model chooses it, and there is none"
    if not len(context.query("comments_to_choose_from", schema_version=context.ontology.schema_version)):
        return "every comment has a label, is gold, or is asked about"
    return "the next pass chooses it"


def gates(context: Context) -> dict[str, Any]:
    """The thresholds in force, as set, with those per class and slice."""
    settings = context.settings.quality.model_dump()
    known = GateSettings(**settings)
    found: dict[str, Any] = {name: getattr(known, name) for name in FLOORS}
    for name in FLOORS:
        found |= {f"{name}_by_{part}": one for part in ("class", "slice") if (one := settings[f"{name}_by_{part}"])}
    return found | {
        "batch_statistic": known.batch_statistic,
        "min_batch_agreement": known.min_batch_agreement,
        "four_eyes": list(known.four_eyes),
    }


def last_runs(context: Context) -> list[dict[str, Any]]:
    """The latest runs that wrote something that still stands."""
    rows = context.query("summary/last_runs", most=MOST_RUNS)
    return [
        {"run_id": str(row.run_id), "finished_at": str(row.finished_at), "assets": [str(one) for one in row.assets]}
        for row in each(rows)
    ]
