"""What starts a run: one sensor per cause, all asking the warehouse the same question.

Belongs here: causes, run keys, back-off, and noticing runs whose process died. Does not: what is pending
(``stages.pending``).

The loop is level-triggered: nothing is lost with a cursor or a restart, because nothing is remembered here. The run key
names the pending work and how often it failed, so a failure is tried again and a success never is.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import dagster as dg

from labeling_pipeline.core.errors import WarehouseBusyError
from labeling_pipeline.defs.runs import attempts, is_busy, report_dead_runs
from labeling_pipeline.home import Home
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.pending import Pending, pending

CAUSES = {
    "inbox": "files arrived: comments, annotators or gold",
    "votes": "votes of a round arrived",
    "verdicts": "experts answered",
    "production": "predictions or feedback arrived from production",
    "relabeling": "a batch is chosen and no round is open: ask annotators again",
    "ontology": "an ontology file was added or changed",
    "drift": "drift was found that asks for retraining or relabeling",
    "unfinished": "assets are older than what they read, after a failed, killed or partial run",
    "platform": "the simulated platform has answers to give",
}
BACK_OFF_S = (0, 2, 8, 30, 120, 600)


def ask(cause: str, context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """A run for the work that is pending for this cause, unless a run is at it already."""
    home = Home.find()
    report_dead_runs(context.instance, home)
    if is_busy(context.instance):
        return dg.SkipReason("a run is at work")
    try:
        work = pending(STAGES, open_context(home))
    except WarehouseBusyError as busy:
        return dg.SkipReason(str(busy))
    if not work or work.causes[0] != cause:
        return dg.SkipReason(f"nothing pending for: {CAUSES[cause]}")
    return request(work, context.instance)


def request(work: Pending, instance: dg.DagsterInstance) -> dg.RunRequest | dg.SkipReason:
    """The run for this work, later and later the more often it failed."""
    failed, last_ended = attempts(instance, work.digest)
    wait = BACK_OFF_S[min(failed, len(BACK_OFF_S) - 1)]
    if last_ended is not None and time.time() - last_ended < wait:
        return dg.SkipReason(f"failed {failed} times; next attempt {wait} s after the last")
    key, tags = f"{work.digest}:{failed}", {"work": work.digest, "cause": work.causes[0]}
    if work.causes[0] == "platform":
        return dg.RunRequest(run_key=key, job_name="deliver", tags=tags)
    assets = [dg.AssetKey(asset) for asset in work.assets]
    return dg.RunRequest(run_key=key, job_name="loop", asset_selection=assets, tags=tags)


def cause_sensor(cause: str) -> dg.SensorDefinition:
    """The sensor that watches one cause."""

    @dg.sensor(
        name=f"{cause}_sensor",
        job_name="deliver" if cause == "platform" else "loop",
        minimum_interval_seconds=1,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=CAUSES[cause],
    )
    def watch(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        yield ask(cause, context)

    return watch


SENSORS = [cause_sensor(cause) for cause in CAUSES]
