"""Several processes say what one says, faults and all."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision import LFSet, apply_lfs
from labeling_pipeline.core.weak_supervision.functions import RowLF
from labeling_pipeline.core.weak_supervision.processes import LEAST_ROWS

N = 3 * LEAST_ROWS + 7
ROWS = pd.DataFrame({"text": [f"row {i}" for i in range(N)], "place": range(N)})


def functions(*calls: Any) -> LFSet:
    return LFSet(tuple(RowLF(f"f{j}", call, f"h{j}") for j, call in enumerate(calls)))


@pytest.mark.parametrize("processes", [2, 3])
def test_votes_and_faults_are_those_of_one_process(processes: int) -> None:
    shift = 3  # closed over: nothing has to be picklable

    def raises_once(x: Any) -> int:
        return 1 // (x.place - (N - 2)) * 0

    lfs = functions(lambda x: (x.place + shift) % 3 - 1, raises_once, lambda x: None if x.place == 50_001 else 1)
    one, several = (apply_lfs(ROWS, lfs, processes=p) for p in (1, processes))
    assert np.array_equal(one.matrix, several.matrix)
    assert one.fault_frame().equals(several.fault_frame())
    told = several.fault_frame().set_index("lf")
    assert told.loc["f1", ["reason", "n_rows", "first_row"]].tolist() == ["raised ZeroDivisionError", 1, N - 2]
    assert told.loc["f2", ["reason", "n_rows", "first_row"]].tolist() == ["returned None", 1, 50_001]


def test_a_slow_function_is_stopped_where_one_process_would_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeling_pipeline.core.weak_supervision.evaluation.ROW_LIMIT_S", 0.02)

    def sometimes_endless(x: Any) -> int:
        while x.place % 15_000 == 14_999:
            pass
        return 1

    votes = apply_lfs(ROWS, functions(sometimes_endless), processes=2)
    assert votes.fault_frame()["first_row"].min() == 14_999
    stop = 3 * 15_000
    assert (votes.matrix[:14_999] == 1).all()
    assert (votes.matrix[stop:] == -1).all()


def test_a_function_that_ends_its_process_is_named() -> None:
    lfs = functions(lambda x: 1, lambda x: os._exit(7) if x.place == N - 1 else 0)
    with pytest.raises(InputError, match=r"'f1' ended its process \(exit code 7\)"):
        apply_lfs(ROWS, lfs, processes=2)


ENDLESS = """
import os, sys, time
import pandas as pd
from labeling_pipeline.core.weak_supervision import LFSet, apply_lfs
from labeling_pipeline.core.weak_supervision.functions import RowLF

def slow(x):
    open(os.path.join(sys.argv[1], str(os.getpid())), "a").close()
    time.sleep(0.0001)
    return 1

rows = pd.DataFrame({"text": [str(i) for i in range(400_000)]})
apply_lfs(rows, LFSet((RowLF("slow", slow, "h"),)), processes=2)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc whether a process runs")
def test_workers_do_not_outlive_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", ENDLESS, str(tmp_path)])
    until = time.monotonic() + 60
    while len(workers := [int(path.name) for path in tmp_path.iterdir()]) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    while (alive := [pid for pid in workers if is_running(pid)]) and time.monotonic() < until:
        time.sleep(0.05)
    assert len(workers) == 2
    assert not alive


def is_running(pid: int) -> bool:
    """Whether the process is there and not only waiting for somebody to ask how it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
