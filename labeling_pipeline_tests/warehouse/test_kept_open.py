"""A warehouse kept open between uses: nothing leaks from one use to the next, and whoever waits gets its turn."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from labeling_pipeline.warehouse.store import Warehouse

READ = """
import sys, time
from pathlib import Path
from labeling_pipeline.warehouse.store import Warehouse
warehouse = Warehouse(Path(sys.argv[1]), wait_s=20)
print("ready", flush=True)
sys.stdin.readline()
began = time.monotonic()
rows = len(warehouse.table("clock"))
print(rows, time.monotonic() - began, flush=True)
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path / "warehouse.duckdb")
    made.migrate()
    return made


def add(warehouse: Warehouse) -> None:
    with warehouse.write() as con:
        con.execute("insert into clock values (timestamp '2026-01-01')")


def add_and_fail(warehouse: Warehouse) -> None:
    with warehouse.write() as con:
        con.execute("insert into clock values (timestamp '2026-01-02')")
        con.execute("select no_such_column from clock")


def rows(warehouse: Warehouse) -> int:
    return len(warehouse.table("clock"))


def test_what_is_written_is_read_and_stays(warehouse: Warehouse) -> None:
    with warehouse.kept_open():
        for n in range(1, 4):
            add(warehouse)
            assert rows(warehouse) == n
        with pytest.raises(duckdb.Error):
            add_and_fail(warehouse)
        assert rows(warehouse) == 3
    with duckdb.connect(str(warehouse.path), read_only=True) as con:
        assert con.execute("select count(*) from clock").fetchall() == [(3,)]


def test_temporary_tables_end_with_their_use(warehouse: Warehouse) -> None:
    with warehouse.kept_open():
        with warehouse.write() as con:
            con.execute("create temp table clock as select 1 as hidden")
        assert rows(warehouse) == 0


def test_kept_inside_kept_is_given_back_once(warehouse: Warehouse) -> None:
    with warehouse.kept_open():
        with warehouse.kept_open():
            add(warehouse)
        assert rows(warehouse) == 1
    with duckdb.connect(str(warehouse.path)) as con:
        assert con.execute("select count(*) from clock").fetchall() == [(1,)]


def test_a_long_computation_keeps_nobody_out(warehouse: Warehouse) -> None:
    with warehouse.kept_open():
        add(warehouse)
        time.sleep(1.0)  # the computation
        with duckdb.connect(str(warehouse.path)) as con:  # a program that knows nothing of our locks
            assert con.execute("select count(*) from clock").fetchall() == [(1,)]
        assert rows(warehouse) == 1


@pytest.mark.parametrize("is_busy", [False, True])
def test_who_waits_gets_its_turn(warehouse: Warehouse, is_busy: bool) -> None:
    command = [sys.executable, "-c", READ, str(warehouse.path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as reader, warehouse.kept_open():  # type: ignore[call-overload]
        assert reader.stdout.readline() == "ready\n"
        add(warehouse)
        reader.stdin.write("go\n")
        reader.stdin.flush()
        until = time.monotonic() + 4
        while time.monotonic() < until and reader.poll() is None:
            if is_busy:
                rows(warehouse)
        n, waited = reader.stdout.readline().split()
        assert int(n) == 1
        assert float(waited) < 2
