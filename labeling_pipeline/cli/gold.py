"""`labeling-pipeline gold`: choosing the comments experts should label.

Belongs here: options and the sheet that is filled in. Does not: the plan (``core.gold``).
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from labeling_pipeline.cli.options import FileCommand

EXAMPLE = """\b
Example:
  labeling-pipeline gold plan votes.csv --comments comments.csv --budget 300 -o gold.csv
"""
MOST_SHOWN = 20


@click.group("gold", epilog="Example: labeling-pipeline gold plan votes.csv --comments comments.csv -o gold.csv")
def gold_group() -> None:
    """Gold: labels by experts, kept apart from training, to measure accuracy."""


@gold_group.command("plan", cls=FileCommand, epilog=EXAMPLE)
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
    from labeling_pipeline.core.gold import detectable_error, is_of, plan_gold, unvoted
    from labeling_pipeline.core.gold_power import memberships, planned_power
    from labeling_pipeline.files import read_frame, write_frame

    with naming(votes, comments):
        known = read_frame(comments)
        given = read_frame(votes)
        plan = plan_gold(given, known, budget, seed)
        left_out = [] if plan["stratum"].map(is_of("unvoted")).any() else unvoted(given, known).tolist()
        power = planned_power(plan, memberships(known), left_out)
    write_frame(plan, output)
    strata = {str(name): int(n) for name, n in plan.groupby("stratum").size().items()}
    if as_json:
        drawn = {
            "n": len(plan),
            "budget": budget,
            "strata": strata,
            "detectable": detectable_error(plan),
            "left_out": len(left_out),
        }
        click.echo(json.dumps({**drawn, "slices": power, "file": str(output)}, indent=2, ensure_ascii=False))
        return
    short = "" if len(plan) == budget else f" ({budget} asked for; a small stratum had no more)"
    click.echo(f"{len(plan)} comments in {output}{short}: " + ", ".join(f"{n} {name}" for name, n in strata.items()))
    click.echo(detectable_error(plan))
    if left_out:
        click.echo(f"{len(left_out):,} comments nobody voted on are left out: their labels would measure no vote.")
    for one in power[:MOST_SHOWN]:
        click.echo(
            f"  {one['slice']}: {one['n']} of {one['n_comments']:,} drawn, {one['n_measure']} measure; {one['told']}"
        )
    click.echo("Fill in `label`, then: labeling-pipeline check VOTES --gold FILE -o report.html")
