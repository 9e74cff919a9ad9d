"""`labeling-pipeline quality`: agreement beside accuracy, blind spots, honeypots, experts, gold.

Belongs here: options and the lines for a terminal. Does not: figures (``stages``), or the report's wording.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from labeling_pipeline.cli.options import home_option
from labeling_pipeline.home import Home

EXAMPLE = """\b
Example:
  labeling-pipeline quality --home data -o quality.html
"""


@click.command("quality", epilog=EXAMPLE)
@home_option
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The report; reports/quality.html by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the tables as JSON.")
def quality_command(home: str | None, output: Path | None, as_json: bool) -> None:
    """What the labels are worth: agreement and accuracy side by side, per slice and week, and what stands out.

    Names blind spots (with comments, group and action), proposes slices for those nobody has named, and says which
    honeypots and annotators to drop, how far experts agree, and how much gold each slice still needs.
    """
    from labeling_pipeline.report.html import write_page
    from labeling_pipeline.report.quality import quality_lines, read_quality, render_quality
    from labeling_pipeline.stages.clock import open_context

    found = Home.find(home)
    context = open_context(found)
    told = read_quality(context)
    if output is None:
        found.reports.mkdir(exist_ok=True)
        output = found.reports / "quality.html"
    write_page(render_quality(told, found.root.name, context.settings.review.tolerated_error), output)
    if as_json:
        click.echo(json.dumps({name: json.loads(t.to_json(orient="records")) for name, t in told.items()}))
        return
    for line in quality_lines(told):
        click.echo(line)
    click.echo(f"Report: {output}")
