"""``run`` and ``ui``: the loop on a home.

Belongs here: arguments, progress, the closing summary. Does not: the loop (``labeling_pipeline.loop``).
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime

import click

from labeling_pipeline.cli.options import home_option
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.home import Home


@click.command("run", epilog="Example: labeling-pipeline run --home data")
@home_option
@click.option("--now", help="Time of this run, ISO 8601 in UTC (default: the wall clock).")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def run_command(home: str | None, now: str | None, as_json: bool) -> None:
    """Take the inbox, bring every asset up to date until nothing is left to do, and say what happened."""
    from rich.console import Console

    from labeling_pipeline.loop import run_until_idle
    from labeling_pipeline.report.handed_out import refuse_short_bank
    from labeling_pipeline.report.story import story, story_table
    from labeling_pipeline.report.summary import print_next_steps, print_summary, refuse_empty_hands, summary
    from labeling_pipeline.stages.clock import open_context

    found = Home.find(home)
    at = _time(now)
    passes = run_until_idle(found, at, _say)
    told = summary(found, passes, at)
    if as_json:
        click.echo(json.dumps(told, default=str))
    else:
        print_summary(told)
        context = open_context(found, at)
        lines = story(context)
        if lines:
            Console().print()
            Console().print(story_table(lines))
        example = context.query("example_comment")["comment_id"].tolist()
        print_next_steps(found.root, example[0] if example else "COMMENT_ID")
    refuse_short_bank(told["handed_out"])
    refuse_empty_hands(told)


@click.command("ui", epilog="Example: labeling-pipeline ui --home data")
@home_option
@click.option("--port", default=3000, show_default=True, help="Port of the UI.")
def ui_command(home: str | None, port: int) -> None:
    """The Dagster UI, its sensors and schedules on this home."""
    from labeling_pipeline.launch import instance_of

    found = Home.find(home)
    found.prepare()
    instance_of(found)  # made here, so that webserver and daemon do not both make it
    environment = {**os.environ, "DAGSTER_HOME": str(found.dagster), "LABELING_HOME": str(found.root)}
    command = [sys.executable, "-m", "dagster", "dev", "-m", "labeling_pipeline.definitions", "-p", str(port)]
    os.execve(sys.executable, command, environment)


def _time(given: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(given) if given else None
    except ValueError as error:
        raise InputError(f"--now {given!r}", expected="ISO 8601, for example 2026-03-02T10:00:00") from error


def _say(line: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"  {line}", err=True)
