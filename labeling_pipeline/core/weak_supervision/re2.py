"""Python regular expressions in RE2's words. Belongs here: the translation for plain ASCII text. Does not: running it.

DuckDB's engine (RE2) is fast and linear, but means other things by some patterns. Each single-character part is
therefore asked of Python itself (which of the 128 ASCII characters does it match?) and written out as an explicit
class; structure (sequence, choice, repetition, anchors) means the same in both. What RE2 does not have is not
translated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from re import _compiler, _parser  # type: ignore[attr-defined]  # isort: skip

SYMBOL_STAND_IN = "\x01"
_A_SYMBOL = "\u2019"
TYPE_FLAGS = re.ASCII | re.UNICODE | re.LOCALE
MAX_REPEAT = 1000  # RE2 refuses more
_NOTHING = r"[^\x00-\x{10FFFF}]"
_SINGLE = {"LITERAL", "NOT_LITERAL", "ANY", "IN"}
_ANCHORS = {"AT_BEGINNING_STRING": r"\A", "AT_END_STRING": r"\z", "AT_BOUNDARY": r"\b"}


@dataclass(frozen=True)
class AsciiPattern:
    """An RE2 pattern that finds what the Python pattern finds, on non-empty ASCII text.

    Where `final_newline_differs`, only on text that does not end in a newline. Where `symbols_are_alike`, the pattern
    treats every symbol beyond ASCII (curly quotes, dashes, emoji) as it treats the character `SYMBOL_STAND_IN`.
    """

    pattern: str
    final_newline_differs: bool
    symbols_are_alike: bool


class _UntranslatableError(Exception):
    """The pattern uses something RE2 does not have."""


@lru_cache(maxsize=4096)
def to_re2(pattern: re.Pattern[str]) -> AsciiPattern | None:
    r"""The RE2 form of a compiled pattern, or None where RE2 has no such thing.

    >>> to_re2(re.compile(r"\bcats?$")).pattern
    '\\bcats?\\z'
    >>> to_re2(re.compile(r"(a)\1")) is None
    True
    """
    parsed = _parser.parse(pattern.pattern, pattern.flags)
    translator = _Translator()
    try:
        text = translator.sequence(parsed, pattern.flags)
    except _UntranslatableError:
        return None
    return AsciiPattern(text, translator.uses_end, translator.symbols_are_alike)


class _Translator:
    def __init__(self) -> None:
        self.uses_end = False
        self.symbols_are_alike = True

    def sequence(self, nodes: Any, flags: int) -> str:
        return "".join(self._node(node, flags) for node in nodes)

    def _node(self, node: Any, flags: int) -> str:
        kind, value = str(node[0]), node[1]
        if kind in _SINGLE:
            return _char_class(self._matching(node, flags))
        if kind == "AT":
            return self._anchor(str(value), flags)
        if kind == "BRANCH":
            return _group("|".join(self.sequence(branch, flags) for branch in value[1]))
        if kind == "SUBPATTERN":
            _, added, removed, inner = value
            if added & TYPE_FLAGS & ~flags:  # Python itself is not of one mind about them: at the start it forgets them
                raise _UntranslatableError("a group that is ASCII in a pattern that is not")
            return _group(self.sequence(inner, (flags | added) & ~removed))
        if kind in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = value
            return self._repeat(low, high, inner, flags)
        raise _UntranslatableError(kind)

    def _matching(self, node: Any, flags: int) -> list[int]:
        # a state of its own: the whole pattern's would bring back flags that a group has taken away
        single = _compiler.compile(_parser.SubPattern(_parser.State(), [node]), flags)
        alike = bool(single.match(SYMBOL_STAND_IN)) == bool(single.match(_A_SYMBOL))
        self.symbols_are_alike &= alike and _largest(node) < 128
        return [code for code in range(128) if single.match(chr(code))]

    def _anchor(self, name: str, flags: int) -> str:
        if name == "AT_BEGINNING":
            return "(?m:^)" if flags & re.MULTILINE else r"\A"
        if name == "AT_END":
            self.uses_end = True
            return "(?m:$)" if flags & re.MULTILINE else r"\z"
        if name in _ANCHORS:
            return _ANCHORS[name]
        raise _UntranslatableError(name)

    def _repeat(self, low: int, high: Any, inner: Any, flags: int) -> str:
        endless = high == _parser.MAXREPEAT
        if low > MAX_REPEAT or (not endless and high > MAX_REPEAT):
            raise _UntranslatableError("a repetition beyond RE2's limit")
        body = self.sequence(inner, flags)
        if not (len(inner) == 1 and str(inner[0][0]) in _SINGLE):
            body = _group(body)
        if not body:
            return ""
        short = {(0, True): "*", (1, True): "+"}.get((low, endless))
        if short is None and not endless:
            short = "?" if (low, high) == (0, 1) else f"{{{low},{high}}}"
        return body + (short or f"{{{low},}}")


def _group(text: str) -> str:
    """The text as one unit. Nothing for what finds nothing but the empty text: DuckDB takes an empty group beside other
    parts for the end of the text."""
    return f"(?:{text})" if text.strip("|") else ""


def _largest(node: Any) -> int:
    """The largest character code a single-character node names."""
    if isinstance(node, int):
        return int(node)
    return max((_largest(part) for part in node), default=0) if isinstance(node, list | tuple) else 0


def _char_class(codes: list[int]) -> str:
    if not codes:
        return _NOTHING
    if len(codes) == 1:
        return _char(codes[0])
    starts = [c for c in codes if c - 1 not in codes]
    ends = [c for c in codes if c + 1 not in codes]
    return (
        "[" + "".join(_char(a) if a == b else f"{_char(a)}-{_char(b)}" for a, b in zip(starts, ends, strict=True)) + "]"
    )


def _char(code: int) -> str:
    char = chr(code)
    return char if char.isalnum() or char in " _" else f"\\x{code:02x}"
