"""Runs that live, died, or failed.

Belongs here: asking the Dagster instance about runs of our jobs. Does not: starting them.
"""

from __future__ import annotations

import dagster as dg

from labeling_pipeline.home import Home
from labeling_pipeline.locks import is_live

JOBS = ("loop", "deliver")
AT_WORK = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]
WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]
# A run process needs some seconds from its start to taking its lock; before that it is not called dead.
START_S = 20.0


def report_dead_runs(instance: dg.DagsterInstance, home: Home, now: float | None = None) -> list[str]:
    """Mark as failed every run that is called started and whose process is gone; returns their ids.

    A run that was killed holds no lock any more, since the operating system released it.
    """
    import time

    dead = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=AT_WORK)):
        run = record.dagster_run
        started = record.start_time or record.create_timestamp.timestamp()
        age = (now or time.time()) - started
        if run.job_name in JOBS and age > (START_S if not _has_lock_file(home, run.run_id) else 0):
            if is_live(home, run.run_id):
                continue
            instance.report_run_failed(run, "the process of this run is gone; its work is taken up again")
            (home.runs / f"{run.run_id}.lock").unlink(missing_ok=True)
            dead.append(run.run_id)
    return dead


def _has_lock_file(home: Home, run_id: str) -> bool:
    return (home.runs / f"{run_id}.lock").exists()


def is_busy(instance: dg.DagsterInstance) -> bool:
    """Whether a run of ours is at work or waits to start."""
    runs = instance.get_runs(dg.RunsFilter(statuses=AT_WORK + WAITING))
    return any(run.job_name in JOBS for run in runs)


def attempts(instance: dg.DagsterInstance, work: str) -> tuple[int, float | None]:
    """How often this work failed, and when the last attempt ended (seconds since the epoch)."""
    failed = instance.get_run_records(dg.RunsFilter(tags={"work": work}, statuses=[dg.DagsterRunStatus.FAILURE]))
    ended = [record.end_time for record in failed if record.end_time is not None]
    return len(failed), max(ended, default=None)
