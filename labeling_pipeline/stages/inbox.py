"""Taking the files of one kind, and noticing that some are on their way.

Belongs here: the step every stage with an inbox shares. Does not: parsing and rules (``warehouse.inbox``).
"""

from __future__ import annotations

from labeling_pipeline.home import INBOX_KINDS, Home
from labeling_pipeline.stages.engine import Context, Result
from labeling_pipeline.warehouse.inbox import misplaced, reexamine, take_all


def take_files(context: Context, kind: str, table: str) -> Result:
    """Take every file of this kind that is there and still; a damaged one is quarantined and the others go on."""
    released = reexamine(context.warehouse, context.ingest, kind)
    taken = take_all(context.warehouse, context.untaken(kind), context.ingest)
    metrics = {
        "files_taken": len(taken),
        "rows_in": sum(one.rows_in for one in taken),
        "rows_released": released,
        "rows_quarantined": sum(one.quarantined for one in taken),
    }
    return Result(context.count(table), metrics)


def files_nobody_takes(home: Home) -> list[str]:
    """Files that lie where nothing is taken from, each with the folder it probably belongs to."""
    return [one.told(home.root) for one in misplaced(home.inbox_folders)]


def files_are_arriving(context: Context) -> bool:
    """Whether a file is there that is not taken, were it because it is not still yet."""
    return any(context.untaken(kind, is_waiting=True) for kind in INBOX_KINDS)


def inbox_listing(home: Home) -> frozenset[tuple[str, int, int]]:
    """Path, size and time of everything in the inbox; another listing says that something came, grew or went."""
    paths = [path for folder in home.inbox_folders for pattern in ("*", "*/*") for path in folder.glob(pattern)]
    stats = [(str(path), path.stat()) for path in paths if path.is_file()]
    return frozenset((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
