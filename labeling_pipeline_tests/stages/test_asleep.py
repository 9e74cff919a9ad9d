"""What only a clock wakes takes no step until the clock has come round, and every step when it has."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from labeling_pipeline.home import Home
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.engine import downstream, stages_asleep
from labeling_pipeline.warehouse.state import record_state
from labeling_pipeline_tests.end_to_end.homes import run_command

NOW = datetime(2026, 5, 20, 12)
WEEKLY = {"annotator_reliability", "annotator_findings", "group_divergence", "labeling_function_report"}
NIGHTLY = {"agreement_report", "drift_report"}
FORTNIGHTLY = {"retrained_model"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which every asset was made at ``NOW``."""
    assert run_command("init", str(tmp_path / "home")).returncode == 0
    home = Home(tmp_path / "home")
    context = open_context(home, NOW)
    context.warehouse.migrate()
    with context.warehouse.write() as con:
        for asset in STAGES:
            record_state(con, asset, "in", "out", 1, NOW, "run", NOW)
    return home


@pytest.mark.parametrize(
    ("days", "asleep"), [(0, WEEKLY | NIGHTLY | FORTNIGHTLY), (1, WEEKLY | FORTNIGHTLY), (7, FORTNIGHTLY), (14, set())]
)
def test_votes_wake_what_reads_them_when_its_clock_has_come_round(home: Home, days: int, asleep: set[str]) -> None:
    found = stages_asleep(STAGES, open_context(home, NOW + timedelta(days=days)))
    assert found == asleep
    chosen = set(downstream(STAGES, ["crowd_votes"], found))
    assert not chosen & asleep
    reads_votes = set(downstream(STAGES, ["crowd_votes"]))
    left_out = reads_votes - chosen
    assert asleep & reads_votes <= left_out
    for asset in left_out - asleep:  # nothing else is left out but what reads only what is asleep
        assert reads_votes.intersection(STAGES[asset].after) <= left_out
