"""Connections: one transaction per write, short reads, a bounded wait that names the holder."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError, InvariantError, WarehouseBusyError
from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline.warehouse.tables import column_facts

HOLD = """
import sys, time
from pathlib import Path
from labeling_pipeline.warehouse.store import Warehouse
with Warehouse(Path(sys.argv[1])).{mode}() as con:
    if "{mode}" == "write":
        con.execute("insert into clock values (timestamp '2026-01-01')")
    print("holding", flush=True)
    time.sleep(60)
"""


FOREIGN = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('holding', flush=True); time.sleep(60)"


@contextmanager
def holding(path: Path, code: str) -> Iterator[int]:
    """Another process that holds the warehouse; it is killed when the block ends."""
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "holding"
        try:
            yield process.pid
        finally:
            process.kill()


def clock_rows(warehouse: Warehouse) -> int:
    return len(warehouse.table("clock"))


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse.duckdb", wait_s=5)


def test_a_write_is_kept_when_the_block_ends(warehouse: Warehouse) -> None:
    with warehouse.write() as con:
        con.execute("insert into clock values (timestamp '2026-01-01')")
    assert clock_rows(warehouse) == 1


def test_a_write_that_raises_leaves_nothing_and_no_lock(warehouse: Warehouse) -> None:
    def fail() -> None:
        with warehouse.write() as con:
            con.execute("insert into clock values (timestamp '2026-01-01')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert clock_rows(warehouse) == 0
    with warehouse.write() as con:
        con.execute("insert into clock values (timestamp '2026-01-01')")


def test_a_broken_constraint_leaves_nothing(warehouse: Warehouse) -> None:
    def break_it() -> None:
        with warehouse.write() as con:
            con.execute("insert into clock values (timestamp '2026-01-01')")
            con.execute("insert into clock values (null)")

    with pytest.raises(duckdb.ConstraintException):
        break_it()
    assert clock_rows(warehouse) == 0


def test_a_read_cannot_write(warehouse: Warehouse) -> None:
    with warehouse.read() as con, pytest.raises(duckdb.InvalidInputException):
        con.execute("insert into clock values (timestamp '2026-01-01')")


def test_a_read_inside_a_write_sees_what_was_written(warehouse: Warehouse) -> None:
    with warehouse.write() as con:
        con.execute("insert into clock values (timestamp '2026-01-01')")
        assert clock_rows(warehouse) == 1


def test_a_write_inside_a_read_is_refused(warehouse: Warehouse) -> None:
    with warehouse.read(), pytest.raises(InvariantError, match="inside an open read"), warehouse.write():
        pass
    with warehouse.write() as con:
        con.execute("insert into clock values (timestamp '2026-01-01')")


def test_threads_take_turns(warehouse: Warehouse) -> None:
    patient = Warehouse(warehouse.path)

    def add() -> None:
        for _ in range(5):
            with patient.write() as con:
                con.execute("insert into clock values (timestamp '2026-01-01')")
            clock_rows(patient)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock_rows(warehouse) == 20


@pytest.mark.parametrize("mode", ["write", "read"])
def test_the_wait_is_bounded_and_names_the_holder(warehouse: Warehouse, mode: str) -> None:
    warehouse.migrate()
    impatient = Warehouse(warehouse.path, wait_s=0.3)
    with holding(warehouse.path, HOLD.format(mode=mode)) as pid:
        started = time.monotonic()
        with pytest.raises(WarehouseBusyError) as caught, impatient.write():
            pass
        assert time.monotonic() - started < 3
        assert (f"process {pid} (" if mode == "write" else "a process that is reading") in str(caught.value)
    with impatient.write():
        pass


def test_readers_of_several_processes_share(warehouse: Warehouse) -> None:
    warehouse.migrate()
    with holding(warehouse.path, HOLD.format(mode="read")):
        started = time.monotonic()
        assert clock_rows(warehouse) == 0
        assert time.monotonic() - started < 2


def test_a_program_that_knows_no_lock_file_is_waited_for_and_named(warehouse: Warehouse) -> None:
    warehouse.migrate()
    with holding(warehouse.path, FOREIGN) as pid, pytest.raises(WarehouseBusyError, match=str(pid)):
        Warehouse(warehouse.path, 0.3).table("clock")
    assert clock_rows(warehouse) == 0


def test_a_writer_killed_in_its_transaction_leaves_a_readable_warehouse(warehouse: Warehouse) -> None:
    for _ in range(3):
        with warehouse.write() as con:
            con.execute("insert into clock values (timestamp '2026-01-01')")
        with holding(warehouse.path, HOLD.format(mode="write")):
            pass  # killed with SIGKILL, its transaction open
        clock_rows(warehouse)
    assert clock_rows(warehouse) == 3


def test_a_log_left_by_a_killed_writer_is_read(warehouse: Warehouse) -> None:
    warehouse.migrate()
    code = (
        "import duckdb,os,sys; c=duckdb.connect(sys.argv[1]);"
        "c.execute(\"insert into clock values (timestamp '2026-01-01')\"); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(warehouse.path)], check=False)
    assert warehouse.path.with_name("warehouse.duckdb.wal").exists()
    assert clock_rows(warehouse) == 1


def test_many_processes_create_one_warehouse(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from labeling_pipeline.warehouse.store import Warehouse\n"
        "w = Warehouse(Path(sys.argv[1]))\n"
        "with w.write() as con: con.execute(\"insert into clock values (timestamp '2026-01-01')\")"
    )
    path = tmp_path / "new" / "warehouse.duckdb"
    started = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(4)]
    assert [process.wait() for process in started] == [0, 0, 0, 0]
    assert clock_rows(Warehouse(path)) == 4


def test_a_file_that_is_no_warehouse_is_named(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_text("not a database")
    with pytest.raises(InputError, match=r"warehouse\.duckdb"), Warehouse(path).read():
        pass


def test_a_warehouse_deleted_under_a_living_object_is_made_anew(warehouse: Warehouse) -> None:
    assert clock_rows(warehouse) == 0
    warehouse.path.unlink()
    assert clock_rows(warehouse) == 0


def test_queries_get_the_parameters_they_use_and_no_others(warehouse: Warehouse) -> None:
    assert warehouse.query("taken_files", kind="votes").empty
    with pytest.raises(InvariantError, match="parameters"):
        warehouse.query("taken_files")
    with pytest.raises(InvariantError, match="parameters"):
        warehouse.query("taken_files", kind="votes", other=1)
    with pytest.raises(InvariantError, match="no query"):
        warehouse.query("../migrations/0001_initial")


def test_a_table_without_its_rows_has_its_types(warehouse: Warehouse) -> None:
    with warehouse.write() as con:
        con.execute("insert into clock values (timestamp '2026-01-01')")
    pd.testing.assert_frame_equal(warehouse.empty("clock"), warehouse.table("clock").iloc[:0])


def test_tables_are_read_as_of_one_moment(warehouse: Warehouse) -> None:
    found = warehouse.tables("clock", "crowd_votes")
    assert list(found) == ["clock", "crowd_votes"]
    assert "is_current" in found["crowd_votes"]


def test_a_forked_child_opens_what_its_parent_has_used(warehouse: Warehouse) -> None:
    assert clock_rows(warehouse) == 0
    child = os.fork()
    if child == 0:
        exit_code = 1
        try:
            with warehouse.write() as con:
                con.execute("insert into clock values (timestamp '2026-01-01')")
            exit_code = 0 if clock_rows(warehouse) == 1 else 2
        finally:
            os._exit(exit_code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert clock_rows(warehouse) == 1


def test_two_warehouses_are_open_at_once_and_keep_apart(warehouse: Warehouse, tmp_path: Path) -> None:
    other = Warehouse(tmp_path / 'it\'s "other".duckdb')
    with warehouse.write() as con:
        con.execute("insert into clock values (timestamp '2026-01-01')")
        with other.read() as second:
            assert second.execute("select count(*) from clock").fetchall() == [(0,)]
            assert con.execute("select count(*) from clock").fetchall() == [(1,)]
        assert other.columns("clock") == column_facts(con, "clock")
    assert clock_rows(warehouse) == 1


def test_a_file_another_program_of_this_process_holds_is_said_to_be_busy(warehouse: Warehouse) -> None:
    warehouse.migrate()
    with duckdb.connect(str(warehouse.path)):
        impatient = Warehouse(warehouse.path, wait_s=0.1)
        with pytest.raises(WarehouseBusyError, match="outside this pipeline"), impatient.write():
            pass
    with impatient.write():
        pass
