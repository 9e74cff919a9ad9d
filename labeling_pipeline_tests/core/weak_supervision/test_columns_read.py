"""Which columns a function can read: those it names, and any where it does something else with the comment."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from labeling_pipeline.core.weak_supervision import batch_labeling_function, labeling_function, load_lfs
from labeling_pipeline.core.weak_supervision.functions import PythonLF


def names_them(x: Any) -> int:
    words = [word for word in ("tea", "chai") if word in x.text.lower()]
    return 1 if words and x["author_id"] else -1


def with_resources(x: Any, words: frozenset[str]) -> int:
    return 1 if any(word in x.text for word in words) else -1


def hands_it_on(x: Any) -> int:
    return names_them(x)


def gives_it_a_name(x: Any) -> int:
    y = x
    return int(y.upvotes)


def asks_for_what_it_computes(x: Any) -> int:
    return int(x["p_" + x.text])


def asks_whether_it_is_there(x: Any) -> int:
    return 1 if hasattr(x, "upvotes") else -1


def gets(x: Any) -> int:
    return int(x.get("upvotes") or -1)


def looks_inside(x: Any) -> int:
    return len(x.__dict__)


def sees_its_variables(x: Any) -> int:
    return int(locals()["x"].upvotes)


def sets(x: Any) -> int:
    x.text = x.text.lower()
    return -1


def closes_over_it(x: Any) -> int:
    return max(map(lambda column: int(x[column]), ["upvotes"]))  # noqa: C417


def before_another(function: Callable[[Any], int]) -> Callable[[Any], int]:
    @functools.wraps(function)
    def wrapped(x: Any) -> int:
        return function(x) if x.upvotes else -1

    return wrapped


@before_another
def stands_behind_another(x: Any) -> int:
    return len(x.text)


@pytest.mark.parametrize(
    ("function", "columns"),
    [
        (names_them, {"text", "author_id"}),
        (with_resources, {"text"}),
        (hands_it_on, None),
        (gives_it_a_name, None),
        (asks_for_what_it_computes, None),
        (asks_whether_it_is_there, None),
        (gets, None),
        (looks_inside, None),
        (sees_its_variables, None),
        (sets, None),
        (closes_over_it, None),
        (stands_behind_another, None),
        (lambda x: len(x.text), None),
        (len, None),
    ],
    ids=lambda case: getattr(case, "__name__", ""),
)
def test_of_one_row(function: Callable[..., int], columns: set[str] | None) -> None:
    lf = labeling_function(name="lf", resources={"words": frozenset({"tea"})})(function)
    assert lf.reads == columns


def of_a_frame(part: pd.DataFrame) -> Any:
    return [1 if text else -1 for text in part["text"] + part.context][: len(part)]


def asks_a_frame_for_its_columns(part: pd.DataFrame) -> Any:
    return [len(part.columns)] * len(part)


def takes_several(part: pd.DataFrame) -> Any:
    return part[["text", "upvotes"]].notna().all(axis=1)


def of_a_table(part: pa.Table) -> Any:
    return part["text"]


def asks_a_table(part: pa.Table) -> Any:
    return part.column("text")


@pytest.mark.parametrize(
    ("function", "columns"),
    [
        (of_a_frame, {"text", "context"}),
        (asks_a_frame_for_its_columns, None),
        (takes_several, None),
        (of_a_table, {"text"}),
        (asks_a_table, None),
    ],
)
def test_of_many(function: Callable[[Any], Any], columns: set[str] | None) -> None:
    assert batch_labeling_function()(function).reads == columns


def test_of_snorkels_functions(tmp_path: Path) -> None:
    path = tmp_path / "lfs.py"
    path.write_text(
        "from snorkel.labeling import labeling_function\n"
        "from snorkel.preprocess import preprocessor\n"
        "@preprocessor()\ndef lower(x):\n    x.text = x.text.lower()\n    return x\n"
        "@labeling_function()\ndef plain(x):\n    return 1 if x.text else -1\n"
        "@labeling_function(pre=[lower])\ndef prepared(x):\n    return 1 if x.text else -1\n"
    )
    found = {lf.name: lf.reads for lf in load_lfs(path).functions if isinstance(lf, PythonLF)}
    assert found == {"plain": {"text"}, "prepared": None}
