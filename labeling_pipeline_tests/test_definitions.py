"""The graph as committed, and how fast and quietly it loads.

After a wanted change of the graph: python -m labeling_pipeline_tests.test_definitions, and read the difference.
"""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import dagster as dg

from labeling_pipeline_tests.quiet import Quietly

ROOT = Path(__file__).parents[1]
SNAPSHOT = Path(__file__).with_name("graph.json")
THE_LOOP = (
    "raw_comments",
    "decomposed_tasks",
    "crowd_votes",
    "consensus_labels",
    "qc_passed_labels",
    "versioned_export",
    "retrained_model",
    "next_uncertainty_batch",
)
COMPANIONS = (
    "weak_labels",
    "pre_labels",
    "qc_outcomes",
    "annotator_reliability",
    "agreement_report",
    "annotator_findings",
    "group_divergence",
    "adjudication_queue",
    "gold_set",
    "model_evaluation",
    "production_predictions",
    "production_feedback",
    "drift_report",
)
# Loading takes less than this on a machine at rest; the least of a few tries is held against it.
IMPORT_S, DEFINITIONS_S, TRIES = 1.0, 3.0, 4


def graph() -> dict[str, Any]:
    """Keys, dependencies, groups, checks, jobs, sensors and schedules."""
    from labeling_pipeline.definitions import defs

    assets = defs.resolve_asset_graph()
    return {
        "assets": {
            key.to_user_string(): {
                "after": sorted(parent.to_user_string() for parent in assets.get(key).parent_keys),
                "checks": sorted(check.name for check in assets.get(key).check_keys),
                "group": assets.get(key).group_name,
            }
            for key in sorted(assets.get_all_asset_keys())
        },
        "jobs": sorted(job.name for job in defs.jobs or []),
        "schedules": {schedule.name: schedule.cron_schedule for schedule in defs.schedules or []},
        "sensors": {sensor.name: sensor.job_name for sensor in defs.sensors or []},
    }


def test_the_graph_is_the_committed_one() -> None:
    assert graph() == json.loads(SNAPSHOT.read_text())


def test_the_eight_assets_form_the_loop_and_all_companions_are_there() -> None:
    assets = graph()["assets"]
    assert set(THE_LOOP + COMPANIONS) <= set(assets)
    for before, after in pairwise(THE_LOOP):
        assert before in assets[after]["after"], f"{after} does not read {before}"


def test_every_asset_says_what_it_is_and_every_check_blocks() -> None:
    from labeling_pipeline.definitions import defs

    graph_of = defs.resolve_asset_graph()
    for key in graph_of.get_all_asset_keys():
        assert graph_of.get(key).description, f"{key} has no description"
    for checks in defs.asset_checks or []:
        assert isinstance(checks, dg.AssetChecksDefinition)
        assert all(spec.blocking and spec.description for spec in checks.check_specs)


def test_sensors_and_schedules_run_without_a_click() -> None:
    from labeling_pipeline.definitions import defs

    started = {one.name: one.default_status.value for one in [*(defs.sensors or []), *(defs.schedules or [])]}
    assert set(started.values()) == {"RUNNING"}, started


def test_the_package_imports_at_once_and_brings_nothing_heavy() -> None:
    heavy = ("torch", "snorkel", "sklearn", "dagster", "duckdb", "pandas")
    assert _seconds("import labeling_pipeline", heavy) < IMPORT_S


def test_the_definitions_load_in_seconds_without_models(quietly: Quietly) -> None:
    with quietly():
        assert _seconds("import labeling_pipeline.definitions", ("torch", "snorkel", "sklearn")) < DEFINITIONS_S


def test_our_modules_give_no_warning() -> None:
    code = "import labeling_pipeline.definitions as d; d.defs.resolve_asset_graph()"
    ours = ["-W", "error:::labeling_pipeline", "-W", "error::DeprecationWarning:labeling_pipeline.definitions"]
    done = subprocess.run([sys.executable, *ours, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "labeling_pipeline" not in done.stderr


def _seconds(statement: str, absent: tuple[str, ...]) -> float:
    """Processor time in a fresh interpreter, the least of a few: other work on the machine only ever adds to it."""
    code = f"""
import sys, time
start = time.process_time()
{statement}
took = time.process_time() - start
loaded = [name for name in {absent!r} if name in sys.modules]
assert not loaded, f"imported for nothing: {{loaded}}"
print(took)
"""
    limit, best = (IMPORT_S if "definitions" not in statement else DEFINITIONS_S), float("inf")
    for _ in range(TRIES):
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        best = min(best, float(done.stdout))
        if best < limit:
            break
    return best


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(graph(), indent=2) + "\n")
