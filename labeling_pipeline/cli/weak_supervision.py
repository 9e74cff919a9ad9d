"""`weak-label`, `lf-report`: labeling functions on files.

Belongs here: options, files, output. Does not: labeling functions and label models (see ``core.weak_supervision``).
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labeling_pipeline.cli.function_calls import PROCESSES, SECONDS, how_called
from labeling_pipeline.cli.gold_file import Told, gold_rows, labeled_rows, told
from labeling_pipeline.cli.label_model import BALANCE, GOLD, JSON, METHOD, OUTPUT, balance_of, model_facts, say
from labeling_pipeline.cli.options import FileCommand, is_same, records

if TYPE_CHECKING:
    import pandas as pd

    from labeling_pipeline.core.weak_supervision import AppliedLFs, LabelModelResult, LFSet
    from labeling_pipeline.core.weak_supervision.production_signals import SignalLabels

LFS = click.option(
    "--lfs", required=True, type=click.Path(path_type=Path), help=".toml or .py with labeling functions."
)

ONLY_FUNCTIONS_ARE_JUDGED = (
    "gold names no role, so the label model was taught by all of it and is not judged on it; the functions themselves"
    " learn nothing from gold, and their accuracy is measured on it"
)
WEAK_LABEL_EXAMPLE = """\b
Example:
  labeling-pipeline weak-label comments.csv --lfs lfs.toml -o weak_labels.csv
  labeling-pipeline weak-label comments.parquet --lfs lfs.py --gold gold.csv -o weak_labels.parquet
"""
LF_REPORT_EXAMPLE = """\b
Example:
  labeling-pipeline lf-report comments.csv --lfs lfs.toml --gold gold.csv -o report.html
  labeling-pipeline lf-report comments.csv --lfs lfs.toml --feedback flags.csv --served served.csv -o report.html
"""


@click.command("weak-label", cls=FileCommand, epilog=WEAK_LABEL_EXAMPLE)
@click.argument("comments", type=click.Path(path_type=Path))
@LFS
@OUTPUT
@METHOD
@GOLD
@BALANCE
@PROCESSES
@SECONDS
@click.option("--read-texts", is_flag=True, help="A text classifier taught by the labels has half a say in them.")
@click.option("--seed", default=0, show_default=True, help="Seed of folds and samples.")
@JSON
def weak_label_command(
    comments: Path,
    lfs: Path,
    output: Path,
    method: str,
    gold: Path | None,
    class_balance: str | None,
    read_texts: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Label every comment from labeling functions.

    COMMENTS: text, and comment_id where there is one. Methods: auto, correlation_aware, majority, weighted, snorkel.
    Writes comment_id, label, confidence, p_<class>…, n_fired, method.
    """
    from labeling_pipeline.core.weak_supervision import reading, weak_label_frame
    from labeling_pipeline.files import ending_of, write_frame

    balance, known, functions = balance_of(class_balance), gold_rows(gold), _functions(lfs, output)
    if ending_of(output) == ".parquet" and comments.suffix == ".parquet" and not read_texts:
        applied, said = _streamed(comments, functions, output, known, method, balance, seed)
    else:
        frame = _comments(comments)
        applied = _applied(frame, functions)
        result = _modelled(applied, known, method, balance, seed)
        result = reading.read_texts(applied, result, frame["text"], seed) if read_texts else result
        write_frame(weak_label_frame(applied, result), output)
        said = _told(applied, result, known)
    result = dataclasses.replace(said.result, notes=[*functions.notes, *said.result.notes])
    facts = {**model_facts(result, output), **said.facts, "faults": _faults(applied)}
    covered = _covered(applied)
    facts |= {"n_comments": len(applied.matrix), "coverage": covered}
    say(facts, as_json, f"{len(applied.matrix):,} weak labels, {covered:.1%} with a vote → {output}")


def _covered(applied: AppliedLFs) -> float:
    return float((applied.matrix >= 0).any(axis=1).mean()) if len(applied.matrix) else 0.0


