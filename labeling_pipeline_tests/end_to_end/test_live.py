"""The real webserver and daemon: files are dropped, nothing is clicked, and the loop runs to a new batch."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from labeling_pipeline.home import Home
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.pending import pending
from labeling_pipeline_tests.end_to_end.homes import COMMAND
from labeling_pipeline_tests.end_to_end.live import Live, dagster_dev, make_root, serve, wait_for
from labeling_pipeline_tests.quiet import Quietly, slowness

DOWNSTREAM = ("raw_comments", "pre_labels", "next_uncertainty_batch")
BATCH_S, RESTART_S = 15.0, 30.0
PATIENCE_S = 60.0  # for what has no bar

pytestmark = pytest.mark.live


@pytest.fixture
def root(finished: tuple[Path, str], tmp_path: Path) -> Path:
    return make_root(tmp_path / "clone", finished[0])


def new_comments(name: str, n: int = 40) -> str:
    rows = [
        f'{name}-{i},"a {name} remark number {i} about the garden, the pond and the {i % 7} ducks"' for i in range(n)
    ]
    return "comment_id,text\n" + "\n".join(rows) + "\n"


def is_done(live: Live, dropped: float) -> bool:
    return all(live.last(asset) > dropped for asset in DOWNSTREAM)


def is_idle(live: Live) -> bool:
    return all(run["status"] == "SUCCESS" for run in live.runs())


def seconds_to_a_batch(live: Live, name: str) -> float:
    dropped = live.drop("comments", f"{name}.csv", new_comments(name))
    took = wait_for(lambda: is_done(live, dropped), PATIENCE_S, "a new batch")
    wait_for(lambda: is_idle(live), PATIENCE_S, "the run ends well")
    return took


def test_a_dropped_file_becomes_a_new_batch(root: Path, quietly: Quietly) -> None:
    with quietly(), dagster_dev(root) as live:
        assert {run["jobName"] for run in live.runs()} == {"loop"}, "runs of the command line are in the same history"
        seconds_to_a_batch(live, "first")  # its daemon is still starting
        assert seconds_to_a_batch(live, "second") < BATCH_S * slowness()


@pytest.mark.benchmark
def test_a_dropped_file_becomes_a_new_batch_in_time(root: Path) -> None:
    with dagster_dev(root) as live:
        seconds_to_a_batch(live, "first")  # its daemon is still starting
        took = [seconds_to_a_batch(live, f"n{turn}") for turn in range(20)]
        print("from dropped file to new batch: " + ", ".join(f"{one:.1f}" for one in took))
        assert max(took) < BATCH_S


def test_a_killed_daemon_catches_up(root: Path, quietly: Quietly) -> None:
    with quietly():
        with dagster_dev(root) as live:
            before = {run["runId"] for run in live.runs()}
            live.drop("comments", "killed.csv", new_comments("killed"))
            wait_for(lambda: any(is_started_since(before, run) for run in live.runs()), PATIENCE_S, "a run")
            live.kill()
        restarted = time.monotonic()
        with dagster_dev(root) as live:
            wait_for(lambda: is_taken_up(Home(root / "data"), "killed", 40), PATIENCE_S, "the killed run's work")
            assert time.monotonic() - restarted < RESTART_S * slowness()
            wait_for(lambda: all(run["status"] != "STARTED" for run in live.runs()), PATIENCE_S, "the run ends")
            let_the_world_go_on(root / "data" / "labeling.toml")
            wait_for(
                lambda: any(run["jobName"] == "deliver" for run in live.runs()), PATIENCE_S, "the simulated clock moves"
            )


def is_taken_up(home: Home, name: str, n: int) -> bool:
    """Whether a dropped file's comments have drafts and nothing is left to do.

    The store is asked, not the history: what a run wrote just before it was killed is not done, nor told, again.
    """
    context = open_context(home)
    drafted = context.warehouse.table("pre_labels")["comment_id"].str.startswith(f"{name}-").sum()
    return drafted == n and not pending(STAGES, context)


def is_started_since(before: set[str], run: dict[str, str]) -> bool:
    return run["status"] == "STARTED" and run["runId"] not in before


def let_the_world_go_on(settings: Path) -> None:
    """One more simulated day: the platform's sensor has something to deliver."""
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("until_day = 30", "until_day = 31"), encoding="utf-8")


def test_the_ui_command_shows_the_same_history(finished: tuple[Path, str], tmp_path: Path) -> None:
    home = shutil.copytree(finished[0], tmp_path / "home")
    command = [*COMMAND, "ui", "--home", str(home)]
    with serve(tmp_path, command, "--port") as live:
        runs = live.runs()
        assert runs
        assert {run["jobName"] for run in runs} == {"loop"}
        assert {run["status"] for run in runs} == {"SUCCESS"}
        assert live.last("next_uncertainty_batch") > 0
