"""The real webserver and daemon: files are dropped, nothing is clicked, and the loop runs to a new batch."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from labeling_pipeline_tests.end_to_end.live import Live, dagster_dev, make_root, wait_for

DOWNSTREAM = ("raw_comments", "pre_labels", "next_uncertainty_batch")
# The bar is 15 s when idle; a test machine that is busy elsewhere gets some more before the test gives up.
PATIENCE_S = 60.0

pytestmark = pytest.mark.live


@pytest.fixture
def root(finished: tuple[Path, str], tmp_path: Path) -> Path:
    return make_root(tmp_path / "clone", finished[0])


def new_comments(name: str, n: int = 40) -> str:
    rows = [
        f'{name}-{i},"a {name} remark number {i} about the garden, the pond and the {i % 7} ducks"' for i in range(n)
    ]
    return "comment_id,text\n" + "\n".join(rows) + "\n"


def is_past(live: Live, asset: str, dropped: float) -> bool:
    return live.last(asset) > dropped


def test_a_dropped_file_becomes_a_new_batch_and_a_killed_daemon_catches_up(root: Path) -> None:
    with dagster_dev(root) as live:
        assert {run["jobName"] for run in live.runs()} == {"loop"}, "runs of the command line are in the same history"
        dropped = live.drop("comments", "first.csv", new_comments("first"))
        took = wait_for(lambda: is_past(live, "next_uncertainty_batch", dropped), PATIENCE_S, "a new batch")
        assert all(is_past(live, asset, dropped) for asset in DOWNSTREAM)
        print(f"from dropped file to new batch: {took:.1f} s")
        wait_for(lambda: all(run["status"] == "SUCCESS" for run in live.runs()), PATIENCE_S, "the run ends well")
        before = {run["runId"] for run in live.runs()}
        dropped = live.drop("comments", "second.csv", new_comments("second"))
        wait_for(
            lambda: any(r["status"] == "STARTED" for r in live.runs() if r["runId"] not in before), PATIENCE_S, "a run"
        )
        live.kill()
    with dagster_dev(root) as live:
        restarted = time.monotonic()
        wait_for(
            lambda: all(is_past(live, asset, dropped) for asset in DOWNSTREAM), PATIENCE_S, "the killed run's work"
        )
        print(f"caught up {time.monotonic() - restarted:.1f} s after the restart")
        wait_for(lambda: all(run["status"] != "STARTED" for run in live.runs()), PATIENCE_S, "the run ends")
        let_the_world_go_on(root / "data" / "labeling.toml")
        wait_for(
            lambda: any(run["jobName"] == "deliver" for run in live.runs()), PATIENCE_S, "the simulated clock moves"
        )


def let_the_world_go_on(settings: Path) -> None:
    """One more simulated day: the platform's sensor has something to deliver."""
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("until_day = 30", "until_day = 31"), encoding="utf-8")
