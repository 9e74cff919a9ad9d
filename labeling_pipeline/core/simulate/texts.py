"""Comments composed from word lists: each draw is a text together with what it truly is.

Belongs here: turning a kind and a random generator into a text. Does not: which kinds a stream holds and how comments
are named (see ``streams``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from labeling_pipeline.core.simulate import coded
from labeling_pipeline.core.simulate import lexicon as lx

CLASSES = ("non_toxic", "mild", "harassment", "hate", "threats")
DOG_WHISTLE = "dog_whistle"
BENIGN_CODED = "coded_words_benign"
KINDS = (*CLASSES, DOG_WHISTLE, BENIGN_CODED)

_SLOT = re.compile(r"\{(\w+)\}")
_PATTERNS: dict[str, tuple[tuple[float, lx.Words], ...]] = {
    "non_toxic": (
        (0.55, lx.NEUTRAL),
        (0.09, lx.FRIENDLY_STRONG),
        (0.09, lx.NEUTRAL_GROUP),
        (0.14, lx.NEUTRAL_KNOWING),
        (0.13, lx.NEUTRAL_LOOKALIKE),
    ),
    "mild": ((1.0, lx.MILD),),
    "harassment": ((1.0, lx.HARASSMENT),),
    "hate": ((1.0, lx.HATE),),
    "threats": ((1.0, lx.THREAT),),
    BENIGN_CODED: ((1.0, coded.BENIGN),),
}
# How often a coded comment opens or ends in each kind of context: knowing, needling, plain, none.
_CONTEXT_SHARES = (0.40, 0.35, 0.15, 0.10)
_STARTS: tuple[lx.Words, ...] = (coded.KNOWING_START, coded.NEEDLING_START, coded.PLAIN_START, ("",))
_ENDS: tuple[lx.Words, ...] = (coded.KNOWING_END, coded.NEEDLING_END, coded.PLAIN_END, ("",))


@dataclass(frozen=True)
class Truth:
    """What a comment truly is: its class, its slice (empty for none) and the coded phrase it holds (empty for none)."""

    label: str
    slice: str = ""
    form: str = ""


def compose(kind: str, rng: np.random.Generator, held_out: bool = False) -> tuple[str, Truth]:
    """One comment of the kind and its truth; ``held_out`` takes coded phrases that occur only in gold.

    >>> text, truth = compose("hate", np.random.default_rng(1))
    >>> truth.label, truth.slice, "[" in text
    ('hate', '', True)
    """
    form = _pick(rng, coded.HELD_OUT if held_out else coded.TRAINED) if kind in (DOG_WHISTLE, BENIGN_CODED) else ""
    if kind == DOG_WHISTLE:
        return _typo(_coded_text(form, rng), rng), Truth("harassment", DOG_WHISTLE, form)
    text = _fill(_pick(rng, _weighted(rng, _PATTERNS[kind])), rng, form)
    truth = Truth("non_toxic", BENIGN_CODED, form) if kind == BENIGN_CODED else Truth(kind)
    return _typo(_dress(text, rng), rng), truth


def guess(text: str) -> Truth:
    """What a reader would take an unknown text for, from the word lists alone: for comments this world did not write.

    >>> guess("you are a clown and everyone knows it").label, guess("a calm evening").label
    ('harassment', 'non_toxic')
    """
    low = text.lower()
    if any(mark in low for mark in _THREAT_MARKS):
        return Truth("threats")
    if "[slur-" in low and "[group-" in low:
        return Truth("hate")
    if form := next((form for form in (*coded.TRAINED, *coded.HELD_OUT) if form in low), ""):
        hostile = any(part.strip(" ,:") in low for part in (*coded.KNOWING_START, *coded.KNOWING_END))
        return Truth("harassment", DOG_WHISTLE, form) if hostile else Truth("non_toxic", BENIGN_CODED, form)
    found = set(re.findall(r"[a-z]+", low))
    if "[slur-" in low or found & set(lx.INSULT):
        return Truth("harassment")
    return Truth("mild") if found & set(lx.RUDE) else Truth("non_toxic")


_THREAT_MARKS = ("watch your back", "coming for you", "where you live", "hunt you down", "find you and")


def _coded_text(form: str, rng: np.random.Generator) -> str:
    start = _pick(rng, _STARTS[_choice(rng, _CONTEXT_SHARES)])
    end = _pick(rng, _ENDS[_choice(rng, _CONTEXT_SHARES)])
    return _aside(_fill(" ".join(part for part in (start, form, end) if part), rng, form), rng)


def _dress(text: str, rng: np.random.Generator) -> str:
    start = _pick(rng, lx.OPENER) + " " if rng.random() < 0.25 else ""
    end = " " + _pick(rng, lx.CLOSER) if rng.random() < 0.3 else ""
    return _aside(f"{start}{text}{end}", rng)


def _aside(text: str, rng: np.random.Generator) -> str:
    """Half of the comments say something else as well, before or after."""
    place = rng.random()
    if place > 0.5:
        return text
    aside = _fill(_pick(rng, lx.ASIDE), rng, "")
    return f"{text}, {aside}" if place > 0.15 else f"{aside}, {text}"


def _typo(text: str, rng: np.random.Generator) -> str:
    """Swap two neighbouring letters in one of twelve texts, as people do."""
    if rng.random() >= 1 / 12 or len(text) < 6:
        return text
    at = int(rng.integers(1, len(text) - 2))
    if not (text[at].isalpha() and text[at + 1].isalpha()):
        return text
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _fill(pattern: str, rng: np.random.Generator, form: str) -> str:
    return _SLOT.sub(lambda slot: form if slot[1] == "form" else _pick(rng, lx.SLOTS[slot[1]]), pattern)


def _pick(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    return options[int(rng.integers(len(options)))]


def pick_by_share(rng: np.random.Generator, shares: Mapping[str, float]) -> str:
    """One name, drawn by its share."""
    return list(shares)[_choice(rng, tuple(shares.values()))]


def _choice(rng: np.random.Generator, shares: tuple[float, ...]) -> int:
    place = rng.random() * sum(shares)
    for number, share in enumerate(shares):
        place -= share
        if place < 0:
            return number
    return len(shares) - 1


def _weighted(rng: np.random.Generator, groups: tuple[tuple[float, lx.Words], ...]) -> lx.Words:
    return groups[_choice(rng, tuple(share for share, _ in groups))][1]
