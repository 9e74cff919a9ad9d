"""A home's labeling functions: from both files, and run again when anything they are made from changes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import Done, is_due, materialize
from labeling_pipeline_tests.stages.small_homes import drop, new_home

TOML = """classes = ["acceptable", "toxic"]
[[lf]]
name = "plum"
kind = "keywords"
words = ["plum"]
label = "toxic"
"""
PYTHON = """
from pathlib import Path
from beside import LEAST
from labeling_pipeline.core.weak_supervision import labeling_function
classes = ["acceptable", "toxic"]
WORDS = Path(__file__).with_name("words.txt").read_text().split()
@labeling_function()
def listed(x): return 1 if any(word in x.text for word in WORDS) else -1
@labeling_function()
def long(x): return 0 if len(x.text) > LEAST else -1
"""


@pytest.fixture
def context(tmp_path: Path) -> Context:
    home = new_home(tmp_path / "home", "")
    texts = ["a plum", "a pear", "a fig and nothing else"]
    drop(home, "comments", "comments.csv", pd.DataFrame({"comment_id": ["c0", "c1", "c2"], "text": texts}))
    context = open_context(home, pd.Timestamp("2026-05-04").to_pydatetime())
    materialize("raw_comments", STAGES["raw_comments"], context)
    root = home.root
    (root / "labeling_functions.toml").write_text(TOML, encoding="utf-8")
    (root / "labeling_functions.py").write_text(PYTHON, encoding="utf-8")
    (root / "words.txt").write_text("pear", encoding="utf-8")
    (root / "beside.py").write_text("LEAST = 10\n", encoding="utf-8")
    return context


def label(context: Context) -> Done:
    done = materialize("weak_labels", STAGES["weak_labels"], context)
    return done if is_due("weak_labels", STAGES["weak_labels"], context, context.state()) is False else label(context)


def votes(context: Context) -> set[tuple[str, str]]:
    kept = context.warehouse.table("labeling_function_votes")
    return set(zip(kept["lf"], kept["comment_id"], strict=True))


def test_both_files_are_read(context: Context) -> None:
    label(context)
    assert votes(context) == {("plum", "c0"), ("listed", "c1"), ("long", "c2")}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [("words.txt", "fig", ("listed", "c2")), ("beside.py", "LEAST = 2\n", ("long", "c0"))],
)
def test_a_file_that_is_read_while_loading_counts(context: Context, name: str, text: str, expected: tuple[str]) -> None:
    label(context)
    assert expected not in votes(context)
    (context.home.root / name).write_text(text, encoding="utf-8")
    assert is_due("weak_labels", STAGES["weak_labels"], context, context.state())
    label(context)
    assert expected in votes(context)
