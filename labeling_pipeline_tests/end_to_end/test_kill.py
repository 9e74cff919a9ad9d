"""A run that is killed at any moment, and run again, ends in the same tables and files as one left alone."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from labeling_pipeline_tests.end_to_end.civil import CIVIL, civil_home
from labeling_pipeline_tests.end_to_end.contents import differences
from labeling_pipeline_tests.end_to_end.homes import COMMAND, run_command

NOW = ("--now", "2026-11-20T12:00:00")
KILLS, KILLS_PER_HOME = 20, 5

pytestmark = pytest.mark.skipif(not CIVIL.is_dir(), reason="civil_comments is not beside the project")


def start(home: Path) -> subprocess.Popen[bytes]:
    command = [*COMMAND, "run", "--home", str(home), *NOW]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def test_twenty_kills_leave_no_trace(tmp_path: Path) -> None:
    fresh = civil_home(tmp_path / "fresh", 1500)
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(fresh, undisturbed)
    began = time.monotonic()
    assert run_command("run", "--home", str(undisturbed), *NOW).returncode == 0
    length = time.monotonic() - began
    moments, killed, number = random.Random(20), 0, 0
    while killed < KILLS:
        number += 1
        home = tmp_path / f"killed-{number}"
        shutil.copytree(fresh, home)
        kills = kill_at_random(home, min(KILLS_PER_HOME, KILLS - killed), length, moments)
        killed += kills
        if not kills:  # the machine has become faster than it was: every moment came too late
            length /= 2
        result = run_command("run", "--home", str(home), *NOW)
        assert result.returncode == 0, result.stderr
        assert differences(undisturbed, home) == []


def kill_at_random(home: Path, most: int, length: float, moments: random.Random) -> int:
    """Start the run and kill it at a random moment, again and again; how often it was killed before it was done."""
    for kills in range(most):
        process = start(home)
        time.sleep(moments.uniform(0.05, 0.75) * length)
        if process.poll() is not None:
            return kills
        process.send_signal(signal.SIGKILL)
        process.wait()
    return most
