"""Two jobs: ``loop`` brings assets up to date, ``deliver`` lets the simulated world move on.

Belongs here: what a run may be. Does not: when one starts (``defs.sensors``, ``defs.schedules``).
"""

import dagster as dg

from labeling_pipeline.defs.resources import LabelingHome
from labeling_pipeline.stages.clock import advance

# One process for all steps: DuckDB has one writer, and a step here is shorter than the start of a process.
loop = dg.define_asset_job(
    "loop",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="bring assets up to date",
)


@dg.op
def deliver_answers(labeling: LabelingHome) -> None:
    """Move the simulated clock to its next event; what happened until then arrives as files in the inbox."""
    advance(labeling.context)


@dg.job(executor_def=dg.in_process_executor, description="let the simulated platform answer what is asked")
def deliver() -> None:
    """The simulated world, one event further."""
    deliver_answers()