@click.command("lf-report", cls=FileCommand, epilog=LF_REPORT_EXAMPLE)
@click.argument("comments", type=click.Path(path_type=Path))
@LFS
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help=".html")
@METHOD
@GOLD
@BALANCE
@PROCESSES
@SECONDS
@click.option("--verdicts", type=click.Path(path_type=Path), help="comment_id, label[, note, error_type]: proposals.")
@click.option("--feedback", type=click.Path(path_type=Path), help="comment_id, kind[, label, actor_id, created_at].")
@click.option("--served", type=click.Path(path_type=Path), help="comment_id, label: what production showed.")
@click.option("--slice", "slices", multiple=True, metavar="COLUMN", help="Column of slices (default: slice).")
@click.option("--time", "time_column", metavar="COLUMN", help="Column of times (default: posted_at).")
@JSON
def lf_report_command(
    comments: Path,
    lfs: Path,
    output: Path,
    method: str,
    gold: Path | None,
    class_balance: str | None,
    verdicts: Path | None,
    feedback: Path | None,
    served: Path | None,
    slices: tuple[str, ...],
    time_column: str | None,
    as_json: bool,
) -> None:
    """Show what each labeling function covers, how often it is right, and whom it contradicts."""
    from labeling_pipeline.core.weak_supervision.lf_report import lf_report
    from labeling_pipeline.report.html import write_page
    from labeling_pipeline.report.lf_report import render_lf_report
    from labeling_pipeline.warehouse.lf_scan import scan_rules

    frame, functions = _comments(comments), _functions(lfs, output)
    applied, known = _applied(frame, functions), gold_rows(gold)
    result = _for_report(applied, _modelled(applied, known, method, balance_of(class_balance), 0), known)
    result = dataclasses.replace(result, notes=[*functions.notes, *result.notes])
    report = lf_report(
        applied,
        result,
        frame,
        known,
        slice_columns=_columns(frame, slices, ("slice",)),
        verdicts=None if verdicts is None else labeled_rows(verdicts),
        signals=None if feedback is None else _signals(feedback, served, applied.classes, known),
        time_column=next(iter(_columns(frame, [time_column] if time_column else [], ("posted_at",))), None),
        scan=scan_rules,
    )
    write_page(render_lf_report(report, comments.name), output)
    facts = {**model_facts(result, output), **report.metadata(), "functions": records(report.summary)}
    facts |= {"signals": records(report.signals), "proposals": records(report.proposals), "notes": report.notes}
    say(facts, as_json, f"{len(report.summary)} labeling functions on {len(frame):,} comments → {output}")


def _streamed(
    comments: Path,
    lfs: LFSet,
    output: Path,
    gold: pd.DataFrame | None,
    method: str,
    balance: list[float] | None,
    seed: int,
) -> tuple[AppliedLFs, Told]:
    from labeling_pipeline.core.errors import InputError
    from labeling_pipeline.warehouse.lf_stream import weak_label_parquet

    if not comments.is_file():
        raise InputError(f"{comments}: no such file", remedy="check the path")
    if not output.parent.is_dir():
        raise InputError(f"{output.parent}: no such folder", remedy="create it first")
    done = weak_label_parquet(
        comments,
        lfs,
        output,
        gold=gold,
        method=method,
        class_balance=balance,
        seed=seed,
        **how_called(),
    )
    return done.applied, told(done.result, gold, done.fitted, done.held_out, done.applied.matrix)


def _functions(path: Path, output: Path) -> LFSet:
    """The labeling functions of a file; InputError where `output` is a file that they are made from."""
    from labeling_pipeline.core.errors import InputError
    from labeling_pipeline.core.weak_supervision import load_lfs

    lfs = load_lfs(path)
    same = next((file for file in lfs.files if is_same(output, file)), None)
    if same is not None:
        raise InputError(f"-o {output} would overwrite {same}, which {path} reads", remedy="write to another file")
    return lfs


