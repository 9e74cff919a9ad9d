"""`labeling-pipeline simulate`: a world on disk that the loop takes as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labeling_pipeline_tests.end_to_end.homes import run_command

SMALL = ("--comments", "300", "--annotators", "30", "--weeks", "12")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulate") / "world"
    done = run_command("simulate", str(folder), *SMALL, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert sum(n for name, n in told["rows"].items() if name.startswith("inbox/votes/")) == 900
    return folder


def test_the_loop_takes_it_all_and_refuses_nothing(world: Path) -> None:
    done = run_command("run", "--home", str(world), "--now", "2026-04-01T00:00:00")
    assert done.returncode == 0, done.stderr
    assert ["quarantined", "0"] in [line.split() for line in done.stdout.splitlines()]
    assert "900 crowd" in done.stdout


def test_a_home_is_not_written_over_and_worlds_have_names(world: Path) -> None:
    again = run_command("simulate", str(world), *SMALL)
    assert again.returncode == 2
    assert "is a home already" in again.stderr
    wrong = run_command("simulate", str(world.parent / "other"), "--world", "flat")
    assert wrong.returncode == 2
    assert "independent, hard, troubled" in wrong.stderr
    assert not (world.parent / "other").exists()
