"""Votes kept between runs: only what was edited or is new is run, and the result is that of a fresh run."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

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
TODAY = date(2026, 5, 4)
TOMORROW = TODAY + timedelta(days=1)
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
    first, second = (apply_kept(tmp_path, rows, lfs, CLASSES, scan_rules, today=TODAY) for _ in range(2))
    assert (first.n_run, second.n_run) == (6, 0)
    assert np.array_equal(second.applied.matrix, apply_lfs(rows, lfs, CLASSES).matrix)


def test_an_edited_function_is_run_alone_and_the_old_column_goes(tmp_path: Path) -> None:
    rows = comments(["a kiwi", "no fruit at all", "one plum"])
    apply_kept(tmp_path, rows, load_lfs(TOML), CLASSES, today=TODAY)
    edited = load_lfs(TOML.replace('["kiwi"]', '["kiwi", "plum"]'))
    done = apply_kept(tmp_path, rows, edited, CLASSES, today=TODAY)
    assert done.n_run == 3
    assert done.applied.matrix[:, 0].tolist() == [1, -1, 1]
    assert len(list(tmp_path.glob("*.parquet"))) == 2


def test_only_new_and_changed_comments_are_run(tmp_path: Path) -> None:
    lfs = load_lfs(TOML)
    apply_kept(tmp_path, comments(["a kiwi", "b"]), lfs, CLASSES, today=TODAY)
    rows = comments(["a kiwi", "now a kiwi is here", "plum", "kiwi pie for you"])
    done = apply_kept(tmp_path, rows, lfs, CLASSES, today=TODAY)
    assert done.n_run == 3 * 2
    assert np.array_equal(done.applied.matrix, apply_lfs(rows, lfs, CLASSES).matrix)


def test_an_ontology_with_other_classes_makes_votes_anew(tmp_path: Path) -> None:
    rows, lfs = comments(["a kiwi"]), load_lfs(TOML)
    apply_kept(tmp_path, rows, lfs, CLASSES, today=TODAY)
    done = apply_kept(tmp_path, rows, lfs, ("no", "maybe", "yes"), today=TODAY)
    assert done.n_run == 2
    assert done.applied.matrix[0].tolist() == [2, 0]


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    rows, lfs = comments(["a kiwi", "b"]), load_lfs(TOML)
    apply_kept(tmp_path, rows, lfs, CLASSES, today=TODAY)
    for path in tmp_path.glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:20])
    done = apply_kept(tmp_path, rows, lfs, CLASSES, today=TODAY)
    assert done.n_run == 4
    assert apply_kept(tmp_path, rows, lfs, CLASSES, today=TODAY).n_run == 0


def raises_on_plums() -> LFSet:
    @labeling_function()
    def counts(x: object) -> int:
        return 1 // (len(x.text) - 4)  # type: ignore[attr-defined]

    return LFSet((counts,), CLASSES)


def test_faults_are_kept_with_the_votes(tmp_path: Path) -> None:
    first = apply_kept(tmp_path, comments(["kiwi", "long enough"]), raises_on_plums(), CLASSES, today=TODAY)
    rows = comments(["long enough", "plum", "kiwi"])
    again = apply_kept(tmp_path, rows.assign(comment_id=["c1", "c9", "c0"]), raises_on_plums(), CLASSES, today=TODAY)
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
    assert apply_kept(tmp_path, rows, lfs, CLASSES, today=TODAY).applied.matrix.max() == -1
    assert [apply_kept(tmp_path, rows, lfs, CLASSES, today=day).n_run for day in (TODAY, TOMORROW)] == [0, 5]


def test_what_raised_is_tried_again_once_on_another_day_and_nothing_else_is(tmp_path: Path) -> None:
    down: set[str] = {"plum", "fig"}

    def asks_a_service(x: Any) -> int | None:
        if x.text in down:
            raise ConnectionError(x.text)
        return None if x.text == "nothing" else 1

    lfs = LFSet((RowLF("asks", asks_a_service, "h"),), CLASSES)
    rows = comments(["kiwi", "plum", "fig", "nothing"])

    def run(rows: pd.DataFrame, day: date) -> tuple[int, list[int], dict[str, int]]:
        done = apply_kept(tmp_path, rows, lfs, CLASSES, today=day)
        return done.n_run, done.applied.matrix[:, 0].tolist(), dict(done.applied.faults["asks"].counts)

    both = {"returned None": 1, "raised ConnectionError": 2}
    assert run(rows, TODAY) == (4, [1, -1, -1, -1], both)
    assert run(rows, TODAY) == (0, [1, -1, -1, -1], both)
    assert run(rows, TOMORROW) == (2, [1, -1, -1, -1], both)  # still down: once a day, no more
    assert run(rows, TOMORROW) == (0, [1, -1, -1, -1], both)
    down.clear()
    more = comments(["kiwi", "plum", "fig", "nothing", "pear"])
    assert run(more, TOMORROW) == (1, [1, -1, -1, -1, 1], both)
    later = TOMORROW + timedelta(days=1)
    assert run(more, later) == (2, [1, 1, 1, -1, 1], {"returned None": 1})
    assert run(more, later + timedelta(days=9)) == (0, [1, 1, 1, -1, 1], {"returned None": 1})


def test_of_a_function_stopped_for_being_slow_the_answers_are_kept(tmp_path: Path) -> None:
    def sleeps(x: Any) -> int:
        time.sleep(0.03)
        return 1

    lfs, rows = LFSet((RowLF("sleeps", sleeps, "h"),), CLASSES), comments([f"t{i}" for i in range(60)])
    first = apply_kept(tmp_path, rows, lfs, CLASSES, seconds=1.0, today=TODAY)
    lost = int((first.applied.matrix < 0).sum())
    assert 0 < lost < 60
    again = apply_kept(tmp_path, rows, lfs, CLASSES, today=TOMORROW)
    assert (again.n_run, int(again.applied.matrix.min())) == (lost, 1)
    assert not again.applied.faults["sleeps"].counts


PYTHON = """
from labeling_pipeline.core.weak_supervision import batch_labeling_function, labeling_function
classes = ["no", "yes"]

