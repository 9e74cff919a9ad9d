"""`weak-label`, `lf-report`, `label-model`: weak supervision on files.

Belongs here: options, files, output. Does not: labeling functions and label models (see ``core.weak_supervision``).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd

    from labeling_pipeline.core.weak_supervision import AppliedLFs, LabelModelResult

LFS = click.option(
    "--lfs", required=True, type=click.Path(path_type=Path), help=".toml or .py with labeling functions."
)
GOLD = click.option("--gold", type=click.Path(path_type=Path), help="comment_id (or id), label: fits and calibrates.")
METHOD = click.option("--method", default="auto", show_default=True, metavar="NAME", help="A label model; see below.")
OUTPUT = click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help=".csv, .jsonl or .parquet")
JSON = click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
BALANCE = click.option("--class-balance", metavar="p0,p1,…", help="Shares of the classes, in their order.")

WEAK_LABEL_EXAMPLE = """\b
Example:
  labeling-pipeline weak-label comments.csv --lfs lfs.toml -o weak_labels.csv
  labeling-pipeline weak-label comments.parquet --lfs lfs.py --gold gold.csv -o weak_labels.parquet
"""
LF_REPORT_EXAMPLE = """\b
Example:
  labeling-pipeline lf-report comments.csv --lfs lfs.toml --gold gold.csv -o report.html
"""
LABEL_MODEL_EXAMPLE = """\b
Example:
  labeling-pipeline label-model votes.csv -o labels.csv
  labeling-pipeline label-model votes.parquet --class-balance 0.7,0.3 -o labels.parquet
