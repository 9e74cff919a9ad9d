"""What docs/weak_supervision.md shows works as shown."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

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


def test_every_kind_and_every_label_model_is_listed() -> None:
    listed = set(re.findall(r"^\| `(\w+)`", PAGE, re.M))
    assert set(KINDS) <= listed
    assert set(LABEL_MODELS) <= listed
