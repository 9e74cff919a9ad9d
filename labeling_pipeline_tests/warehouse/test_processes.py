"""Several processes on one warehouse: nothing lost, doubled or overwritten by an older result, and no endless wait."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline.warehouse.tables import table_version
from labeling_pipeline_tests.stages.small_homes import new_home

SECONDS = 3
WRITER = """
import sys, time
from datetime import datetime
from pathlib import Path
import pandas as pd
from labeling_pipeline.home import Home
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.engine import Append, Result, Stage, materialize
context, name, end, n = open_context(Home(Path(sys.argv[1])), datetime(2026, 5, 4)), sys.argv[2], float(sys.argv[3]), 0

def votes(context):
    rows = pd.DataFrame({"event_id": [f"{name}-{n}-{i}" for i in range(500)], "comment_id": name, "event": "vote"})
    return Result(n, append={"label_history": Append(rows, ("event_id",))})

def labels(context):
    count = context.count("label_history")
    time.sleep(0.3 * (n % 3 == 0))  # every third time others are quicker, and write what they counted later
    rows = pd.DataFrame({"comment_id": ["c"], "n_fired": [count], "method": name, "probabilities": [{"a": 1.0}]})
    told = pd.DataFrame({"lf": [f"{name}-{n}"], "label": ["seen"], "comment_id": [str(count)]})
    return Result(count, replace={"weak_labels": rows}, append={"labeling_function_votes": Append(told, ("lf",))})

above = Stage(votes, "3_annotation", tables=("label_history",), is_wanted=lambda context: True)
below = Stage(labels, "3_annotation", ("above",), ("weak_labels", "labeling_function_votes"))
end, written = time.time() + end, 0
while time.time() < end:
    n += 1
    materialize("above", above, context)
    written += materialize("below", below, context).is_changed
print(n, written)
"""


@pytest.mark.parametrize("n_writers", [4])
def test_writers_and_a_reader_at_once(tmp_path: Path, n_writers: int) -> None:
    home = new_home(tmp_path / "home", "")
    warehouse = open_context(home).warehouse
    warehouse.migrate()
    commands = [[sys.executable, "-c", WRITER, str(home.root), f"w{i}", str(SECONDS)] for i in range(n_writers)]
    started = [subprocess.Popen(c, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for c in commands]
    longest, before = 0.0, 0
    while any(process.poll() is None for process in started):
        began = time.monotonic()
        count = len(warehouse.table("label_history"))
        longest = max(longest, time.monotonic() - began)
        assert count % 500 == 0, "half a transaction was seen"
        assert count >= before, "rows were lost"
        before = count
    results = [process.communicate() for process in started]
    assert [process.returncode for process in started] == [0] * n_writers, results
    rounds, written = (sum(int(out.split()[k]) for out, _ in results) for k in (0, 1))
    history = warehouse.table("label_history")
    assert len(history) == 500 * rounds
    assert history["event_id"].is_unique
    # What each result was computed from, in the order in which they were written: none is older than the one before.
    seen = warehouse.table("labeling_function_votes")["comment_id"].astype(int)
    assert len(seen) == written > 0
    assert seen.is_monotonic_increasing, "an older result overwrote a newer one"
    assert warehouse.table("weak_labels")["n_fired"].tolist() == [seen.iloc[-1]]
    assert longest < 10


TAKER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from labeling_pipeline.core.ontology import EXAMPLE, parse_ontology
from labeling_pipeline.warehouse.inbox import KINDS, IngestContext, reexamine, scan, take_all
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline.warehouse.tables import table_version
root = Path(sys.argv[1])
warehouse = Warehouse(root / "warehouse.duckdb")
context = IngestContext([parse_ontology(EXAMPLE, "v1")], "v1", home=root)
print("ready", flush=True)
for kind in KINDS:
    reexamine(warehouse, context)
    take_all(warehouse, scan(warehouse, [root / "inbox"], kind, settle_s=0, now_wall=datetime.now(UTC)), context)
"""
CONTENT = ("raw_comments", "vote_log", "crowd_votes", "quarantine", "inbox_files")


def filled(root: Path) -> Path:
    for kind in ("comments", "votes"):
        (root / "inbox" / kind).mkdir(parents=True)
    for part in range(3):
        ids = range(part * 500, part * 500 + 500)
        comments = "".join(f"c{i},a kind word about number {i}\n" for i in ids)
        (root / "inbox" / "comments" / f"{part}.csv").write_text("comment_id,text\n" + comments)
        votes = "".join(f"c{(i * 7) % 1600},a{n},{'spam' if i % 5 else ''}\n" for i in ids for n in range(3))
        (root / "inbox" / "votes" / f"{part}.csv").write_text("comment_id,annotator_id,label\n" + votes)
    return root


def versions(root: Path) -> dict[str, str]:
    with Warehouse(root / "warehouse.duckdb").read() as con:
        return {table: table_version(con, table) for table in CONTENT}


def test_a_kill_at_any_moment_changes_nothing_in_the_end(tmp_path: Path) -> None:
    undisturbed, killed = filled(tmp_path / "undisturbed"), filled(tmp_path / "killed")
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", TAKER, str(undisturbed)], check=True, stdout=subprocess.DEVNULL)
    length, rng = time.monotonic() - started, random.Random(3)
    for _ in range(6):
        with subprocess.Popen([sys.executable, "-c", TAKER, str(killed)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(rng.uniform(0, length / 3))
            process.kill()
    subprocess.run([sys.executable, "-c", TAKER, str(killed)], check=True, stdout=subprocess.DEVNULL)
    assert versions(killed) == versions(undisturbed)
    assert len(Warehouse(killed / "warehouse.duckdb").table("inbox_files")) == 6


def test_a_copy_has_what_a_killed_process_committed(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    Warehouse(path).migrate()
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom labeling_pipeline.warehouse.store import Warehouse\n"
        "warehouse = Warehouse(Path(sys.argv[1]))\nwith warehouse.kept_open():\n    with warehouse.write() as con:\n"
        "        con.execute(\"insert into clock values (timestamp '2026-03-02 00:00:00')\")\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False, timeout=60)
    assert path.with_name("warehouse.duckdb.wal").exists(), "it was killed before the log was written back"
    Warehouse(path).copy_to(tmp_path / "copy.duckdb")
    assert len(Warehouse(tmp_path / "copy.duckdb").table("clock")) == 1
    assert len(Warehouse(path).table("clock")) == 1
