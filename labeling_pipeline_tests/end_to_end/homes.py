"""Homes that end-to-end tests share: made once for all workers of a test run, copied for each test."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REAL_DATA = ROOT.parent / "shared" / "data"


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
    command = [sys.executable, "-c", "from labeling_pipeline.cli import main; main()", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL, check=False
    )


def finished_sample(shared: Path) -> tuple[Path, str]:
    """The sample home after ``run``, and what it printed; the first worker that asks makes it, the others wait."""
    home, said = shared / "finished-sample", shared / "finished-sample.txt"
    with (shared / "finished-sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.is_file():
            shutil.rmtree(home, ignore_errors=True)
            result = run_command("run", "--home", str(new_sample(home)))
            if result.returncode != 0:
                raise RuntimeError(f"run failed with {result.returncode}: {result.stdout}{result.stderr}")
            said.write_text(result.stdout, encoding="utf-8")
    return home, said.read_text(encoding="utf-8")
