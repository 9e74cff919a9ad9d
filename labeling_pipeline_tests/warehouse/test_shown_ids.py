"""Ids as sheets show them lead back to their comments, handed out by this warehouse or not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.opaque_ids import COMMENT, DIGITS, opaque_ids
from labeling_pipeline.warehouse.sql import run_named
from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline.warehouse.tables import replace_rows

IDS = [f"c-{i:02d}" for i in range(40)]
# A comment may be called like what a sheet shows of another.
NAMESAKE = opaque_ids(["c-05"], "key")[0]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    rows = pd.DataFrame({"comment_id": [*IDS, NAMESAKE], "text": "a kind word", "content_hash": "h"})
    rows = rows.assign(slices=[[]] * len(rows), file_sha256="f", line=1)
    with warehouse.write() as con:
        replace_rows(con, "raw_comments", rows)
    return warehouse


def named_by(warehouse: Warehouse, shown: list[str], key: str, prefix: str, digits: int) -> dict[str, str]:
    frames = {"named": pd.DataFrame({"shown_id": shown})}
    with warehouse.read() as con:
        found = run_named(con, "known_shown_ids", frames, key=key, prefix=prefix, digits=digits)
    return dict(zip(found["shown_id"], found["comment_id"], strict=True))


@pytest.mark.parametrize("handed_out", [[], IDS[:20], IDS])
@pytest.mark.parametrize(("prefix", "digits"), [(COMMENT, DIGITS), ("x-", 12)])
def test_shown_ids_lead_to_their_comments(
    warehouse: Warehouse, handed_out: list[str], prefix: str, digits: int
) -> None:
    given = [(f"{who}-{one}", one, who) for who in ("w-1", "w-2") for one in handed_out]
    rows = pd.DataFrame(given, columns=["assignment_id", "comment_id", "annotator_id"], dtype=str)
    with warehouse.write() as con:
        replace_rows(con, "assignments", rows.assign(labeling_round="1", is_honeypot=False))
    known = {shown[: len(prefix) + digits]: one for one, shown in zip(IDS, opaque_ids(IDS, "key", prefix), strict=True)}
    others = [one[: len(prefix) + digits] for one in opaque_ids(IDS, "another key", prefix)]
    found = named_by(warehouse, [*known, *others], "key", prefix, digits)
    known.pop(NAMESAKE, None)
    assert found == known
