"""Runs that live, died, or failed.

Belongs here: asking the Dagster instance about runs of our jobs. Does not: starting them.
"""

from __future__ import annotations

import time

import dagster as dg

from labeling_pipeline.home import Home
from labeling_pipeline.locks import is_live

JOBS = ("loop", "deliver")
AT_WORK = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]
WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]
# A run's process needs some time from its launch to taking its lock, on a busy machine much; until then it is not
# called dead, unless it was launched before this process, whose child it would be, was there.
START_S = 90.0
PROCESS_STARTED = time.time()


def report_dead_runs(instance: dg.DagsterInstance, home: Home, now: float | None = None) -> list[str]:
    """Mark as failed every run that is called started and whose process is gone; returns their ids.

    A run that was killed holds no lock any more, since the operating system released it.
    """
    at, dead = now or time.time(), []
    for record in instance.get_run_records(dg.RunsFilter(statuses=[*AT_WORK, dg.DagsterRunStatus.NOT_STARTED])):
        run, launched = record.dagster_run, record.start_time or record.create_timestamp.timestamp()
        is_starting = not _has_lock_file(home, run.run_id) and launched >= PROCESS_STARTED and at - launched < START_S
        if run.job_name not in JOBS or is_starting or is_live(home, run.run_id):
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
