"""A home: the folder with everything about one labeling effort.

Belongs here: where things lie, and reading the home's own files. Does not: what is in the warehouse.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.settings import Settings, load_settings

if TYPE_CHECKING:
    from labeling_pipeline.core.ontology import Ontology

INBOX_KINDS = ("comments", "annotators", "gold", "predictions", "feedback", "votes", "verdicts")


@dataclass(frozen=True)
class Home:
    """Paths and settings of one home.

    >>> Home(Path("data")).warehouse_path.as_posix()
    'data/warehouse.duckdb'
    """

    root: Path

    @classmethod
    def find(cls, given: str | os.PathLike[str] | None = None) -> Home:
        """The home given, else LABELING_HOME, else ``data``.

        Raises InputError when there is no such folder or it is no home.
        """
        root = Path(given or os.environ.get("LABELING_HOME") or "data").absolute()
        if not (root / "labeling.toml").is_file():
            raise InputError(
                f"{root}: not a home",
                expected="a folder with labeling.toml",
                remedy="make one: labeling-pipeline init DIR",
            )
        return cls(root)

    @property
    def warehouse_path(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def runs(self) -> Path:
        """Lock files of live runs; a file lock is released by the operating system however a process ends."""
        return self.root / ".runs"

    @property
    def lf_columns(self) -> Path:
        """Votes of labeling functions, by their code; made anew when it is not there."""
        return self.root / ".lf_columns"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def dagster(self) -> Path:
        return self.root / ".dagster"

    @property
    def ontology_folder(self) -> Path:
        return self.root / "ontology"

    @cached_property
    def settings(self) -> Settings:
        return load_settings(self.root / "labeling.toml")

    @cached_property
    def ontologies(self) -> tuple[Ontology, ...]:
        from labeling_pipeline.core.ontology import load_ontologies

        return load_ontologies(self.ontology_folder)

    @property
    def inbox_folders(self) -> tuple[Path, ...]:
        return tuple(self.root / folder for folder in self.settings.inbox.folders)

    @property
    def labeling_functions(self) -> tuple[Path, ...]:
        """The files with the home's labeling functions, declarative before Python; none is fine."""
        names = ("labeling_functions.toml", "labeling_functions.py")
        return tuple(self.root / name for name in names if (self.root / name).is_file())

    def prepare(self) -> None:
        """Make the folders that files are dropped into."""
        for kind in INBOX_KINDS:
            (self.inbox / kind).mkdir(parents=True, exist_ok=True)
        self.runs.mkdir(exist_ok=True)
