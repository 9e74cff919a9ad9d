"""Taking one file: whole, once, in one transaction.

Belongs here: the transaction and its bookkeeping. Does not: reading (``stage``), or what a kind does
(``queries/take_*``).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import duckdb

from labeling_pipeline.core.errors import InvariantError
from labeling_pipeline.core.ontology import as_utc
from labeling_pipeline.warehouse.inbox.kinds import KINDS
from labeling_pipeline.warehouse.inbox.model import InboxFile, IngestContext, Taken, path_text
from labeling_pipeline.warehouse.inbox.readers import format_of
from labeling_pipeline.warehouse.inbox.rules import rules_version
from labeling_pipeline.warehouse.inbox.stage import Staged, staged_file
from labeling_pipeline.warehouse.sql import run_named
from labeling_pipeline.warehouse.state import StaleInputError
from labeling_pipeline.warehouse.store import Warehouse

log = logging.getLogger(__name__)


def take(warehouse: Warehouse, file: InboxFile, context: IngestContext) -> Taken:
    """Take a file: its rows into the table of its kind, the others into ``quarantine``, itself into ``inbox_files``.

    The file is read before the warehouse is opened. Taking it again, or while another process takes it, changes
    nothing and returns what became of it then. Raises StaleInputError when the file changed since it was looked at:
    leave it, the next scan finds it again.
    """
    _check_unchanged(file)
    with staged_file(warehouse, file.path, KINDS[file.kind], context) as staged:
        _check_unchanged(file)
        with warehouse.write() as con:
            known = recorded(con, file)
            return known if known is not None else _store(con, file, staged, context)


def take_all(warehouse: Warehouse, files: Sequence[InboxFile], context: IngestContext) -> list[Taken]:
    """Take files one after the other; those that changed since they were looked at are left for the next scan."""
    taken = []
    for file in files:
        try:
            taken.append(take(warehouse, file, context))
        except StaleInputError as error:
            log.info("%s", error)
    return taken


def recorded(con: duckdb.DuckDBPyConnection, file: InboxFile) -> Taken | None:
    """What became of a file that has been taken before; None if it has not."""
    rows = con.execute(
        "select path, rows_in, accepted, already_known, quarantined from inbox_files"
        " where file_sha256 = $sha256 and kind = $kind",
        {"sha256": file.sha256, "kind": file.kind},
    ).fetchall()
    same = [counts for path, *counts in rows if format_of(Path(path)) == format_of(file.path)]
    return Taken(file.name, file.kind, *same[0]) if same else None


def store_rows(
    con: duckdb.DuckDBPyConnection, kind: str, name: str, sha256: str, staged: Staged
) -> tuple[int, int, int]:
    """Move staged rows into the tables of their kind; how many are accepted, already known, and quarantined."""
    con.execute("set variable inbox_file = $name", {"name": name})
    con.execute("set variable inbox_sha256 = $sha256", {"sha256": sha256})
    con.execute("set variable inbox_kind = $kind", {"kind": kind})
    run_named(con, "take_quarantine", {"staged_quarantine": staged.quarantine})
    counts = run_named(con, f"take_{kind}", {"staged": staged.accepted})
    accepted, already_known, refused = (int(n) for n in counts.iloc[0])
    if accepted + refused != staged.n_accepted:
        raise InvariantError(f"{name}: {accepted} + {refused} rows stored", expected=f"{staged.n_accepted}")
    return accepted, already_known, refused + staged.n_quarantined


def _store(con: duckdb.DuckDBPyConnection, file: InboxFile, staged: Staged, context: IngestContext) -> Taken:
    accepted, already_known, quarantined = store_rows(con, file.kind, file.name, file.sha256, staged)
    run_named(
        con,
        "take_file",
        None,
        kind=file.kind,
        file_sha256=file.sha256,
        path=_relative(file.path, context.home),
        seen_path=path_text(file.path),
        size=file.size,
        mtime_ns=file.mtime_ns,
        rows_in=accepted + quarantined,
        accepted=accepted,
        already_known=already_known,
        quarantined=quarantined,
        known_at=context.known_at and as_utc(context.known_at),
        rules_version=rules_version(context, file.kind),
    )
    return Taken(file.name, file.kind, accepted + quarantined, accepted, already_known, quarantined)


def _check_unchanged(file: InboxFile) -> None:
    try:
        now = file.path.stat()
    except FileNotFoundError:
        raise StaleInputError(f"{path_text(file.path)}: gone since it was looked at", remedy="drop it again") from None
    if (now.st_size, now.st_mtime_ns) != (file.size, file.mtime_ns):
        raise StaleInputError(
            f"{path_text(file.path)}: still being written", remedy="nothing to do: it is taken once it is still"
        )


def _relative(path: Path, home: Path | None) -> str:
    root = home.resolve() if home else None
    place = path.parent.resolve() / path.name  # of a link its own name: what it points to may end in anything
    return path_text(place.relative_to(root) if root and place.is_relative_to(root) else place)
