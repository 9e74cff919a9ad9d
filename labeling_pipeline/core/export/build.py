"""Writing an export: normal tables, hashes, card, Croissant, manifest; then one rename.

Belongs here: the order of these steps and immutability. Does not: any single file's content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from labeling_pipeline.core.errors import InvariantError
from labeling_pipeline.core.export.card import dataset_card
from labeling_pipeline.core.export.content import content_hash
from labeling_pipeline.core.export.croissant import croissant
from labeling_pipeline.core.export.manifest import NAME, ExportMeta, counts_of, manifest_of, to_bytes, version_key
from labeling_pipeline.core.export.tables import labels_table, parquet_bytes, votes_table
from labeling_pipeline.core.folders import write_folder


@dataclass(frozen=True)
class ExportResult:
    """What was written. ``files`` maps each file's name to its sha256; ``is_new`` is False if it was there already."""

    path: Path
    version: str
    content_sha256: str
    manifest_sha256: str
    files: dict[str, str]
    n_labels: int
    n_votes: int
    is_new: bool


def build_export(
    folder: Path | str,
    labels: pd.DataFrame,
    votes: pd.DataFrame,
    *,
    meta: ExportMeta,
    gold: Collection[str] = (),
    replace: bool = False,
) -> ExportResult:
    """Write ``exports/<version>/`` whole or not at all.

    labels: one row per comment with the columns of `labels_schema` (others are dropped, so no attribute of an annotator
    can slip in). votes: long, with the columns of `VOTES_SCHEMA`; votes on other comments are dropped. gold: comments
    that must not be inside. The bytes depend on the arguments alone, not on the clock. A complete export of this
    version is never changed: the same content is left as it is, another content is an InvariantError, unless
    ``replace`` says that the version was never recorded (its run was killed). An incomplete folder is replaced.
    Raises InvariantError when there is nothing to export or a row breaks a promise.
    """
    folder = Path(folder)
    version_key(meta.version)
    tables = export_tables(labels, votes, meta, gold)
    content = content_hash(tables)
    files, hashes = export_files(tables, meta, content)
    result = ExportResult(
        path=folder,
        version=meta.version,
        content_sha256=content,
        manifest_sha256=hashes[NAME],
        files={name: sha for name, sha in hashes.items() if name != NAME},
        n_labels=tables[0].num_rows,
        n_votes=tables[1].num_rows,
        is_new=not _is_there(folder, hashes, replace),
    )
    if result.is_new:
        write_folder(folder, files)
    return result


def export_tables(
    labels: pd.DataFrame, votes: pd.DataFrame, meta: ExportMeta, gold: Collection[str]
) -> tuple[pa.Table, pa.Table]:
    """Both tables in normal form, after the checks that guard an export."""
    if len(labels) == 0:
        raise InvariantError(
            "no label passed quality control: nothing to export", remedy="see `status` for the reasons"
        )
    inside = set(labels["comment_id"].astype(str)) & {str(one) for one in gold}
    if inside:
        first = min(inside)
        raise InvariantError(
            f"{len(inside)} gold comments among the labels, first {first}", expected="none in training"
        )
    table = labels_table(labels, meta.classes)
    return table, votes_table(votes, table["comment_id"].to_pylist())


def export_files(
    tables: tuple[pa.Table, pa.Table], meta: ExportMeta, content: str
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Every file's bytes, manifest last, and every file's sha256."""
    labels, votes = tables
    counts = counts_of(labels, votes)
    files = {"labels.parquet": parquet_bytes(labels), "votes.parquet": parquet_bytes(votes)}
    facts = {name: {"sha256": _sha256(data), "bytes": len(data)} for name, data in files.items()}
    files["README.md"] = dataset_card(meta, counts, content).encode()
    files["croissant.json"] = to_bytes(croissant(meta, facts, labels.schema, votes.schema))
    listed: dict[str, Any] = {name: {"sha256": _sha256(data), "bytes": len(data)} for name, data in files.items()}
    listed["labels.parquet"]["rows"], listed["votes.parquet"]["rows"] = labels.num_rows, votes.num_rows
    files[NAME] = to_bytes(manifest_of(meta, counts, listed, content))
    return files, {name: _sha256(data) for name, data in files.items()}


def _is_there(folder: Path, hashes: dict[str, str], replace: bool) -> bool:
    """Whether this very export is there already; refuses to replace a complete one by another."""
    if not (folder / NAME).is_file():
        return False
    there = {path.name: _sha256(path.read_bytes()) for path in folder.iterdir() if path.is_file()}
    if there == hashes:
        return True
    if set(there) >= set(hashes) and not replace:
        raise InvariantError(
            f"{folder} is there already with another content", expected="a new version", remedy="exports never change"
        )
    return False


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
