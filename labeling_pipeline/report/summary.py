"""What a run did and where things lie.

Belongs here: the closing summary of ``run`` and the state ``status`` shows. Does not: reading settings or running.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from labeling_pipeline.core.errors import InvariantError
from labeling_pipeline.home import Home
from labeling_pipeline.stages.annotation import rounds_state
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.handing_out import COMPLETE_SHARE

STATISTICS = {
    "krippendorff_alpha": "α",
    "fleiss_kappa": "Fleiss' κ",
    "cohen_kappa": "Cohen's κ",
    "gwet_ac1": "AC1",
    "percent_agreement": "percent",
}
COUNTED = ("raw_comments", "vote_log", "verdicts", "gold_set", "consensus_labels", "qc_passed_labels", "quarantine")


def summary(home: Home, passes: int | None = None) -> dict[str, Any]:
    """The state of a home as plain values; ``passes``: how many a run has just made."""
    context = open_context(home)
    outcomes = context.query("outcome_counts").set_index("outcome")["n"].to_dict()
    models, exports = context.query("current_model"), context.query("latest_export")
    batch = context.query("proposed_batch")
    spend = context.query("spend").iloc[0]
    settings = context.settings.labeling
    return {
        "home": str(home.root),
        "now": context.now.isoformat(),
        "passes": passes,
        "day": context.day if context.is_simulated else None,
        "is_over": context.is_over,
        "rows": {table: context.count(table) for table in COUNTED},
        "outcomes": {str(name): int(n) for name, n in outcomes.items()},
        "quarantine": _pairs(context, "quarantine_by_rule", "rule"),
        "rounds": rounds_state(context).astype({"published_at": str}).to_dict("records"),
        "agreement": _agreement(context),
        "annotators": _pairs(context, "findings_counts", "finding"),
        "diverging_groups": context.query("diverging_groups")["name"].tolist(),
        "queue": context.count("adjudication_queue"),
        "spend_usd": round(
            float(spend["n_assignments"]) * settings.crowd_price_usd
            + float(spend["n_verdicts"]) * settings.expert_price_usd, 2
        ),
        "export": None if exports.empty else {key: exports[key].iloc[0] for key in ("version", "n_labels", "path")},
        "model": None if models.empty else {
            key: models[key].iloc[0] for key in ("model_version", "status", "status_reason", "path", "n_train")
        },
        "next_batch": {"batch_id": batch["batch_id"].iloc[0], "comments": len(batch)} if len(batch) else None,
        "confidence": _pairs(context, "confidence_kinds", "confidence_is"),
        "has_gold": bool(context.count("gold_set")),
        "last_written": context.query("last_written").astype(str).to_dict("records"),
    }  # fmt: skip


def _shown(folder: str) -> str:
    """A folder as one would type it here: short where it lies below, else whole."""
    below = os.path.relpath(folder)
    return folder if below.startswith("..") else below


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


def _agreed(told: dict[str, Any]) -> str:
    """The figure in words; where it is not defined, why."""
    name = STATISTICS.get(told["statistic"], told["statistic"])
    if told["value"] is None:
        value = told["note"]
    else:
        value = f"{told['value']:.2f}" + ("" if told["low"] is None else f" ({told['low']:.2f} … {told['high']:.2f})")
    waiting = [
        f" · round {one['part']} so far {'undefined' if one['value'] is None else format(one['value'], '.2f')}"
        f" ({one['n_waiting']:,} of {one['n_comments']:,} comments wait)"
        for one in told["interim"]
    ]
    return f"{name} {value}{''.join(waiting)}"


def _pairs(context: Context, name: str, key: str) -> dict[str, int]:
    rows = context.query(name)
    return {str(one): int(n) for one, n in zip(rows[key], rows["n"], strict=True)}


def print_summary(told: dict[str, Any], console: Console | None = None) -> None:
    """The summary for a terminal."""
    console = console or Console()
    passes = told["passes"]
    if passes is not None:
        passes_made = f"{passes} pass{'es' if passes != 1 else ''}"
        done = f"{passes_made}, nothing left to do" if passes else "Nothing to do: everything is up to date"
        console.print(f"[bold]{done}[/bold]" + (f" (simulated day {told['day']})" if told["day"] is not None else ""))
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in _lines(told):
        table.add_row(f"[dim]{name}[/dim]", value)
    console.print(table)


def _lines(told: dict[str, Any]) -> list[tuple[str, str]]:
    rows, outcomes, total = told["rows"], told["outcomes"], max(sum(told["outcomes"].values()), 1)
    shares = "  ".join(f"{name} {n:,} ({n / total:.0%})" for name, n in sorted(outcomes.items()))
    broken = "  ".join(f"{rule} {n:,}" for rule, n in told["quarantine"].items())
    open_rounds = sum(1 for one in told["rounds"] if one["n_done"] < COMPLETE_SHARE * one["n_comments"])
    lines = [
        ("home", _shown(told["home"])),
        ("comments", f"{rows['raw_comments']:,}"),
        ("votes", f"{rows['vote_log']:,} crowd · {rows['verdicts']:,} expert verdicts · {told['spend_usd']:,.2f} USD"),
        ("quarantined", f"{rows['quarantine']:,}" + (f"  ({broken})" if broken else "")),
        ("consensus", f"{rows['consensus_labels']:,} labels  ({_kinds(told['confidence'])})"),
        *([("agreement", _agreed(told["agreement"]))] if told["agreement"] else []),
        ("outcomes", shares or "none yet"),
        ("rounds", f"{len(told['rounds'])}, {open_rounds} open · {told['queue']:,} comments wait for an expert"),
    ]
    lines += _people(told)
    if told["export"]:
        export = told["export"]
        lines.append(("export", f"{export['version']}: {export['n_labels']:,} labels in {export['path']}"))
    if told["model"]:
        model = told["model"]
        lines.append(("model", f"{model['model_version']}: {model['status']} — {model['status_reason']}"))
    if told["next_batch"]:
        lines.append(("next batch", f"{told['next_batch']['comments']:,} comments ({told['next_batch']['batch_id']})"))
    if told["last_written"]:
        last = told["last_written"][0]
        lines.append(("last written", f"{last['asset']} at {last['finished_at']} by run {last['run_id'][:8]}"))
    if not rows["raw_comments"]:
        lines.append(("nothing yet", "drop comments into inbox/comments and votes into inbox/votes, then run again"))
    if told["is_over"]:
        lines.append(("simulated", "its last day is over: nobody answers, no round opens; raise simulated.until_day"))
    if told["quarantine"].get("unknown_class"):
        lines.append(("unknown class", UNKNOWN_CLASS))
    if not told["has_gold"] and rows["consensus_labels"]:
        lines.append(("without gold", WITHOUT_GOLD))
    return lines


def _people(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Whom to look at, and which groups differ, where there are any."""
    lines = []
    if told["annotators"]:
        counts = [f"{n} {name.replace('_', ' ')}{'s' if n > 1 else ''}" for name, n in told["annotators"].items()]
        lines.append(("annotators", f"to look at: {', '.join(counts)} (annotator_findings)"))
    if told["diverging_groups"]:
        groups = told["diverging_groups"]
        names = ", ".join(groups[:4]) + (f" and {len(groups) - 4} more" if len(groups) > 4 else "")
        lines.append(("groups", f"answer differently on the same comments: {names} (group_divergence)"))
    return lines


