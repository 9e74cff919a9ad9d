"""`labeling-pipeline check`: what one vendor file says, and what it cannot say.

Belongs here: options, the summary in the terminal. Does not: figures (``core.week_one``) or the report's wording.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from labeling_pipeline.cli.options import FileCommand

EXAMPLE = """\b
Example:
  labeling-pipeline check votes.csv -o report.html
  labeling-pipeline check votes.csv --comments comments.csv --gold gold.csv --price-usd 0.06 -o report.html
"""


ALL, MOST_SHOWN = "(all)", 10


@click.command("check", cls=FileCommand, epilog=EXAMPLE)
@click.argument("votes", type=click.Path(path_type=Path))
@click.option(
    "--comments",
    type=click.Path(path_type=Path),
    help="Comments file: finds gaps, and near-copies whose labels differ.",
)
@click.option("--gold", type=click.Path(path_type=Path), help="Gold labels; accuracy is measured on role `measure`.")
@click.option("--price-usd", default=0.04, show_default=True, help="Price of one assignment.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The report, an .html file.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON, too.")
def check_command(
    votes: Path, comments: Path | None, gold: Path | None, price_usd: float, output: Path, as_json: bool
) -> None:
    """Agreement, annotators to look at, cost per usable label, and what cannot be known without gold.

    VOTES: columns task (or comment_id), label (or question and answer), and annotator (or annotator_id, worker).
    """
    from labeling_pipeline.cli.options import naming
    from labeling_pipeline.core.week_one import check
    from labeling_pipeline.files import read_frame
    from labeling_pipeline.report.check import render_check
    from labeling_pipeline.report.html import write_page

    with naming(votes, comments, gold):
        result = check(
            read_frame(votes),
            None if comments is None else read_frame(comments),
            None if gold is None else read_frame(gold),
            price_usd=price_usd,
        )
    write_page(render_check(result, votes.name), output)
    if as_json:
        click.echo(json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False))
        return
    for line in summary(result):
        click.echo(line)
    click.echo(f"Report: {output}")


def summary(result: dict[str, Any]) -> list[str]:
    """The figures a reader wants first, one per line."""
    lines = []
    for question in result["questions"]:
        about = f"{question['question']}: " if len(result["questions"]) > 1 else ""
        alpha = question["agreement"]["krippendorff_alpha"]
        shown = "not defined" if alpha["value"] is None else f"{alpha['value']:.2f}"
        within = "" if alpha["low"] is None else f" ({alpha['low']:.2f} … {alpha['high']:.2f})"
        lines.append(f"{about}agreement, Krippendorff's alpha: {shown}{within}")
        found = question["annotators"]
        if found is not None:
            lines.append(f"{about}annotators to look at: {found['n_suspicious']} of {found['n_compared']:,} tested")
        lines.append(f"{about}accuracy: {_accuracy(question['gold'])}")
        lines += [f"{about}{line}" for line in _slices(question)]
    cost = result["cost"]
    per_label = cost["per_usable_label_usd"]
    price = "" if per_label is None else f", ${per_label:.3f} each"
    lines.append(f"usable labels: {cost['usable_labels']:,} of {result['n_comments']:,}{price}")
    if not result["copies_compared"]:
        lines.append("not compared: texts; of near-copies with different labels none is usable (give --comments)")
    return lines


def _slices(question: dict[str, Any]) -> list[str]:
    """Slices whose gold is short, those with least first."""
    measured = [one for one in (question["gold"] or {}).get("slices", []) if one["slice"] != ALL and one["missing"]]
    lines = []
    for one in sorted(measured, key=lambda one: (one["n_measure"], one["slice"]))[:MOST_SHOWN]:
        known = "insufficient" if one["value"] is None else f"{one['value']:.2f} ({one['low']:.2f} … {one['high']:.2f})"
        lines.append(f"slice {one['slice']}: accuracy {known} on {one['n_measure']} gold labels; {one['told']}")
    return lines


def _accuracy(gold: dict[str, Any] | None) -> str:
    if gold is None:
        return "unknown without gold"
    if gold["value"] is None:
        return f"unknown: {gold['note']}"
    return f"{gold['value']:.2f} ({gold['low']:.2f} … {gold['high']:.2f}) on {gold['n']} gold labels"
