"""`label-model`: labels from a matrix of votes; and what weak supervision's commands share.

Belongs here: options, output, the printed summary. Does not: label models (see ``core.weak_supervision``).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labeling_pipeline.cli.options import FileCommand

if TYPE_CHECKING:
    from labeling_pipeline.core.weak_supervision import LabelModelResult

GOLD = click.option("--gold", type=click.Path(path_type=Path), help="comment_id (or id), label: fits and calibrates.")
METHOD = click.option("--method", default="auto", show_default=True, metavar="NAME", help="A label model; see below.")
OUTPUT = click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help=".csv, .jsonl or .parquet")
JSON = click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
BALANCE = click.option("--class-balance", metavar="p0,p1,…", help="Shares of the classes, in their order.")

LABEL_MODEL_EXAMPLE = """\b
Example:
  labeling-pipeline label-model votes.csv -o labels.csv
  labeling-pipeline label-model votes.parquet --class-balance 0.7,0.3 -o labels.parquet
"""


@click.command("label-model", cls=FileCommand, epilog=LABEL_MODEL_EXAMPLE)
@click.argument("matrix", type=click.Path(path_type=Path))
@OUTPUT
@METHOD
@GOLD
@BALANCE
@click.option("--seed", default=0, show_default=True, help="Seed of folds and samples.")
@JSON
def label_model_command(
    matrix: Path,
    output: Path,
    method: str,
    gold: Path | None,
    class_balance: str | None,
    seed: int,
    as_json: bool,
) -> None:
    """Combine a matrix of votes into labels.

    MATRIX: one integer column per labeling function, -1 abstains, and an optional column id (or comment_id). Methods:
    auto, correlation_aware, majority, weighted, snorkel. Writes id, label, confidence, p_<class>….
    """
    from labeling_pipeline.cli.gold_file import told
    from labeling_pipeline.cli.vote_matrix import gold_of, label_frame, n_classes_of, read_gold, read_votes
    from labeling_pipeline.core.weak_supervision import label_model
    from labeling_pipeline.core.weak_supervision.gold_roles import fit_rows, measure_rows
    from labeling_pipeline.files import ending_of, read_frame, write_frame

    ending_of(output)
    balance = balance_of(class_balance)
    ids, votes, names = read_votes(read_frame(matrix), str(matrix))
    known = None if gold is None else read_gold(read_frame(gold), str(gold))
    parts = (None, None, None) if known is None else (known, fit_rows(known), measure_rows(known))
    whole, truth, held_out = (None if rows is None else gold_of(rows, ids) for rows in parts)
    n_classes = n_classes_of(votes, balance, whole)
    result = label_model(votes, n_classes=n_classes, method=method, class_balance=balance, gold=truth, seed=seed)
    write_frame(label_frame(ids, result), output)
    accuracies = dict(zip(names, [round(float(a), 6) for a in result.accuracies], strict=True))
    said = told(result, known, truth, held_out, votes)
    facts = {**model_facts(said.result, output), **said.facts, "n_rows": len(votes), "accuracies": accuracies}
    say(facts, as_json, f"{len(votes):,} labels by {result.method} → {output}")


def balance_of(text: str | None) -> list[float] | None:
    """Shares with commas as numbers; InputError where they are none."""
    from labeling_pipeline.core.errors import InputError

    if text is None:
        return None
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise InputError(f"--class-balance {text!r}", expected="numbers with commas, like 0.7,0.3") from error


def model_facts(result: LabelModelResult, output: Path) -> dict[str, Any]:
    """What every command says of its label model."""
    return {
        "method": result.method,
        "advantage": result.advantage,
        "advantage_is": result.advantage_is,
        "confidence_is": result.confidence_is,
        "class_balance": [round(float(p), 6) for p in result.class_balance],
        "notes": result.notes,
        "path": str(output),
    }


def say(facts: dict[str, Any], as_json: bool, line: str) -> None:
    """Print the summary: JSON, or a line and the model's notes; faults go to stderr."""
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    click.echo(line)
    click.echo(
        f"label model: {facts['method']}, {facts['advantage_is']} advantage over majority {facts['advantage']:+.3f}"
    )
    for note in facts["notes"]:
        click.echo(f"note: {note}")
    for fault in facts.get("faults", []):
        click.echo(f"{fault['lf']} {fault['reason']} on {fault['n_rows']:,} rows, which abstain", file=sys.stderr)
