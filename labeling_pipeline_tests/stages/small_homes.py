"""A home of two classes, made and brought up to date without a subprocess.

Belongs here: what tests of single stages share. Does not: whole runs (``end_to_end``).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd

from labeling_pipeline.core.opaque_ids import opaque_ids
from labeling_pipeline.home import Home
from labeling_pipeline.report.new_home import EXAMPLE_ONTOLOGY
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import is_due, materialize

NOW = datetime(2026, 5, 4, 12)
TO_LABELS = (
    "raw_comments", "annotators", "gold_set", "decomposed_tasks", "crowd_votes", "vendor_batches", "verdicts",
    "consensus_labels", "qc_outcomes",
)  # fmt: skip


def new_home(folder: Path, settings: str) -> Home:
    """Settings beside those every small home has, the example ontology, an empty inbox."""
    (folder / "ontology").mkdir(parents=True)
    (folder / "ontology" / "v1.toml").write_text(EXAMPLE_ONTOLOGY, encoding="utf-8")
    text = "\n".join(["[ontology]", 'assume_schema = "v1"', "[inbox]", "settle_s = 0", settings])
    (folder / "labeling.toml").write_text(text, encoding="utf-8")
    home = Home(folder)
    home.prepare()
    return home


def drop(home: Home, kind: str, name: str, frame: pd.DataFrame) -> None:
    """A file into the inbox."""
    frame.to_csv(home.root / "inbox" / kind / name, index=False)


def sheet_of(home: Home, name: str) -> pd.DataFrame:
    """A round's sheets as those who answer get them, one below the other; ``comment``: whose row it is, in truth."""
    folder = home.outbox / "tasks"
    paths = sorted((folder / name).glob("*.csv")) or [folder / f"{name}.csv"]
    sheet = pd.concat([pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths], ignore_index=True)
    ids = open_context(home, NOW).query("comment_ids")["comment_id"].tolist()
    own = dict(zip(opaque_ids(ids, home.settings.platform.id_key), ids, strict=True))
    return sheet.assign(comment=sheet["comment_id"].map(own))


def up_to_date(home: Home, assets: tuple[str, ...] = TO_LABELS, most: int = 5, now: datetime = NOW) -> Context:
    """The stages up to the labels, again and again until none is due."""
    for _ in range(most):
        context = open_context(home, now)
        due = [one for one in STAGES if one in assets and is_due(one, STAGES[one], context, context.state())]
        if not due:
            return context
        for one in STAGES:
            if one in assets:
                materialize(one, STAGES[one], open_context(home, now))
    raise AssertionError(f"still due after {most} passes: {due}")


def keyword_rule(word: str) -> str:
    """A file of one labeling function, named after the word it looks for, that votes toxic."""
    head = 'classes = ["acceptable", "toxic"]\n[[lf]]\n'
    return f'{head}name = "{word}"\nkind = "keywords"\nwords = ["{word}"]\nlabel = "toxic"\n'
