"""Whatever a pattern says in Python's words, the scan finds it where Python's `re` finds it."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.weak_supervision.functions import DeclarativeLF, TextRule
from labeling_pipeline.warehouse.lf_scan import scan_rules

# fmt: off
ATOMS = [
    "", "a", "b", "K", "s", "ſ", "é", "İ", "ı", "ß", "µ", "Å", "7", "٣", "_", " ", "-", "%", "'", "’", "😀", "\x00",
    "\n", "\x01", "e\u0301", "\u200b", ".", "^", "$", "|", "()", "(?:)", "(?#c)",
    r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\b", r"\B", r"\A", r"\Z", r"\.", r"\\", r"\n", r"\r", r"\x00", r"\x1c",
    r"\x85", r"\u2019", r"\N{KELVIN SIGN}",
    "[^a-c]", "[a-zé]", "[A-Z]", "[k-s]", "[^k]", r"[\s\S]", r"[^\W\d_]", r"[\b]", r"[\w-]", r"[\x00-\x1f]",
    r"[^\x00-\x7f]", r"[\x7f-\xff]", "[’“]", "[!-~]", r"[\d\s]", r"[^\D]", "[]a]", "[^]a]", r"[^\x01]",
    "(?s:.)", "(?m:^)", "(?m:$)", "(?i:k)", "(?-i:k)", r"(?a:\w)", r"(?a:\S)", "(?ia:s)", "(?i:ſ)", "(?i:[a-z])",
]
GROUPS = [
    "({})", "(?:{})", "(?P<n>{})", "(?={})", "(?!{})", "(?<!a){}", "(?:{})*", "(?:{})+?", "(?:{})?", "(?:{}){{0}}",
    "(?:{}){{2}}", "(?:{}){{,2}}", "(?:{}){{1,}}", "a{{0,1001}}{}", "(?:{})++", "(?>{})", "{}|k", "|{}", "{}|",
    "^{}$", r"{}\Z", r"\b{}\b", ".*{}", "{}.*", "(?s:{})", "(?m:{})", "(?i:{})", "(?a:{})", "(x)?(?(1){}|b)",
]
LETTERS = (
    "aAbBkKſKéÉiİıIsS7٣0 \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u00a0\u3000.’“😀_-%'\\\x00\x01\x7fßµÅ\u0301\u200b"
)
# fmt: on
FLAGS = [0, re.I, re.S, re.M, re.A, re.I | re.M, re.I | re.A, re.X]


@st.composite
def patterns(draw: st.DrawFn) -> re.Pattern[str] | None:
    text = "".join(draw(st.lists(st.sampled_from(ATOMS), max_size=4)))
    for group in draw(st.lists(st.sampled_from(GROUPS), max_size=3)):
        text = group.format(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of sets that may mean something else one day
        try:
            return re.compile(text, draw(st.sampled_from(FLAGS)))
        except re.error:  # two groups of one name, nothing to repeat: a user's file is refused with it
            return None


def scanned(found: list[re.Pattern[str]], texts: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.int8]]:
    rules = [DeclarativeLF(f"n{j}", TextRule(pattern), 1, "h") for j, pattern in enumerate(found)]
    votes, faults = scan_rules(rules, pd.DataFrame({"text": pd.Series(texts, dtype="str")}), 2)
    assert not any(fault.counts for fault in faults)
    return votes


TEXTS = st.text(st.sampled_from(LETTERS), max_size=7) | st.text(st.sampled_from("aAbk \n_.\x1c\x00"), max_size=7)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(patterns(), min_size=8, max_size=16), st.lists(TEXTS, min_size=20, max_size=40).map(lambda t: [*t, "a\n"])
)
def test_every_pattern_is_found_where_python_finds_it(found: list[re.Pattern[str] | None], texts: list[str]) -> None:
    kept = [pattern for pattern in found if pattern is not None]
    if not kept:
        return
    expected = [[1 if pattern.search(text) else -1 for pattern in kept] for text in texts]
    votes = scanned(kept, texts).tolist()
    assert {p.pattern for j, p in enumerate(kept) if [v[j] for v in votes] != [e[j] for e in expected]} == set()


@pytest.mark.parametrize(
    ("pattern", "plain"),
    [
        ("b()", "b"),
        ("(?#note)b(?#note)", "b"),
        ("()b", "b"),
        ("(|)b", "b"),
        ("(?:)*b", "b"),
        (r"(?:)\Z", ""),
        ("()+?", ""),
    ],
)
def test_what_finds_nothing_but_the_empty_text_changes_nothing(pattern: str, plain: str) -> None:
    texts = ["b", "xb", "bx", "xbx", "x\nb", "x", "x" * 40]
    votes = scanned([re.compile(pattern)], texts)[:, 0]
    assert votes.tolist() == [1 if plain in text else -1 for text in texts]


@pytest.mark.parametrize("pattern", [r"(?a:\S)", r"(?a:\S)b", r"b(?a:\S)", r"(?a:\W)$"])
def test_a_group_that_is_ascii_alone_means_what_python_makes_of_it(pattern: str) -> None:
    texts = ["\x1c", "\x1cb", "b\x1c", "x", " "]
    votes = scanned([re.compile(pattern)], texts)
    assert votes[:, 0].tolist() == [1 if re.search(pattern, text) else -1 for text in texts]
