"""What changed between two exports, why, and which number the next version gets.

Belongs here: comparing label tables. Does not: deciding whether to export.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from labeling_pipeline.core.export.manifest import read_manifest, version_key
from labeling_pipeline.core.export.tables import labels_table

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
    exports = Path(exports)
    folders = (
        [path for path in exports.glob("[0-9]*") if (path / "manifest.json").is_file()] if exports.is_dir() else []
    )
    return max(folders, key=lambda path: version_key(read_manifest(path)["version"]), default=None)


def compare(before: pa.Table, after: pa.Table) -> pd.DataFrame:
    """`diff` on two label tables."""
    old, new = _rows(before), _rows(after)
    added = new.index.difference(old.index)
    removed = old.index.difference(new.index)
    both = old.index.intersection(new.index)
    is_other = (old.loc[both, "row"] != new.loc[both, "row"]).to_numpy()
    # With other classes every row says something else, even where the numbers are the same.
    changed = both[is_other | (before.schema.names != after.schema.names)]
    rows: list[tuple[Any, ...]] = [(one, "added", None, new.at[one, "label"], _origin(new.loc[one])) for one in added]
    rows += [(one, "removed", old.at[one, "label"], None, "no longer among the labels that passed") for one in removed]
    rows += [
        (one, "changed", old.at[one, "label"], new.at[one, "label"], _why(old.loc[one], new.loc[one]))
        for one in changed
    ]
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object).sort_values("comment_id", ignore_index=True)


def _rows(table: pa.Table) -> pd.DataFrame:
    """The facts of each row, and `row`: a hash of all its columns, whatever they are called in the other table."""
    frame: pd.DataFrame = table.select(FACTS).to_pandas()
    frame["qc_reasons"] = [", ".join(cell) if cell is not None else "" for cell in frame["qc_reasons"]]
    plain = table.to_pandas().astype(str)
    ordered = plain[sorted(plain.columns)]
    frame["row"] = pd.util.hash_pandas_object(ordered, index=False).to_numpy()
    frame.index = pd.Index(table["comment_id"].to_pandas(), name="comment_id")
    return frame


def _origin(row: Any) -> str:
    reasons = f" ({row['qc_reasons']})" if row["qc_reasons"] else ""
    return f"new label from {row['source']}{reasons}"


def _why(old: Any, new: Any) -> str:
    """The columns that differ, in the order a reader asks for them."""
    parts = [f"{name}: {old[name]} → {new[name]}" for name in ("source", "schema_version") if old[name] != new[name]]
    if str(old["n_votes"]) != str(new["n_votes"]):
        parts.append(f"votes: {_count(old['n_votes'])} → {_count(new['n_votes'])}")
    if old["confidence"] != new["confidence"]:
        parts.append(f"confidence: {old['confidence']:.3f} → {new['confidence']:.3f}")
    if old["qc_reasons"] != new["qc_reasons"]:
        parts.append(f"passed because: {new['qc_reasons'] or 'not given'}")
    return "; ".join(parts) or "text, probabilities, vote shares, weight or who labeled it"


def _count(value: Any) -> str:
    return "none" if pd.isna(value) else str(int(value))
