"""A broken invariant stops the run, names itself on one line, and ends with exit code 1."""

from __future__ import annotations

from pathlib import Path

from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline_tests.end_to_end.homes import run_command


def test_a_broken_invariant_is_named_and_nothing_goes_on(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert run_command("init", str(home)).returncode == 0
    (home / "inbox/comments/first.csv").write_text("comment_id,text\nc-1,a quiet garden\nc-2,a loud garden\n")
    assert run_command("run", "--home", str(home)).returncode == 0
    with Warehouse(home / "warehouse.duckdb").write() as con:
        con.execute("insert into raw_comments select * from raw_comments where comment_id = 'c-1'")
    (home / "inbox/comments/second.csv").write_text("comment_id,text\nc-3,a third garden\n")
    result = run_command("run", "--home", str(home))
    assert result.returncode == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert "comment_ids_are_unique" in result.stderr
    assert Warehouse(home / "warehouse.duckdb").table("decomposed_tasks")["comment_id"].nunique() == 2
