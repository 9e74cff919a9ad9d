"""Functions of many comments: what they may take and return, and what bounds them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from labeling_pipeline.core.weak_supervision import LFSet, apply_lfs, batch_labeling_function, labeling_function
from labeling_pipeline.core.weak_supervision import batches as batches_module

CLASSES = ("no", "yes")
TEXTS = pd.Series(["a plum", "a pear", "plum and pear", "nothing"] * 5000)
EXPECTED = np.where(TEXTS.str.contains("plum"), 1, -1)


def votes_of(call: Callable[[Any], Any], texts: pd.Series = TEXTS) -> tuple[np.ndarray, dict[str, int]]:
    comments = pd.DataFrame({"text": texts}).set_index(np.arange(len(texts))[::-1])  # whatever index the user has
    lf = call if not callable(call) else batch_labeling_function(name="lf")(call)
    applied = apply_lfs(comments, LFSet((lf,), CLASSES))
    return applied.matrix[:, 0], dict(applied.faults["lf"].counts)


def arrow_table(part: pa.Table) -> pa.ChunkedArray:
    return pc.if_else(pc.match_substring(part["text"], "plum"), 1, -1)


def arrow_batch(part: pa.RecordBatch) -> pa.Array:
    return pc.if_else(pc.match_substring(part.column("text"), "plum"), 1, -1)


def in_another_order(part: pd.DataFrame) -> pd.Series:
    other = part.sort_values("text", kind="stable")
    return other["text"].str.contains("plum").astype(int) * 2 - 1


@pytest.mark.parametrize(
    "call",
    [
        arrow_table,
        arrow_batch,
        in_another_order,
        lambda part: np.where(part["text"].str.contains("plum"), 1, -1),
        lambda part: [1 if "plum" in text else -1 for text in part["text"]],
        lambda part: pd.Series([1 if "plum" in text else -1 for text in part["text"]]),
        lambda part: pa.array(np.where(part["text"].str.contains("plum"), 1, -1)),
    ],
)
def test_votes_stand_beside_their_comments(call: Callable[[Any], Any]) -> None:
    votes, faults = votes_of(call)
    assert votes.tolist() == EXPECTED.tolist()
    assert not faults


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda part: pd.DataFrame({1: [-1] * len(part)}), "returned a DataFrame"),
        (lambda part: part.assign(vote=1).set_index("text")["vote"], "returned a Series whose index is not"),
        (lambda part: part["text"][:-1].str.len(), "returned another number of votes than rows"),
        (lambda part: np.ones((len(part), 1), dtype=int), "returned an array of 2 dimensions"),
        (lambda part: 1, "returned a int"),
        (lambda part: "1" * len(part), "returned a str"),
        (lambda part: pa.array([None] * len(part)), "returned None"),
    ],
)
def test_what_cannot_be_laid_beside_them_abstains_on_record(call: Callable[[Any], Any], reason: str) -> None:
    votes, faults = votes_of(call)
    assert (votes == -1).all()
    assert sum(n for said, n in faults.items() if said.startswith(reason)) == len(TEXTS)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_LIMIT_S", "PART_LIMIT_S", "ONE_ROW_LIMIT_S"):
        monkeypatch.setattr(batches_module, name, 0.1)


@pytest.mark.usefixtures("quick")
def test_a_catastrophic_row_is_found_and_the_others_vote() -> None:
    texts = TEXTS.head(3000).copy()
    texts[1234] = "a" * 60 + "!"
    start = time.monotonic()
    votes, faults = votes_of(
        lambda part: [1 if re.search(r"(a+)+$|plum", text) else -1 for text in part["text"]], texts
    )
    assert time.monotonic() - start < 10
    assert faults == {"took longer than the limit": 1}
    assert votes[1234] == -1
    assert np.delete(votes, 1234).tolist() == np.delete(EXPECTED[:3000], 1234).tolist()


@pytest.mark.usefixtures("quick")
def test_a_function_that_is_slow_throughout_gets_smaller_parts_and_loses_no_row() -> None:
    sizes: list[int] = []

    def slow(part: pd.DataFrame) -> list[int]:
        sizes.append(len(part))
        time.sleep(0.001 * len(part))
        return [1] * len(part)

    votes, faults = votes_of(slow, TEXTS.head(1200))
    assert (votes == 1).all()
    assert not faults
    assert max(sizes[1:]) <= 1200 // 16


@pytest.mark.usefixtures("quick")
def test_a_function_that_never_answers_is_given_up() -> None:
    def stuck(part: pd.DataFrame) -> list[int]:
        time.sleep(60)
        return []

    votes, faults = votes_of(stuck, TEXTS.head(64))
    assert (votes == -1).all()
    assert faults == {"took longer than the limit": 3, "not called any more after slow rows": 61}


def test_a_function_cannot_swallow_its_time_limit() -> None:
    @labeling_function()
    def swallows(x: Any) -> int:
        try:
            return 1 if re.search(r"(a+)+$", x.text) else -1
        except:  # noqa: E722
            return 0

    applied = apply_lfs(pd.DataFrame({"text": ["aaa", "a" * 60 + "!", "b"]}), LFSet((swallows,), CLASSES))
    assert applied.matrix[:, 0].tolist() == [1, -1, -1]
    assert applied.faults["swallows"].counts == {"took longer than the limit": 1}