@labeling_function()
def kiwi(x):
    return 1 if "kiwi" in x.text else -1

@batch_labeling_function()
def long(comments):
    return (comments["text"].str.len() > 20).astype(int) - 1
"""
HANDS_ON = """
def is_kiwi(x):
    return "kiwi" in x.text

@labeling_function()
def hands_on(x):
    return 1 if is_kiwi(x) else -1
"""
ASKS = """
@labeling_function()
def asks(x):
    return 0 if hasattr(x, "upvotes") else 1
"""


def in_a_file(folder: Path, text: str) -> LFSet:
    path = folder / "labeling_functions.py"
    path.write_text(text, encoding="utf-8")
    return load_lfs(path)


def test_a_column_that_is_new_is_run_on_where_something_is_in_it(tmp_path: Path) -> None:
    lfs, old = in_a_file(tmp_path, PYTHON + HANDS_ON), comments([f"t{i}" for i in range(1000)])
    apply_kept(tmp_path / "votes", old, lfs, CLASSES, today=TODAY)
    more = pd.DataFrame({"comment_id": ["n0", "n1"], "text": ["a kiwi", "b"], "upvotes": [3.0, None]})
    both = pd.concat([more, old], ignore_index=True)  # another order of rows and of columns
    done = apply_kept(tmp_path / "votes", both[sorted(both)], lfs, CLASSES, today=TODAY)
    assert done.n_run == 2 * 3
    assert np.array_equal(done.applied.matrix, apply_lfs(both, lfs, CLASSES).matrix)
    predicted = both.assign(predicted_label=["yes", None] * 501)
    done = apply_kept(tmp_path / "votes", predicted, lfs, CLASSES, today=TODAY)
    assert done.n_run == 501, "two of the functions cannot see a prediction"


def test_a_function_whose_code_names_a_column_is_run_again_when_it_comes(tmp_path: Path) -> None:
    lfs, rows = in_a_file(tmp_path, PYTHON + ASKS), comments(["kiwi", "plum", "fig"])
    assert apply_kept(tmp_path / "votes", rows, lfs, CLASSES, today=TODAY).applied.matrix[:, 2].tolist() == [1, 1, 1]
    done = apply_kept(tmp_path / "votes", rows.assign(upvotes=[None, None, 1.0]), lfs, CLASSES, today=TODAY)
    assert done.applied.matrix[:, 2].tolist() == [0, 0, 0]


def test_a_finer_time_in_one_row_changes_no_other(tmp_path: Path) -> None:
    lfs, rows = in_a_file(tmp_path, PYTHON + HANDS_ON), comments(["kiwi", "plum", "fig"])
    times = pd.to_datetime(["2026-01-01", "2026-01-02", None]).as_unit("us")
    apply_kept(tmp_path / "votes", rows.assign(posted_at=times), lfs, CLASSES, today=TODAY)
    finer = times.to_series().reset_index(drop=True)
    finer[2] = pd.Timestamp("2026-01-03 05:06:07.5")
    assert apply_kept(tmp_path / "votes", rows.assign(posted_at=finer), lfs, CLASSES, today=TODAY).n_run == 1


def test_of_equal_comments_the_one_with_an_answer_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "lf.py"
    path.write_text(
        "from labeling_pipeline.core.weak_supervision import labeling_function\n"
        "classes, CALLS = ['no', 'yes'], []\n"
        "@labeling_function()\n"
        "def busy_at_first(x):\n"
        "    CALLS.append(x.text)\n"
        "    return 1 // (len(CALLS) > 2)\n"  # tried twice before it is given up
    )
    lfs, rows = load_lfs(path), comments(["tea", "tea"])
    first, second = (apply_kept(tmp_path / "votes", rows, lfs, CLASSES, today=TODAY) for _ in range(2))
    assert first.applied.matrix[:, 0].tolist() == [-1, 1]
    assert (second.n_run, second.applied.matrix[:, 0].tolist()) == (0, [1, 1])


CELLS = st.sampled_from([None, "1", "2"])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.fixed_dictionaries({}, optional={"a": CELLS, "b": CELLS}), min_size=1), max_size=4))
def test_any_history_of_columns_equals_a_fresh_run(
    tmp_path_factory: pytest.TempPathFactory, history: list[list[dict[str, str | None]]]
) -> None:
    folder = tmp_path_factory.mktemp("columns")
    body = "return int(x.get('a') or -1) if x.get('b') is None else int(x.b) - 2"
    one = "try: return int(x.a or 0)\n    except AttributeError: return -1"
    made = [f"\n@labeling_function()\ndef {name}(x):\n    {code}\n" for name, code in (("both", body), ("one", one))]
    lfs = in_a_file(folder, PYTHON + "".join(made))
    classes = ("no", "yes", "maybe")
    for cells in history:
        rows = pd.DataFrame(cells).assign(comment_id=[f"c{i}" for i in range(len(cells))], text="tea")
        done = apply_kept(folder / "votes", rows, lfs, classes, today=TODAY)
        assert np.array_equal(done.applied.matrix, apply_lfs(rows, lfs, classes).matrix)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["kiwi", "plum", "a b", "kiwi pie now", "", "é"]), max_size=6), max_size=5))
def test_any_history_of_comments_equals_a_fresh_run(
    tmp_path_factory: pytest.TempPathFactory, history: list[list[str]]
) -> None:
    folder, lfs = tmp_path_factory.mktemp("columns"), load_lfs(TOML)
    for texts in history:
        rows = comments(texts)
        done = apply_kept(folder, rows, lfs, CLASSES, today=TODAY)
        assert np.array_equal(done.applied.matrix, apply_lfs(rows, lfs, CLASSES).matrix)
