"""Which files wait in the inbox.

Belongs here: looking at folders, cheaply when nothing changed. Does not: reading rows (``stage``).
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import pandas as pd

from labeling_pipeline.warehouse.inbox.model import InboxFile, path_text
from labeling_pipeline.warehouse.inbox.readers import format_of
from labeling_pipeline.warehouse.sql import run_named
from labeling_pipeline.warehouse.store import Warehouse

log = logging.getLogger(__name__)
UNFINISHED = (".part", ".tmp")
Content = tuple[str, tuple[str, bool]]  # the hash of a file, and its format
SIMULATED_DAY = re.compile(r"day-(\d+)-")


def scan(
    warehouse: Warehouse,
    folders: Sequence[Path],
    kind: str,
    *,
    settle_s: float,
    now_wall: datetime,
    simulated_day: int | None = None,
) -> list[InboxFile]:
    """The files of one kind that have not been taken, by name.

    ``folders``: the home's inbox folders, each with a folder per kind. ``now_wall``: the time; a file is still
    once ``settle_s`` seconds have passed since it was last changed. ``simulated_day``: files named ``day-NN-…`` wait
    for that day; None in a home that is not simulated, where such a name means nothing. A file looked at before, and
    unchanged since, is not read again.
    """
    now_s = now_wall.timestamp()
    found = [
        (path, stat)
        for path, stat in _files(folders, kind)
        if _is_still(stat, settle_s, now_s) and _is_delivered(path.name, simulated_day)
    ]
    if not found:
        return []
    with warehouse.read() as con:
        seen = {(p, s, m): sha for p, s, m, sha in run_named(con, "seen_files").itertuples(index=False)}
        taken = {
            (sha, format_of(Path(path)))
            for sha, path in run_named(con, "taken_files", kind=kind).itertuples(index=False)
        }
    files = [file for path, stat in found if (file := _looked_at(path, kind, stat, seen)) is not None]
    waiting = _new(files, taken)
    others = set(files).difference(waiting)
    copies = [f for f in files if f in others and (path_text(f.path), f.size, f.mtime_ns) not in seen]
    if copies and not warehouse.is_open:
        _remember(warehouse, copies)
    return waiting


def _new(files: Sequence[InboxFile], taken: set[Content]) -> list[InboxFile]:
    """The first file of each content that was not taken; under another ending content is read otherwise, and is new."""
    first: dict[Content, InboxFile] = {}
    for file in files:
        first.setdefault((file.sha256, format_of(file.path)), file)
    return [file for content, file in first.items() if content not in taken]


def _looked_at(
    path: Path, kind: str, stat: os.stat_result, seen: Mapping[tuple[str, int, int], str]
) -> InboxFile | None:
    sha256 = seen.get((path_text(path), stat.st_size, stat.st_mtime_ns)) or _content_of(path, stat)
    return InboxFile(path, kind, sha256, stat.st_size, stat.st_mtime_ns) if sha256 else None


def _files(folders: Sequence[Path], kind: str) -> Iterator[tuple[Path, os.stat_result]]:
    places = [folder / kind for folder in folders if (folder / kind).is_dir()]
    entries = [entry for place in places for entry in os.scandir(place) if not is_ignored(entry.name)]
    for entry in sorted(entries, key=lambda e: (e.name, e.path)):
        try:
            if entry.is_file():
                yield Path(entry.path), entry.stat()
        except FileNotFoundError:  # gone, or a link to nothing
            continue


def is_ignored(name: str) -> bool:
    """Whether a file of this name is none of ours: hidden, or still being written."""
    return name.startswith(".") or name.endswith(UNFINISHED)


def _is_still(stat: os.stat_result, settle_s: float, now_s: float) -> bool:
    # A file dated in the future says nothing about when it was written; when its entry last changed does.
    changed = stat.st_mtime if stat.st_mtime <= now_s else stat.st_ctime
    return now_s - changed >= settle_s


def _is_delivered(name: str, simulated_day: int | None) -> bool:
    match = SIMULATED_DAY.match(name)
    return simulated_day is None or match is None or int(match[1]) <= simulated_day


def _content_of(path: Path, stat: os.stat_result) -> str | None:
    try:
        return file_sha256(str(path), stat.st_size, stat.st_mtime_ns)
    except FileNotFoundError:
        return None
    except PermissionError:
        log.warning("%s: not readable, left where it is; give this user the right to read it", path_text(path))
        return None


@lru_cache(maxsize=4096)  # sensors look every second, and may not write down what they saw
def file_sha256(path: str, size: int, mtime_ns: int) -> str:
    """The content hash of a file that has this size and was last changed then; read once as long as both stay."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _remember(warehouse: Warehouse, copies: Sequence[InboxFile]) -> None:
    """A copy of a file that was taken under another name is not hashed every time."""
    rows = [(path_text(f.path), f.size, f.mtime_ns, f.sha256) for f in copies]
    frame = pd.DataFrame(rows, columns=["path", "size", "mtime_ns", "file_sha256"])
    with warehouse.write() as con:
        run_named(con, "remember_files", {"looked_at": frame})
