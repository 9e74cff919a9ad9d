"""What changed between two exports, why, and which number the next version gets.

Belongs here: comparing label tables. Does not: deciding whether to export.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from labeling_pipeline.core.export.manifest import NAME, version_key, versions
from labeling_pipeline.core.export.tables import labels_table

Places = NDArray[np.int64]
COLUMNS = ["comment_id", "change", "from", "to", "why"]
FACTS = ["label", "confidence", "schema_version", "source", "n_votes", "qc_reasons"]


@dataclass(frozen=True)
class Changes:
    """How many comments are new, say something else, or are gone; ``relabeled`` are those whose label is another."""

    added: int
    changed: int
    removed: int
    relabeled: int

    @property
    def is_none(self) -> bool:
        """Whether both say the same."""
        return not (self.added or self.changed or self.removed)

    def __str__(self) -> str:
        return f"{self.added} added, {self.changed} changed ({self.relabeled} relabeled), {self.removed} removed"


def diff(folder_a: Path | str, folder_b: Path | str) -> pd.DataFrame:
    """Every comment that differs from export a to export b: comment_id, change, from, to, why; sorted by comment_id.

    change is added, changed or removed; from and to are labels; why is derived from the columns that differ.
    """
    return compare(*(pq.read_table(Path(folder) / "labels.parquet") for folder in (folder_a, folder_b)))


def changes(parent: Path | str | None, labels: pd.DataFrame, classes: Sequence[str]) -> Changes:
    """Count what a frame of labels would change against the parent export (None: everything is added)."""
    if parent is None:
        return Changes(len(labels), 0, 0, 0)
    found = compare(pq.read_table(Path(parent) / "labels.parquet"), labels_table(labels, classes))
    n = found["change"].value_counts()
    relabeled = int(((found["change"] == "changed") & (found["from"] != found["to"])).sum())
    return Changes(int(n.get("added", 0)), int(n.get("changed", 0)), int(n.get("removed", 0)), relabeled)


def next_version(parent: Mapping[str, Any] | None, found: Changes, *, ontology_sha256: str = "") -> str | None:
    """The next version after the parent's manifest, or None if nothing changed.

    major: another ontology; minor: new labels; patch: corrections and removals only.

    >>> next_version(None, Changes(10, 0, 0, 0))
    '1.0.0'
    >>> next_version({"version": "1.2.3", "ontology_sha256": "a"}, Changes(0, 1, 0, 1), ontology_sha256="a")
    '1.2.4'
    """
    if parent is None:
        return "1.0.0"
    major, minor, patch = version_key(parent["version"])
    if parent.get("ontology_sha256", "") != ontology_sha256:
        return f"{major + 1}.0.0"
    if found.added:
        return f"{major}.{minor + 1}.0"
    return None if found.is_none else f"{major}.{minor}.{patch + 1}"


def latest(exports: Path | str) -> Path | None:
    """The folder of the newest version, or None."""
    found = [one for one in versions(exports) if (Path(exports) / one / NAME).is_file()]
    return Path(exports) / found[-1] if found else None


def compare(before: pa.Table, after: pa.Table) -> pd.DataFrame:
    """`diff` on two label tables."""
    old, new = _facts(before), _facts(after)
    rows: list[tuple[Any, ...]]
    rows = [
        (one, "added", None, new.at[one, "label"], _origin(new.loc[one])) for one in new.index.difference(old.index)
    ]
    gone = old.index.difference(new.index)
    rows += [(one, "removed", old.at[one, "label"], None, "no longer among the labels that passed") for one in gone]
    both = old.index.intersection(new.index)
    changed = both[_differs(before, after, old.index.get_indexer(both), new.index.get_indexer(both))]
    rows += [
        (one, "changed", a.label, b.label, _why(a, b))
        for one, a, b in zip(changed, old.loc[changed].itertuples(), new.loc[changed].itertuples(), strict=True)
    ]
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object).sort_values("comment_id", ignore_index=True)


def _facts(table: pa.Table) -> pd.DataFrame:
    """What a reason is made of, by comment."""
    frame: pd.DataFrame = table.select(FACTS).to_pandas()
    frame["qc_reasons"] = [", ".join(cell) if cell is not None else "" for cell in frame["qc_reasons"]]
    frame.index = pd.Index(table["comment_id"].to_pandas(), name="comment_id")
    return frame


def _differs(before: pa.Table, after: pa.Table, old: Places, new: Places) -> NDArray[np.bool_]:
    """Which of the paired rows differ in any column. With other classes every row says something else."""
    if before.schema.names != after.schema.names:
        return np.ones(len(old), dtype=bool)
    before, after = before.take(old), after.take(new)
    found = np.zeros(len(old), dtype=bool)
    for name in before.schema.names:
        a, b = _plain(before[name]), _plain(after[name])
        equal = pc.fill_null(pc.equal(a, b), pc.and_(pc.is_null(a), pc.is_null(b)))
        found |= ~np.asarray(equal, dtype=bool)
    return found


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists cannot be compared; joined by a character no id has, they can."""
    return pc.binary_join(column, "\x1f") if pa.types.is_list(column.type) else column


def _origin(row: Any) -> str:
    reasons = f" ({row.qc_reasons})" if row.qc_reasons else ""
    return f"new label from {row.source}{reasons}"


def _why(old: Any, new: Any) -> str:
    """The columns that differ, in the order a reader asks for them."""
    pairs = [("source", old.source, new.source), ("schema_version", old.schema_version, new.schema_version)]
    pairs.append(("votes", _count(old.n_votes), _count(new.n_votes)))
    pairs.append(("confidence", f"{old.confidence:.3f}", f"{new.confidence:.3f}"))
    parts = [f"{name}: {before} → {after}" for name, before, after in pairs if before != after]
    if old.qc_reasons != new.qc_reasons:
        parts.append(f"passed because: {new.qc_reasons or 'not given'}")
    return "; ".join(parts) or "text, probabilities, vote shares, weight or who labeled it"


def _count(value: Any) -> str:
    return "none" if pd.isna(value) else str(int(value))