"""


@click.command("weak-label", epilog=WEAK_LABEL_EXAMPLE)
@click.argument("comments", type=click.Path(path_type=Path))
@LFS
@OUTPUT
@METHOD
@GOLD
@BALANCE
@click.option("--seed", default=0, show_default=True, help="Seed of folds and samples.")
@JSON
def weak_label_command(
    comments: Path,
    lfs: Path,
    output: Path,
    method: str,
    gold: Path | None,
    class_balance: str | None,
    seed: int,
    as_json: bool,
) -> None:
    """Label every comment from labeling functions.

    COMMENTS: text, and comment_id where there is one. Methods: auto, correlation_aware, majority, weighted, snorkel.
    Writes comment_id, label, confidence, p_<class>…, n_fired, method.
    """
    from labeling_pipeline.core.weak_supervision import load_lfs, weak_label_frame
    from labeling_pipeline.files import ending_of, write_frame

    balance = _balance(class_balance)
    if ending_of(output) == ".parquet" and comments.suffix == ".parquet":
        applied, result = _streamed(comments, lfs, output, gold, method, balance, seed)
    else:
        applied = _applied(_comments(comments), load_lfs(lfs))
        result = _modelled(applied, gold, method, balance, seed)
        write_frame(weak_label_frame(applied, result), output)
    facts = {**_facts(result, output), "n_comments": len(applied.matrix), "faults": _faults(applied)}
    covered = float((applied.matrix >= 0).any(axis=1).mean()) if len(applied.matrix) else 0.0
    _say(
        {**facts, "coverage": covered},
        as_json,
        f"{len(applied.matrix):,} weak labels, {covered:.1%} with a vote → {output}",
    )


@click.command("lf-report", epilog=LF_REPORT_EXAMPLE)
@click.argument("comments", type=click.Path(path_type=Path))
@LFS
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help=".html")
@METHOD
@GOLD
@click.option("--verdicts", type=click.Path(path_type=Path), help="comment_id, label, note: proposes functions.")
@click.option("--slice", "slices", multiple=True, metavar="COLUMN", help="Column of slices (default: slice).")
@click.option("--time", "time_column", metavar="COLUMN", help="Column of times (default: posted_at).")
@JSON
def lf_report_command(
    comments: Path,
    lfs: Path,
    output: Path,
    method: str,
    gold: Path | None,
    verdicts: Path | None,
    slices: tuple[str, ...],
    time_column: str | None,
    as_json: bool,
) -> None:
    """Show what each labeling function covers, how often it is right, and whom it contradicts."""
    from labeling_pipeline.core.weak_supervision import load_lfs
    from labeling_pipeline.core.weak_supervision.lf_report import lf_report
    from labeling_pipeline.report.html import write_page
    from labeling_pipeline.report.lf_report import render_lf_report

    frame = _comments(comments)
    applied = _applied(frame, load_lfs(lfs))
    result = _modelled(applied, gold, method, None, 0)
    report = lf_report(
        applied,
        result,
        frame,
        None if gold is None else _gold(gold),
        slice_columns=_columns(frame, slices, ("slice",)),
        verdicts=None if verdicts is None else _gold(verdicts),
        time_column=next(iter(_columns(frame, [time_column] if time_column else [], ("posted_at",))), None),
    )
    write_page(render_lf_report(report, comments.name), output)
    facts = {**_facts(result, output), **report.metadata(), "functions": _records(report.summary)}
    facts["proposals"] = _records(report.proposals)
    _say(facts, as_json, f"{len(report.summary)} labeling functions on {len(frame):,} comments → {output}")


@click.command("label-model", epilog=LABEL_MODEL_EXAMPLE)
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
    from labeling_pipeline.cli.vote_matrix import gold_of, label_frame, n_classes_of, read_votes
    from labeling_pipeline.core.weak_supervision import label_model
    from labeling_pipeline.files import ending_of, read_frame, write_frame

    ending_of(output)
    balance = _balance(class_balance)
    ids, votes, names = read_votes(read_frame(matrix), str(matrix))
    truth = None if gold is None else gold_of(read_frame(gold), ids, str(gold))
    n_classes = n_classes_of(votes, balance, truth)
    result = label_model(votes, n_classes=n_classes, method=method, class_balance=balance, gold=truth, seed=seed)
    write_frame(label_frame(ids, result), output)
    accuracies = dict(zip(names, [round(float(a), 6) for a in result.accuracies], strict=True))
    facts = {**_facts(result, output), "n_rows": len(votes), "accuracies": accuracies}
    _say(facts, as_json, f"{len(votes):,} labels by {result.method} → {output}")


def _streamed(
    comments: Path, lfs: Path, output: Path, gold: Path | None, method: str, balance: list[float] | None, seed: int
) -> tuple[AppliedLFs, LabelModelResult]:
    from labeling_pipeline.core.errors import InputError
    from labeling_pipeline.core.weak_supervision import load_lfs
    from labeling_pipeline.warehouse.lf_stream import weak_label_parquet

    if not comments.is_file():
        raise InputError(f"{comments}: no such file", remedy="check the path")
    if not output.parent.is_dir():
        raise InputError(f"{output.parent}: no such folder", remedy="create it first")
    known = None if gold is None else _gold(gold)
    shown = _progress if sys.stderr.isatty() else None
    done = weak_label_parquet(
        comments, load_lfs(lfs), output, gold=known, method=method, class_balance=balance, seed=seed, progress=shown
    )
    return done.applied, done.result


def _progress(done: int, of: int) -> None:
    click.echo(f"\r{done:,} of {of:,} comments", nl=done == of, err=True)


def _comments(path: Path) -> pd.DataFrame:
    from labeling_pipeline.core.errors import InputError
    from labeling_pipeline.files import read_frame
    from labeling_pipeline.warehouse.lf_stream import with_ids

    frame = read_frame(path)
    if "text" not in frame.columns:
        raise InputError(f"{path}: no column 'text'", remedy="rename the column that holds the text")
    if "comment_id" not in frame.columns:
        return with_ids(frame)
    repeated = frame["comment_id"].duplicated() & frame["comment_id"].notna()
    if repeated.any():
        raise InputError(f"{path}: comment_id {frame['comment_id'][repeated].iloc[0]!r} occurs twice")
    return with_ids(frame)


def _gold(path: Path) -> pd.DataFrame:
    from labeling_pipeline.core.errors import InputError
    from labeling_pipeline.files import read_frame

    frame = read_frame(path).rename(columns={"id": "comment_id", "task": "comment_id"})
    absent = [column for column in ("comment_id", "label") if column not in frame.columns]
    if absent:
        raise InputError(f"{path}: no column {absent[0]!r}", expected="comment_id and label")
    return frame.assign(comment_id=frame["comment_id"].astype("str"), label=frame["label"].astype("str"))


def _applied(frame: pd.DataFrame, lfs: Any) -> AppliedLFs:
    from labeling_pipeline.core.weak_supervision import apply_lfs
    from labeling_pipeline.warehouse.lf_scan import scan_rules

    return apply_lfs(frame, lfs, scan=scan_rules)


def _modelled(
    applied: AppliedLFs, gold: Path | None, method: str, balance: list[float] | None, seed: int
) -> LabelModelResult:
    from labeling_pipeline.core.weak_supervision import model_votes

    known = None if gold is None else _gold(gold)
    return model_votes(applied, known, method=method, class_balance=balance, seed=seed)


def _balance(text: str | None) -> list[float] | None:
    from labeling_pipeline.core.errors import InputError

    if text is None:
        return None
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise InputError(f"--class-balance {text!r}", expected="numbers with commas, like 0.7,0.3") from error


def _columns(frame: pd.DataFrame, asked: Any, usual: tuple[str, ...]) -> list[str]:
    from labeling_pipeline.core.errors import InputError

    for column in asked:
        if column not in frame.columns:
            raise InputError(f"the comments have no column {column!r}", expected=f"one of {', '.join(frame.columns)}")
    return list(asked) or [column for column in usual if column in frame.columns]


def _facts(result: LabelModelResult, output: Path) -> dict[str, Any]:
    return {
        "method": result.method,
        "advantage": result.advantage,
        "confidence_is": result.confidence_is,
        "class_balance": [round(float(p), 6) for p in result.class_balance],
        "notes": result.notes,
        "path": str(output),
    }


def _faults(applied: AppliedLFs) -> list[dict[str, Any]]:
    return _records(applied.fault_frame())


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(frame.to_json(orient="records"))
    return records


def _say(facts: dict[str, Any], as_json: bool, line: str) -> None:
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    click.echo(line)
    click.echo(f"label model: {facts['method']}, expected advantage over majority {facts['advantage']:+.3f}")
    for note in facts["notes"]:
        click.echo(f"note: {note}")
    for fault in facts.get("faults", []):
        click.echo(f"{fault['lf']} {fault['reason']} on {fault['n_rows']:,} rows, which abstain", file=sys.stderr)
