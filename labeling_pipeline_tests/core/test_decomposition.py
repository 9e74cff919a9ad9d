"""Comments taken apart into tasks, one per question."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from labeling_pipeline.core.decomposition import COLUMNS, decompose
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.ontology import EXAMPLE, parse_ontology

CONTEXT = '[[questions]]\nid = "context"\ntext = "Does it need context?"\nanswers = ["yes", "no"]\n'
NOON = datetime(2026, 3, 2, 12)


def test_every_question_about_every_comment_once() -> None:
    ontology = parse_ontology(EXAMPLE + CONTEXT, "v1.toml")
    tasks = decompose(["b", "a"], ontology, 1, NOON)
    assert tuple(tasks.columns) == COLUMNS
    pairs = tasks[["comment_id", "question"]].to_numpy().tolist()
    assert pairs == [["b", "label"], ["b", "context"], ["a", "label"], ["a", "context"]]
    assert set(tasks["guideline_hash"]) == {ontology.guideline_hash}
    assert set(tasks["created_at"]) == {pd.Timestamp(NOON)}
    assert tasks["task_id"].is_unique


def test_a_task_is_known_by_its_content_alone() -> None:
    v1 = parse_ontology(EXAMPLE, "v1.toml")
    v2 = parse_ontology(EXAMPLE.replace('"v1"', '"v2"'), "v2.toml")
    first = decompose(["a", "b"], v1, 1, NOON).set_index("comment_id")["task_id"]
    again = decompose(["b", "a"], v1, 1, datetime(2027, 1, 1)).set_index("comment_id")["task_id"]
    assert first.sort_index().equals(again.sort_index())
    assert set(first).isdisjoint(decompose(["a", "b"], v1, 2, NOON)["task_id"])
    assert set(first).isdisjoint(decompose(["a", "b"], v2, 1, NOON)["task_id"])


def test_a_comment_named_twice_is_refused_and_none_gives_none() -> None:
    ontology = parse_ontology(EXAMPLE, "v1.toml")
    with pytest.raises(InputError, match="'a' is named twice in round 1"):
        decompose(["a", "a"], ontology, 1, NOON)
    assert decompose([], ontology, 1, NOON).empty
