"""Labeling functions in DuckDB's engine vote as in Python."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision import LFSet, apply_lfs, load_lfs, weak_labels
from labeling_pipeline.core.weak_supervision.functions import DeclarativeLF, TextRule
from labeling_pipeline.warehouse import lf_scan, lf_stream
from labeling_pipeline.warehouse.lf_scan import scan_rules

TOML = r"""
classes = ["no", "yes"]
[[lf]]
name = "words"
kind = "keywords"
words = ["kiwi", "sea side", "don't", "C++"]
label = "yes"
[[lf]]
name = "phrase"
kind = "phrases"
phrases = ["kind of", "s k"]
label = "no"
[[lf]]
name = "ends"
kind = "regex"
pattern = '\w+\?$'
label = "yes"
[[lf]]
name = "digits"
kind = "regex"
pattern = '\d'
label = "no"
[[lf]]
name = "look_around"
kind = "regex"
pattern = '(?<!s)k'
label = "yes"
[[lf]]
name = "twice"
kind = "regex"
pattern = '(\w)\1'
label = "no"
[[lf]]
name = "short"
kind = "length"
max_words = 2
min_chars = 3
label = "yes"
[[lf]]
name = "where"
kind = "lookup"
column = "board"
values = { tea = "yes", "1" = "no" }
[[lf]]
name = "sure"
kind = "score"
column = "p"
at_least = 0.9
label = "yes"
"""
PIECES = [
    "’",
    "“",
    "😀",
    "Ⓐ",
    "\x01",
    "kiwi",
    "KIWI",
    "sea  side",
    "don't",
    "c++",
    "kind\tof",
    "s k",
    "ok?",
    "٣",
    "7",
    "ſ",
    "K",
    "é",
    " ",
    "\n",
    "\x1f",
    "aa",
    "\x00",
]


def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    """The pattern; where a group around it makes it refer to itself, `re` refuses it, and so would a user's file."""
    try:
        return re.compile(pattern, flags)
    except re.error:
        assume("\\1" not in pattern)  # nothing else is refused
        raise


@settings(max_examples=150, deadline=None)
@given(st.lists(st.none() | st.lists(st.sampled_from(PIECES), max_size=5).map("".join), min_size=1, max_size=15))
def test_the_scan_equals_python_on_every_row(texts: list[str | None]) -> None:
    lfs = load_lfs(TOML)
    boards, scores = ["tea", "1", None, "x"], [0.95, 0.2, None, 0.9]
    comments = pd.DataFrame(
        {
            "text": pd.Series(texts, dtype="str"),
            "board": [boards[i % 4] for i in range(len(texts))],
            "p": [scores[i % 4] for i in range(len(texts))],
        }
    )
    assert np.array_equal(apply_lfs(comments, lfs, scan=scan_rules).matrix, apply_lfs(comments, lfs).matrix)


def test_no_symbol_that_the_scan_replaces_is_more_than_a_symbol_to_python() -> None:
    beyond = [chr(code) for code in range(128, 0x110000) if not 0xD800 <= code < 0xE000]
    table = pa.table({"c": beyond})
    with duckdb.connect(":memory:") as connection:
        connection.register("t", table)
        found = connection.execute("select c from t where regexp_matches(c, $s)", {"s": lf_scan.SYMBOL}).fetchall()
    assert len(found) > 5_000
    assert not [c for (c,) in found if re.match(r"[\w\s\d]", c) or c.isalnum() or c.isspace()]


@pytest.mark.parametrize("pattern", ["[’x]", "[\\x00-\\x05]", "[!-\\uffff]", "[^’]$"])
def test_patterns_that_know_symbols_still_equal_python(pattern: str) -> None:
    toml = f"classes = ['a', 'b']\n[[lf]]\nname = 'n'\nkind = 'regex'\npattern = '{pattern}'\nlabel = 'b'\n"
    comments = pd.DataFrame({"text": ["’", "x’", "“", "\x01", "é", "b", "b’"]})
    lfs = load_lfs(toml)
    assert np.array_equal(apply_lfs(comments, lfs, scan=scan_rules).matrix, apply_lfs(comments, lfs).matrix)


def test_a_lookup_of_the_text_itself_sees_it_as_it_is() -> None:
    toml = "classes = ['a', 'b']\n[[lf]]\nname = 'n'\nkind = 'lookup'\ncolumn = 'text'\nvalues = { '’' = 'b' }\n"
    votes = apply_lfs(pd.DataFrame({"text": ["’", "“", "x"]}), load_lfs(toml), scan=scan_rules).matrix
    assert votes[:, 0].tolist() == [1, -1, -1]


