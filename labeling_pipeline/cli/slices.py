"""`labeling-pipeline slices`: the slices of a home, and proposals for more.

Belongs here: options, the file of proposals, wording. Does not: clusters (``core.slice_discovery``).
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from labeling_pipeline.cli.options import home_option
from labeling_pipeline.home import Home

EXAMPLE = "Example: labeling-pipeline slices propose --home my-home"


@click.group("slices", epilog=EXAMPLE)
def slices_group() -> None:
    """Slices: named subsets of comments that gate, gold, review, evaluation and selection share."""


@slices_group.command("list", epilog="Example: labeling-pipeline slices list --home my-home")
@home_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(home: str | None, as_json: bool) -> None:
    """The slices that are in force: how each is defined, its version, whether it is watched, how many comments."""
    from labeling_pipeline.stages.clock import open_context

    table = open_context(Home.find(home)).warehouse.table("slices")
    if as_json:
        click.echo(table.to_json(orient="records", indent=2))
        return
    for row in table.to_dict("records"):
        watched = "watched" if row["is_watched"] else ""
        click.echo(
            f"{row['slice']:28} {row['kind']:9} {row['slice_version']}  {row['n_comments']:>9,} comments  {watched}"
        )
    if table.empty:
        click.echo("no slices: tag comments (inbox.slice_columns), define some (slices.define), or see slices propose")


@slices_group.command("propose", epilog=EXAMPLE)
@home_option
@click.option("--clusters", default=30, show_default=True, help="Groups of comments looked for.")
@click.option("--seed", default=0, show_default=True, help="Seed of the clusters.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="reports/proposed_slices.toml by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the proposals as JSON, terms and comment ids included.")
def propose_command(home: str | None, clusters: int, seed: int, output: Path | None, as_json: bool) -> None:
    """Find groups of comments about the same thing, and write each as a slice to paste into labeling.toml.

    Nothing is enabled. The words of a slice stand in the file alone: they may be abusive.
    """
    from labeling_pipeline.core.slice_discovery import to_toml
    from labeling_pipeline.stages.clock import open_context
    from labeling_pipeline.stages.slice_proposals import COLUMNS, propose_slices

    found = Home.find(home)
    proposals = propose_slices(open_context(found), clusters, seed)
    path = output or found.root / "reports" / "proposed_slices.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_toml(proposals), encoding="utf-8")
    if as_json:
        told = proposals[[*COLUMNS, "terms", "comment_ids"]].to_json(orient="records")
        click.echo(json.dumps({"file": str(path), "proposals": json.loads(told)}, indent=2, ensure_ascii=False))
        return
    for row in proposals.to_dict("records"):
        known = f"{row['overturned']} of {row['n_verdicts']} overturned" if row["n_verdicts"] else "no verdicts"
        agree = "no votes" if row["agreement"] != row["agreement"] else f"agreement {row['agreement']:.2f}"
        click.echo(
            f"{row['slice']}  {row['n']:>7,} comments ({row['share']:.1%})  {agree}, {known}  "
            f"rule: precision {row['precision']:.2f}, recall {row['recall']:.2f}"
        )
    click.echo(f"{len(proposals)} proposals, none enabled: read {path}")
