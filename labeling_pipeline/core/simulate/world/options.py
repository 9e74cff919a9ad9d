"""A world's numbers by name, as a command line gives them.

Belongs here: reading ``name=value``, and what each name means in a line. Does not: limits of the values (``spec``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from difflib import get_close_matches

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.simulate.world.spec import WorldSpec

MEANING: dict[str, str] = {
    "comments": "comments in it",
    "annotators": "crowd annotators",
    "experts": "experts, who judge gold and half of what is disputed",
    "weeks": "weeks it lasts",
    "mix": "shares of non_toxic, mild, harassment, hate, threats",
    "accuracy": "lowest and highest accuracy of an annotator",
    "expert_accuracy": "how often an expert is right",
    "hard_share": "comments that resemble another class",
    "hard_pull": "answers that take a hard comment for what it resembles",
    "blind_share": "comments in code, which the blind read past: harassment",
    "blind_crowd": "annotators who are blind to them",
    "blind_country": "country whose annotators are blind first; empty: drawn",
    "context_share": "comments that cannot be told without their context",
    "fatigue": "accuracy lost by the end of a day's work",
    "spam_share": "annotators who answer without reading",
    "collusion_share": "annotators who copy from each other, in threes",
    "decline_share": "annotators whose accuracy falls suddenly",
    "decline_week": "week in which it falls",
    "declined_to": "accuracy it falls to",
    "missing_id_share": "votes that come without a name",
    "drift_week": "from this week half of mild is read as non-toxic (0: never)",
    "drift_crowd": "annotators who read it so",
    "ontology_week": "from this week a new schema version counts half of mild as harassment (0: never)",
    "production_week": "from this week twice as much harassment, three times as much in code (0: never)",
}


def with_values(spec: WorldSpec, given: Iterable[str]) -> WorldSpec:
    """The world with other values; ``given``: ``name=value``, several values with commas between them.

    Raises InputError for a name that no field has, with the nearest that one has, and for a value it cannot have.

    >>> with_values(WorldSpec(), ["drift_week=9", "accuracy=.6,.8"]).accuracy
    (0.6, 0.8)
    """
    changed: dict[str, object] = {}
    for one in given:
        name, is_there, text = (part.strip() for part in one.partition("="))
        if not is_there:
            raise InputError(f"--set {one}", expected="name=value, as in blind_share=0.02")
        _check_name(name)
        changed[name] = _value(name, text)
    return replace(spec, **changed)  # type: ignore[arg-type]


def described(worlds: dict[str, WorldSpec]) -> str:
    """A table of all fields: what each is in every named world, and what it means."""
    head = ("field", *worlds, "meaning")
    rows = [head, *((f.name, *(_text(getattr(w, f.name)) for w in worlds.values()), MEANING[f.name]) for f in _FIELDS)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


_FIELDS = fields(WorldSpec)


def _check_name(name: str) -> None:
    if name not in MEANING:
        nearest = get_close_matches(name, MEANING, n=1, cutoff=0.5)
        raise InputError(
            f"a world has no {name!r}",
            expected=f"one of {', '.join(MEANING)}",
            remedy=f"write {nearest[0]}" if nearest else "see simulate --list",
        )


def _value(name: str, text: str) -> object:
    default = next(f.default for f in _FIELDS if f.name == name)
    if isinstance(default, str):
        return text
    try:
        if isinstance(default, tuple):
            return tuple(float(part) for part in text.split(","))
        return int(text) if isinstance(default, int) else float(text)
    except ValueError as error:
        expected = "numbers with commas between them" if isinstance(default, tuple) else "a number"
        expected = "a whole number" if isinstance(default, int) else expected
        raise InputError(f"a world with {name} = {text!r}", expected=expected) from error


def _text(value: object) -> str:
    return ",".join(f"{one:g}" for one in value) if isinstance(value, tuple) else f"{value}"
