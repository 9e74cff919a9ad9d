"""The event log that passes write: what Dagster's own storage would have written, and readable by it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import dagster as dg

from labeling_pipeline.defs.event_log import KeptOpenEventLog, kept_open

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dg.asset
def grown() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"rows": 3})


@dg.asset_check(asset=grown, name="whole")
def whole() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


@dg.asset(deps=[grown])
def failing() -> None:
    raise ValueError("on purpose")


def history(instance: dg.DagsterInstance) -> Counter[tuple[str, str | None]]:
    """What happened in all runs, as this instance reads it: kinds of events and their steps, counted."""
    told: Counter[tuple[str, str | None]] = Counter()
    for run in instance.get_runs():
        for entry in instance.all_logs(run.run_id):
            if entry.dagster_event:
                told[entry.dagster_event.event_type_value, entry.dagster_event.step_key] += 1
    return told


def run_twice(instance: dg.DagsterInstance) -> None:
    job = dg.Definitions([grown, failing], asset_checks=[whole], jobs=[dg.define_asset_job("all")]).resolve_job_def(
        "all"
    )
    for _ in range(2):
        done = job.execute_in_process(instance=instance, run_config=QUIET, raise_on_error=False)
        assert not done.success


def test_another_process_reads_what_dagsters_own_log_would_say(tmp_path: Path) -> None:
    ours, own = tmp_path / "ours", tmp_path / "own"
    for folder in (ours, own):
        folder.mkdir()
        (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    kept = dg.DagsterInstance.from_ref(kept_open(str(ours)))
    assert isinstance(kept.event_log_storage, KeptOpenEventLog)
    usual = dg.DagsterInstance.from_config(str(own))
    for instance in (kept, usual):
        run_twice(instance)
    # While ours is still open, as the UI reads it.
    reader = dg.DagsterInstance.from_config(str(ours))
    assert not isinstance(reader.event_log_storage, KeptOpenEventLog)
    assert history(reader) == history(usual) == history(kept)
    assert sum(history(reader).values()) > 20
    latest = reader.get_latest_materialization_event(dg.AssetKey("grown"))
    assert latest is not None
    assert latest.asset_materialization is not None
    assert latest.asset_materialization.metadata["rows"].value == 3
    kept.dispose()
    assert not list(ours.rglob("*.db-wal")), "closed files leave no log beside them"
    assert history(reader) == history(usual)


def test_files_of_earlier_runs_are_closed(tmp_path: Path) -> None:
    instance = dg.DagsterInstance.from_ref(kept_open(str(tmp_path)))
    log = instance.event_log_storage
    assert isinstance(log, KeptOpenEventLog)
    run_twice(instance)
    run_twice(instance)
    assert len(log._engines) == 2, "the index, and the newest run"
    instance.dispose()
    assert not log._engines
