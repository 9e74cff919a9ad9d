"""What a run did and where things lie.

Belongs here: the closing summary of ``run`` and the state ``status`` shows. Does not: reading settings or running.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from labeling_pipeline.core.errors import InvariantError
from labeling_pipeline.home import Home
from labeling_pipeline.report.handed_out import handed_out
from labeling_pipeline.report.standing import (
    gates,
    label_chain,
    last_runs,
    no_batch_because,
    not_exported,
)
from labeling_pipeline.report.summary_lines import lines_of, shown, status_lines
from labeling_pipeline.report.waiting import waiting
from labeling_pipeline.stages.annotation import rounds_state
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.training import waits_for

COUNTED = ("raw_comments", "vote_log", "verdicts", "gold_set", "consensus_labels", "qc_passed_labels", "quarantine")


def summary(home: Home, passes: int | None = None, now: datetime | None = None) -> dict[str, Any]:
    """The state of a home as plain values; ``passes``: how many a run has just made; ``now``: that run's time."""
    context = open_context(home, now)
    spend, settings = context.query("spend").iloc[0], context.settings.labeling
    crowd_usd = float(spend["n_assignments"]) * settings.crowd_price_usd
    rounds = [
        {str(name): value for name, value in one.items()}
        for one in rounds_state(context).astype({"published_at": str}).to_dict("records")
    ]
    return {
        "home": str(home.root),
        "now": context.now.isoformat(),
        "passes": passes,
        "day": context.day if context.is_simulated else None,
        "is_over": context.is_over,
        "rows": {table: context.count(table) for table in COUNTED},
        "outcomes": _pairs(context, "outcome_counts", "outcome"),
        "quarantine": _pairs(context, "quarantine_by_rule", "rule"),
        "rounds": rounds,
        "waiting": waiting(context, [one for one in rounds if one["is_open"]]),
        "agreement": _agreement(context),
        "annotators": _pairs(context, "findings_counts", "finding"),
        "votes": _row(context, "vote_counts"),
        "diverging_groups": context.query("diverging_groups")["name"].tolist(),
        "acts_left_out": _row(context, "summary/acts_left_out"),
        "function_faults": context.query("summary/function_faults").to_dict("records"),
        **_desks(context),
        "spend_usd": round(
            crowd_usd + float(spend["n_verdicts"]) * settings.expert_price_usd, 2
        ),
        "n_disputed": int(spend["n_disputed"]),
        "handed_out": handed_out(context, rounds, crowd_usd),
        **_made(context),
        "labels": label_chain(context),
        "gates": gates(context),
        "last_runs": last_runs(context),
        "confidence": _pairs(context, "confidence_kinds", "confidence_is"),
        "has_gold": bool(context.count("gold_set")),
        "last_written": context.query("last_written").astype(str).to_dict("records"),
    }  # fmt: skip


def _made(context: Context) -> dict[str, Any]:
    """Export, model and next batch, each None where there is none, and why."""
    models, exports = context.query("current_model"), context.query("latest_export")
    batch = context.query("proposed_batch")
    return {
        "export": None if exports.empty else {key: exports[key].iloc[0] for key in ("version", "n_labels", "path")},
        "model": None if models.empty else {
            key: models[key].iloc[0] for key in ("model_version", "status", "status_reason", "path", "n_train")
        },
        "no_model": waits_for(context) if models.empty else "",
        "next_batch": {"batch_id": batch["batch_id"].iloc[0], "comments": len(batch)} if len(batch) else None,
        "no_batch": "" if len(batch) else no_batch_because(context, not models.empty),
        "not_exported": None if exports.empty else not_exported(context, exports["path"].iloc[0]),
    }  # fmt: skip


def _agreement(context: Context) -> dict[str, Any] | None:
    """Agreement over all votes, and ``interim``: of the rounds that are still coming in."""
    found = context.query("agreement_now", statistic=context.settings.quality.batch_statistic)
    if found.empty:
        return None
    first, *interim = [
        {str(name): value for name, value in row.items()}
        for row in found.astype(object).where(found.notna(), None).to_dict("records")
    ]
    return {**first, "interim": interim}


def _desks(context: Context) -> dict[str, int]:
    """Comments that wait for an expert, and those that should have been decided by now."""
    found = context.query("overdue_verdicts", now=context.now).iloc[0]
    return {"queue": int(found["n"]), "overdue": int(found["n_overdue"])}


def _row(context: Context, name: str) -> dict[str, int]:
    return {str(one): int(n) for one, n in context.query(name).iloc[0].items()}


def _pairs(context: Context, name: str, key: str) -> dict[str, int]:
    rows = context.query(name)
    return {str(one): int(n) for one, n in zip(rows[key], rows["n"], strict=True)}


def print_summary(told: dict[str, Any], console: Console | None = None, *, is_status: bool = False) -> None:
    """The summary for a terminal; ``is_status``: with the gates in force and the last runs."""
    console = console or Console()
    passes = told["passes"]
    if passes is not None:
        passes_made = f"{passes} pass{'es' if passes != 1 else ''}"
        done = f"{passes_made}, nothing left to do" if passes else "Nothing to do: everything is up to date"
        console.print(f"[bold]{done}[/bold]" + (f" (simulated day {told['day']})" if told["day"] is not None else ""))
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in [*lines_of(told), *(status_lines(told) if is_status else [])]:
        table.add_row(f"[dim]{name}[/dim]", value)
    console.print(table)


def refuse_empty_hands(told: dict[str, Any]) -> None:
    """Raises InvariantError when there are labels and none of them could ever be exported."""
    labels = told["rows"]["consensus_labels"]
    if not labels or told["export"]:
        return
    outcomes = ", ".join(f"{n:,} {name}" for name, n in sorted(told["outcomes"].items()))
    raise InvariantError(
        f"nothing could be exported: none of {labels:,} labels passed the gate ({outcomes})",
        remedy="`reasons` in the table qc_outcomes say why; verdicts of experts or other thresholds in "
        "labeling.toml ([quality]) let labels pass",
    )


def print_next_steps(home: Path, comment_id: str, console: Console | None = None) -> None:
    """Three things to try, as they can be typed here for this home."""
    console = console or Console()
    # The commands as they can be typed here: with their folder, when it is not on the shell's path.
    prefix = "" if shutil.which("labeling-pipeline") else f"{os.path.relpath(Path(sys.executable).parent)}/"
    console.print("\n[bold]Try next[/bold]")
    is_default = home == Path("data").absolute()
    at = "" if is_default else f" --home {shlex.quote(shown(str(home)))}"
    for what, command in (
        ("the graph and its history", "dagster dev" if is_default else f"labeling-pipeline ui{at}"),
        ("one comment's life", f"labeling-pipeline explain {shlex.quote(comment_id)}{at}"),
        ("your own data", "labeling-pipeline init ~/my-home")
        if is_default
        else ("rounds, queues, spend", f"labeling-pipeline status{at}"),
    ):
        console.print(f"  [dim]{what:26}[/dim] {prefix}{command}", soft_wrap=True)
