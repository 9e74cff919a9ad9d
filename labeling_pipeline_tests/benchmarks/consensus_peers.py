"""The peer of the consensus benchmarks, in its own pinned environment, made on demand.

Belongs here: the environment, and the calls into it. Does not: any figure of ours.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PEERS = ROOT / ".peers"
# crowd-kit 1.4.2's Wawa and ZeroBasedSkill break on scikit-learn 1.8 and later.
PINS = ("crowd-kit==1.4.2", "scikit-learn<1.8", "pandas>=2", "pyarrow>=18")
RUNNER = Path(__file__).with_name("consensus_peer_runner.py")


class PeerError(RuntimeError):
    """The peer could not be installed or run."""


def python_of_peer() -> Path:
    """The interpreter of crowd-kit's environment; installed the first time."""
    python = PEERS / "crowd-kit" / "bin" / "python"
    if not python.exists():
        print("making the peer's environment …", file=sys.stderr)
        venv.create(python.parents[1], with_pip=True)
        _run([str(python), "-m", "pip", "install", "-q", *PINS])
    return python


def run_peer(votes: Path, out: Path, method: str, *, probabilities: bool = False) -> dict[str, Any]:
    """Aggregate the votes file with crowd-kit's ``method`` into ``out``; what the runner prints (seconds, memory …)."""
    options = ["--probabilities"] if probabilities else []
    printed = _run([str(python_of_peer()), str(RUNNER), str(votes), str(out), method, *options])
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerError(f"{' '.join(command[:3])} … failed: {done.stderr.strip()[-400:]}")
    return done.stdout
