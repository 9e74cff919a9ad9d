"""The engine: a result computed from what has changed meanwhile is never written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.home import Home
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import Result, Stage, is_due, materialize
from labeling_pipeline.warehouse import record_state
from labeling_pipeline_tests.end_to_end.homes import run_command


@pytest.fixture
def context(tmp_path: Path) -> Context:
    assert run_command("init", str(tmp_path / "home")).returncode == 0
    return open_context(Home(tmp_path / "home"))


def record(context: Context, version: str) -> None:
    with context.warehouse.write() as con:
        record_state(con, "raw_comments", "", version, 1, None, None, None)


def labels(n: int) -> Result:
    rows = pd.DataFrame({"comment_id": [f"c{i}" for i in range(n)], "probabilities": [{"toxic": 1.0}] * n})
    return Result(n, replace={"weak_labels": rows.assign(n_fired=1, method="m")})


def test_a_result_computed_from_what_has_changed_is_discarded_and_due_again(context: Context) -> None:
    def overtaken(context: Context) -> Result:
        record(context, "two")  # as another process would, while this one computes
        return labels(5)

    slow = Stage(overtaken, "3_annotation", ("raw_comments",), ("weak_labels",))
    quick = Stage(lambda context: labels(2), "3_annotation", ("raw_comments",), ("weak_labels",))
    record(context, "one")
    assert materialize("weak_labels", quick, context).is_changed
    record(context, "new")
    late = materialize("weak_labels", slow, context)
    assert (late.is_changed, late.output_version) == (False, "superseded")
    assert len(context.warehouse.table("weak_labels")) == 2
    assert is_due("weak_labels", quick, context, context.state())
    assert materialize("weak_labels", quick, context).is_changed
    assert not is_due("weak_labels", quick, context, context.state())
    assert not materialize("weak_labels", quick, context).is_changed


def test_an_asset_found_up_to_date_tells_its_figures_again(context: Context) -> None:
    figures = {"mean": 0.5, "labels": 2, "version": "1.0.0"}
    stage = Stage(lambda context: Result(2, figures), "3_annotation", ("raw_comments",), ("weak_labels",))
    record(context, "one")
    assert materialize("weak_labels", stage, context).is_changed
    again = materialize("weak_labels", stage, context)
    assert (again.is_changed, again.result.row_count, again.result.metrics) == (False, 2, figures)
