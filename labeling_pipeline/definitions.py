"""The page: what Dagster loads.

raw_comments → decomposed_tasks → crowd_votes → consensus_labels → qc_passed_labels → versioned_export
→ retrained_model → next_uncertainty_batch, and back to decomposed_tasks through a sensor.
"""

from __future__ import annotations

import dagster as dg

from labeling_pipeline.defs.assets import loop_asset
from labeling_pipeline.defs.jobs import deliver, loop
from labeling_pipeline.defs.resources import LabelingHome
from labeling_pipeline.defs.schedules import SCHEDULES
from labeling_pipeline.defs.sensors import SENSORS
from labeling_pipeline.stages import STAGES


def build_definitions(home: str = "", now: str = "") -> dg.Definitions:
    """Everything on one home: LABELING_HOME, else ``data``, when none is given."""
    return dg.Definitions(
        assets=[loop_asset(name, stage) for name, stage in STAGES.items()],
        jobs=[loop, deliver],
        sensors=SENSORS,
        schedules=SCHEDULES,
        resources={"labeling": LabelingHome(root=home, now=now)},
        executor=dg.in_process_executor,
    )


defs = build_definitions()
