"""The manifest: every fact about an export and the sha256 of every file in it.

Belongs here: writing and reading manifest.json, listing exports. Does not: checking them (``verify``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from labeling_pipeline.core.errors import InputError

FORMAT = 1
NAME = "manifest.json"
VERSION = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}")
SHAPE = {"version": str, "files": dict, "classes": list, "content_sha256": str, "counts": dict}


@dataclass(frozen=True)
class ExportMeta:
    """What the caller knows about an export; nothing in it may come from the wall clock.

    version: "1.2.0". parent: the version before, or None. reason: why this version exists, for people. classes: ids in
    the ontology's order; display: their shown names. ledger_head: hash of the ledger's last entry when the labels were
    read. labeled_until: time of the newest evidence (ISO, UTC). labeled_until, not the time of the run, dates the card.
    """

    version: str
    classes: Sequence[str]
    parent: str | None = None
    reason: str = ""
    schema_version: str = ""
    guideline_hash: str = ""
    settings_sha256: str = ""
    ontology_sha256: str = ""
    code_version: str = ""
    packages: Mapping[str, str] = field(default_factory=dict)
    ledger_head: str = ""
    seeds: Mapping[str, int] = field(default_factory=dict)
    labeled_until: str | None = None
    display: Mapping[str, str] = field(default_factory=dict)
    title: str = "Labeled comments"
    description: str = ""
    license: str | None = None
    languages: Sequence[str] = ()
    gold: Mapping[str, Any] = field(default_factory=dict)


def counts_of(labels: pa.Table, votes: pa.Table) -> dict[str, Any]:
    """The counts a reader checks first."""
    correct = labels["gold_correct"]
    return {
        "labels": labels.num_rows,
        "votes": votes.num_rows,
        "annotators": pc.count_distinct(votes["annotator_id"]).as_py(),
        "by_class": _value_counts(labels["label"]),
        "by_source": _value_counts(labels["source"]),
        "by_schema_version": _value_counts(labels["schema_version"]),
        "in_gold": correct.length() - correct.null_count,
        "gold_correct": pc.sum(correct).as_py() or 0,
    }


def manifest_of(meta: ExportMeta, counts: Mapping[str, Any], files: Mapping[str, Any], content: str) -> dict[str, Any]:
    """The manifest as a plain dict."""
    return {
        "format": FORMAT,
        "version": meta.version,
        "parent": meta.parent,
        "reason": meta.reason,
        "content_sha256": content,
        "files": dict(files),
        "counts": dict(counts),
        "classes": list(meta.classes),
        "schema_version": meta.schema_version,
        "guideline_hash": meta.guideline_hash,
        "settings_sha256": meta.settings_sha256,
        "ontology_sha256": meta.ontology_sha256,
        "code_version": meta.code_version,
        "packages": dict(meta.packages),
        "ledger_head": meta.ledger_head,
        "seeds": dict(meta.seeds),
        "labeled_until": meta.labeled_until,
        "gold": dict(meta.gold),
    }


def to_bytes(value: Any) -> bytes:
    """JSON with sorted keys: equal facts, equal bytes."""
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()


def read_manifest(folder: Path | str) -> dict[str, Any]:
    """The manifest of an export folder; InputError if there is none that can be read."""
    path = Path(folder) / NAME
    if not path.is_file():
        raise InputError(f"{path}: no such file", expected="an export folder", remedy="list them with `exports`")
    try:
        found: Any = json.loads(path.read_bytes())
    except ValueError as error:
        raise InputError(f"{path}: not JSON", remedy="restore the folder from a copy, or replay it") from error
    wrong = [
        name for name, kind in SHAPE.items() if not isinstance(found, dict) or not isinstance(found.get(name), kind)
    ]
    if wrong:
        raise InputError(f"{path}: no {wrong[0]} in it", expected="a manifest of an export")
    manifest: dict[str, Any] = found
    return manifest


def versions(exports: Path | str) -> list[str]:
    """The versions in a folder, oldest first, whatever state they are in; unfinished ones have hidden names."""
    exports = Path(exports)
    names = [path.name for path in exports.iterdir() if path.is_dir()] if exports.is_dir() else []
    return sorted((name for name in names if VERSION.fullmatch(name)), key=version_key)


def list_exports(exports: Path | str) -> list[dict[str, Any]]:
    """The manifests of all exports in a folder, oldest version first; folders without a manifest are left out."""
    folders = [Path(exports) / one for one in versions(exports)]
    return [read_manifest(path) for path in folders if (path / NAME).is_file()]


def version_key(version: str) -> tuple[int, int, int]:
    """(major, minor, patch); InputError if it is not three numbers.

    >>> version_key("1.10.0") > version_key("1.9.3")
    True
    """
    if not VERSION.fullmatch(version):
        raise InputError(f"version {version!r}", expected="three numbers, such as 1.0.0")
    major, minor, patch = version.split(".")
    return int(major), int(minor), int(patch)


def _value_counts(column: pa.ChunkedArray) -> dict[str, int]:
    return {str(row["values"]): row["counts"] for row in pc.value_counts(column).to_pylist()}
