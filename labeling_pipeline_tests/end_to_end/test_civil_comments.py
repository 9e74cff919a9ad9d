"""Real comments and votes, without gold: 16,100 comments to consensus, outcome, export, model, next batch."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from labeling_pipeline.core.export import verify
from labeling_pipeline_tests.end_to_end.civil import CIVIL, CLASSES, civil_home
from labeling_pipeline_tests.end_to_end.contents import files_of, tables_of
from labeling_pipeline_tests.end_to_end.homes import run_measured, seconds_to_find_nothing_to_do
from labeling_pipeline_tests.quiet import Quietly

pytestmark = pytest.mark.skipif(not CIVIL.is_dir(), reason="civil_comments is not beside the project")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = civil_home(tmp_path_factory.mktemp("civil") / "home")
    result, used = run_measured("run", "--home", str(made), "--json")
    assert result.returncode == 0, result.stderr
    (made / "said.json").write_text(result.stdout, encoding="utf-8")
    (made / "used.json").write_text(json.dumps(used), encoding="utf-8")
    return made


def ask(home: Path, query: str) -> pd.DataFrame:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        return con.execute(query).df()


def test_every_row_is_accounted_for(home: Path) -> None:
    assert ask(home, "select count(*) from raw_comments").iat[0, 0] == 16_100
    votes = ask(home, "select rows_in, accepted, quarantined from inbox_files where kind = 'votes'").iloc[0].tolist()
    assert votes == [59_215, 58_257, 958]
    assert ask(home, "select rule, count(*) as n from quarantine group by rule").values.tolist() == [
        ["empty_label", 958]
    ]
    assert ask(home, "select count(*) from crowd_votes where is_current").iat[0, 0] == 58_256


def test_every_voted_comment_has_a_label_and_an_outcome(home: Path) -> None:
    voted = ask(home, "select distinct comment_id from crowd_votes where is_current order by 1")["comment_id"].tolist()
    labels = ask(
        home,
        "select comment_id, list_sum(map_values(probabilities)) as total, confidence_is"
        " from consensus_labels order by 1",
    )
    assert labels["comment_id"].tolist() == voted
    assert labels["total"].sub(1).abs().max() < 1e-9
    assert set(labels["confidence_is"]) == {"uncalibrated"}
    outcomes = ask(home, "select comment_id, outcome, len(reasons) as n from qc_outcomes order by 1")
    assert outcomes["comment_id"].tolist() == voted
    assert (outcomes["n"] > 0).all()
    assert (outcomes["outcome"] == "passed").mean() >= 0.5


def test_the_class_mix_does_not_run_away(home: Path) -> None:
    labels = (
        ask(home, "select label from consensus_labels")["label"].value_counts(normalize=True).reindex(CLASSES).fillna(0)
    )
    said = ask(home, """
        with counted as (select comment_id, label, count(*) as n from crowd_votes where is_current group by all),
        best as (select *, n = max(n) over (partition by comment_id) as is_best from counted),
        shared as (select label, 1.0 / count(*) over (partition by comment_id) as w from best where is_best)
        select label, sum(w) as w from shared group by label""").set_index("label")["w"]  # fmt: skip
    majority = (said / said.sum()).reindex(CLASSES).fillna(0)
    assert (labels - majority).abs().sum() / 2 <= 0.15


def test_the_export_verifies_and_says_it_knows_no_gold(home: Path) -> None:
    folder = home / "exports" / "1.0.0"
    assert verify(folder) == []
    labels = pd.read_parquet(folder / "labels.parquet")
    assert len(labels) > 8_000
    assert labels["gold_correct"].isna().all()
    told = json.loads((home / "said.json").read_text())
    assert told["model"]["status"] == "candidate"
    assert "no gold" in told["model"]["status_reason"]
    assert told["next_batch"]["comments"] > 0
    assert told["has_gold"] is False


def test_it_takes_less_than_two_minutes_and_two_gigabytes(home: Path) -> None:
    used = json.loads((home / "used.json").read_text())
    assert used["seconds"] < 120
    assert used["kilobytes"] < 2 * 1024**2


def test_a_second_run_changes_nothing_and_is_quick(home: Path, quietly: Quietly) -> None:
    tables, files = tables_of(home), files_of(home)
    with quietly():
        assert seconds_to_find_nothing_to_do(home) < 3
    again = tables_of(home)
    assert all(again[name].equals(frame) for name, frame in tables.items())
    assert files_of(home) == files
