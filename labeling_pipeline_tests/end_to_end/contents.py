"""What a home holds, for comparing two homes row by row.

Columns whose comment says "wall clock" or "run" are left out: two runs over the same input may differ in them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline.warehouse.tables import NOT_CONTENT, column_facts

BOOKKEEPING = {"migrations", "inbox_seen"}


def tables_of(home: Path) -> dict[str, pd.DataFrame]:
    """Every table's rows as text, sorted; without wall-clock and run columns."""
    found = {}
    with Warehouse(home / "warehouse.duckdb").read() as con:
        names = [name for (name,) in con.execute("select table_name from duckdb_tables() order by 1").fetchall()]
        for name in names:
            if name in BOOKKEEPING:
                continue
            kept = [c for c, _, said in column_facts(con, name) if not said.startswith(NOT_CONTENT)]
            frame = con.execute(
                f'select {", ".join(f"{chr(34)}{c}{chr(34)}::varchar" for c in kept)} from "{name}"'
            ).df()
            frame.columns = pd.Index(kept)
            found[name] = frame.sort_values(kept, ignore_index=True)
    return found


def files_of(home: Path) -> dict[str, str]:
    """sha256 of every exported file and every model file, by path."""
    paths = [path for folder in ("exports", "models") for path in sorted((home / folder).rglob("*")) if path.is_file()]
    return {path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def differences(one: Path, other: Path) -> list[str]:
    """Tables and files in which two homes differ; empty when they hold the same."""
    left, right = tables_of(one), tables_of(other)
    told = [f"{name}: only in one" for name in sorted(left.keys() ^ right.keys())]
    for name in sorted(left.keys() & right.keys()):
        if not left[name].equals(right[name]):
            told.append(f"{name}: {len(left[name])} and {len(right[name])} rows differ")
    files, others = files_of(one), files_of(other)
    told += [path for path in sorted(files.keys() | others.keys()) if files.get(path) != others.get(path)]
    return told
