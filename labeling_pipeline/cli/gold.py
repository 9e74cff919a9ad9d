"""`labeling-pipeline gold`: choosing the comments experts should label.

Belongs here: options and the sheet that is filled in. Does not: the plan (``core.gold``).
"""

from __future__ import annotations

import json
from pathlib import Path

import click

EXAMPLE = """\b
Example:
  labeling-pipeline gold plan votes.csv --comments comments.csv --budget 300 -o gold.csv
"""


@click.group("gold", epilog="Example: labeling-pipeline gold plan votes.csv --comments comments.csv -o gold.csv")
def gold_group() -> None:
    """Gold: labels by experts, kept apart from training, to measure accuracy."""


@gold_group.command("plan", epilog=EXAMPLE)
@click.argument("votes", type=click.Path(path_type=Path))
@click.option("--comments", type=click.Path(path_type=Path), required=True, help="comment_id, text; optional slice.")
@click.option("--budget", default=300, show_default=True, help="Comments experts will label.")
@click.option("--seed", default=0, show_default=True, help="Seed of the draw.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The sheet to fill in.")
@click.option("--json", "as_json", is_flag=True, help="Print what was drawn as JSON.")
def plan_command(votes: Path, comments: Path, budget: int, seed: int, output: Path, as_json: bool) -> None:
    """Which comments experts should label: a random part, unanimous ones, disagreements, and every slice.

    Fill in the column `label` without looking at the crowd's answers; the file then goes to `check --gold` or into
    inbox/gold. Do not change `inclusion_p`: estimates are weighted by it.
    """
    from labeling_pipeline.cli.options import naming
    from labeling_pipeline.core.gold import detectable_error, plan_gold
    from labeling_pipeline.files import read_frame, write_frame

    with naming(votes, comments):
        plan = plan_gold(read_frame(votes), read_frame(comments), budget, seed)
    write_frame(plan, output)
    strata = {str(name): int(n) for name, n in plan.groupby("stratum").size().items()}
    if as_json:
        drawn = {"n": len(plan), "strata": strata, "detectable": detectable_error(budget), "file": str(output)}
        click.echo(json.dumps(drawn, indent=2, ensure_ascii=False))
        return
    click.echo(f"{len(plan)} comments in {output}: " + ", ".join(f"{n} {name}" for name, n in strata.items()))
    click.echo(detectable_error(budget))
    click.echo("Fill in `label`, then: labeling-pipeline check VOTES --gold FILE -o report.html")
