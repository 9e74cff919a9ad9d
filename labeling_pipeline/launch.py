"""Running the loop in this process, with its runs in the home's own history.

Belongs here: the Dagster instance of a home and one pass of the loop. Does not: how often (``labeling_pipeline.loop``).
"""

from __future__ import annotations

from datetime import datetime

import dagster as dg
from dagster._core.errors import DagsterAssetCheckFailedError, DagsterExecutionInterruptedError

from labeling_pipeline.core.errors import InvariantError, is_interrupted
from labeling_pipeline.definitions import build_definitions
from labeling_pipeline.defs.event_log import kept_open
from labeling_pipeline.defs.runs import report_dead_runs
from labeling_pipeline.home import Home
from labeling_pipeline.locks import history_lock
from labeling_pipeline.stages.pending import Pending

INSTANCE_SETTINGS = """\
telemetry: {enabled: false}
nux: {enabled: false}
run_queue: {dequeue_interval_seconds: 1}
concurrency: {runs: {max_concurrent_runs: 2}}
python_logs: {managed_python_loggers: [labeling_pipeline], python_log_level: INFO}
"""


def instance_of(home: Home) -> dg.DagsterInstance:
    """The run history of a home, in ``.dagster``; the UI shows the same one."""
    with history_lock(home):
        write_instance_settings(home)
        return dg.DagsterInstance.from_ref(kept_open(str(home.dagster)))


def write_instance_settings(home: Home) -> None:
    """Make ``.dagster`` a Dagster home of its own."""
    home.dagster.mkdir(exist_ok=True)
    path = home.dagster / "dagster.yaml"
    if not path.is_file() or path.read_text() != INSTANCE_SETTINGS:
        path.write_text(INSTANCE_SETTINGS)


class Launcher:
    """Passes over one home in this process."""

    def __init__(self, home: Home, now: datetime | None = None) -> None:
        self.home = home
        self.instance = instance_of(home)
        definitions = build_definitions(str(home.root), now.isoformat() if now else "")
        self.job = definitions.resolve_job_def("loop")
        report_dead_runs(self.instance, home)

    def run(self, work: Pending) -> None:
        """Bring the assets of some pending work up to date. A user's error comes out as it was raised."""
        try:
            self._execute(work)
        except DagsterAssetCheckFailedError as error:
            said = str(error).splitlines()[-1]
            raise InvariantError(
                f"an invariant does not hold: {said}", remedy="the run in the UI names the rows: labeling-pipeline ui"
            ) from error
        except DagsterExecutionInterruptedError as error:  # how Dagster passes on SIGTERM and SIGINT
            raise KeyboardInterrupt from error
        except RuntimeError as error:
            if not is_interrupted(error):
                raise
            raise KeyboardInterrupt from error

    def _execute(self, work: Pending) -> None:
        self.job.execute_in_process(
            instance=self.instance,
            asset_selection=[dg.AssetKey(asset) for asset in work.assets],
            tags={"work": work.digest, "cause": work.causes[0]},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=True,
        )
