"""`labeling-pipeline simulate`: a home full of inbox files from a world whose truth is known.

Belongs here: options, and writing the files. Does not: the world (``core.simulate.world``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from labeling_pipeline.core.errors import InputError

if TYPE_CHECKING:
    from labeling_pipeline.core.simulate.world import WorldSpec

EXAMPLE = """\b
Example:
  labeling-pipeline simulate my-world --world troubled --comments 5000 --seed 1
  labeling-pipeline simulate drifting --world hard --comments 24000 --set drift_week=9 --set drift_crowd=.5
  labeling-pipeline run --home my-world
"""


def _list(context: click.Context, _: click.Parameter, is_wanted: bool) -> None:
    if is_wanted:
        from labeling_pipeline.core.simulate.world import WORLDS, described

        click.echo(described(WORLDS))
        context.exit()


_HEAD = """\
schema_version = "{version}"
effective_at = {since}
approved_by = "nobody: simulated"
reason = "{reason}"
guideline = "{guideline}"
"""
_CLASS = """
[[classes]]
id = "{id}"
name = "{name}"
definition = "{name}"
"""
_QUESTION = """
[[questions]]
id = "toxicity"
text = "Which class describes the comment best?"
answers = "classes"
"""


@click.command("simulate", epilog=EXAMPLE)
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option("--world", "name", default="troubled", show_default=True, help="independent, hard or troubled.")
@click.option("--comments", type=int, default=5_000, show_default=True, help="Comments in it.")
@click.option("--annotators", type=int, default=240, show_default=True, help="Crowd annotators.")
@click.option("--weeks", type=int, default=12, show_default=True, help="Weeks it lasts.")
@click.option("--votes-per-comment", type=int, default=3, show_default=True, help="Votes on each comment.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the world.")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="Any other field of the world; repeatable.")
@click.option(
    "--list", is_flag=True, is_eager=True, expose_value=False, callback=_list, help="List the fields, and end."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def simulate_command(
    folder: Path,
    name: str,
    comments: int,
    annotators: int,
    weeks: int,
    votes_per_comment: int,
    seed: int,
    given: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write a simulated world as a home: comments, votes, gold, verdicts in the inbox, and the truth beside them.

    independent: annotators err on their own. hard: hard comments, a blind spot that groups share, comments that need
    context. troubled: also fatigue, spam, collusion, sudden decline, votes without ids, guideline drift in week 9, a
    new ontology in week 11, another production from week 7. --set changes any share, week or size of it: --list says
    what there is. The loop never reads FOLDER/truth.
    """
    from dataclasses import asdict, replace

    from labeling_pipeline.core.simulate.world import WORLDS, with_values

    if name not in WORLDS:
        raise InputError(f"no world {name!r}", expected=", ".join(WORLDS), remedy="choose one of them")
    if (folder / "labeling.toml").exists():
        raise InputError(f"{folder}: is a home already", expected="a new folder", remedy="choose another name")
    spec = with_values(replace(WORLDS[name], comments=comments, annotators=annotators, weeks=weeks), given)
    rows = _write(folder, spec, seed, votes_per_comment)
    if as_json:
        told = {"folder": str(folder), "world": name, "seed": seed, "spec": asdict(spec), "rows": rows}
        click.echo(json.dumps(told, indent=2))
        return
    for kind in ("comments", "votes", "gold", "verdicts"):
        click.echo(f"{sum(n for path, n in rows.items() if path.startswith(f'inbox/{kind}/')):>9,} {kind}")
    click.echo(f"{folder}/truth holds what is true; then: labeling-pipeline run --home {folder}")


def _write(folder: Path, spec: WorldSpec, seed: int, votes_per_comment: int) -> dict[str, int]:
    """The world as a home; every file of it → its rows."""
    from labeling_pipeline.core.simulate.world import world_files
    from labeling_pipeline.files import write_frame
    from labeling_pipeline.home import Home

    rows: dict[str, int] = {}
    for path, frame in world_files(spec, seed, votes_per_comment):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_frame(frame, folder / path)
        rows[path] = len(frame)
    _settings(folder, spec.ontology_week)
    Home(folder).prepare()
    return rows


def _settings(folder: Path, ontology_week: int) -> None:
    from labeling_pipeline.core.simulate.world import week_starts
    from labeling_pipeline.settings_file import commented_toml

    said = "Half of what is mild is mild still; the rest puts a person down and is harassment."
    versions = [("v1", "2000-01-01T00:00:00Z", "first version", "Choose the strongest class that applies.")]
    if ontology_week:
        since = f"{week_starts(ontology_week):%Y-%m-%dT%H:%M:%SZ}"
        versions.append(("v2", since, "mild is drawn more narrowly", said))
    (folder / "ontology").mkdir(parents=True, exist_ok=True)
    for version, since, reason, guideline in versions:
        (folder / "ontology" / f"{version}.toml").write_text(_ontology(version, since, reason, guideline), "utf-8")
    (folder / "labeling.toml").write_text(commented_toml(assume_schema="v1"), encoding="utf-8")


def _ontology(version: str, since: str, reason: str, guideline: str) -> str:
    from labeling_pipeline.core.simulate.texts import CLASSES

    head = _HEAD.format(version=version, since=since, reason=reason, guideline=guideline)
    classes = [_CLASS.format(id=one, name=one.replace("_", "-")) for one in CLASSES]
    return head + "".join(classes) + _QUESTION
