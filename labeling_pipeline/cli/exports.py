"""`labeling-pipeline exports`: list the versions, verify them, see what changed between two.

Belongs here: arguments and output. Does not: the checks themselves (see ``core.export``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from labeling_pipeline.cli.options import home_option
from labeling_pipeline.core.errors import InputError, InvariantError

EXAMPLE = """\b
Example:
  labeling-pipeline exports
  labeling-pipeline exports verify
  labeling-pipeline exports diff 1.0.0 1.1.0
"""


@click.group("exports", invoke_without_command=True, epilog=EXAMPLE)
@home_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def exports_command(ctx: click.Context, home: str | None, as_json: bool) -> None:
    """The versioned exports of a home: list, verify, compare."""
    ctx.ensure_object(dict)
    ctx.obj["home"] = home
    if ctx.invoked_subcommand is not None:
        return
    from labeling_pipeline.core.export import list_exports

    found = list_exports(_exports(home))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    elif not found:
        click.echo("no export yet: `labeling-pipeline run` makes one once labels pass quality control")
    else:
        _print(["version", "labels", "votes", "schema", "labeled until", "content", "reason"], map(_line, found))


@exports_command.command("verify", epilog="Example: labeling-pipeline exports verify 1.0.0")
@click.argument("version", required=False)
@home_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def verify_command(ctx: click.Context, version: str | None, home: str | None, as_json: bool) -> None:
    """Recompute every hash and count of one version, or of all; exit code 1 if something is not as recorded."""
    from labeling_pipeline.core.export import verify, versions

    exports = _exports(home or ctx.obj.get("home"))
    wanted = [version] if version else versions(exports)
    found = {one: verify(_folder(exports, one)) for one in wanted}
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for one, problems in found.items():
            count = f"{len(problems)} problem" + ("s" if len(problems) > 1 else "")
            click.echo(f"{one}: {count if problems else 'whole'}")
            for problem in problems:
                click.echo(f"  {problem}")
        if not found:
            click.echo("no export yet")
    broken = [one for one, problems in found.items() if problems]
    if broken:
        raise InvariantError(f"export {', '.join(broken)} is not as recorded", remedy="restore the folder from a copy")


@exports_command.command("diff", epilog="Example: labeling-pipeline exports diff 1.0.0 1.1.0 -o changes.csv")
@click.argument("a")
@click.argument("b")
@home_option
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write all rows to .csv, .jsonl or .parquet.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def diff_command(ctx: click.Context, a: str, b: str, home: str | None, output: Path | None, as_json: bool) -> None:
    """What changed from version A to version B, comment by comment, and why."""
    from labeling_pipeline.core.export import diff
    from labeling_pipeline.files import write_frame

    exports = _exports(home or ctx.obj.get("home"))
    found = diff(_folder(exports, a), _folder(exports, b))
    if output:
        write_frame(found, output)
    if as_json:
        click.echo(found.to_json(orient="records", force_ascii=False))
        return
    counts = found["change"].value_counts()
    click.echo(", ".join(f"{counts.get(kind, 0)} {kind}" for kind in ("added", "changed", "removed")))
    shown = found.head(20).fillna("")
    _print(list(found.columns), shown.itertuples(index=False))
    if len(found) > len(shown):
        click.echo(f"… {len(found) - len(shown)} more; -o FILE writes them all")


def _exports(home: str | None) -> Path:
    from labeling_pipeline.home import Home

    return Home.find(home).exports


def _folder(exports: Path, version: str) -> Path:
    from labeling_pipeline.core.export.manifest import version_key

    version_key(version)  # also keeps the argument from naming a folder elsewhere
    if not (exports / version).is_dir():
        raise InputError(f"export {version} is not in {exports}", remedy="list them: labeling-pipeline exports")
    return exports / version


def _line(manifest: dict[str, Any]) -> list[str]:
    counts = manifest["counts"]
    hashes = [manifest["content_sha256"][:12], manifest["reason"]]
    until = str(manifest["labeled_until"] or "")[:16]
    return [
        manifest["version"],
        str(counts["labels"]),
        str(counts["votes"]),
        manifest["schema_version"],
        until,
        *hashes,
    ]


def _print(headings: list[str], rows: Any) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))  # Text: a comment id is never read as markup
    Console().print(table)
