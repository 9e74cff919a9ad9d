"""`labeling-pipeline consensus`: one label per task, from a file of votes.

Belongs here: options, what is printed. Does not: the methods (see ``core.consensus``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labeling_pipeline.cli.options import FileCommand

if TYPE_CHECKING:
    import pandas as pd

    from labeling_pipeline.core.consensus import ConsensusResult

EXAMPLE = """\b
Examples:
  labeling-pipeline consensus votes.csv -o labels.csv
  labeling-pipeline consensus votes.parquet -o labels.parquet --gold gold.csv --annotators-out annotators.csv
  labeling-pipeline consensus votes.csv -o labels.csv --method majority --json
"""
FILE = click.Path(path_type=Path)


@click.command("consensus", cls=FileCommand, epilog=EXAMPLE)
@click.argument("votes", type=FILE)
@click.option("-o", "--out", required=True, type=FILE, help="Labels: .csv, .jsonl or .parquet.")
@click.option("--method", default="auto", show_default=True, metavar="NAME", help="A method by name, or auto.")
@click.option("--gold", type=FILE, help="Known labels (task, label): clamped, used to choose and to calibrate.")
@click.option("--history", type=FILE, help="Past answers to known tasks: annotator, true, given, n, age_days.")
@click.option("--predictions", type=FILE, help="Models as annotators: task, p_<class>…, perhaps model_version.")
@click.option("--annotators-out", type=FILE, help="Reliability and confusion matrix of each annotator.")
@click.option("--classes", metavar="A,B,C", help="The classes, in the order of the columns.  [default: as found]")
@click.option("--non-class", default="unsure,none_of_these", show_default=True, help="Answers that name no class.")
@click.option("--question", metavar="NAME", help="The question to aggregate, where the file answers several.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def consensus_command(
    votes: Path,
    out: Path,
    method: str,
    gold: Path | None,
    history: Path | None,
    predictions: Path | None,
    annotators_out: Path | None,
    classes: str | None,
    non_class: str,
    question: str | None,
    as_json: bool,
) -> None:
    """Aggregate votes into one label per task, with probabilities.

    VOTES: columns task (or comment_id), annotator (or annotator_id, worker), label (or answer); optional confidence
    (or stated_confidence: by the annotator, 0 to 1) and weight. Methods: auto, majority, wawa, one_coin, dawid_skene,
    dawid_skene_plain, glad, mace.
    """
    from labeling_pipeline.core.consensus import consensus
    from labeling_pipeline.files import ending_of, read_frame, write_frame

    for path in (out, annotators_out):
        if path is not None:
            ending_of(path)  # a wrong ending is said before the work, not after
    frame = one_question(read_frame(votes), question, votes)
    beside = {"gold": gold, "history": history, "predictions": predictions}
    known, past, drafts = (None if path is None else read_frame(path) for path in beside.values())
    names, special = (_names(classes) if classes else None), _names(non_class)
    with _placed(beside, votes):
        result = consensus(
            frame, method=method, classes=names, non_class_answers=special, gold=known, history=past, predictions=drafts
        )
    write_frame(result.labels, out)
    if annotators_out is not None:
        write_frame(result.annotators, annotators_out)
    _print(summarise(result), [path for path in (out, annotators_out) if path is not None], as_json)


def summarise(result: ConsensusResult) -> dict[str, Any]:
    """What a reader wants to know of a consensus before opening the file."""
    labels = result.labels
    return {
        "method": result.method,
        "n_tasks": len(labels),
        "n_votes": int(labels["n_votes"].sum()),
        "n_annotators": len(result.annotators),
        "class_share": {str(k): round(float(v), 6) for k, v in labels["label"].value_counts(normalize=True).items()},
        "mean_confidence": round(float(labels["confidence"].mean()), 6),
        "confidence_is": str(labels["confidence_is"].iloc[0]),
        "scores": {name: round(score, 6) for name, score in result.scores.items()},
        "notes": result.notes,
    }


def _print(summary: dict[str, Any], written: list[Path], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False))
        return
    click.echo(
        f"{summary['n_tasks']:,} labels from {summary['n_votes']:,} votes of {summary['n_annotators']:,} annotators, "
        f"by {summary['method']}; mean confidence {summary['mean_confidence']:.3f}, {summary['confidence_is']}"
    )
    click.echo("classes: " + ", ".join(f"{name} {share:.3f}" for name, share in summary["class_share"].items()))
    if summary["scores"]:
        scores = sorted(summary["scores"].items(), key=lambda item: -item[1])
        click.echo("held-out accuracy on gold: " + ", ".join(f"{name} {score:.3f}" for name, score in scores))
    for note in summary["notes"]:
        click.echo(f"note: {note}")
    click.echo("written: " + ", ".join(map(str, written)))


def one_question(frame: pd.DataFrame, question: str | None, path: Path) -> pd.DataFrame:
    """The rows that answer the question; votes on several are never mixed."""
    from labeling_pipeline.core.errors import InputError

    if question is None:
        if "question" in frame.columns and "task" not in frame.columns and frame["question"].nunique() > 1:
            names = ", ".join(sorted(map(str, frame["question"].dropna().unique()))[:8])
            raise InputError(f"{path}: votes answer several questions", expected=names, remedy="pass --question NAME")
        return frame
    if "question" not in frame.columns or not (frame["question"] == question).any():
        raise InputError(f"{path}: no vote answers question {question!r}", remedy="see the column 'question'")
    return frame[frame["question"] == question]


@contextmanager
def _placed(others: dict[str, Path | None], votes: Path) -> Iterator[None]:
    """Errors of the input get the file they are about in front."""
    from labeling_pipeline.core.errors import InputError

    try:
        yield
    except InputError as error:
        part, _, rest = error.what.partition(": ")
        path, what = (others[part] or votes, rest) if part in others else (votes, error.what.removeprefix("votes: "))
        raise InputError(f"{path}: {what}", expected=error.expected, remedy=error.remedy) from error


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
