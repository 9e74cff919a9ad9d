"""Labeling functions proposed from what experts said. Belongs here: finding phrases, measuring and ranking them.
Does not: adopting one. A proposal is a toml block with its measured precision; a person pastes it, or does not.

Half of the labeled comments (by a stable hash) suggest phrases; the other half measures them, so that the precision
shown is not that of the best of many guesses.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.analysis import wilson
from labeling_pipeline.core.weak_supervision.code_hash import hash_text
from labeling_pipeline.core.weak_supervision.declarative import declarative_pattern

WORD = re.compile(r"\w+(?:'\w+)?")
QUOTED = re.compile(r"[\"“„«']([^\"”“»']{2,60})[\"”»']")
LONGEST = 3  # words in a phrase
LEAST_SUPPORT = 3  # corrected comments that contain the phrase
LEAST_LIFT = 2.0  # times as precise as guessing the class
TOLD = {"notes": "an expert's note", "conflicts": "conflicting functions", "corrections": "corrected labels"}
NOTE_BONUS = 2.0  # a phrase an expert quoted counts as if it corrected twice as many comments
COLUMNS = [
    "rank",
    "phrase",
    "label",
    "origin",
    "n_corrected",
    "precision",
    "low",
    "high",
    "n_measured",
    "coverage",
    "toml",
]


@dataclass(frozen=True)
class _Candidate:
    phrase: str
    label: str
    corrected: frozenset[int]
    is_quoted: bool
    is_disputed: bool

    @property
    def origin(self) -> str:
        """What suggested it; a note outweighs the rest."""
        return "notes" if self.is_quoted else "conflicts" if self.is_disputed else "corrections"


def propose_lfs(
    comments: pd.DataFrame,
    verdicts: pd.DataFrame,
    believed: pd.DataFrame,
    *,
    adopted: Sequence[str] = (),
    conflicts: Collection[str] = (),
    top: int = 20,
) -> pd.DataFrame:
    """Phrases that mark comments whose label experts corrected, or decided where functions conflict; best first.

    `comments`: comment_id, text (the corpus: coverage is measured on it). `verdicts`: comment_id, label, optionally
    note. `believed`: comment_id, label (what was believed before: weak label, consensus or model; missing where
    functions abstain). `adopted`: names of labeling functions in use, which are not proposed again. `conflicts`:
    comments on which functions contradict each other; whoever was right there by a hair needs help too.

    Returns columns `COLUMNS`: `origin` is notes, conflicts or corrections (whichever most of its comments are);
    `precision` with its 95 % Wilson interval is
    measured on comments that suggested nothing (missing where none of those contains the phrase); `toml` is the
    block to paste.
    """
    for name, frame, needed in (("comments", comments, "text"), ("verdicts", verdicts, "label")):
        if not {"comment_id", needed} <= set(frame.columns):
            raise InputError(
                f"{name}: columns {', '.join(map(str, frame.columns))}", expected=f"comment_id and {needed}"
            )
    labeled = _labeled(comments, verdicts, believed, set(conflicts))
    suggest, measure = labeled[~labeled["measures"]], labeled[labeled["measures"]]
    candidates = _candidates(suggest)
    chosen = _greedy(candidates, suggest, top + len(adopted))
    rows = [_measured(c, labeled, measure, comments) for c in chosen]
    shares = measure["label"].value_counts(normalize=True)
    better = [row for row in rows if row["n_measured"] == 0 or row["precision"] > shares.get(str(row["label"]), 0.0)]
    kept = [row for row in better if _name(str(row["phrase"])) not in set(adopted)][:top]
    return pd.DataFrame([{"rank": i + 1, **row} for i, row in enumerate(kept)], columns=COLUMNS)


def _labeled(
    comments: pd.DataFrame, verdicts: pd.DataFrame, believed: pd.DataFrame, conflicts: set[str]
) -> pd.DataFrame:
    texts = comments[["comment_id", "text"]].astype({"comment_id": "str"}).dropna()
    columns = ["comment_id", "label", *(["note"] if "note" in verdicts.columns else [])]
    last = verdicts[columns].astype({"comment_id": "str"}).drop_duplicates("comment_id", keep="last")
    before = believed[["comment_id", "label"]].astype({"comment_id": "str"}).rename(columns={"label": "before"})
    joined = last.merge(texts, on="comment_id").merge(before.drop_duplicates("comment_id"), on="comment_id", how="left")
    is_wrong = joined["before"].isna() | (joined["before"] != joined["label"])
    joined["is_disputed"] = joined["comment_id"].isin(conflicts)
    joined["is_corrected"] = is_wrong | joined["is_disputed"]
    joined["phrases"] = joined["text"].map(lambda text: frozenset(phrases_of(text)))
    joined["measures"] = np.array([int(hash_text("measure", i), 16) % 2 == 0 for i in joined["comment_id"]], dtype=bool)
    return joined.reset_index(drop=True)


def phrases_of(text: str) -> Iterable[str]:
    """Every run of one to three words, in small letters.

    >>> sorted(phrases_of("Mind the gap"))
    ['gap', 'mind', 'mind the', 'mind the gap', 'the', 'the gap']
    """
    words = [word.lower() for word in WORD.findall(text)]
    for n in range(1, LONGEST + 1):
        for i in range(len(words) - n + 1):
            yield " ".join(words[i : i + n])


def _candidates(suggest: pd.DataFrame) -> list[_Candidate]:
    wrong = suggest[suggest["is_corrected"]]
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row, label, phrases in zip(wrong.index, wrong["label"], wrong["phrases"], strict=True):
        for phrase in phrases:
            found[phrase, label].add(row)
    quoted = _quoted(suggest)
    least = min(LEAST_SUPPORT, max(1, len(wrong)))
    disputed = set(wrong.index[wrong["is_disputed"]])
    return [
        _Candidate(phrase, label, frozenset(rows), phrase in quoted, 2 * len(rows & disputed) > len(rows))
        for (phrase, label), rows in found.items()
        if len(rows) >= least or (phrase in quoted and len(rows) >= 1)
    ]


def _quoted(suggest: pd.DataFrame) -> set[str]:
    """Phrases between quotation marks in experts' notes."""
    if "note" not in suggest.columns:
        return set()
    notes = [str(note) for note in suggest["note"].dropna()]
    return {" ".join(w.lower() for w in WORD.findall(q)) for note in notes for q in QUOTED.findall(note)}


