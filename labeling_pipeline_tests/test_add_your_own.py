"""The examples of docs/add_your_own.md run as they stand, in the place of a registered one."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.consensus import METHODS, consensus
from labeling_pipeline.core.ontology import EXAMPLE, parse_ontology
from labeling_pipeline.core.selection import STRATEGIES, select
from labeling_pipeline.platforms import PLATFORMS, Work, open_platform

PAGE = (Path(__file__).parents[1] / "docs" / "add_your_own.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"```python\n# labeling_pipeline/[a-z/]+/(\w+)\.py\n(.+?)```", PAGE, re.S))


@pytest.fixture(autouse=True)
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in EXAMPLES.items():
        (tmp_path / f"of_docs_{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(STRATEGIES, "mine", "of_docs_likely_second:likely_second")
    monkeypatch.setitem(METHODS, "mine", "of_docs_flat:flat")
    monkeypatch.setitem(PLATFORMS, "mine", "of_docs_mail:MailPlatform")


def test_the_strategy() -> None:
    scored = pd.DataFrame({"comment_id": ["x", "y"], "p_a": [0.9, 0.2], "p_b": [0.1, 0.8]})
    assert select(scored, 1, strategy="mine", random_share=0).batch["comment_id"].tolist() == ["y"]


def test_the_method() -> None:
    votes = pd.DataFrame({"task": [1, 1, 1, 2], "worker": list("abca"), "label": ["b", "b", "a", "a"]})
    labels, plain = (consensus(votes, method=name).labels for name in ("mine", "majority"))
    assert labels["label"].tolist() == plain["label"].tolist() == ["b", "a"]
    assert np.allclose(labels[["p_a", "p_b"]].sum(axis=1), 1.0)
    assert (labels["confidence"] < plain["confidence"]).all()


def test_the_platform(tmp_path: Path) -> None:
    items = pd.DataFrame({"assignment_id": ["a-1"], "comment_id": ["c"], "text": ["calm"], "annotator_id": [None]})
    work = Work(1, "crowd", parse_ontology(EXAMPLE, "v1.toml"), items, datetime(2026, 3, 2), answers=3)
    csv, _ = open_platform("mine", tmp_path).publish(work)
    assert pd.read_csv(csv)["answer_number"].tolist() == [1, 2, 3]
