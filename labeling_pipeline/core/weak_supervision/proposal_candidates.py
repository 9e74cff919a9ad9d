"""What experts' decisions suggest: phrases of corrected comments, phrases that notes name, and whole heuristics.

Belongs here: finding them in the suggesting half. Does not: measuring, ranking, wording (``proposals``).

A heuristic is learned from a *reason*: an error type, or words that come back in experts' notes ("context-dependent").
Where comments with one reason get one label, the phrases that set them apart from the other judged comments become one
function, named after the reason.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from labeling_pipeline.core.weak_supervision.analysis import wilson

WORD = re.compile(r"\w+(?:'\w+)?")
QUOTED = re.compile(r"[\"“„«']([^\"”“»']{2,60})[\"”»']")
LONGEST = 3  # words in a phrase
LEAST_SUPPORT = 3  # comments that contain the phrase
NEARLY = 0.8  # of the comments: what is said of as many by another is said already
LEAST_PRECISION = 0.7  # what the label model believes of a function it knows nothing of
MOST_TRIED = 300  # single phrases that are measured
MOST_PHRASES = 40  # in one heuristic
MOST_REASONS = 20  # that a heuristic is learned from
# Error types whose comments have something in common other than their name: one without its context means little.
CALLED = {"missed_context": "context_dependent"}
# Stop words, and first halves of short forms, that scikit-learn's list lacks.
MORE_STOP_WORDS = (
    "just",
    "don",
    "doesn",
    "didn",
    "isn",
    "aren",
    "wasn",
    "weren",
    "won",
    "wouldn",
    "couldn",
    "shouldn",
    "hasn",
    "haven",
)


@dataclass(frozen=True)
class Candidate:
    """Words to look for, the class they would vote for, and what suggested them."""

    phrases: tuple[str, ...]
    label: str
    rows: frozenset[int]
    origin: str
    reason: str = ""

    @property
    def name(self) -> str:
        """As a labeling function is named."""
        stem = self.reason or f"says {self.phrases[0]}"
        return re.sub(r"\W+", "_", stem)


def phrases_of(text: str) -> Iterable[str]:
    """Every run of one to three words with nothing but space between them, in small letters.

    >>> sorted(phrases_of("Mind the gap"))
    ['gap', 'mind', 'mind the', 'mind the gap', 'the', 'the gap']
    >>> sorted(phrases_of("Mind, gap"))
    ['gap', 'mind']
    """
    words, end = list[str](), 0
    for found in WORD.finditer(text):
        kept = words[1 - LONGEST :] if text[end : found.start()].isspace() else []
        words, end = [*kept, found.group().lower()], found.end()
        yield from (" ".join(words[i:]) for i in range(len(words)))


def says_something(phrase: str) -> bool:
    """Whether one of its words is no stop word: what everybody says in every comment marks nothing.

    >>> says_something("but still"), says_something("you don't say")
    (False, True)
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    stems = [word.split("'")[0] for word in phrase.split()]
    return any(len(s) > 1 and s not in ENGLISH_STOP_WORDS and s not in MORE_STOP_WORDS for s in stems)


def candidates(suggest: pd.DataFrame) -> list[Candidate]:
    """Heuristics first, then single phrases, those that would correct most, most surely, first.

    `suggest`: text, phrases (of it), label, is_corrected, is_disputed; optionally note, error_type.
    """
    counts = _Counts(suggest)
    return [*_heuristics(suggest, counts), *_single(suggest, counts)]


class _Counts:
    """In how many judged comments a phrase is, and how often with which label."""

    def __init__(self, judged: pd.DataFrame) -> None:
        self.seen = Counter(phrase for phrases in judged["phrases"] for phrase in phrases)
        self.right = Counter(
            (phrase, label)
            for phrases, label in zip(judged["phrases"], judged["label"], strict=True)
            for phrase in phrases
        )
        self.shares = judged["label"].value_counts(normalize=True)

    def is_precise(self, phrase: str, label: str) -> bool:
        """Whether it goes with the label often enough, and more often than chance would have it."""
        right, seen = self.right[phrase, label], self.seen[phrase]
        return right >= LEAST_PRECISION * seen and self.low(phrase, label) > self.shares[label]

    def low(self, phrase: str, label: str) -> float:
        """Lower end of the interval of its precision."""
        return _low(self.right[phrase, label], self.seen[phrase])


@lru_cache(maxsize=1 << 16)
def _low(right: int, n: int) -> float:
    return float(wilson([right], [n])[1][0])


def _single(suggest: pd.DataFrame, counts: _Counts) -> list[Candidate]:
    """Phrases of comments whose label was corrected, or decided where functions conflict."""
    wrong = suggest[suggest["is_corrected"]]
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row, label, phrases in zip(wrong.index, wrong["label"], wrong["phrases"], strict=True):
        for phrase in phrases:
            found[phrase, label].add(row)
    named, disputed = _named(suggest), set(wrong.index[wrong["is_disputed"]])
    kept = []
    for (phrase, label), rows in found.items():
        if not says_something(phrase):
            continue
        origin = "conflicts" if 2 * len(rows & disputed) > len(rows) else "corrections"
        if phrase in named and counts.right[phrase, label] >= LEAST_PRECISION * counts.seen[phrase]:
            kept.append(Candidate((phrase,), label, frozenset(rows), "notes"))
        elif len(rows) >= LEAST_SUPPORT and counts.is_precise(phrase, label):
            kept.append(Candidate((phrase,), label, frozenset(rows), origin))
    kept.sort(key=lambda c: (c.origin != "notes", -len(c.rows) * counts.low(c.phrases[0], c.label), c.phrases, c.label))
    return kept[:MOST_TRIED]


