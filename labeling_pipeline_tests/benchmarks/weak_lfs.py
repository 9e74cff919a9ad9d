"""Twelve fixed labeling functions, once as toml and once as plain Snorkel functions. Belongs here: only those."""

from __future__ import annotations

import re
from typing import Any

CLASSES = ("statement", "question")
QUESTION, STATEMENT = 1, 0

# name, kind, key of its words, words or pattern, vote
RULES: list[tuple[str, str, Any, int]] = [
    ("ends_with_mark", "regex", r"\?\s*$", QUESTION),
    ("asks_how", "regex", r"\b(?:how|why|what|where|who)\b.*\b(?:is|are|do|does|to)\b", QUESTION),
    ("begins_asking", "regex", r"^(?:how|why|what|where|when|who|which|is|are|can|could|does|do)\b", QUESTION),
    ("seeks_help", "keywords", ["help", "advice", "question", "suggestions", "recommend"], QUESTION),
    ("anyone", "phrases", ["anyone else", "does anyone", "has anyone", "can someone", "what is your"], QUESTION),
    ("looking_for", "phrases", ["looking for", "trying to find", "need some"], QUESTION),
    ("link", "regex", r"https?://\S+", STATEMENT),
    ("tagged", "regex", r"^\[[^\]]{1,20}\]", STATEMENT),
    ("shouts", "regex", r"!{1,}\s*$", STATEMENT),
    ("mine", "regex", r"^(?:my|i|we|our)\b", STATEMENT),
    ("year", "regex", r"\b(?:19|20)\d\d\b", STATEMENT),
    ("very_short", "length", 3, STATEMENT),
]


def toml(rules: list[tuple[str, str, Any, int]] = RULES) -> str:
    """The rules as declarative labeling functions."""
    lines = [f"classes = {list(CLASSES)!r}".replace("'", '"')]
    for name, kind, what, vote in rules:
        lines += ["[[lf]]", f'name = "{name}"', f'kind = "{kind}"', f"label = {vote}"]
        if kind == "regex":
            lines += [f"pattern = '''{what}'''", "ignore_case = true"]
        elif kind == "length":
            lines += [f"max_words = {what}"]
        else:
            lines += [f"{'words' if kind == 'keywords' else 'phrases'} = {what!r}".replace("'", '"')]
    return "\n".join(lines) + "\n"


def python_functions() -> list[tuple[str, Any]]:
    """The rules as a Snorkel user writes them: one plain function of a row each."""
    return [(name, _function(kind, what, vote)) for name, kind, what, vote in RULES]


def _function(kind: str, what: Any, vote: int) -> Any:
    if kind == "length":
        return lambda x: vote if len(x.text.split()) <= what else -1
    if kind == "regex":
        pattern = what
    elif kind == "keywords":
        pattern = "|".join(rf"\b{re.escape(word)}\b" for word in what)
    else:
        pattern = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in what)
    found = re.compile(pattern, re.IGNORECASE).search
    return lambda x: vote if found(x.text) else -1
