"""Homes that end-to-end tests share: made once for all workers of a test run, copied for each test."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
REAL_DATA = ROOT.parent / "shared" / "data"
COMMAND = (sys.executable, "-m", "labeling_pipeline")


def new_sample(folder: Path) -> Path:
    """A sample home as it is after cloning: committed files only."""
    folder.mkdir(parents=True)
    for name in ("labeling.toml", "labeling_functions.toml"):
        shutil.copy(ROOT / "data" / name, folder)
    for name in ("ontology", "sample"):
        shutil.copytree(ROOT / "data" / name, folder / name)
    return folder


def run_command(*arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    """The command line, as a user's shell would start it."""
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL, check=False
    )


def run_measured(*arguments: str) -> tuple[subprocess.CompletedProcess[str], dict[str, float]]:
    """`run_command`, and what it took: ``seconds`` on the wall's clock, ``kilobytes`` of memory at its peak."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.monotonic()
        process = subprocess.Popen([*COMMAND, *arguments], stdout=out, stderr=err, stdin=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        result = subprocess.CompletedProcess(process.args, process.returncode, out.read(), err.read())
    return result, {"seconds": seconds, "kilobytes": float(used.ru_maxrss)}


def seconds_to_find_nothing_to_do(home: Path, tries: int = 3) -> float:
    """How long ``run`` takes on a finished home, the least of some tries: what disturbs only ever lengthens."""
    took = []
    for _ in range(tries):
        began = time.monotonic()
        result = run_command("run", "--home", str(home))
        took.append(time.monotonic() - began)
        assert result.returncode == 0, result.stderr
        assert "Nothing to do" in result.stdout
    return min(took)


def finished_sample(shared: Path) -> tuple[Path, str]:
    """The sample home after ``run``, and what it printed; the first worker that asks makes it, the others wait."""
    home, said = shared / "finished-sample", shared / "finished-sample.txt"
    with (shared / "finished-sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.is_file():
            shutil.rmtree(home, ignore_errors=True)
            result, used = run_measured("run", "--home", str(new_sample(home)))
            (shared / "finished-sample.json").write_text(json.dumps(used), encoding="utf-8")
            if result.returncode != 0:
                raise RuntimeError(f"run failed with {result.returncode}: {result.stdout}{result.stderr}")
            said.write_text(result.stdout, encoding="utf-8")
    return home, said.read_text(encoding="utf-8")
