"""Does an export folder still hold what its manifest says?

Belongs here: every check an auditor can repeat on the folder alone. Does not: the ledger's chain, or the store.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.export.content import content_hash
from labeling_pipeline.core.export.manifest import NAME, counts_of, read_manifest
from labeling_pipeline.core.export.tables import VOTES_SCHEMA, label_problems, labels_schema

TABLES = ("labels.parquet", "votes.parquet")


def verify(folder: Path | str, *, gold: Collection[str] = (), manifest_sha256: str | None = None) -> list[str]:
    """Problems found, one line each; an empty list means the export is whole.

    Recomputes the sha256 of every file, the content hash and the counts; checks columns, order, unique comments,
    classes and probabilities; that no comment of ``gold`` is inside; and, if given, that the manifest is the recorded
    one.
    """
    folder = Path(folder)
    try:
        manifest = read_manifest(folder)
    except InputError as error:
        return [str(error)]
    problems = _file_problems(folder, manifest)
    if manifest_sha256 and _sha256(folder / NAME) != manifest_sha256:
        problems.append(f"{NAME}: not the manifest that was recorded when the export was made")
    if folder.name != manifest["version"]:
        problems.append(f"folder {folder.name} holds version {manifest['version']}")
    try:
        return problems + _table_problems(_read_tables(folder), manifest, {str(one) for one in gold})
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:  # what a damaged page or column name leads to
        return [*problems, f"tables cannot be read: {str(error).splitlines()[0]}"]


def _read_tables(folder: Path) -> tuple[pa.Table, ...]:
    tables = tuple(pq.read_table(folder / name) for name in TABLES)
    for table in tables:
        table.validate(full=True)  # a damaged page may decode to text that is no UTF-8
    return tables


def _file_problems(folder: Path, manifest: dict[str, Any]) -> list[str]:
    there = {path.name for path in folder.iterdir()} - {NAME}
    listed = manifest.get("files", {})
    problems = [f"{name}: missing" for name in sorted(set(listed) - there)]
    problems += [f"{name}: not in the manifest" for name in sorted(there - set(listed))]
    changed = [name for name in sorted(there & set(listed)) if _sha256(folder / name) != _listed(listed[name])]
    return problems + [f"{name}: changed since the export was made" for name in changed]


def _listed(entry: Any) -> str | None:
    return entry.get("sha256") if isinstance(entry, dict) else None


def _table_problems(tables: tuple[pa.Table, ...], manifest: dict[str, Any], gold: set[str]) -> list[str]:
    labels, votes = tables
    classes = manifest["classes"]
    for table, schema, name in zip(tables, (labels_schema(classes), VOTES_SCHEMA), TABLES, strict=True):
        if table.schema.names != schema.names or table.schema.types != schema.types:
            return [f"{name}: columns are not those of the contract"]
    problems = label_problems(labels, classes)
    if content_hash(tables) != manifest["content_sha256"]:
        problems.append("content_sha256: the tables do not hash to what the manifest says")
    if counts_of(labels, votes) != manifest["counts"]:
        problems.append("counts: the tables do not count to what the manifest says")
    ids = labels["comment_id"].to_pylist()
    if any(one >= after for one, after in pairwise(ids)):
        problems.append("labels.parquet: comments are not unique and sorted by comment_id")
    strangers = set(votes["comment_id"].to_pylist()) - set(ids)
    if strangers:
        problems.append(f"votes.parquet: {len(strangers)} comments without a label, first {min(strangers)}")
    inside = gold & set(ids)
    if inside:
        problems.append(f"labels.parquet: {len(inside)} gold comments inside, first {min(inside)}")
    return problems


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
