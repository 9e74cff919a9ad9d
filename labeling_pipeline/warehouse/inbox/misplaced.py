"""Files in the inbox that no kind will ever take, and the folder each probably belongs to.

Belongs here: looking where nobody else looks. Does not: files in the folder of a kind (``scan``), or moving anything.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from labeling_pipeline.warehouse.inbox.kinds import KINDS
from labeling_pipeline.warehouse.inbox.scan import is_ignored

MOST = 20  # files looked at: whoever dropped more finds the rest once these are moved
HEAD_BYTES = 4096


@dataclass(frozen=True)
class Misplaced:
    """A file that is not taken where it lies; ``kind``: where it probably belongs, None where nothing tells."""

    path: Path
    kind: str | None

    def told(self, root: Path) -> str:
        """What to do, in words; ``root``: the home."""
        where = f"inbox/{self.kind}" if self.kind else f"a folder of inbox/ ({', '.join(KINDS)})"
        return f"{self.path.relative_to(root)} is not taken where it lies: move it into {where}"


def misplaced(folders: Sequence[Path]) -> list[Misplaced]:
    """Files that lie in an inbox itself, in a folder of it that is no kind's, or deeper in one that is."""
    found = [path for folder in folders for path in _outside(folder)]
    return [Misplaced(path, _kind_of(path)) for path in sorted(found)[:MOST]]


def _outside(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir() if folder.is_dir() else ():
        if is_ignored(entry.name):
            continue
        if entry.is_file():
            yield entry
        elif entry.is_dir():
            inside = [path for path in entry.rglob("*") if path.is_file()]
            least = 2 if entry.name in KINDS else 1
            below = {path: path.relative_to(entry).parts for path in inside}
            yield from (p for p, parts in below.items() if len(parts) >= least and not any(map(is_ignored, parts)))


def _kind_of(path: Path) -> str | None:
    """By the names of its folders, then its own, then its columns."""
    words = [path.parent.name, path.parent.parent.name, path.name.split(".")[0]]
    close = [match for word in words for match in get_close_matches(word.lower(), KINDS, n=1, cutoff=0.85)]
    return close[0] if close else _by_columns(path)


def _by_columns(path: Path) -> str | None:
    if path.suffix.lower() != ".csv":
        return None
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES).decode("utf-8-sig", errors="replace")
    columns = set(next(csv.reader(head.splitlines()), []))
    fits = {name: kind for name, kind in KINDS.items() if any(columns.issuperset(one) for one in kind.required)}
    # Votes, verdicts and gold share columns: the one that knows most of these is meant.
    return max(fits, key=lambda name: len(columns & set(fits[name].columns)), default=None)
