"""A real ``dagster dev``: webserver and daemon as processes of their own, watched through GraphQL."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from labeling_pipeline_tests.end_to_end.homes import ROOT

READY = """{ instance { daemonHealth { allDaemonStatuses { daemonType healthy required } } } repositoriesOrError
    { ... on RepositoryConnection { nodes { sensors { name sensorState { status } } } } } }"""
MATERIALIZED = """query Last($name: String!) { assetOrError(assetKey: {path: [$name]}) { ... on Asset
    { assetMaterializations(limit: 1) { timestamp runId } } } }"""
RUNS = "{ runsOrError { ... on Runs { results { runId jobName status } } } }"


def make_root(folder: Path, home: Path) -> Path:
    """A folder like a clone's root: the two yaml files and a home named ``data``."""
    folder.mkdir(parents=True)
    for name in ("workspace.yaml", "dagster.yaml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(home, folder / "data")
    return folder


class Live:
    """A running ``dagster dev``."""

    def __init__(self, root: Path, port: int, process: subprocess.Popen[bytes]) -> None:
        self.root, self.port, self.process = root, port, process

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as response:
            answer: dict[str, Any] = json.load(response)
        return answer["data"]

    def is_ready(self) -> bool:
        """Webserver answers, code is loaded, the sensor daemon is alive."""
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError, TypeError, KeyError):
            told = self.ask(READY)
            daemons = told["instance"]["daemonHealth"]["allDaemonStatuses"]
            nodes = told["repositoriesOrError"].get("nodes") or []
            return bool(nodes) and all(one["healthy"] for one in daemons if one["daemonType"] == "SENSOR")
        return False

    def last(self, asset: str) -> float:
        """When the asset was last materialized, in seconds since 1970; 0 for never."""
        found = self.ask(MATERIALIZED, name=asset)["assetOrError"].get("assetMaterializations") or []
        return float(found[0]["timestamp"]) / 1000 if found else 0.0

    def runs(self) -> list[dict[str, str]]:
        return list(self.ask(RUNS)["runsOrError"]["results"])

    def drop(self, kind: str, name: str, content: str) -> float:
        """Drop a file into the inbox as a careful user does: whole; returns when."""
        folder = self.root / "data" / "inbox" / kind
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f".{name}.part").write_text(content, encoding="utf-8")
        os.replace(folder / f".{name}.part", folder / name)
        return time.time()

    def kill(self) -> None:
        """What a power cut does: every process of the group at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def wait_for(is_true: Callable[[], bool], seconds: float, what: str) -> float:
    """How long it took until something was true; AssertionError when it never was."""
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if is_true():
            return time.monotonic() - start
        time.sleep(0.25)
    raise AssertionError(f"{what}: not within {seconds} s")


@contextmanager
def dagster_dev(root: Path) -> Iterator[Live]:
    """``dagster dev`` in a folder, ready; stopped with its whole process group."""
    command = [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1"]
    with serve(root, command, "-p") as live:
        yield live


@contextmanager
def serve(root: Path, command: list[str], port_option: str) -> Iterator[Live]:
    """A webserver with its daemon on a free port, started in a folder; stopped with its whole process group."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if k not in ("DAGSTER_HOME", "LABELING_HOME", "PYTHONWARNINGS")}
    with (root / "dev.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, port_option, str(port)],
            cwd=root, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    live = Live(root, port, process)
    try:
        wait_for(live.is_ready, 90, f"{command[3]} answers")
        yield live
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        live.kill()
