"""Columns as codes: the same codes whatever way they are found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling_pipeline.core.consensus.columns import encode

NUMBERS = st.lists(st.integers(-5, 40) | st.integers(2**40, 2**40 + 9), min_size=1, max_size=60)


@given(NUMBERS)
def test_numbers_and_their_texts_group_alike(numbers: list[int]) -> None:
    codes, values = encode(pd.Series(numbers))
    assert values.to_pylist() == sorted(set(numbers))
    assert [values[int(code)].as_py() for code in codes] == numbers
    as_text, texts = encode(pd.Series(numbers), as_text=True)
    assert texts.to_pylist() == sorted({str(n) for n in numbers})
    assert [texts[int(code)].as_py() for code in as_text] == [str(n) for n in numbers]


@pytest.mark.parametrize("kind", ["int8", "int32", "int64", "uint64"])
def test_every_width_of_number_is_read_to_its_ends(kind: str) -> None:
    ends = np.iinfo(kind)
    for low in (ends.min, ends.max - 3):
        column = pd.Series(np.array([low + 3, low, low + 3, low + 1], kind))
        codes, values = encode(column)
        assert values.to_pylist() == [low, low + 1, low + 3]
        assert codes.tolist() == [2, 0, 2, 1]


def test_numbers_from_one_end_to_the_other() -> None:
    column = pd.Series(np.array([-128, 127, 5] * 100, "int8"))
    codes, values = encode(column)
    assert values.to_pylist() == [-128, 5, 127]
    assert codes[:3].tolist() == [0, 2, 1]
