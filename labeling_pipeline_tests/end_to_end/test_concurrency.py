"""Four ``labeling-pipeline run`` on one home at once, a reader and sensor evaluations as fast as they go.

``LABELING_SOAK_S=60`` keeps it up for a minute; the suite is content with one delivery.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from labeling_pipeline.cli import main
from labeling_pipeline.core.errors import InvariantError
from labeling_pipeline.home import Home
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.pending import pending
from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline.warehouse.tables import table_version

RUN = "from labeling_pipeline.cli import main; main()"
SOAK_S = float(os.environ.get("LABELING_SOAK_S", "0"))
PAUSE_S = 0 if SOAK_S else 0.05  # the suite leaves the processors to the runs
TABLES = (
    "raw_comments",
    "crowd_votes",
    "consensus_labels",
    "qc_outcomes",
    "versioned_export",
    "retrained_model",
    "decomposed_tasks",
    "next_uncertainty_batch",
    "quarantine",
    "inbox_files",
)


def deliver(home: Path, number: int) -> None:
    ids = [f"c{number}-{i}" for i in range(60)]
    comments = "".join(f"{one},a kind word about number {i} in box {number}\n" for i, one in enumerate(ids))
    labels = ["toxic" if i % 4 == 0 else "acceptable" for i in range(60)]
    votes = "".join(f"{one},a{n},{label}\n" for one, label in zip(ids, labels, strict=True) for n in range(3))
    for kind, text in (
        ("comments", "comment_id,text\n" + comments),
        ("votes", "comment_id,annotator_id,label\n" + votes),
    ):
        path = home / "inbox" / kind / f"{number}.csv"
        path.write_text(text)
        os.utime(path, (1_700_000_000, 1_700_000_000))


def run(home: Path, day: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUN, "run", "--home", str(home), "--now", f"2026-03-{day:02}T10:00:00"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=900)
    return process.returncode, f"{out}{err}"


def versions(home: Path) -> dict[str, str]:
    with Warehouse(home / "warehouse.duckdb").read() as con:
        return {table: table_version(con, table) for table in TABLES}


class Watcher(threading.Thread):
    """Does one thing as fast as it goes, and remembers the longest time it took and what it met."""

    def __init__(self, look: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.look, self.is_over = look, threading.Event()
        self.longest_s, self.looks, self.error = 0.0, 0, ""

    def run(self) -> None:
        while not self.is_over.is_set() and not self.error:
            began = time.monotonic()
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - whatever it is, it must reach the test
                self.error = repr(error)
            self.longest_s, self.looks = max(self.longest_s, time.monotonic() - began), self.looks + 1
            time.sleep(PAUSE_S)

    def stop(self) -> None:
        self.is_over.set()
        self.join(60)


def reader_of(home: Path) -> Callable[[], None]:
    warehouse, seen = Warehouse(home / "warehouse.duckdb"), [0]

    def look() -> None:
        found = warehouse.tables("raw_comments", "crowd_votes", "qc_outcomes")
        n_votes = len(found["crowd_votes"])
        if n_votes < seen[0] or n_votes % 180 or not found["raw_comments"]["comment_id"].is_unique:
            raise InvariantError(f"{n_votes} votes after {seen[0]}")
        seen[0] = n_votes

    return look


@pytest.fixture
def homes(tmp_path: Path) -> tuple[Path, Path]:
    with pytest.raises(SystemExit):
        main(["init", str(tmp_path / "shared")])
    Warehouse(tmp_path / "shared" / "warehouse.duckdb").migrate()
    shutil.copytree(tmp_path / "shared", tmp_path / "alone")
    return tmp_path / "shared", tmp_path / "alone"


def test_four_runs_a_reader_and_sensors_at_once(homes: tuple[Path, Path]) -> None:
    shared, alone = homes
    watchers = [Watcher(reader_of(shared)), Watcher(lambda: _tick(shared))]
    for watcher in watchers:
        watcher.start()
    began, number = time.monotonic(), 0
    while number == 0 or time.monotonic() - began < SOAK_S:
        number += 1
        for home in homes:
            deliver(home, number)
        results = [finished(process) for process in [run(shared, number) for _ in range(4)]]
        assert [code for code, _ in results] == [0] * 4, results
        assert not any("Traceback" in said or "lock" in said.lower() for _, said in results), results
    for watcher in watchers:
        watcher.stop()
    assert [watcher.error for watcher in watchers] == ["", ""]
    assert all(watcher.looks > 3 and watcher.longest_s < 10 for watcher in watchers), [w.longest_s for w in watchers]
    for day in range(1, number + 1):
        for kind in ("comments", "votes"):  # one delivery after the other, as the others found them
            for path in sorted((alone / "inbox" / kind).glob("*.csv")):
                path.rename(path.with_suffix(".csv.part") if int(path.stem) > day else path)
            for path in sorted((alone / "inbox" / kind).glob(f"{day}.csv.part")):
                path.rename(path.with_suffix(""))
        code, said = finished(run(alone, day))
        assert code == 0, said
    assert versions(shared) == versions(alone)


def _tick(home: Path) -> None:
    pending(STAGES, open_context(Home(home)))
