"""`labeling-pipeline annotators`: how reliable each one is, whom to look at, how groups differ; from files.

Belongs here: options, what is printed. Does not: the statistics (``core.reliability``, ``core.groups``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labeling_pipeline.cli.options import FileCommand, naming, records

if TYPE_CHECKING:
    import pandas as pd

EXAMPLE = """\b
Examples:
  labeling-pipeline annotators votes.csv
  labeling-pipeline annotators votes.csv --gold gold.csv --attributes annotators.csv -o annotators.csv --json
  labeling-pipeline annotators votes.csv --gold gold.csv --honeypots honeypots.csv --weeks-out weeks.csv
"""
FILE = click.Path(path_type=Path)
MOST_SHOWN = 20
WHAT = (
    ("others", "agrees with what the others say"),
    ("gold", "right against gold"),
    ("honeypots", "right against honeypots"),
)


@click.command("annotators", cls=FileCommand, epilog=EXAMPLE)
@click.argument("votes", type=FILE)
@click.option("--gold", type=FILE, help="Known labels (task, label): adds each one's accuracy.")
@click.option("--honeypots", type=FILE, help="Answers to honeypots (task, label): adds each one's accuracy, apart.")
@click.option("--attributes", type=FILE, help="annotator and one column per attribute: do groups answer differently?")
@click.option("--min-group-size", default=10, show_default=True, help="Annotators below which a group is not told.")
@click.option("--question", metavar="NAME", help="The question to look at, where the file answers several.")
@click.option("-o", "--out", type=FILE, help="A row per annotator: .csv, .jsonl or .parquet.")
@click.option("--weeks-out", type=FILE, help="Each one's accuracies and reliability week by week.")
@click.option("--groups-out", type=FILE, help="What each group alone concludes of each task; with --attributes.")
@click.option("--seed", default=0, show_default=True, help="Seed of permutations and resampling.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def annotators_command(
    votes: Path,
    gold: Path | None,
    honeypots: Path | None,
    attributes: Path | None,
    min_group_size: int,
    question: str | None,
    out: Path | None,
    weeks_out: Path | None,
    groups_out: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Tell how reliable annotators are, whom to look at and why, and whether groups of them answer differently.

    VOTES: columns task (or comment_id), annotator (or annotator_id, worker), label (or answer); optional answered_at or
    week. A finding (random_clicker, one_answer_clicker, sudden_decline, copier) is a reason to look, not a judgement.
    """
    from labeling_pipeline.cli.consensus import one_question
    from labeling_pipeline.core.reliability.overview import bad_annotators, known_of_each, with_status
    from labeling_pipeline.files import read_frame, write_frame

    paths = _checked([out, weeks_out, groups_out], attributes)
    frame = one_question(read_frame(votes), question, votes)
    known, seen, people = (None if path is None else read_frame(path) for path in (gold, honeypots, attributes))
    with naming(votes):
        found = bad_annotators(frame)
    with naming(votes, gold, honeypots):
        each = known_of_each(frame, {"gold": known, "honeypots": seen})
        if weeks_out is not None:
            _write_weeks(frame, known, seen, weeks_out)
    with naming(votes, attributes):
        groups = None if people is None else _groups(frame, people, min_group_size, seed, groups_out)
    if out is not None:
        write_frame(with_status(each, found), out)
    flagged = found[found["status"] == "flagged"]
    if as_json:
        click.echo(json.dumps(_told(each, flagged, groups), indent=2, ensure_ascii=False, allow_nan=False))
        return
    _print(each, flagged, groups, paths)


def _groups(votes: pd.DataFrame, people: pd.DataFrame, least: int, seed: int, out: Path | None) -> pd.DataFrame:
    """Whether groups answer differently; what each concludes alone goes into a file."""
    from labeling_pipeline.core.groups import group_consensus, group_divergence
    from labeling_pipeline.files import write_frame

    if out is not None:
        write_frame(group_consensus(votes, people, min_size=least), out)
    return group_divergence(votes, people, min_size=least, seed=seed)


