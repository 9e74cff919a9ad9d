"""Labeling functions proposed from what experts said. Belongs here: measuring and ranking what was found.
Does not: finding it (``proposal_candidates``), adopting it. A proposal is a toml block with its measured precision; a
person pastes it, or does not.

Half of the judged comments (by a stable hash) suggest functions; the other half measures them, so that the precision
shown is not that of the best of many guesses.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.analysis import wilson
from labeling_pipeline.core.weak_supervision.applying import AppliedLFs, Scan, rules_in_python
from labeling_pipeline.core.weak_supervision.code_hash import hash_text
from labeling_pipeline.core.weak_supervision.declarative import declarative_pattern
from labeling_pipeline.core.weak_supervision.functions import DeclarativeLF, TextRule
from labeling_pipeline.core.weak_supervision.proposal_candidates import (
    LEAST_PRECISION,
    LEAST_SUPPORT,
    NEARLY,
    Candidate,
    candidates,
    phrases_of,
)

TOLD = {"notes": "an expert's note", "conflicts": "conflicting functions", "corrections": "corrected labels"}
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
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Measured:
    """A candidate, the judged comments it votes on, and its precision on those that suggested nothing."""

    found: Candidate
    has: Mask
    n: int
    precision: float
    low: float
    high: float

    @property
    def order(self) -> tuple[Any, ...]:
        """Best measured first, what nothing measures last; of equals what an expert spoke of, finds more, is longer."""
        spoken, n_words = self.found.origin == "notes", sum(len(one.split()) for one in self.found.phrases)
        rest = (not spoken, -int(self.has.sum()), -n_words, self.found.name, self.found.label)
        return (self.n == 0, -self.low if self.n else 0.0, *rest)


def propose_lfs(
    comments: pd.DataFrame,
    verdicts: pd.DataFrame,
    believed: pd.DataFrame,
    *,
    adopted: Sequence[str] = (),
    in_use: AppliedLFs | None = None,
    conflicts: Collection[str] = (),
    top: int = 20,
    scan: Scan = rules_in_python,
) -> pd.DataFrame:
    """Functions for comments whose label experts corrected, or decided where functions conflict; best first.

    `comments`: comment_id, text (the corpus: coverage is measured on it). `verdicts`: comment_id, label, optionally
    note and error_type. `believed`: comment_id, label (what was believed before: weak label, consensus or model;
    missing where functions abstain). `adopted`: names of labeling functions in use, which are not proposed again.
    `in_use`: their votes on `comments`, in this order; a function that would vote as one of them does on four fifths
    of its comments is not proposed. `conflicts`: comments on which functions contradict each other.
    `scan` runs what is tried on the comments, as in `apply_lfs`.

    A proposal is a phrase, or a heuristic of many phrases learned from an error type or from words that come back in
    notes. Nothing is proposed of stop words alone, or under a precision of `LEAST_PRECISION`; nor, unless a note names
    the phrase itself, what is not surely better than guessing the class (by the lower end of the interval) or is not
    measured. What nothing measures comes last.

    Returns columns `COLUMNS`, ranked by `low`: `phrase` lists the phrases; `origin` is notes, conflicts or corrections;
    `precision` with its 95 % Wilson interval is measured on judged comments that suggested nothing (missing where none
    of those has a phrase); `toml` is the block to paste.
    """
    _check_columns("comments", comments, "text")
    _check_columns("verdicts", verdicts, "label")
    judged = _judged(comments, verdicts, believed, set(conflicts))
    found = candidates(_with_phrases(judged[~judged["measures"]]))
    votes = _votes(found, judged["text"], scan)
    tried = [_measured(one, has, judged) for one, has in zip(found, votes.T, strict=True)]
    shares = judged.loc[judged["measures"], "label"].value_counts(normalize=True)
    good = sorted((one for one in tried if _is_good(one, shares)), key=lambda one: one.order)
    rows = _chosen(good, comments, judged, _InUse(adopted, in_use), top, scan)
    return pd.DataFrame([{"rank": i + 1, **row} for i, row in enumerate(rows)], columns=COLUMNS)


def _check_columns(name: str, frame: pd.DataFrame, needed: str) -> None:
    if not {"comment_id", needed} <= set(frame.columns):
        raise InputError(f"{name}: columns {', '.join(map(str, frame.columns))}", expected=f"comment_id and {needed}")


def _judged(
    comments: pd.DataFrame, verdicts: pd.DataFrame, believed: pd.DataFrame, conflicts: set[str]
) -> pd.DataFrame:
    """What experts decided, whether it corrected anything, and whether it suggests functions or measures them."""
    texts = comments[["comment_id", "text"]].astype({"comment_id": "str"}).dropna()
    columns = ["comment_id", "label", *(name for name in ("note", "error_type") if name in verdicts.columns)]
    last = verdicts[columns].astype({"comment_id": "str"}).drop_duplicates("comment_id", keep="last")
    before = believed[["comment_id", "label"]].astype({"comment_id": "str"}).rename(columns={"label": "before"})
    joined = last.merge(texts, on="comment_id").merge(before.drop_duplicates("comment_id"), on="comment_id", how="left")
    is_wrong = joined["before"].isna() | (joined["before"] != joined["label"])
    joined["is_disputed"] = joined["comment_id"].isin(conflicts)
    joined["is_corrected"] = is_wrong | joined["is_disputed"]
    joined["measures"] = np.array([int(hash_text("measure", i), 16) % 2 == 0 for i in joined["comment_id"]], dtype=bool)
    return joined.reset_index(drop=True)


def _with_phrases(suggest: pd.DataFrame) -> pd.DataFrame:
    return suggest.assign(phrases=suggest["text"].map(lambda text: frozenset(phrases_of(text))))


def _measured(found: Candidate, has: Mask, judged: pd.DataFrame) -> _Measured:
    apart = has & judged["measures"].to_numpy()
    n, right = int(apart.sum()), int((apart & (judged["label"] == found.label).to_numpy()).sum())
    share, low, high = wilson([right], [n])
    return _Measured(found, has, n, float(share[0]), float(low[0]), float(high[0]))


def _is_good(one: _Measured, shares: pd.Series) -> bool:
    """Whether it is precise, and surely more so than guessing; what a note names needs no more than not to be wrong."""
    if one.found.origin == "notes" and not one.found.reason:
        return one.n == 0 or one.precision >= LEAST_PRECISION
    is_known = one.n >= LEAST_SUPPORT and one.precision >= LEAST_PRECISION
    return is_known and one.low > shares.get(one.found.label, 0.0)


class _InUse:
    """The labeling functions there are, so that none is proposed that says the same."""

    def __init__(self, names: Iterable[str], applied: AppliedLFs | None) -> None:
        self.names = {*names, *([] if applied is None else applied.names)}
        self.applied = applied

    def covers(self, label: str, has: Mask) -> bool:
        """Whether one of them votes `label` on nearly all of these comments."""
        if self.applied is None or label not in self.applied.classes or not has.any():
            return False
        same = self.applied.matrix[has] == self.applied.classes.index(label)
        return bool((same.mean(axis=0) >= NEARLY).any())

    def new_name(self, found: Candidate) -> str:
        """A name nobody has; empty for a function known by name alone."""
        if found.name in self.names and (self.applied is None or not found.reason):
            return ""
        name, n = found.name, 2
        while name in self.names:
            name, n = f"{found.name}_{n}", n + 1
        return name


def _chosen(
    good: list[_Measured], comments: pd.DataFrame, judged: pd.DataFrame, known: _InUse, top: int, scan: Scan
) -> list[dict[str, Any]]:
    """The first of them that say what no function in use and no better proposal says.

    As many at a time as are still wanted are run on the comments, so that votes of all are never held at once.
    """
    rows: list[dict[str, Any]] = []
    better: list[_Measured] = []

    def says_more(one: _Measured) -> bool:
        same = (b.has[one.has].mean() >= NEARLY for b in better if b.found.label == one.found.label)
        return bool(known.new_name(one.found)) and not (one.has.any() and any(same))

    waiting = good
    while len(rows) < top and (waiting := [one for one in waiting if says_more(one)]):
        part, waiting = waiting[: top - len(rows)], waiting[top - len(rows) :]
        everywhere = _votes([one.found for one in part], comments["text"], scan)
        for one, has in zip(part, everywhere.T, strict=True):
            if not says_more(one) or not has.any() or known.covers(one.found.label, has):
                continue
            name = known.new_name(one.found)
            better.append(one)
            known.names.add(name)
            rows.append(_row(one, judged, float(has.mean()), name))
    return rows


def _row(one: _Measured, judged: pd.DataFrame, coverage: float, name: str) -> dict[str, Any]:
    corrected = one.has & (judged["is_corrected"] & (judged["label"] == one.found.label)).to_numpy()
    return {
        "phrase": ", ".join(one.found.phrases),
        "label": one.found.label,
        "origin": one.found.origin,
        "n_corrected": int(corrected.sum()),
        "precision": one.precision,
        "low": one.low,
        "high": one.high,
        "n_measured": one.n,
        "coverage": coverage,
        "toml": _toml(one, name),
    }


def _toml(one: _Measured, name: str) -> str:
    found = "not measured" if one.n == 0 else f"precision {one.precision:.2f} on {one.n} comments"
    origin = f"experts' notes of {one.found.reason}" if one.found.reason else TOLD[one.found.origin]
    lines = [
        "[[lf]]",
        f"name = {json.dumps(name, ensure_ascii=False)}",
        'kind = "keywords"',
        f"words = {json.dumps(list(one.found.phrases), ensure_ascii=False)}",
        f"label = {json.dumps(one.found.label)}",
        f"note = {json.dumps(f'proposed from {origin}, {found}', ensure_ascii=False)}",
    ]
    return "\n".join(lines) + "\n"


def _votes(found: Sequence[Candidate], texts: pd.Series, scan: Scan) -> Mask:
    """(n, functions): whether each function would vote on each text."""
    if not found:
        return np.zeros((len(texts), 0), dtype=bool)
    rules = [DeclarativeLF(one.name, TextRule(declarative_pattern(*one.phrases)), 0, "") for one in found]
    return np.asarray(scan(rules, pd.DataFrame({"text": texts.reset_index(drop=True)}), 1)[0] >= 0)
