"""`labeling-pipeline select`: the comments to label next, from a file of predictions.

Belongs here: options and output. Does not: strategies (see ``core.selection``).
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from labeling_pipeline.cli.options import FileCommand

EXAMPLE = """\b
Example:
  labeling-pipeline select predictions.csv -n 500 --strategy margin -o batch.csv
  labeling-pipeline select predictions.parquet -n 500 --strategy committee --comments comments.csv -o batch.csv
"""


@click.command("select", cls=FileCommand, epilog=EXAMPLE)
@click.argument("predictions", type=click.Path(path_type=Path))
@click.option("-n", "n", required=True, type=int, help="How many comments.")
@click.option("--strategy", default="margin", show_default=True, metavar="NAME", help="See the list below.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help=".csv, .jsonl or .parquet")
@click.option("--comments", type=click.Path(path_type=Path), help="Texts: near-duplicates are then passed over.")
@click.option("--random-share", default=0.1, show_default=True, help="Part drawn at random, for unbiased estimates.")
@click.option("--seed", default=0, show_default=True, help="Seed of ties and of the random share.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def select_command(
    predictions: Path,
    n: int,
    strategy: str,
    output: Path,
    comments: Path | None,
    random_share: float,
    seed: int,
    as_json: bool,
) -> None:
    """Choose the comments a label would teach most.

    PREDICTIONS: comment_id, p_<class>…, and for `committee` several model_version per comment. Strategies: random,
    least_confidence, margin, entropy, committee. Writes comment_id, rank, score, strategy, reason.
    """
    from labeling_pipeline.core.selection import select
    from labeling_pipeline.files import ending_of, read_frame, write_frame

    ending_of(output)
    texts = _texts(comments) if comments else None
    found = select(read_frame(predictions), n, strategy=strategy, seed=seed, random_share=random_share, texts=texts)
    write_frame(found.batch, output)
    if as_json:
        facts = {"n": len(found.batch), "requested": n, "strategy": strategy, "notes": found.notes, "path": str(output)}
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    click.echo(f"{len(found.batch)} comments chosen by {strategy} → {output}")
    for note in found.notes:
        click.echo(note)


def _texts(path: Path) -> dict[str, str]:
    from labeling_pipeline.core.errors import InputError
    from labeling_pipeline.files import read_frame

    frame = read_frame(path)
    absent = [column for column in ("comment_id", "text") if column not in frame.columns]
    if absent:
        raise InputError(f"{path}: no column {absent[0]}", expected="comment_id and text")
    known = frame.dropna(subset=["comment_id", "text"])
    return dict(zip(known["comment_id"].astype(str), known["text"].astype(str), strict=True))
