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

from labeling_pipeline.core.errors import InputError, SettingError, WarehouseBusyError
from labeling_pipeline.defs.runs import attempts, is_busy, report_dead_runs
from labeling_pipeline.home import Home
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import can_advance, open_context
from labeling_pipeline.stages.engine import digest
from labeling_pipeline.stages.inbox import files_are_arriving, inbox_listing
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
MOMENT_S = 1.0
# The daemon asks every five seconds; in between, the sensor of the inbox looks itself, so that no file waits so long.
WATCH_S, LOOK_S = 4.0, 0.25
_LATEST: dict[str, tuple[float, Pending | None]] = {}
BACK_OFF_S = (0, 2, 8, 30, 120, 600)


def ask(cause: str, context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """A run for the work that is pending for this cause, unless a run is at it already.

    What a user has to mend (a setting, the ontology) is told in one line on every look, as the command line tells it.
    """
    try:
        return _ask(cause, context, Home.find())
    except (SettingError, InputError) as error:
        context.log.error(str(error))
        return dg.SkipReason(str(error))


def _ask(cause: str, context: dg.SensorEvaluationContext, home: Home) -> dg.RunRequest | dg.SkipReason:
    report_dead_runs(context.instance, home)
    until = time.monotonic() + (WATCH_S if cause == "inbox" else 0.0)
    while is_busy(context.instance):
        if time.monotonic() > until:
            return dg.SkipReason("a run is at work")
        time.sleep(LOOK_S)
    try:
        work = _pending_now(home)
        if not work and cause == "inbox":
            work = _watch_inbox(home, until)
    except WarehouseBusyError as busy:
        return dg.SkipReason(str(busy))
    if _first_watched(work, home) != cause:
        return dg.SkipReason(f"nothing pending for: {CAUSES[cause]}")
    return request(work, cause, context.instance)


def _first_watched(work: Pending, home: Home) -> str | None:
    """The cause whose sensor starts the run; work that only the clock asks for waits for its schedule.

    A simulated home's clock is not the wall's, so no schedule ticks for it: what is due there is taken up at once.
    """
    watched = [cause for cause in work.causes if cause in CAUSES]
    if watched or not work.causes:
        return watched[0] if watched else None
    return "unfinished" if home.settings.platform.name == "simulated" else None


def _pending_now(home: Home) -> Pending:
    """What is pending, asked once for all sensors that the daemon evaluates in the same moment."""
    at, work = _LATEST.get(str(home.root), (float("-inf"), None))
    if work is None or time.monotonic() - at > MOMENT_S:
        context = open_context(home)
        work = pending(STAGES, context)
        if not work and can_advance(context):
            work = Pending(("platform",), (), digest("platform", context.now))
        _LATEST[str(home.root)] = (time.monotonic(), work)
    return work


def _watch_inbox(home: Home, until: float) -> Pending:
    """What is pending as soon as something arrives, or when the watch is over."""
    before = inbox_listing(home)
    is_arriving, work = files_are_arriving(open_context(home)), _pending_now(home)
    while not work and time.monotonic() < until:
        time.sleep(LOOK_S)
        is_arriving = is_arriving or inbox_listing(home) != before
        if is_arriving:
            _LATEST.pop(str(home.root), None)
            work = _pending_now(home)
    return work


def request(work: Pending, cause: str, instance: dg.DagsterInstance) -> dg.RunRequest | dg.SkipReason:
    """The run for this work, later and later the more often it failed."""
    failed, last_ended = attempts(instance, work.digest)
    wait = BACK_OFF_S[min(failed, len(BACK_OFF_S) - 1)]
    if last_ended is not None and time.time() - last_ended < wait:
        return dg.SkipReason(f"failed {failed} times; next attempt {wait} s after the last")
    key, tags = f"{work.digest}:{failed}", {"work": work.digest, "cause": cause}
    if cause == "platform":
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
