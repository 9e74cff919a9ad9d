"""The clock: reliability every week, drift every night, retraining asked about every day and due every 14.

Belongs here: ticks. Does not: when retraining is due, which is counted from the last training (``stages.engine``).
"""

from __future__ import annotations

import dagster as dg

from labeling_pipeline.defs.runs import is_busy
from labeling_pipeline.defs.sensors import request
from labeling_pipeline.home import Home
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.pending import pending

# name → (asset, cron, why)
CLOCK = {
    "weekly_reliability": ("annotator_reliability", "0 6 * * 1", "annotators' reliability, from the week's verdicts"),
    "nightly_drift": ("drift_report", "0 2 * * *", "what moved since the last night"),
    "retraining": ("retrained_model", "0 4 * * *", "retrain when the last training is 14 days old (a setting)"),
}


def clock_schedule(name: str, asset: str, cron: str, why: str) -> dg.ScheduleDefinition:
    """A schedule that asks whether the asset is due at its tick."""

    @dg.schedule(
        name=name, job_name="loop", cron_schedule=cron, description=why, default_status=dg.DefaultScheduleStatus.RUNNING
    )
    def tick(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if is_busy(context.instance):
            return dg.SkipReason("a run is at work; it will see that this is due")
        at = context.scheduled_execution_time
        work = pending(STAGES, open_context(Home.find(), at))
        if asset not in work.assets:
            return dg.SkipReason(f"{asset} is not due")
        return request(work, name, context.instance)

    return tick


SCHEDULES = [clock_schedule(name, *entry) for name, entry in CLOCK.items()]