def _named(suggest: pd.DataFrame) -> set[str]:
    """Phrases that notes speak of: in quotation marks, or in the comment they are about more often than not."""
    if "note" not in suggest.columns:
        return set()
    spoken, met, quoted = Counter[str](), Counter[str](), set[str]()
    for note, phrases in zip(suggest["note"], suggest["phrases"], strict=True):
        if not isinstance(note, str):
            continue
        said = frozenset(phrases_of(note))
        spoken.update(said)
        met.update(said & phrases)
        quoted |= {" ".join(word.lower() for word in WORD.findall(part)) for part in QUOTED.findall(note)}
    return quoted | {phrase for phrase, n in met.items() if 2 * n > spoken[phrase]}


def _heuristics(suggest: pd.DataFrame, counts: _Counts) -> Iterator[Candidate]:
    """One function per reason: the phrases that set its comments apart."""
    for reason, label, rows in _reasons(suggest, counts):
        of_reason = suggest.loc[sorted(rows)]
        phrases = _cover(of_reason[of_reason["label"] == label], label, counts, suggest)
        if len(phrases) > 1:  # else the phrase by itself says the same
            yield Candidate(phrases, label, rows, "notes", reason)


def _reasons(suggest: pd.DataFrame, counts: _Counts) -> list[tuple[str, str, frozenset[int]]]:
    """Reasons that go with one label, mostly on comments whose label was corrected, with their comments.

    Error types first, then what notes say, most often first, in the most words; one whose comments nearly all
    have an earlier reason says nothing more.
    """
    types = _rows_by(suggest, "error_type", lambda told: [CALLED.get(told, told)])
    notes = _rows_by(suggest, "note", _remarks)
    order = [*types, *sorted(notes, key=lambda one: (-len(notes[one]), -len(one.split()), one))]
    kept: list[tuple[str, str, frozenset[int]]] = []
    for reason in order:
        rows = types.get(reason) or notes[reason]
        if len(rows) < LEAST_SUPPORT or any(len(rows & other) > NEARLY * len(rows) for _, _, other in kept):
            continue
        told = suggest.loc[sorted(rows)]
        label = str(told["label"].mode().iloc[0])
        right, n = int((told["label"] == label).sum()), len(told)
        is_precise = right >= LEAST_PRECISION * n and _low(right, n) > counts.shares[label]
        if is_precise and 2 * told["is_corrected"].sum() > n:
            kept.append((reason, label, rows))
    return kept[:MOST_REASONS]


def _remarks(note: str) -> list[str]:
    """The phrases of a note without any stop word: "context dependent", not "aimed at a"."""
    said = set(phrases_of(note.replace("-", " ")))
    return [phrase for phrase in said if all(map(says_something, phrase.split()))]


def _rows_by(suggest: pd.DataFrame, column: str, spoken: Callable[[str], Iterable[str]]) -> dict[str, frozenset[int]]:
    """What a column speaks of → the rows in which it does."""
    found: dict[str, set[int]] = defaultdict(set)
    if column in suggest.columns:
        given = suggest[column].dropna().astype("str")
        for row, told in zip(given.index, given, strict=True):
            for reason in spoken(told) if told.strip() else ():
                found[reason].add(row)
    return {reason: frozenset(found[reason]) for reason in sorted(found)}


def _cover(of_reason: pd.DataFrame, label: str, counts: _Counts, judged: pd.DataFrame) -> tuple[str, ...]:
    """Phrases that set these comments apart: one after the other, the one found in most comments without one yet.

    Of equals the longest: it says most exactly what they have in common. A phrase stays out where the comments it adds,
    of all that were judged, mostly have another label: each alone may be precise where together they are not.
    """
    where = _inside(of_reason, None)
    left = {
        phrase: rows
        for phrase, rows in where.items()
        if len(rows) >= LEAST_SUPPORT and says_something(phrase) and counts.is_precise(phrase, label)
    }
    everywhere, is_right = _inside(judged, left.keys()), set(judged.index[judged["label"] == label])
    chosen, covered = list[str](), set[int]()
    while left and len(chosen) < MOST_PHRASES:
        best = min(left, key=lambda p: (-len(left[p]), -counts.low(p, label), -len(p.split()), p))
        done, added = left.pop(best), everywhere[best] - covered
        if len(added & is_right) < LEAST_PRECISION * len(added):
            continue
        chosen.append(best)
        covered |= added
        left = {phrase: more for phrase, rows in left.items() if len(more := rows - done) > 1}
    return tuple(chosen)


def _inside(comments: pd.DataFrame, wanted: Set[str] | None) -> dict[str, set[int]]:
    """In which comments each phrase (or each wanted one) is."""
    found: dict[str, set[int]] = defaultdict(set)
    for row, phrases in zip(comments.index, comments["phrases"], strict=True):
        for phrase in phrases if wanted is None else wanted & phrases:
            found[phrase].add(row)
    return found