def _comments(path: Path) -> pd.DataFrame:
    from labeling_pipeline.core.errors import InputError
    from labeling_pipeline.files import ending_of, read_frame
    from labeling_pipeline.warehouse.lf_stream import with_ids

    frame = read_frame(path)
    if "text" not in frame.columns:
        raise InputError(f"{path}: no column 'text'", remedy="rename the column that holds the text")
    if ending_of(path) == ".csv":  # which cannot tell an empty text from none: it is one, as in Parquet
        frame = frame.assign(text=frame["text"].fillna(""))
    if frame.empty:
        raise InputError(f"{path}: no rows", expected="at least one comment")
    if "comment_id" not in frame.columns:
        return with_ids(frame)
    repeated = frame["comment_id"].duplicated() & frame["comment_id"].notna()
    if repeated.any():
        raise InputError(f"{path}: comment_id {frame['comment_id'][repeated].iloc[0]!r} occurs twice")
    return with_ids(frame)


def _signals(feedback: Path, served: Path | None, classes: tuple[str, ...], gold: pd.DataFrame | None) -> SignalLabels:
    import pandas as pd

    from labeling_pipeline.core.errors import InputError
    from labeling_pipeline.core.weak_supervision import signal_labels
    from labeling_pipeline.files import read_frame

    acts = read_frame(feedback)
    shown = pd.DataFrame(columns=["comment_id", "label"]) if served is None else labeled_rows(served)
    signals = signal_labels(acts, shown, classes, gold=gold)
    if signals.votes.empty and len(acts):
        remedy = "give the labels that production showed with --served, or acts that name a class in `label`"
        said = "; ".join(["no act claims a class of these, and none contradicts a label", *signals.notes])
        raise InputError(f"{feedback}: {said}", remedy=remedy)
    return signals


def _applied(frame: pd.DataFrame, lfs: Any) -> AppliedLFs:
    from labeling_pipeline.core.weak_supervision import apply_lfs
    from labeling_pipeline.warehouse.lf_scan import scan_rules

    how = how_called()
    applied = apply_lfs(frame, lfs, scan=scan_rules, **how)
    if "progress" in how:
        how["progress"](len(frame), len(frame))
    return applied


def _modelled(
    applied: AppliedLFs, gold: pd.DataFrame | None, method: str, balance: list[float] | None, seed: int
) -> LabelModelResult:
    from labeling_pipeline.core.weak_supervision import model_votes

    return model_votes(applied, gold, method=method, class_balance=balance, seed=seed)


def _told(applied: AppliedLFs, result: LabelModelResult, gold: pd.DataFrame | None) -> Told:
    from labeling_pipeline.core.weak_supervision.gold_roles import fit_rows, measure_rows
    from labeling_pipeline.core.weak_supervision.weak_labels import gold_vector

    if gold is None:
        return Told(result)
    fitted, held_out = (gold_vector(applied, rows) for rows in (fit_rows(gold), measure_rows(gold)))
    return told(result, gold, fitted, held_out, applied.matrix)


def _for_report(applied: AppliedLFs, result: LabelModelResult, gold: pd.DataFrame | None) -> LabelModelResult:
    from labeling_pipeline.core.weak_supervision.gold_roles import has_roles

    result = _told(applied, result, gold).result
    if gold is None or has_roles(gold):
        return result
    return dataclasses.replace(result, notes=[*result.notes, ONLY_FUNCTIONS_ARE_JUDGED])


def _columns(frame: pd.DataFrame, asked: Any, usual: tuple[str, ...]) -> list[str]:
    from labeling_pipeline.core.errors import InputError

    for column in asked:
        if column not in frame.columns:
            raise InputError(f"the comments have no column {column!r}", expected=f"one of {', '.join(frame.columns)}")
    return list(asked) or [column for column in usual if column in frame.columns]


def _faults(applied: AppliedLFs) -> list[dict[str, Any]]:
    return records(applied.fault_frame())
