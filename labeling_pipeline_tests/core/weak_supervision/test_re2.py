"""Patterns for another engine mean what Python's mean."""

from __future__ import annotations

import re

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.weak_supervision.re2 import to_re2

CHARS = "aAbBkKsS01_ .-!?\t\n\x0b\x1c\x00"
ATOM = st.sampled_from(
    [*"aAkKsS0_", r"\.", ".", r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", "[a-k]", "[^aS_]", r"[\s0]", "ſ", "İ", "é"]
)
ANCHOR = st.sampled_from([r"\b", "^", "$", r"\A", r"\Z"])
PATTERN = st.recursive(
    ATOM | ANCHOR,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "*?"])).map(lambda p: f"(?:{p[0]}){p[1]}"),
        inner.map(lambda p: f"({p})"),
        inner.map(lambda p: f"(?i:{p})"),
        inner.map(lambda p: f"(?-i:{p})"),
        inner.map(lambda p: f"(?-s:{p})"),
    ),
    max_leaves=6,
)
FLAGS = st.sampled_from([0, re.IGNORECASE, re.MULTILINE, re.DOTALL, re.ASCII, re.IGNORECASE | re.MULTILINE])
CONNECTION = duckdb.connect(":memory:")


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PATTERN, FLAGS, st.lists(st.text(CHARS, min_size=1, max_size=8), min_size=1, max_size=12))
def test_re2_finds_what_python_finds_on_ascii(pattern: str, flags: int, texts: list[str]) -> None:
    compiled = re.compile(pattern, flags)
    translated = to_re2(compiled)
    assert translated is not None
    kept = [text for text in texts if not (translated.final_newline_differs and text.endswith("\n"))]
    found = CONNECTION.execute(
        "select regexp_matches(t, $p) from (select unnest($t) as t)", {"p": translated.pattern, "t": kept}
    ).fetchall()
    assert [bool(row[0]) for row in found] == [compiled.search(text) is not None for text in kept]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("(?i)call (?-i:US)", "CALL us"), ("(?i:x)(?-i:US)", "xus"), ("(?s)a(?-s:.)b", "a\nb"), ("(?-i:US)", "us")],
)
def test_a_group_may_take_a_flag_away(pattern: str, text: str) -> None:
    compiled = re.compile(pattern, re.IGNORECASE)
    translated = to_re2(compiled)
    assert translated is not None
    found = CONNECTION.execute("select regexp_matches($t, $p)", {"t": text, "p": translated.pattern}).fetchall()
    assert found == [(compiled.search(text) is not None,)] == [(False,)]


@pytest.mark.parametrize("pattern", [r"(?=a)b", r"(?<!a)b", r"(a)\1", r"(?>a+)b", r"a++b", r"\Ba", r"a{2000}"])
def test_what_re2_lacks_is_not_translated(pattern: str) -> None:
    assert to_re2(re.compile(pattern)) is None
