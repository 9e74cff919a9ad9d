"""What all calls of one function may take together."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.weak_supervision import LFSet, apply_lfs, batch_labeling_function, labeling_function
from labeling_pipeline.core.weak_supervision.bounded import OUT_OF_TIME
from labeling_pipeline.warehouse import lf_stream

CLASSES = ("no", "yes")


def comments(n: int) -> pd.DataFrame:
    ids = pd.Series([f"c{i}" for i in range(n)])
    return pd.DataFrame({"comment_id": ids, "text": "tea " + ids})


@labeling_function()
def slow(x: Any) -> int:
    time.sleep(0.03)  # well within the limit of a row
    return 1


@labeling_function()
def fast(x: Any) -> int:
    return 0


@batch_labeling_function()
def slow_batch(part: pd.DataFrame) -> list[int]:
    time.sleep(0.4)
    return [1] * len(part)


def test_a_function_whose_time_is_used_up_abstains_on_the_rest_on_record() -> None:
    start = time.monotonic()
    applied = apply_lfs(comments(200), LFSet((slow, fast), CLASSES), seconds=1.0)
    assert time.monotonic() - start < 4
    n = applied.faults["slow"].counts[OUT_OF_TIME]
    assert 100 < n < 200
    assert applied.matrix[:, 0].tolist() == [1] * (200 - n) + [-1] * n
    assert applied.faults["slow"].first_row[OUT_OF_TIME] == 200 - n
    assert (applied.matrix[:, 1] == 0).all()
    assert not applied.faults["fast"].counts
    enough = apply_lfs(comments(40), LFSet((slow,), CLASSES))
    assert (enough.matrix == 1).all()


def test_so_does_a_function_of_batches_and_each_may_have_its_own() -> None:
    rows = comments(200_000)
    applied = apply_lfs(rows, LFSet((slow_batch, fast), CLASSES), seconds={"slow_batch": 0.7, "fast": 60.0})
    voted = np.flatnonzero(applied.matrix[:, 0] == 1)
    assert 0 < len(voted) < 120_000
    assert applied.faults["slow_batch"].counts == {OUT_OF_TIME: 200_000 - len(voted)}
    assert (applied.matrix[:, 1] == 0).all()


def test_short_calls_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeling_pipeline.core.weak_supervision.batches.BATCH_ROWS", 10)

    @batch_labeling_function()
    def short(part: pd.DataFrame) -> list[int]:
        time.sleep(0.2)
        return [1] * len(part)

    applied = apply_lfs(comments(200), LFSet((short,), CLASSES), seconds=1.0)
    assert applied.faults["short"].counts[OUT_OF_TIME] >= 140
    assert 0 < (applied.matrix == 1).sum() <= 60


def test_no_call_is_given_more_than_is_left() -> None:
    @batch_labeling_function()
    def hangs(part: pd.DataFrame) -> list[int]:
        time.sleep(9.0)  # well within the limit of a first call
        return [1] * len(part)

    start = time.monotonic()
    applied = apply_lfs(comments(100), LFSet((hangs,), CLASSES), seconds=0.5)
    assert time.monotonic() - start < 5
    assert applied.faults["hangs"].counts == {OUT_OF_TIME: 100}


def test_rows_that_are_done_are_not_called_again() -> None:
    called: list[str] = []

    @labeling_function()
    def counts_calls(x: Any) -> int:
        called.append(x.comment_id)
        time.sleep(0.02)  # a chunk of them takes longer than a row may
        return 1 // (x.comment_id != "c50")

    applied = apply_lfs(comments(60), LFSet((counts_calls,), CLASSES))
    assert (np.delete(applied.matrix[:, 0], 50) == 1).all()
    assert applied.faults["counts_calls"].counts == {"raised ZeroDivisionError": 1}
    assert len(called) <= 61, "once more only the row on which the chunk was interrupted"
    assert list(dict.fromkeys(called)) == [f"c{i}" for i in range(60)]


def test_where_a_row_raises_those_before_it_are_not_called_again() -> None:
    called: list[str] = []

    @labeling_function()
    def raises(x: Any) -> int:
        called.append(x.comment_id)
        return 1 // (x.comment_id != "c50")

    applied = apply_lfs(comments(60), LFSet((raises,), CLASSES))
    assert called == [f"c{i}" for i in (*range(51), *range(50, 60))]
    assert applied.matrix[:, 0].tolist() == [1] * 50 + [-1] + [1] * 9


def test_a_swallowed_limit_is_found_also_before_one_that_is_not() -> None:
    def hang() -> None:
        while True:
            pass

    @labeling_function()
    def swallows(x: Any) -> int:
        if x.comment_id == "c1":
            try:
                hang()
            except:  # noqa: E722
                return 1
        return hang() or 1 if x.comment_id == "c2" else 1  # type: ignore[func-returns-value]

    applied = apply_lfs(comments(4), LFSet((swallows,), CLASSES))
    assert applied.matrix[:, 0].tolist() == [1, -1, -1, 1]
    assert applied.faults["swallows"].counts == {"took longer than the limit": 2}


def test_parts_of_a_file_share_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lf_stream, "PART_ROWS", 30)
    comments(120).to_parquet(tmp_path / "in.parquet")
    heard: list[int] = []
    done = lf_stream.weak_label_parquet(
        tmp_path / "in.parquet",
        LFSet((slow,), CLASSES),
        tmp_path / "out.parquet",
        seconds=1.0,
        progress=lambda rows, of: heard.append(rows),
    )
    assert 40 < done.applied.faults["slow"].counts[OUT_OF_TIME] < 120
    assert set(range(20, 30)) <= set(heard), "a slow function is seen to move"


def test_what_is_done_again_in_one_process_has_no_more_time_than_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeling_pipeline.core.weak_supervision.processes.LEAST_ROWS", 20)
    monkeypatch.setattr("labeling_pipeline.core.weak_supervision.evaluation.ROW_LIMIT_S", 0.01)

    @labeling_function()
    def hangs_once(x: Any) -> int:
        time.sleep(3.0 if x.comment_id == "c0" else 0.05)
        return 1

    applied = apply_lfs(comments(80), LFSet((hangs_once,), CLASSES), processes=2, seconds=1.0)
    assert applied.faults["hangs_once"].counts[OUT_OF_TIME] > 40
