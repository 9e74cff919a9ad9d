from __future__ import annotations

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
