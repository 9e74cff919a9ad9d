"""Migrations: forward only, each once; every table and column explained."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from labeling_pipeline.core.errors import InvariantError
from labeling_pipeline.warehouse import migrate
from labeling_pipeline.warehouse.sql import QUERIES
from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline.warehouse.tables import column_facts

ASSETS = """
    raw_comments decomposed_tasks crowd_votes consensus_labels qc_passed_labels versioned_export retrained_model
    next_uncertainty_batch weak_labels pre_labels qc_outcomes annotator_reliability adjudication_queue gold_set
    model_evaluation production_predictions production_feedback drift_report
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse.duckdb")


def test_migrating_again_changes_nothing(warehouse: Warehouse) -> None:
    before = warehouse.table("migrations")
    assert before["name"].tolist() == list(migrate.all_migrations())
    again = Warehouse(warehouse.path)
    again.migrate()
    assert again.table("migrations").equals(before)


def test_a_migration_added_later_is_applied_to_a_home_that_is_there(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warehouse.write() as con:
        con.execute("insert into clock values (timestamp '2026-01-01')")
    folder = tmp_path / "migrations"
    folder.mkdir()
    for path in migrate.MIGRATIONS.glob("*.sql"):
        (folder / path.name).write_text(path.read_text())
    (folder / "9999_later.sql").write_text("CREATE TABLE later (a INTEGER);")
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)
    later = Warehouse(warehouse.path)
    assert later.table("later").empty
    assert len(later.table("clock")) == 1


def test_a_warehouse_of_a_newer_version_is_refused(warehouse: Warehouse) -> None:
    with warehouse.write() as con:
        con.execute("insert into migrations (name) values ('9999_future')")
    with pytest.raises(InvariantError, match="9999_future"):
        Warehouse(warehouse.path).table("clock")


def test_every_asset_is_a_table_or_view_and_every_column_is_explained(warehouse: Warehouse) -> None:
    with warehouse.read() as con:
        views = "select view_name from duckdb_views() where not internal"
        names = {name for (name,) in con.execute(f"select table_name from duckdb_tables() union {views}").fetchall()}
        bare = [(t, c) for t in sorted(names) for c, _, comment in column_facts(con, t) if not comment]
    assert names.issuperset(ASSETS.split())
    assert bare == []


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (t, c)
        for t in ("vote_log", "verdicts", "decomposed_tasks", "consensus_labels", "qc_outcomes")
        for c in ("schema_version", "guideline_hash")
    ],
)
def test_votes_and_labels_cannot_lack_their_version(warehouse: Warehouse, table: str, column: str) -> None:
    with warehouse.read() as con:
        query = "select is_nullable from duckdb_columns() where table_name = $table and column_name = $column"
        assert con.execute(query, {"table": table, "column": column}).fetchall() == [(False,)]


def test_outcomes_outside_the_contract_are_refused(warehouse: Warehouse) -> None:
    with pytest.raises(duckdb.ConstraintException), warehouse.write() as con:
        con.execute(
            "insert into qc_outcomes by name select 'c' as comment_id, 'maybe' as outcome, [] as reasons,"
            " map {} as probabilities, 'v1' as schema_version, 'h' as guideline_hash, 'crowd' as source"
        )


def test_every_query_says_what_it_is_for() -> None:
    for path in sorted(QUERIES.rglob("*.sql")):
        header = path.read_text().split("\n\n")[0].lower()
        assert all(word in header for word in ("-- purpose:", "-- grain:", "-- parameters:")), path.name


@pytest.mark.parametrize("phrase", ["not in (select vote_id from votes_set_aside)", "from comment_slices group by"])
def test_which_votes_weigh_and_which_slices_there_are_is_said_in_the_views_alone(phrase: str) -> None:
    assert [path.name for path in QUERIES.rglob("*.sql") if phrase in path.read_text()] == []