def _kinds(kinds: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {kind}" for kind, n in kinds.items()) or "none"


UNKNOWN_CLASS = (
    "rows name classes that no ontology of this home has. If they are right, add a file to ontology/,\n"
    "with a schema_version and an effective_at of its own. With nothing worth keeping yet, a new home is quicker:\n"
    "labeling-pipeline init DIR --ontology FILE"
)
WITHOUT_GOLD = (
    "nobody knows whether annotators who agree are right: confidence is uncalibrated, no model is promoted.\n"
    "300 comments judged by experts would calibrate it, promote the model, and show errors that annotators share:\n"
    "labeling-pipeline gold plan VOTES --comments FILE --budget 300 -o gold.csv"
)


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
    at = "" if is_default else f" --home {shlex.quote(_shown(str(home)))}"
    for what, command in (
        ("the graph and its history", "dagster dev" if is_default else f"labeling-pipeline ui{at}"),
        ("one comment's life", f"labeling-pipeline explain {shlex.quote(comment_id)}{at}"),
        ("your own data", "labeling-pipeline init my-home")
        if is_default
        else ("rounds, queues, spend", f"labeling-pipeline status{at}"),
    ):
        console.print(f"  [dim]{what:26}[/dim] {prefix}{command}", soft_wrap=True)
