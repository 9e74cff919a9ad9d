"""`labeling-pipeline agreement`: how far annotators agree, from a file of votes.

Belongs here: options, the table, JSON. Does not: statistics (see ``core.agreement``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd

EXAMPLE = """\b
Example:
  labeling-pipeline agreement votes.csv
  labeling-pipeline agreement votes.csv --by week --json
  labeling-pipeline agreement votes.csv --attributes annotators.csv --by country
  labeling-pipeline agreement votes.csv --comments comments.csv --by slice --votes-per-task 3
  labeling-pipeline agreement votes.csv --order none,mild,severe
"""
FILE = click.Path(path_type=Path)


@click.command("agreement", epilog=EXAMPLE)
@click.argument("votes", type=FILE)
@click.option(
    "--by",
    "columns",
    multiple=True,
    metavar="COLUMN",
    help="One result per value; class = each class against the rest, week = by answered_at.",
)
@click.option("--attributes", type=FILE, help="annotator and one column per attribute, for --by.")
@click.option("--comments", type=FILE, help="task (or comment_id) and columns such as slice, for --by.")
@click.option("--min-group-size", default=10, show_default=True, help="Annotators below which a group is not told.")
@click.option("--votes-per-task", type=int, metavar="N", help="A round still coming in: say how many tasks wait.")
@click.option("--order", metavar="A,B,C", help="Classes from one end to the other: adds the weighted statistics.")
@click.option("--confidence", default=0.95, show_default=True, help="Level of the intervals.")
@click.option("--seed", default=0, show_default=True, help="Seed of the resampling.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def agreement_command(
    votes: Path,
    columns: tuple[str, ...],
    attributes: Path | None,
    comments: Path | None,
    min_group_size: int,
    votes_per_task: int | None,
    order: str | None,
    confidence: float,
    seed: int,
    as_json: bool,
) -> None:
    """Agreement between annotators: percent, Cohen, Fleiss, Krippendorff, Gwet AC1, with intervals.

    VOTES: columns task (or comment_id), annotator (or annotator_id, worker), label (or question and answer). Several
    questions are never mixed: with a column `question`, each has its own result.
    """
    from labeling_pipeline.cli.options import naming
    from labeling_pipeline.core.agreement import agreement

    frame = _with_columns(votes, attributes, comments, columns, min_group_size)
    by = list(dict.fromkeys((["question"] if "question" in frame.columns else []) + list(columns)))
    with naming(votes):
        found = agreement(
            frame,
            by=(by[0] if len(by) == 1 else by) if by else None,
            order=[name.strip() for name in order.split(",")] if order else None,
            confidence=confidence,
            seed=seed,
            n_expected=votes_per_task,
        )
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False))
        return
    for name, result in found.items() if by else [("", found)]:
        _print(name, result, confidence)


def _with_columns(
    path: Path, attributes: Path | None, comments: Path | None, columns: tuple[str, ...], min_size: int
) -> pd.DataFrame:
    """The votes with the columns asked for from beside them; annotator groups too small to tell of become one."""
    from labeling_pipeline.cli.options import naming
    from labeling_pipeline.core.agreement.parts import joined, pooled
    from labeling_pipeline.files import read_frame

    votes = own = read_frame(path)
    if attributes is not None:
        with naming(path, attributes):
            votes = joined(own, read_frame(attributes), "annotator", columns)
        told = pooled(votes, [name for name in votes.columns if name not in own.columns], min_size)
        if len(told) < len(votes):
            n_hidden = len(votes) - len(told)
            click.echo(f"note: {n_hidden} votes of groups under {min_size} annotators are not told", err=True)
        votes = told
    if comments is not None:
        with naming(path, comments):
            votes = joined(votes, read_frame(comments), "task", columns)
    return votes


def _print(name: str, result: dict[str, Any], confidence: float) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=name or None, title_justify="left", box=None, pad_edge=False)
    for heading in ("statistic", "value", f"{confidence:.0%} interval", "note"):
        table.add_column(heading, overflow="fold")
    for statistic, estimate in result.items():
        if isinstance(estimate, dict):
            table.add_row(statistic, _number(estimate["value"]), _range(estimate), estimate["note"])
    console = Console()
    console.print(table)
    annotators = "annotators not named" if result["n_annotators"] is None else f"{result['n_annotators']} annotators"
    console.print(f"{result['n_votes']} votes, {result['n_tasks']} tasks, {annotators}", highlight=False)
    for note in result["notes"]:
        console.print(note, highlight=False)
    console.print()


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _range(estimate: dict[str, Any]) -> str:
    return "" if estimate["low"] is None else f"{estimate['low']:.3f} … {estimate['high']:.3f}"
