"""A small home with one ontology of three classes and one atomic question, and a hand to drop files into it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from labeling_pipeline.core.ontology import Ontology, parse_ontology
from labeling_pipeline.warehouse.inbox import KINDS, IngestContext, Taken, reexamine, scan, take_all
from labeling_pipeline.warehouse.store import Warehouse

ONTOLOGY = """
schema_version = "{version}"
effective_at = {since}T00:00:00Z
approved_by = "policy team"
reason = "a version"
guideline = "Guideline of {version}."
classes = [
  {{ id = "fine", name = "fine", definition = "Nothing wrong." }},
  {{ id = "rude", name = "Rude!", definition = "Unkind." }},
  {{ id = "{third}", name = "third", definition = "The third one." }},
]
questions = [
  {{ id = "label", text = "Which class?", answers = "classes" }},
  {{ id = "shouts", text = "Does it shout?", answers = ["yes", "no"] }},
]
"""

TABLES = (
    "raw_comments",
    "vote_log",
    "verdicts",
    "gold_set",
    "annotators",
    "production_predictions",
    "production_feedback",
)


def ontology_of(version: str, since: str, third: str = "spam") -> Ontology:
    return parse_ontology(ONTOLOGY.format(version=version, since=since, third=third), f"{version}.toml")


V1 = ontology_of("v1", "2026-01-01")
V2 = ontology_of("v2", "2026-06-01", third="threat")


@dataclass
class SmallHome:
    root: Path
    warehouse: Warehouse
    context: IngestContext = field(default_factory=lambda: IngestContext([V1], assume_schema="v1"))

    def drop(self, kind: str, name: str, content: str | bytes) -> Path:
        path = self.root / "inbox" / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(path, (1_700_000_000, 1_700_000_000))
        return path

    def waiting(self, kind: str, **options: Any) -> list[str]:
        options = {"settle_s": 2.0, "now_wall": datetime.now(UTC), **options}
        return [file.path.name for file in scan(self.warehouse, [self.root / "inbox"], kind, **options)]

    def ingest(self, **changes: Any) -> list[Taken]:
        """Look again at refused rows, then look and take, kind by kind, as a run does."""
        self.context = replace(self.context, home=self.root, **changes)
        reexamine(self.warehouse, self.context)
        folders, taken = [self.root / "inbox"], []
        now = datetime.now(UTC)
        waiting = {kind: scan(self.warehouse, folders, kind, settle_s=2.0, now_wall=now) for kind in KINDS}
        for kind, files in waiting.items():
            if not files:
                continue
            taken += take_all(self.warehouse, files, self.context)
            if kind == "comments":
                reexamine(self.warehouse, self.context)
        return taken

    def take(self, kind: str, content: str | bytes, name: str = "file.csv", **changes: Any) -> Taken:
        self.drop(kind, name, content)
        return next(one for one in self.ingest(**changes) if one.file == name)

    def rows(self, table: str) -> pd.DataFrame:
        return self.warehouse.table(table)

    def refused(self) -> list[tuple[int, str]]:
        """Line and rule of every quarantined row; line 0 stands for a whole file."""
        rows = self.rows("quarantine").sort_values(["file", "line"])
        return list(zip(rows["line"].fillna(0).astype(int).tolist(), rows["rule"].tolist(), strict=True))

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every table that holds what came in, as sorted rows, without columns that depend on the file's name."""
        found = {}
        for name, frame in self.warehouse.tables(*TABLES).items():
            rows = frame.drop(columns=["file_sha256", "line"]).itertuples(index=False)
            found[name] = sorted(tuple(map(str, row)) for row in rows)
        return found


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with tables and no rows: copying it takes a tenth of the time of making it."""
    warehouse = Warehouse(tmp_path_factory.mktemp("empty") / "warehouse.duckdb")
    warehouse.migrate()
    return warehouse.path


@pytest.fixture
def new_home(tmp_path: Path, empty_warehouse: Path) -> Callable[[str], SmallHome]:
    def make(name: str) -> SmallHome:
        root = tmp_path / name
        root.mkdir(parents=True, exist_ok=True)
        return SmallHome(root, Warehouse(Path(shutil.copy(empty_warehouse, root))))

    return make


@pytest.fixture
def home(new_home: Callable[[str], SmallHome]) -> SmallHome:
    return new_home("home")


@pytest.fixture
def with_comments(home: SmallHome) -> SmallHome:
    home.take("comments", "comment_id,text\n" + "".join(f"c{i},a kind word {i}\n" for i in range(1, 6)), "c.csv")
    return home
