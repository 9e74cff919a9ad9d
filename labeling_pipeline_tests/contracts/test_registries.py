"""One file and one line: what every registry's lines promise, and what a new one takes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.consensus import METHODS, consensus
from labeling_pipeline.core.errors import SettingError
from labeling_pipeline.core.registry import load
from labeling_pipeline.core.selection import STRATEGIES, select
from labeling_pipeline.core.weak_supervision import LABEL_MODELS, label_model
from labeling_pipeline.platforms import PLATFORMS, open_platform

REGISTRIES: dict[str, Mapping[str, str]] = {
    "consensus": METHODS,
    "selection": STRATEGIES,
    "label models": LABEL_MODELS,
    "platforms": PLATFORMS,
}
LINES = [(registry, name) for registry, lines in REGISTRIES.items() for name in lines]

NEW_METHOD = """
from labeling_pipeline.core.consensus.majority import clamped, describe, smoothed_shares

def first_class(votes, *, clamp=None, history=None, seed=0):
    p = smoothed_shares(votes) * 0
    p[0] = 1.0
    return describe(votes, clamped(p, clamp), history)
"""
NEW_STRATEGY = """
def last_column(pool):
    return pool.probabilities[:, -1]
"""
NEW_MODEL = """
from labeling_pipeline.core.weak_supervision.majority import majority

def mine(patterns, setup):
    return majority(patterns, setup)
"""


@pytest.mark.parametrize(("registry", "name"), LINES)
def test_every_line_names_something_documented(registry: str, name: str) -> None:
    found = load(REGISTRIES[registry], name, registry)
    assert callable(found)
    assert found.__doc__


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module of one's own with one of each."""
    (tmp_path / "brought_along.py").write_text(NEW_METHOD + NEW_STRATEGY + NEW_MODEL)
    monkeypatch.syspath_prepend(tmp_path)
    return "brought_along"


def test_one_line_adds_a_consensus_method(own: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METHODS, "first_class", f"{own}:first_class")
    votes = pd.DataFrame({"task": [1, 1, 2], "worker": list("aba"), "label": ["b", "b", "a"]})
    result = consensus(votes, method="first_class")
    assert result.labels["label"].tolist() == ["a", "a"]
    assert result.method == "first_class"


def test_one_line_adds_a_strategy(own: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STRATEGIES, "last_column", f"{own}:last_column")
    scored = pd.DataFrame({"comment_id": ["x", "y"], "p_a": [0.9, 0.2], "p_b": [0.1, 0.8]})
    assert select(scored, 1, strategy="last_column", random_share=0).batch["comment_id"].tolist() == ["y"]


def test_one_line_adds_a_label_model(own: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LABEL_MODELS, "mine", f"{own}:mine")
    assert label_model([[1, 1], [0, 0]], n_classes=2, method="mine").labels.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("labeling_pipeline.core.consensus.nowhere:fit", "no module labeling_pipeline.core.consensus.nowhere"),
        (
            "labeling_pipeline.core.consensus.majority:median",
            "no 'median' in labeling_pipeline.core.consensus.majority",
        ),
        ("majority", "no module majority"),
    ],
)
def test_a_wrong_line_says_what_is_missing(line: str, said: str) -> None:
    with pytest.raises(SettingError, match=said):
        load({"mine": line}, "mine", "method")


def test_a_module_that_lacks_something_itself_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "needs_more.py").write_text("import not_installed_anywhere\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="not_installed_anywhere"):
        load({"mine": "needs_more:fit"}, "mine", "method")


FAILS = """
import json

def of_texts(pool):
    return [len(text) for text in pool.texts]

def of_json(pool):
    return json.loads("not json")

def of_another(pool):
    from labeling_pipeline.core.selection.margin import margin
    return margin(None)
"""


@pytest.mark.parametrize(
    ("function", "line", "said"),
    [("of_texts", 5, "no attribute 'texts'"), ("of_json", 8, "Expecting value"), ("of_another", 12, "'NoneType'")],
)
def test_an_error_in_a_function_of_ones_own_is_told_with_its_file_and_line(
    tmp_path: Path, function: str, line: int, said: str
) -> None:
    (tmp_path / "mine.py").write_text(FAILS)
    (tmp_path / "scored.csv").write_text("comment_id,p_a,p_b\nx,0.9,0.1\n")
    call = (
        "from labeling_pipeline.core.selection import STRATEGIES\n"
        f"STRATEGIES['mine'] = 'mine:{function}'\n"
        "from labeling_pipeline.cli import main\n"
        "main(['select', 'scored.csv', '-n', '1', '--strategy', 'mine', '-o', 'out.csv'])"
    )
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), root])}
    ended = subprocess.run(
        [sys.executable, "-c", call], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"error: strategy mine failed in mine.py, line {line}: ")
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_platform_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(PLATFORMS, "mine", "labeling_pipeline.platforms.mine:MyPlatform")
    with pytest.raises(SettingError, match=r"no module labeling_pipeline\.platforms\.mine"):
        open_platform("mine", tmp_path)
