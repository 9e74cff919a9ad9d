"""What docs/weak_supervision.md shows works as shown."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline import apply_lfs, label_model, load_lfs, weak_labels
from labeling_pipeline.core.weak_supervision import LABEL_MODELS
from labeling_pipeline.core.weak_supervision.declarative import KINDS

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "weak_supervision.md").read_text(encoding="utf-8")


def block(language: str, number: int = 0) -> str:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)[number]


def test_the_example_files_work(tmp_path: Path) -> None:
    comments = pd.DataFrame({"comment_id": ["a", "b"], "text": ["please subscribe to my channel", "WHAT A SONG"]})
    assert load_lfs(block("toml")).names == ["asks_to_subscribe", "has_link", "short"]
    path = tmp_path / "lfs.py"
    path.write_text(block("python"), encoding="utf-8")
    lfs = load_lfs(path)
    assert apply_lfs(comments, lfs).matrix.tolist() == [[-1, -1], [1, -1]]
    assert weak_labels(comments, load_lfs(block("toml")))["label"].tolist() == ["spam", "ham"]
    assert label_model(apply_lfs(comments, lfs).matrix, n_classes=2).probabilities.shape == (2, 2)


def test_the_notebook_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lfs.toml").write_text(block("toml"), encoding="utf-8")
    ids, texts = (
        ["a", "b", "c"],
        ["please subscribe to my channel today", "what a song", "see https://example.org for all of it"],
    )
    labels = ["spam", "ham", "spam"]
    given = {
        "comments": pd.DataFrame({"comment_id": ids, "text": texts}),
        "gold": pd.DataFrame({"comment_id": ids, "label": labels}),
        "served": pd.DataFrame({"comment_id": ids, "label": "ham"}),
        "feedback": pd.DataFrame({"comment_id": ["a"], "kind": ["flag"]}),
    }
    exec(block("python", 1), given)
    assert given["report"].signals["lf"].tolist() == ["signal:flag"]
    assert given["both"]["label"].tolist() == labels
    assert given["both"]["source"].iloc[0] == "weak+signals"


def test_every_kind_and_every_label_model_is_listed() -> None:
    listed = set(re.findall(r"^\| `(\w+)`", PAGE, re.M))
    assert set(KINDS) <= listed
    assert set(LABEL_MODELS) <= listed
