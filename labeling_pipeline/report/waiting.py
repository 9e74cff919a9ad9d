"""What waits, for whom, and what they are to do: the lines of ``run`` and ``status`` that ask something of a reader.

Belongs here: sheets that nobody sent back, comments that nobody is left to decide. Does not: what became of what
arrived (``report.summary``).
"""

from __future__ import annotations

import os
from typing import Any

from labeling_pipeline.platforms.files import is_ours
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.desk import nobody_left
from labeling_pipeline.stages.inbox import files_nobody_takes


def waiting(context: Context, open_rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """What people are asked for, as plain values; ``open_rounds``: labeling_round, kind, n_comments, n_done."""
    version = context.ontology.schema_version
    older = context.query("labels_by_schema", schema_version=version)
    return {
        "sheets": [] if context.is_simulated else _sheets(context, open_rounds),
        "nobody_left": len(nobody_left(context)),
        "not_answered": int(context.query("not_answered_yet")["n"].iloc[0]),
        "schema_version": version,
        "older": {str(name): int(n) for name, n in zip(older["schema_version"], older["n"], strict=True)},
        "asked_again": [str(one["labeling_round"]) for one in open_rounds],
        "is_over": context.is_over,
        "misplaced": files_nobody_takes(context.home),
    }


def waiting_lines(told: dict[str, Any]) -> list[tuple[str, str]]:
    """The same in words."""
    lines = [("not taken", one) for one in told["misplaced"]]
    lines += [("to answer", _asked(one)) for one in told["sheets"]]
    if told["not_answered"]:
        lines.append(("not answered", f"{told['not_answered']:,} rows of sheets came back empty: they still wait"))
    if told["nobody_left"]:
        lines.append(("nobody left", nobody_left_line(told["nobody_left"])))
    return [*lines, *([("ontology", _outdated(told))] if told["older"] else [])]


def nobody_left_line(n: int) -> str:
    """What to do about comments that every listed expert knows already."""
    who = f"{n:,} of the comments that wait for an expert were decided or voted on by every expert listed"
    less = "a lower floor in [quality] lets those pass that are only not sure enough"
    return f"{who}:\nlist another in inbox/annotators with kind = expert; {less}"


def _sheets(context: Context, open_rounds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Task files of the crowd rounds that are still to be answered, in the order of rounds."""
    folder = context.home.outbox / "tasks"
    found = []
    for one in sorted(open_rounds, key=lambda one: int(one["labeling_round"])):
        stem = f"round-{int(one['labeling_round']):04d}"
        found_there = sorted([*folder.glob(f"{stem}*.csv"), *(one for one in folder.glob(f"{stem}*") if one.is_dir())])
        paths = [path for path in found_there if path.stem.split("-part-")[0] == stem]
        if one["kind"] == "crowd" and paths:
            waits = int(one["n_comments"]) - int(one["n_done"])
            sheets = [sum(is_ours(one) for one in path.glob("*.csv")) if path.is_dir() else 1 for path in paths]
            told = {"paths": [str(path) for path in paths], "n_sheets": sheets}
            found.append({"labeling_round": one["labeling_round"], "n": waits, **told})
    return found


def _asked(one: dict[str, Any]) -> str:
    shown = [os.path.relpath(path) for path in one["paths"]]
    names = [path if short.startswith("..") else short for path, short in zip(one["paths"], shown, strict=True)]
    sheets = [
        f"{name}/*.csv ({n:,} sheet{'s' if n != 1 else ''}, one for each annotator)" if os.path.isdir(path) else name
        for name, path, n in zip(names, one["paths"], one["n_sheets"], strict=True)
    ]
    them = "it" if sum(one["n_sheets"]) == 1 else "them"
    return f"{one['n']:,} comments wait for answers: fill in {', '.join(sheets)}, drop {them} into inbox/votes"


def _outdated(told: dict[str, Any]) -> str:
    """What a new ontology made of the labels there were."""
    count, versions = sum(told["older"].values()), ", ".join(told["older"])
    rounds = told["asked_again"]
    now = f", now in round {', '.join(rounds)}" if rounds else ""
    again = f"they are asked again round by round{now}"
    if told["is_over"]:
        again = "nobody answers any more in this simulated home; raise simulated.until_day"
    return f"{count:,} labels were answered under {versions}; {told['schema_version']} is in force: {again}"
