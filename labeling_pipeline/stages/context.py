"""What a stage may know: a home at one time.

Belongs here: reading the home and its warehouse. Does not: writing, or deciding anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from labeling_pipeline.home import Home
from labeling_pipeline.settings import Settings
from labeling_pipeline.warehouse.state import AssetState, read_state
from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline.warehouse.tables import count_rows

if TYPE_CHECKING:
    import pandas as pd

    from labeling_pipeline.core.ontology import Ontology
    from labeling_pipeline.warehouse.inbox import InboxFile, IngestContext

# Votes that name no round answer the first.
DEFAULT_ROUND = "1"


@dataclass(frozen=True)
class Context:
    """One pass over a home at one time."""

    home: Home
    warehouse: Warehouse
    now: datetime
    run_id: str = "none"

    @property
    def settings(self) -> Settings:
        return self.home.settings

    @property
    def ontologies(self) -> tuple[Ontology, ...]:
        return self.home.ontologies

    @property
    def ontology(self) -> Ontology:
        """The ontology in force now; the earliest when none is yet."""
        from labeling_pipeline.core.ontology import in_force

        return in_force(self.ontologies, self.now) or self.ontologies[0]

    @cached_property
    def all_classes(self) -> tuple[str, ...]:
        """The classes in force, then those that only older ontologies know."""
        older = [one for ontology in self.ontologies for one in ontology.classes]
        return tuple(dict.fromkeys([*self.ontology.classes, *older]))

    @property
    def deciding_questions(self) -> list[str]:
        """The questions whose answers decide labels: the direct one of each ontology, else its first."""
        return sorted({(one.direct_question or one.questions[0]).id for one in self.ontologies})

    @property
    def is_simulated(self) -> bool:
        return self.settings.platform.name == "simulated"

    @property
    def is_over(self) -> bool:
        """Whether a simulated home has come to its last day, after which nothing is asked any more."""
        return self.is_simulated and self.day >= self.settings.simulated.until_day

    @property
    def day(self) -> int:
        """Days since day 0 of a simulated home."""
        start = self.settings.simulated.start_at.replace(hour=0, minute=0, second=0)
        return (self.now - start) // timedelta(days=1)

    @property
    def known_at(self) -> datetime:
        """When what is written now was known: the simulated clock, else the time of this pass."""
        return self.now

    @cached_property
    def ingest(self) -> IngestContext:
        """What the inbox rules need to know of this home."""
        from labeling_pipeline.warehouse.inbox import IngestContext

        inbox = self.settings.inbox
        return IngestContext(
            ontologies=self.ontologies,
            assume_schema=self.settings.ontology.assume_schema,
            mappings=inbox.columns,
            slice_columns=inbox.slice_columns,
            max_cell_bytes=inbox.max_cell_bytes,
            known_at=self.known_at,
            feedback_kinds=inbox.feedback_kinds,
            default_round=DEFAULT_ROUND,
            home=self.home.root,
            id_key=self.settings.platform.id_key,
        )

    def query(self, name: str, **parameters: Any) -> pd.DataFrame:
        """The rows of a named query, in a short connection of their own."""
        return self.warehouse.query(name, **parameters)

    def state(self) -> dict[str, AssetState]:
        """What the warehouse knows of every asset's last materialization."""
        with self.warehouse.read() as con:
            return read_state(con)

    def count(self, table: str) -> int:
        """Rows of a table or view."""
        with self.warehouse.read() as con:
            return count_rows(con, [table])[table]

    def columns(self, table: str) -> list[tuple[str, str, str]]:
        """Name, type and comment of every column."""
        return self.warehouse.columns(table)

    def untaken(self, kind: str, *, is_waiting: bool = False) -> list[InboxFile]:
        """Files of one kind that are there, still, and not taken yet; ``is_waiting``: those not still yet, too."""
        from labeling_pipeline.warehouse.inbox import scan

        return scan(
            self.warehouse,
            self.home.inbox_folders,
            kind,
            settle_s=0.0 if is_waiting else self.settings.inbox.settle_s,
            now_wall=datetime.now(UTC),
            simulated_day=self._days_over if self.is_simulated else None,
        )

    def ontologies_changed(self) -> bool:
        """Whether an ontology file is new, or says something else than when it was registered."""
        known = set(self.query("ontology_hashes")["ontology_hash"])
        return {ontology.ontology_hash for ontology in self.ontologies} != known

    def taken_files(self, kind: str) -> list[str]:
        """The content hashes of all files of this kind that were taken."""
        return self.query("taken_files", kind=kind)["file_sha256"].tolist()

    @property
    def _days_over(self) -> int:
        """The last simulated day whose files have arrived: they come at its end."""
        return self.day if self.now.hour >= END_OF_DAY_HOUR else self.day - 1

    def recorded_comments(self) -> set[str]:
        """Comments of a simulated home that recorded files answer, so that nobody simulated has to."""
        return _recorded(self.home) if self.is_simulated else set()


# The hour at which a simulated day is over: what happened on it is there.
END_OF_DAY_HOUR = 20


def _recorded(home: Home) -> set[str]:
    import pandas as pd

    files = [
        path
        for folder in home.inbox_folders
        if folder != home.inbox  # what the simulated platform wrote is there
        for kind in ("votes", "verdicts")
        for path in sorted((folder / kind).glob("day-*.csv"))
    ]
    return {str(one) for path in files for one in pd.read_csv(path, usecols=["comment_id"], dtype=str)["comment_id"]}
