"""``init``, ``status``, ``explain``, ``queue``: commands on a home beside ``run``.

Belongs here: arguments and printing. Does not: what is shown (``report``).
"""

from __future__ import annotations

import json
import secrets
import shutil
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from labeling_pipeline.cli.options import home_option
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.home import Home

if TYPE_CHECKING:
    import pandas as pd

EXPLAIN_MARGIN = 32  # what `explain` prints before each line: when, a rule, the stage


@click.command("init", epilog="Example: labeling-pipeline init my-home --ontology my-ontology.toml")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--ontology", type=click.Path(path_type=Path), help="Your ontology; without one an example is written.")
def init_command(folder: Path, ontology: Path | None) -> None:
    """Make a new home: settings with every key explained, an ontology, an inbox."""
    from labeling_pipeline.core.ontology import parse_ontology
    from labeling_pipeline.report.new_home import EXAMPLE_ONTOLOGY
    from labeling_pipeline.settings_file import NEW_HOME, commented_toml

    if (folder / "labeling.toml").exists():
        raise InputError(f"{folder}: is a home already", expected="a new folder", remedy="choose another name")
    if ontology is not None and not ontology.is_file():
        raise InputError(f"{ontology}: no such file", remedy="check the path")
    text = ontology.read_text(encoding="utf-8") if ontology else EXAMPLE_ONTOLOGY
    parsed = parse_ontology(text, str(ontology or "example"))
    (folder / "ontology").mkdir(parents=True, exist_ok=True)
    (folder / "ontology" / f"{parsed.schema_version}.toml").write_text(text, encoding="utf-8")
    switched_on = {**NEW_HOME, "id_key": secrets.token_hex(8)}  # nobody who answers shall be able to guess it
    text = commented_toml(assume_schema=parsed.schema_version, switched_on=switched_on)
    (folder / "labeling.toml").write_text(text, encoding="utf-8")
    Home(folder).prepare()
    click.echo(f"{folder}/labeling.toml            settings, every key explained")
    click.echo(f"{folder}/ontology/{parsed.schema_version}.toml        classes and questions: make them yours")
    click.echo(
        f"{folder}/inbox/…                  drop comments, votes, gold here, "
        f"then: labeling-pipeline run --home {folder}"
    )


@click.command("status", epilog="Example: labeling-pipeline status --home data")
@home_option
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def status_command(home: str | None, as_json: bool) -> None:
    """Rounds, queues, gates, spend, the serving model, last runs, what is pending."""
    from labeling_pipeline.report.summary import print_summary, summary
    from labeling_pipeline.stages import STAGES
    from labeling_pipeline.stages.clock import open_context
    from labeling_pipeline.stages.pending import pending

    found = Home.find(home)
    told = summary(found)
    told["pending"] = list(pending(STAGES, open_context(found)).causes)
    if as_json:
        click.echo(json.dumps(told, default=str))
        return
    print_summary(told, is_status=True)
    click.echo(f"pending: {', '.join(told['pending']) or 'nothing'}")


