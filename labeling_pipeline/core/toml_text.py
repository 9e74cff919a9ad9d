"""A mistake in a TOML file, with the line it is on and what to write instead.

Belongs here: guessing what a line was meant to say. Does not: what keys mean (``settings``, ``core.ontology``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from labeling_pipeline.core.errors import SettingError

PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")
KEY = re.compile(r"\s*([\w.\"'-]+)\s*=\s*(.*?)\s*$")
# What people write that TOML does not know → what it does; each is offered only where the line is valid with it.
MENDS = (
    (r"(?<![\w.])([+-]?)\.(\d)", r"\g<1>0.\2"),  # .7
    (r"(\d)\.(?![\d.])", r"\1.0"),  # 1.
    (r"(?<=[\s=])([+-]?\d+),(\d+)\s*$", r"\1.\2"),  # 0,7
    (r"\bTrue\b", "true"),
    (r"\bFalse\b", "false"),
    (r"[“”„]", '"'),
    (r":\s+", " = "),
    (r"=\s*([^\s\"'\[{#][^\"'#]*?)\s*$", r'= "\1"'),  # a word without quotes
    (r"^(\s*\[[^\]]*)$", r"\1]"),
)
TWICE = "the key or table is there already: write it once, all keys of a table under one heading"


def syntax_error(text: str, source: str, error: tomllib.TOMLDecodeError) -> SettingError:
    """The error to raise for text that is no TOML: file, line, what stands there, and what to write.

    >>> try:
    ...     tomllib.loads("min_confidence = .7")
    ... except tomllib.TOMLDecodeError as error:
    ...     print(syntax_error("min_confidence = .7", "labeling.toml", error))
    labeling.toml: line 1 is not TOML: min_confidence = .7; write min_confidence = 0.7
    """
    found, lines = PLACE.search(str(error)), text.splitlines()
    told = PLACE.sub("", str(error))
    number = int(found[1]) if found and found[1] else len(lines)
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    where = f"{source}: line {number} is not TOML: {line[:80]}"
    if "overwrite" in told or "twice" in told:
        return SettingError(where, remedy=TWICE)
    if mended := next(_mended(line), None):
        return SettingError(where, remedy=f"write {mended}")
    key = KEY.match(line)
    if key and not key[2].split("#")[0].strip():
        return SettingError(where, expected=f"a value for {key[1]}", remedy="write one, or put a # before the line")
    remedy = f"mend the value of {key[1]}" if key else "mend that line"
    return SettingError(where, expected="TOML, key = value", remedy=f"{remedy} ({told})")


def _mended(line: str) -> Iterator[str]:
    if _is_toml(line):  # what is wrong began above it
        return
    for wrong, right in MENDS:
        other = re.sub(wrong, right, line)
        if other != line and _is_toml(other):
            yield other


def _is_toml(line: str) -> bool:
    try:
        tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return False
    return True