def test_order_and_rows_are_kept_over_many_batches() -> None:
    lfs = load_lfs('classes = ["a", "b"]\n[[lf]]\nname = "n"\nkind = "regex"\npattern = "7$"\nlabel = "b"\n')
    comments = pd.DataFrame({"text": [f"row {i}" for i in range(150_000)]})
    votes = apply_lfs(comments, lfs, scan=scan_rules).matrix[:, 0]
    assert np.array_equal(votes, np.where(np.arange(150_000) % 10 == 7, 1, -1))


def test_a_missing_column_is_named_with_its_function() -> None:
    with pytest.raises(InputError, match=r"'where'.*no column 'board'"):
        apply_lfs(pd.DataFrame({"text": ["a"]}), load_lfs(TOML), scan=scan_rules)


def test_no_comments_no_votes() -> None:
    empty = pd.DataFrame({"text": pd.Series([], dtype="str"), "board": [], "p": []})
    assert apply_lfs(empty, load_lfs(TOML), scan=scan_rules).matrix.shape == (0, 9)


def test_a_parquet_file_is_labeled_in_parts_as_in_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lf_stream, "PART_ROWS", 7)
    lfs = load_lfs(TOML)
    n = 40
    rng = np.random.default_rng(0)
    comments = pd.DataFrame(
        {
            "comment_id": [f"c{i}" for i in range(n)],
            "text": ["".join(rng.choice(PIECES, 3)) for _ in range(n)],
            "board": ["tea"] * n,
            "p": np.linspace(0, 1, n),
            "other": 1,
        }
    )
    gold = pd.DataFrame({"comment_id": ["c3", "c9", "c30"], "label": ["yes", "no", "yes"]})
    comments.to_parquet(tmp_path / "in.parquet")
    told: list[tuple[int, int]] = []
    lf_stream.weak_label_parquet(
        tmp_path / "in.parquet", lfs, tmp_path / "out.parquet", gold=gold, progress=lambda *x: told.append(x)
    )
    whole = weak_labels(comments, lfs, gold=gold)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out.parquet"), whole, check_dtype=False)
    assert told[-1] == (n, n)
    assert len(told) > 8


def test_a_parquet_file_with_an_id_twice_is_refused(tmp_path: Path) -> None:
    lfs = load_lfs('classes = ["a", "b"]\n[[lf]]\nname = "n"\nkind = "regex"\npattern = "7$"\nlabel = "b"\n')
    pd.DataFrame({"comment_id": ["1", "1"], "text": ["a", "b"]}).to_parquet(tmp_path / "in.parquet")
    with pytest.raises(InputError, match="twice"):
        lf_stream.weak_label_parquet(tmp_path / "in.parquet", lfs, tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()


ATOMS = [
    "a",
    "K",
    "ſ",
    "é",
    "İ",
    "7",
    "٣",
    r"\w",
    r"\W",
    r"\d",
    r"\s",
    r"\b",
    r"\B",
    "[^a-c]",
    "[a-zé]",
    ".",
    "^",
    "$",
    " ",
]
GROUPS = [
    "({})",
    "(?:{})",
    "(?={})",
    "(?!{})",
    "(?<!a){}",
    "(?:{})*",
    "(?:{})+",
    "(?:{})?",
    "(?:{}){{2}}",
    r"(\w)(?:\1){}",  # not \1 alone: a digit might follow
    "{}|k",
]
LETTERS = "aAbkKſKéÉeiİıI7٣ \t\n\x1c\u2028\u00a0.’😀_"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(ATOMS), min_size=1, max_size=4).map("".join),
    st.lists(st.sampled_from(GROUPS), max_size=2),
    st.booleans(),
    st.lists(st.text(st.sampled_from(LETTERS) | st.characters(), max_size=8), min_size=1, max_size=20),
)
def test_any_pattern_means_what_pythons_re_means_by_it(
    atoms: str, groups: list[str], ignores_case: bool, texts: list[str]
) -> None:
    pattern = atoms
    for group in groups:
        pattern = group.format(pattern)
    rule = TextRule(_compiled(pattern, re.IGNORECASE if ignores_case else 0))
    lfs = LFSet((DeclarativeLF("n", rule, 1, "h"),), ("a", "b"))
    kept = [text for text in texts if not any("\ud800" <= c <= "\udfff" for c in text)] or [""]
    votes = apply_lfs(pd.DataFrame({"text": pd.Series(kept, dtype="str")}), lfs, scan=scan_rules).matrix[:, 0]
    assert votes.tolist() == [1 if rule.pattern.search(text) else -1 for text in kept]
