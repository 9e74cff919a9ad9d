"""Votes kept between runs: only what was edited or is new is run, and the result is that of a fresh run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.weak_supervision import LFSet, apply_lfs, labeling_function, load_lfs
from labeling_pipeline.core.weak_supervision.functions import RowLF
from labeling_pipeline.warehouse.lf_columns import apply_kept
from labeling_pipeline.warehouse.lf_scan import scan_rules

CLASSES = ("no", "yes")
TOML = """
classes = ["no", "yes"]
[[lf]]
name = "kiwi"
kind = "keywords"
words = ["kiwi"]
label = "yes"
[[lf]]
name = "short"
kind = "length"
max_words = 2
label = "no"
"""


def comments(texts: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"comment_id": [f"c{i}" for i in range(len(texts))], "text": texts})


def test_a_second_run_runs_nothing_and_says_the_same(tmp_path: Path) -> None:
    rows, lfs = comments(["a kiwi", "no fruit at all", "kiwi and kiwi"]), load_lfs(TOML)
    first, second = (apply_kept(tmp_path, rows, lfs, CLASSES, scan_rules) for _ in range(2))
    assert (first.n_run, second.n_run) == (6, 0)
    assert np.array_equal(second.applied.matrix, apply_lfs(rows, lfs, CLASSES).matrix)


def test_an_edited_function_is_run_alone_and_the_old_column_goes(tmp_path: Path) -> None:
    rows = comments(["a kiwi", "no fruit at all", "one plum"])
    apply_kept(tmp_path, rows, load_lfs(TOML), CLASSES)
    edited = load_lfs(TOML.replace('["kiwi"]', '["kiwi", "plum"]'))
    done = apply_kept(tmp_path, rows, edited, CLASSES)
    assert done.n_run == 3
    assert done.applied.matrix[:, 0].tolist() == [1, -1, 1]
    assert len(list(tmp_path.glob("*.parquet"))) == 2


def test_only_new_and_changed_comments_are_run(tmp_path: Path) -> None:
    lfs = load_lfs(TOML)
    apply_kept(tmp_path, comments(["a kiwi", "b"]), lfs, CLASSES)
    rows = comments(["a kiwi", "now a kiwi is here", "plum", "kiwi pie for you"])
    done = apply_kept(tmp_path, rows, lfs, CLASSES)
    assert done.n_run == 3 * 2
    assert np.array_equal(done.applied.matrix, apply_lfs(rows, lfs, CLASSES).matrix)


def test_an_ontology_with_other_classes_makes_votes_anew(tmp_path: Path) -> None:
    rows, lfs = comments(["a kiwi"]), load_lfs(TOML)
    apply_kept(tmp_path, rows, lfs, CLASSES)
    done = apply_kept(tmp_path, rows, lfs, ("no", "maybe", "yes"))
    assert done.n_run == 2
    assert done.applied.matrix[0].tolist() == [2, 0]


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    rows, lfs = comments(["a kiwi", "b"]), load_lfs(TOML)
    apply_kept(tmp_path, rows, lfs, CLASSES)
    for path in tmp_path.glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:20])
    done = apply_kept(tmp_path, rows, lfs, CLASSES)
    assert done.n_run == 4
    assert apply_kept(tmp_path, rows, lfs, CLASSES).n_run == 0


def raises_on_plums() -> LFSet:
    @labeling_function()
    def counts(x: object) -> int:
        return 1 // (len(x.text) - 4)  # type: ignore[attr-defined]

    return LFSet((counts,), CLASSES)


def test_faults_are_kept_with_the_votes(tmp_path: Path) -> None:
    first = apply_kept(tmp_path, comments(["kiwi", "long enough"]), raises_on_plums(), CLASSES)
    rows = comments(["long enough", "plum", "kiwi"])
    again = apply_kept(tmp_path, rows.assign(comment_id=["c1", "c9", "c0"]), raises_on_plums(), CLASSES)
    assert (first.n_run, again.n_run) == (2, 1)
    faults = again.applied.fault_frame().iloc[0]
    assert (faults["reason"], faults["n_rows"]) == ("raised ZeroDivisionError", 2)


def test_a_function_stopped_for_being_slow_gets_another_chance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeling_pipeline.core.weak_supervision.evaluation.ROW_LIMIT_S", 0.01)

    def endless(x: object) -> int:
        while True:
            pass

    lfs = LFSet((RowLF("endless", endless, "h"),), CLASSES)
    rows = comments(["a", "b", "c", "d", "e"])
    assert apply_kept(tmp_path, rows, lfs, CLASSES).applied.matrix.max() == -1
    assert apply_kept(tmp_path, rows, lfs, CLASSES).n_run == 5


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["kiwi", "plum", "a b", "kiwi pie now", "", "é"]), max_size=6), max_size=5))
def test_any_history_of_comments_equals_a_fresh_run(
    tmp_path_factory: pytest.TempPathFactory, history: list[list[str]]
) -> None:
    folder, lfs = tmp_path_factory.mktemp("columns"), load_lfs(TOML)
    for texts in history:
        rows = comments(texts)
        done = apply_kept(folder, rows, lfs, CLASSES)
        assert np.array_equal(done.applied.matrix, apply_lfs(rows, lfs, CLASSES).matrix)