def _checked(paths: list[Path | None], attributes: Path | None) -> list[Path]:
    """The files to write; what is wrong with them is said before the work, not after."""
    from labeling_pipeline.files import ending_of

    if paths[-1] is not None and attributes is None:
        raise click.UsageError("--groups-out needs --attributes, which say who is in which group")
    given = [path for path in paths if path is not None]
    for path in given:
        ending_of(path)
    return given


def _write_weeks(votes: pd.DataFrame, gold: pd.DataFrame | None, honeypots: pd.DataFrame | None, path: Path) -> None:
    from labeling_pipeline.core.reliability import reliability_by_week
    from labeling_pipeline.files import write_frame

    weekly, n_undated = reliability_by_week(votes, gold=gold, honeypots=honeypots)
    write_frame(weekly, path)
    if "consensus_accuracy" not in set(weekly["statistic"]):
        click.echo("note: the consensus judges nobody: no label two others gave, or one category only", err=True)
    if n_undated:
        click.echo(f"note: {n_undated} votes have no time and are in no week", err=True)


def _told(each: pd.DataFrame, flagged: pd.DataFrame, groups: pd.DataFrame | None) -> dict[str, Any]:
    return {
        "n_annotators": len(each),
        "annotators": records(each),
        "findings": records(flagged),
        "groups": None if groups is None else records(groups[groups["status"] != "too small"]),
        "n_groups_too_small": None if groups is None else int((groups["status"] == "too small").sum()),
    }


def _print(each: pd.DataFrame, flagged: pd.DataFrame, groups: pd.DataFrame | None, written: list[Path]) -> None:
    click.echo(f"{len(each):,} annotators, {flagged['annotator'].nunique():,} to look at")
    right = _right(each)
    for row in flagged.head(MOST_SHOWN).itertuples():
        what = f"{str(row.check).replace('_', ' ')}, {row.reason}"
        click.echo(f"  {row.annotator}: {what} (n {row.n}, q {row.q:.3f}{right.get(row.annotator, '')})")
    if len(flagged) > MOST_SHOWN:
        click.echo(f"  and {len(flagged) - MOST_SHOWN:,} more findings (-o or --json has all)")
    for name, what in WHAT:
        if f"by_{name}" in each.columns:
            _print_spread(what, each[f"by_{name}"], each[f"{name}_note"])
    if groups is not None:
        _print_groups(groups)
    if written:
        click.echo(f"written: {', '.join(map(str, written))}")


def _right(each: pd.DataFrame) -> dict[Any, str]:
    """What gold says of each annotator, who was judged without it."""
    if "by_gold" not in each.columns:
        return {}
    known = each[each["by_gold"].notna()]
    return {row.annotator: f", against gold {row.by_gold:.3f} of {row.n_gold}" for row in known.itertuples()}


def _print_spread(what: str, values: pd.Series, notes: pd.Series) -> None:
    """Lowest, median and highest; and of how many there is no figure, with the reason."""
    known = values.dropna()
    if len(known):
        spread = f"{known.min():.3f} … {known.median():.3f} … {known.max():.3f}"
        click.echo(f"{what}: {spread} (lowest, median, highest)")
    for note, n in notes[values.isna()].value_counts(sort=False).sort_index().items():
        click.echo(f"{what}: not known of {n:,} annotators, {note}")


def _print_groups(groups: pd.DataFrame) -> None:
    told = groups[groups["status"] != "too small"]
    n_small = int((groups["status"] == "too small").sum())
    click.echo(f"{told.groupby(['attribute', 'group']).ngroups} groups compared, {n_small} too small to tell of")
    diverging = told[told["status"] == "diverges"].rename(columns={"class": "label"})
    for row in diverging.itertuples():
        gap = f"{row.gap:+.3f} ({row.low:+.3f} … {row.high:+.3f})"
        click.echo(f"  {row.attribute}={row.group} {row.label}: {gap}, adjusted p {row.p_adjusted:.3f}")
