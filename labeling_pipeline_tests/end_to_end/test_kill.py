"""A run that is killed at any moment, and run again, ends in the same tables and files as one left alone."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labeling_pipeline_tests.end_to_end.civil import CIVIL, civil_home
from labeling_pipeline_tests.end_to_end.contents import differences
from labeling_pipeline_tests.end_to_end.homes import run_command

NOW = ("--now", "2026-11-20T12:00:00")
HOMES, KILLS_PER_HOME = 4, 5

pytestmark = pytest.mark.skipif(not CIVIL.is_dir(), reason="civil_comments is not beside the project")


def start(home: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from labeling_pipeline.cli import main; main()", "run", "--home", str(home), *NOW]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def test_twenty_kills_leave_no_trace(tmp_path: Path) -> None:
    fresh = civil_home(tmp_path / "fresh", 1500)
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(fresh, undisturbed)
    began = time.monotonic()
    assert run_command("run", "--home", str(undisturbed), *NOW).returncode == 0
    length = time.monotonic() - began
    moments = random.Random(20)
    for number in range(HOMES):
        home = tmp_path / f"killed-{number}"
        shutil.copytree(fresh, home)
        kills = 0
        while kills < KILLS_PER_HOME:
            process = start(home)
            time.sleep(moments.uniform(0.1, 0.9) * length)
            if process.poll() is not None:  # it was done before the moment came: there is nothing left to kill here
                break
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        assert kills > 0
        result = run_command("run", "--home", str(home), *NOW)
        assert result.returncode == 0, result.stderr
        assert differences(undisturbed, home) == []