def _greedy(candidates: list[_Candidate], suggest: pd.DataFrame, top: int) -> list[_Candidate]:
    """One after the other, the phrase that corrects most comments not yet corrected, at a precision that can be
    trusted."""
    support = Counter(phrase for phrases in suggest["phrases"] for phrase in phrases)
    right = Counter(
        (phrase, label)
        for phrases, label in zip(suggest["phrases"], suggest["label"], strict=True)
        for phrase in phrases
    )
    shares = suggest["label"].value_counts(normalize=True)
    low = {
        c: float(wilson([right[c.phrase, c.label]], [support[c.phrase]])[1][0])
        for c in candidates
        if right[c.phrase, c.label] / support[c.phrase] >= min(0.95, LEAST_LIFT * shares[c.label])
    }
    chosen: list[_Candidate] = []
    done: set[int] = set()
    while low and len(chosen) < top:
        gain = {c: len(c.corrected - done) * low[c] * (NOTE_BONUS if c.is_quoted else 1.0) for c in low}
        best = min(gain, key=lambda c: (-gain[c], -len(c.phrase), c.phrase, c.label))
        if gain[best] <= 0:
            break
        chosen.append(best)
        done |= best.corrected
        low = {c: value for c, value in low.items() if c.corrected - done}
    return chosen


def _measured(
    candidate: _Candidate, labeled: pd.DataFrame, measure: pd.DataFrame, comments: pd.DataFrame
) -> dict[str, Any]:
    has = np.array([candidate.phrase in phrases for phrases in measure["phrases"]], dtype=bool)
    n, right = int(has.sum()), int((has & (measure["label"] == candidate.label).to_numpy()).sum())
    share, low, high = wilson([right], [n])
    every = labeled["is_corrected"] & (labeled["label"] == candidate.label)
    corrected = sum(candidate.phrase in phrases for phrases in labeled.loc[every, "phrases"])
    return {
        "phrase": candidate.phrase,
        "label": candidate.label,
        "origin": candidate.origin,
        "n_corrected": corrected,
        "precision": share[0],
        "low": low[0],
        "high": high[0],
        "n_measured": n,
        "coverage": float(comments["text"].str.contains(declarative_pattern(candidate.phrase), na=False).mean()),
        "toml": _toml(candidate, share[0], n),
    }


def _toml(candidate: _Candidate, precision: float, n: int) -> str:
    found = "not measured" if n == 0 else f"precision {precision:.2f} on {n} comments"
    origin = TOLD[candidate.origin]
    lines = [
        "[[lf]]",
        f"name = {json.dumps(_name(candidate.phrase), ensure_ascii=False)}",
        'kind = "keywords"',
        f"words = {json.dumps([candidate.phrase], ensure_ascii=False)}",
        f"label = {json.dumps(candidate.label)}",
        f"note = {json.dumps(f'proposed from {origin}, {found}')}",
    ]
    return "\n".join(lines) + "\n"


def _name(phrase: str) -> str:
    return "says_" + re.sub(r"\W+", "_", phrase)
