"""Several processes say what one says, faults and all."""

from __future__ import annotations

import os
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
