"""``kill -9`` at random moments of a run, and what is left of it after another run: for the test and the benchmark."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

from labeling_pipeline_tests.end_to_end.contents import differences
from labeling_pipeline_tests.end_to_end.homes import COMMAND, run_command

NOW = ("--now", "2026-11-20T12:00:00")


def kill_and_compare(fresh: Path, folder: Path, kills: int, kills_per_home: int, seed: int = 20) -> int:
    """Kill runs on copies of a fresh home, run each copy again, and compare it with one left alone.

    Returns how often a run was killed before it was done; raises AssertionError for the first difference.
    """
    undisturbed = Path(shutil.copytree(fresh, folder / "undisturbed"))
    began = time.monotonic()
    assert run_command("run", "--home", str(undisturbed), *NOW).returncode == 0
    length, moments, killed, number = time.monotonic() - began, random.Random(seed), 0, 0
    while killed < kills:
        number += 1
        home = Path(shutil.copytree(fresh, folder / f"killed-{number}"))
        now_killed = _kill_at_random(home, min(kills_per_home, kills - killed), length, moments)
        killed += now_killed
        if not now_killed:  # the machine has become faster than it was: every moment came too late
            length /= 2
        result = run_command("run", "--home", str(home), *NOW)
        assert result.returncode == 0, result.stderr
        assert differences(undisturbed, home) == []
        shutil.rmtree(home)
    return killed


def _kill_at_random(home: Path, most: int, length: float, moments: random.Random) -> int:
    """Start the run and kill it at a random moment, again and again; how often it was killed before it was done."""
    for kills in range(most):
        process = subprocess.Popen(
            [*COMMAND, "run", "--home", str(home), *NOW],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(moments.uniform(0.05, 0.75) * length)
        if process.poll() is not None:
            return kills
        process.send_signal(signal.SIGKILL)
        process.wait()
    return most
