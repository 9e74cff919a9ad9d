"""Several processes on one warehouse: nothing lost, doubled or overwritten by an older result, and no endless wait."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline.warehouse.tables import table_version

SECONDS = 3
WRITER = """
import sys, time
from pathlib import Path
import pandas as pd
from labeling_pipeline.warehouse import Warehouse, append_new, read_state, record_state, replace_rows
path, name, end, n = Path(sys.argv[1]), sys.argv[2], time.time() + float(sys.argv[3]), 0
warehouse = Warehouse(path)
while time.time() < end:
    n += 1
    with warehouse.write() as con:
        rows = pd.DataFrame({"event_id": [f"{name}-{n}-{i}" for i in range(500)], "comment_id": name, "event": "vote"})
        append_new(con, "label_history", rows, ["event_id"])
        count = len(con.execute("select 1 from label_history").fetchall())
        record_state(con, "crowd_votes", "", str(count), count, None, None, None)
    with warehouse.read() as con:
        seen = read_state(con)["crowd_votes"]
    with warehouse.write() as con:
        if read_state(con)["crowd_votes"] != seen:
            continue
        known = con.execute("select max(n_fired) from weak_labels").fetchall()[0][0] or 0
        if known > seen.row_count:
            sys.exit("an older result overwrites a newer one")
        frame = pd.DataFrame({"comment_id": ["c"], "n_fired": [seen.row_count], "method": name})
        replace_rows(con, "weak_labels", frame.assign(probabilities=[{"a": 1.0}]))
print(n)
"""


@pytest.mark.parametrize("n_writers", [4])
def test_writers_and_a_reader_at_once(tmp_path: Path, n_writers: int) -> None:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.migrate()
    commands = [[sys.executable, "-c", WRITER, str(warehouse.path), f"w{i}", str(SECONDS)] for i in range(n_writers)]
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
    written = sum(int(out) for out, _ in results)
    history = warehouse.table("label_history")
    assert len(history) == 500 * written
    assert history["event_id"].is_unique
    assert longest < 10


TAKER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from labeling_pipeline.core.ontology import EXAMPLE, parse_ontology
from labeling_pipeline.warehouse.inbox import KINDS, IngestContext, reexamine, scan, take_all
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
