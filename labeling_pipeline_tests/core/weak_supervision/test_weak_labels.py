"""Comments and labeling functions in, weak labels out; which gold teaches them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from labeling_pipeline.core.weak_supervision import LFSet, labeling_function, load_lfs, weak_labels

CLASSES = ("no", "yes")


def comments(*texts: str) -> pd.DataFrame:
    return pd.DataFrame({"comment_id": [f"c{i}" for i in range(len(texts))], "text": pd.Series(texts, dtype="str")})


def test_weak_labels_has_a_row_per_comment() -> None:
    toml = 'classes = ["no", "yes"]\n[[lf]]\nname = "t"\nkind = "keywords"\nwords = ["tea"]\nlabel = "yes"\n'
    found = weak_labels(comments("tea", "x", "tea"), load_lfs(toml))
    assert found.columns.tolist() == ["comment_id", "label", "confidence", "p_no", "p_yes", "n_fired", "method"]
    assert found["label"].tolist()[0] == "yes"
    assert found["n_fired"].tolist() == [1, 0, 1]


def test_gold_meets_comments_whether_ids_are_numbers_or_text() -> None:
    @labeling_function()
    def first(x: Any) -> int:
        return int("tea" in x.text)

    lfs, rows = LFSet((first,), CLASSES), comments(*["tea", "chai"] * 40)
    gold = pd.DataFrame({"comment_id": [str(i) for i in range(80)], "label": ["no", "yes"] * 40})
    text = weak_labels(rows.assign(comment_id=gold["comment_id"]), lfs, gold=gold)
    assert text["label"].tolist() == ["no", "yes"] * 40, "gold says that the function is always wrong"
    for dtype in ("int64", "Int64", "int32"):
        numbers = weak_labels(rows.assign(comment_id=pd.Series(range(80), dtype=dtype)), lfs, gold=gold)
        pd.testing.assert_frame_equal(numbers.drop(columns="comment_id"), text.drop(columns="comment_id"))
    numbered = gold.assign(comment_id=range(80))
    pd.testing.assert_frame_equal(weak_labels(rows.assign(comment_id=gold["comment_id"]), lfs, gold=numbered), text)


@pytest.mark.parametrize("ids", [True, False])
def test_gold_that_is_not_used_is_told(ids: bool) -> None:
    @labeling_function()
    def yes(x: Any) -> int:
        return 1

    gold = pd.DataFrame({"comment_id": ["c0", "c1", "other"], "label": ["yes", "maybe", "yes"]})
    rows = comments("a", "b") if ids else comments("a", "b").drop(columns="comment_id")
    with pytest.warns(UserWarning, match=f"gold: {2 if ids else 3} of 3 rows not used"):
        weak_labels(rows, LFSet((yes,), CLASSES), gold=gold)


def test_nothing_fires_is_said_not_hidden() -> None:
    @labeling_function()
    def never(x: object) -> int:
        return -1

    found = weak_labels(comments("a", "b"), LFSet((never,), CLASSES))
    assert found["n_fired"].tolist() == [0, 0]
    assert found["confidence"].tolist() == [0.5, 0.5]