@click.command("explain", epilog="Example: labeling-pipeline explain c-1f8a")
@click.argument("comment_id")
@click.option("--show-text", is_flag=True, help="Show the text of a comment that may be harmful, too.")
@home_option
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def explain_command(comment_id: str, show_text: bool, home: str | None, as_json: bool) -> None:
    """The whole life of one comment, in time order.

    The text of a comment that somebody, a model or a rule holds for one of people.harmful is hidden.
    """
    from labeling_pipeline.report.explain import explain
    from labeling_pipeline.stages.clock import open_context

    context = open_context(Home.find(home))
    events = explain(context, comment_id, show_text)
    if as_json:
        rows = [
            {"at": e.at.isoformat() if e.at is not None else None, "stage": e.stage, "lines": e.lines} for e in events
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    start = context.settings.simulated.start_at.replace(hour=0, minute=0) if context.is_simulated else None
    for event in events:
        if event.at is None:
            when = "no date"
        elif start is None:
            when = f"{event.at:%Y-%m-%d %H:%M}"
        else:
            when = f"day {(event.at.to_pydatetime() - start).days} · {event.at:%H:%M}"
        for place, line in enumerate(_fitted(event.lines)):
            click.echo(f"{when if place == 0 else '':16} │ {event.stage if place == 0 else '':12} {line}")
        click.echo(f"{'':16} │")


def _fitted(lines: Iterable[str]) -> list[str]:
    """Lines as wide as the terminal has room for; whole where nobody reads along (a pipe, a file)."""
    if not sys.stdout.isatty():
        return list(lines)
    room = max(shutil.get_terminal_size().columns - EXPLAIN_MARGIN, 20)
    return [part for line in lines for part in textwrap.wrap(line, room, subsequent_indent="  ") or [""]]


@click.group("queue", epilog="Example: labeling-pipeline queue adjudication -o queue.csv")
def queue_group() -> None:
    """What waits for people."""


@queue_group.command("adjudication", epilog="Example: labeling-pipeline queue adjudication -o queue.csv --expert e-04")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="CSV to fill in (label, note).")
@click.option("--expert", help="Only what lies on this expert's desk.")
@click.option("--all", "everything", is_flag=True, help="All that waits, beyond capacity and budget, too.")
@home_option
def adjudication_command(output: Path, expert: str | None, everything: bool, home: str | None) -> None:
    """The experts' queue, best value per minute first; filled in, it goes into inbox/verdicts.

    No more than experts have room for: what lies on their desks, or where no experts are known, as much as
    adjudication.capacity and adjudication.budget_usd allow.

    What the crowd said is not shown. Beside the file lies the guideline, and a page to read the comments on, each
    hidden until it is opened (people.blur).
    """
    from labeling_pipeline.files import write_frame
    from labeling_pipeline.report.desk import guideline_text, render_desk
    from labeling_pipeline.report.html import write_page
    from labeling_pipeline.stages.clock import open_context
    from labeling_pipeline.stages.desk import nobody_left, require_expert, room_for

    context = open_context(Home.find(home))
    queue = context.query("queue_for_experts")
    if expert:
        require_expert(context, expert)
    rows = queue[queue["expert_id"] == expert] if expert else queue if everything else room_for(context, queue)
    write_frame(rows.assign(label="", stated_confidence="", note="", error_type="", decided_at=""), output)
    guideline = output.with_name(f"{output.stem}.guideline.md")
    guideline.write_text(guideline_text(context.ontology), encoding="utf-8")
    reader = output.with_name(f"{output.stem}.html")
    write_page(render_desk(rows, context.ontology, context.settings.people.blur), reader)
    names = "" if rows["expert_id"].notna().all() else "expert_id, "
    click.echo(f"{len(rows):,} comments in {output}: fill in {names}label and note, then drop it into inbox/verdicts")
    overdue = int((rows["due_at"] < context.now).sum())
    if overdue:
        click.echo(f"{overdue:,} of them are overdue (due_at; adjudication.sla_hours)")
    if not expert:
        _tell_the_rest(queue.loc[~queue["comment_id"].isin(rows["comment_id"]), "comment_id"], nobody_left(context))
    click.echo(f"{guideline} says what the classes are, {reader} shows the comments in their context")


def _tell_the_rest(left_out: pd.Series, nobody: list[str]) -> None:
    """What is not in the file, and why; ``nobody``: comments that wait though every expert knows them."""
    from labeling_pipeline.report.waiting import nobody_left_line

    n = int((~left_out.isin(nobody)).sum())
    if n:
        said = "adjudication.capacity and budget_usd, people.daily_cap"
        click.echo(f"{n:,} more wait: --all writes them, too ({said})")
    if nobody:
        click.echo(nobody_left_line(len(nobody)))
