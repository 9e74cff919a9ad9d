"""Slices by tag and by rule: members, versions, and wrong definitions."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.slices import Slice, members

COMMENTS = pd.DataFrame(
    {
        "comment_id": ["b", "a", "c"],
        "text": ["A word in CODE", "nothing", None],
        "slices": [["tagged"], np.asarray(["tagged", "other"]), None],
    }
)


def test_tags_and_patterns_make_members() -> None:
    found = members(COMMENTS, [Slice("coded", watched=True, pattern=r"\bcode\b"), Slice("tagged")])
    assert found.to_numpy().tolist() == [["a", "other"], ["a", "tagged"], ["b", "coded"], ["b", "tagged"]]


def test_comments_without_tags_are_in_no_slice() -> None:
    assert members(COMMENTS[["comment_id"]]).empty


def test_wrong_slices_are_named() -> None:
    with pytest.raises(SettingError, match="a regular expression"):
        Slice("coded", pattern="(")
    with pytest.raises(SettingError, match="has no name"):
        Slice(" ")
    with pytest.raises(InputError, match="slice coded looks at the text"):
        members(COMMENTS[["comment_id"]], [Slice("coded", pattern="x")])


def test_each_kind_of_rule_finds_its_members_and_has_a_version_of_its_own() -> None:
    comments = pd.DataFrame(
        {
            "comment_id": ["a", "b", "c", "d", "e"],
            "text": ["Green  tea!", "teapot", "the museum of ponds", "a museum with ponds and more", None],
        }
    )
    by_terms = Slice("tea", glossary=("green tea", "tea (black)"))
    by_examples = Slice("ponds", examples=("c",), likeness=0.2)
    found = members(comments, [by_terms, by_examples, Slice("long", sql="length(text) > 5"), Slice("tagged")])
    assert found.to_numpy().tolist() == [["a", "tea"], ["c", "ponds"], ["d", "ponds"]]
    assert members(comments, [Slice("gone", examples=("z",))]).empty
    versions = {one.version for one in (by_terms, by_examples, Slice("tea"), Slice("tea", glossary=("tea",)))}
    assert len(versions) == 4
    assert Slice("tea", watched=True).version == Slice("tea").version
    every = (by_terms, by_examples, Slice("t"), Slice("t", sql="true"), Slice("t", pattern="x"))
    assert [one.kind for one in every] == ["glossary", "examples", "tag", "sql", "pattern"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"pattern": "x", "sql": "true"}, "slices.define.s: pattern and sql; expected one of them"),
        ({"sql": "true; drop table raw_comments"}, "slices.define.s.sql: a ';'"),
    ],
)
def test_a_slice_has_one_definition(given: dict[str, str], told: str) -> None:
    with pytest.raises(SettingError, match=re.escape(told)):
        Slice("s", **given)  # type: ignore[arg-type]
