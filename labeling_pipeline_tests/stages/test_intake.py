"""What arrives moves all that reads it, whichever folder it came through."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from labeling_pipeline_tests.end_to_end.homes import run_command


def drop(home: Path, kind: str, rows: list[dict[str, object]]) -> None:
    pd.DataFrame(rows).to_csv(home / "inbox" / kind / f"{kind}.csv", index=False)


@pytest.mark.parametrize("kind", ["gold", "predictions"])
def test_texts_that_come_with_other_files_are_asked_about_like_any_comment(tmp_path: Path, kind: str) -> None:
    home = tmp_path / "home"
    assert run_command("init", str(home)).returncode == 0
    drop(home, "comments", [{"comment_id": f"c{i}", "text": f"remark {i} about weather"} for i in range(5)])
    assert run_command("run", "--home", str(home)).returncode == 0
    more = {"gold": {"label": "toxic"}, "predictions": {"p_toxic": 0.5, "p_acceptable": 0.5}}[kind]
    drop(home, kind, [{"comment_id": f"d{i}", "text": f"remark {i} about ducks", **more} for i in range(7)])
    result = run_command("run", "--home", str(home))
    assert result.returncode == 0, result.stderr
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        seen = dict(con.execute("select asset, row_count from asset_state").fetchall())
    assert seen["raw_comments"] == 12
    assert "Nothing to do" in run_command("run", "--home", str(home)).stdout
