"""Blind spots nobody has named: words that mark comments whose unanimous label experts overturn.

Belongs here: which phrases are suspected, which comments to show experts for it, and the rule that comes of it. Does
not: slices that have a name (``core.two_axes``), or adopting a rule: a person does, or does not.

A phrase is suspected by comments that were not chosen for it, and convicted by others: reviews made after it was
suspected, so that the share shown is not that of the best of many guesses.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.rates import jeffreys
from labeling_pipeline.core.significance import holm
from labeling_pipeline.core.stable_hash import unit_hash

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
LEAST_COMMENTS = 5  # a phrase of fewer comments cannot be probed
PER_PHRASE = 10  # comments shown to experts for one phrase and round
LEAST_REVIEWS = 4
MOST_COMMON = 0.05  # words of more than this share of the comments mark nothing
FAMILY_ERROR = 0.01
CONVICTING = 0.25  # share of its reviews: annotators disagree on most of a slice, and few of its labels are unanimous
SUSPECT_COLUMNS = ("phrase", "score", "n_comments", "n_disagreed", "n_overturned")
RULE_COLUMNS = ("rule", "label", "phrases", "n", "overturned", "value", "low", "high", "p_value", "comment_ids", "toml")
TOKEN = r"(?u)\b\w[\w']+\b"


def suspects(comments: pd.DataFrame, labels: pd.DataFrame, reviewed: pd.DataFrame, top: int = 30) -> pd.DataFrame:
    """Phrases of one or two words that come with disagreement, or with labels experts overturned, best first.

    A blind spot some share is not shared by all, so votes differ where it is; where all are blind, only experts see it.

    Args:
        comments: comment_id, text.
        labels: comment_id, agreement, n_votes.
        reviewed: comment_id, label, verdict: unanimous labels experts have looked at.

    Returns columns `SUSPECT_COLUMNS`. ``score`` adds up −ln p of both counts (binomial, against the share outside);
    comments of a phrase chosen are taken away before the next is chosen, so that one finding is not told many times.
    """
    _require(comments, ("comment_id", "text"), "comments")
    texts = comments.drop_duplicates("comment_id").sort_values("comment_id", ignore_index=True)
    if len(texts) < LEAST_COMMENTS:
        return pd.DataFrame(columns=list(SUSPECT_COLUMNS))
    found = _phrases(texts["text"])
    if found is None:
        return pd.DataFrame(columns=list(SUSPECT_COLUMNS))
    matrix, names = found
    voted, disagreed = _votes_of(texts["comment_id"], labels)
    looked, overturned = _reviews_of(texts["comment_id"], reviewed)
    alive, rows = np.ones(len(texts)), []
    for _ in range(top):
        counts = [np.asarray(matrix.T @ (alive * one)) for one in (voted, disagreed, looked, overturned)]
        score = _surprise(counts[1], counts[0], disagreed, voted) + _surprise(counts[3], counts[2], overturned, looked)
        best = int(np.lexsort((names, -score))[0])
        if score[best] < np.log(len(names)):  # as surprising as the best of so many by chance
            break
        rows.append((names[best], float(score[best]), *(int(counts[i][best]) for i in (0, 1, 3))))
        alive = alive * (1 - matrix[:, best].toarray().ravel())
    return pd.DataFrame(rows, columns=list(SUSPECT_COLUMNS))


def plan_probe(
    comments: pd.DataFrame, labels: pd.DataFrame, phrases: pd.Series, budget: int, seed: int = 0
) -> pd.DataFrame:
    """Unanimous labels to show experts because of a suspected phrase: comment_id, label, phrase.

    ``labels``: comment_id, label, agreement, n_votes; only unanimous ones (two votes or more) are taken, at most
    `PER_PHRASE` of each phrase, the most suspected first, each comment for one phrase. Whoever was reviewed before
    should not be among them.
    """
    sure = labels[(labels["agreement"].to_numpy(dtype=np.float64, na_value=np.nan) >= 1) & (labels["n_votes"] >= 2)]
    texts = sure[["comment_id", "label"]].merge(comments[["comment_id", "text"]], on="comment_id")
    texts["key"] = unit_hash(texts["comment_id"], seed)
    texts = texts.sort_values(["key", "comment_id"], ignore_index=True)
    left, parts, room = np.ones(len(texts), dtype=bool), [], budget
    for phrase in phrases:
        has = left & texts["text"].str.contains(pattern([phrase]), regex=True, case=False).to_numpy(dtype=bool)
        chosen = texts[has].head(min(PER_PHRASE, room))
        if len(chosen) >= LEAST_REVIEWS:
            parts.append(chosen[["comment_id", "label"]].assign(phrase=phrase))
            room -= len(chosen)
        left &= ~has
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["comment_id", "label", "phrase"])


def text_rules(probed: pd.DataFrame, drawn: pd.DataFrame, *, family_error: float = FAMILY_ERROR) -> pd.DataFrame:
    """The rule that describes where experts overturn unanimous labels; no row where nothing does.

    A phrase is convicted when it was overturned more often than the labels drawn at random (binomial test, Holm's
    correction over all phrases at ``family_error``) and in at least a quarter of its reviews.

    Args:
        probed: what came back of `plan_probe`, of all rounds: comment_id, label, phrase, verdict.
        drawn: reviews drawn without looking at the text: label, verdict.

    Returns columns `RULE_COLUMNS`, one row per class that experts put in the label's place: ``rule`` is a regular
    expression, ``value`` the share of its reviews that were overturned, with a 95 % Jeffreys interval, ``toml`` a slice
    to paste into the settings.
    """
    done = probed[probed["verdict"].notna()].drop_duplicates("comment_id", keep="last")
    if done.empty:
        return pd.DataFrame(columns=list(RULE_COLUMNS))
    done = done.assign(wrong=(done["verdict"] != done["label"]).astype(np.float64))
    counted = done.groupby("phrase")["wrong"].agg(["sum", "size"]).reset_index()
    p_value = _tail(counted["sum"].to_numpy(), counted["size"].to_numpy(), _base(drawn))
    enough = (counted["size"] >= LEAST_REVIEWS).to_numpy()
    guilty = holm(np.where(enough, p_value, np.nan), family_error)
    guilty &= (counted["sum"] / counted["size"]).to_numpy() >= CONVICTING
    convicted = counted.assign(p_value=p_value)[guilty]
    about = done[done["phrase"].isin(convicted["phrase"])]
    instead = about[about["wrong"] > 0].groupby("phrase")["verdict"].agg(lambda said: said.value_counts().index[0])
    rows = [
        _rule(str(label), about[about["phrase"].isin(part.index)], convicted)
        for label, part in instead.groupby(instead)
    ]
    return pd.DataFrame(rows, columns=list(RULE_COLUMNS))


def pattern(phrases: list[str]) -> str:
    """A regular expression that finds any of the phrases as whole words.

    >>> bool(re.search(pattern(["green tea"]), "Green  tea, please", re.IGNORECASE))
    True
    """
    either = "|".join(r"\s+".join(re.escape(word) for word in phrase.split()) for phrase in sorted(phrases))
    return rf"\b(?:{either})\b"


def _rule(label: str, about: pd.DataFrame, convicted: pd.DataFrame) -> dict[str, Any]:
    phrases = sorted(about["phrase"].unique())
    k, n = int(about["wrong"].sum()), len(about)
    low, high = jeffreys(k, n)
    rule = pattern(phrases)
    p_value = float(convicted.loc[convicted["phrase"].isin(phrases), "p_value"].max())
    name = "found_" + re.sub(r"\W+", "_", phrases[0])
    note = f"experts said {label} of {k} of {n} labels that annotators agreed on"
    toml = f"[slices.define.{name}]\npattern = {json.dumps(rule, ensure_ascii=False)}\nnote = {json.dumps(note)}\n"
    ids = sorted(about.loc[about["wrong"] > 0, "comment_id"].astype(str))[:20]
    return {"rule": rule, "label": label, "phrases": phrases, "n": n, "overturned": k, "value": k / n,
            "low": float(low), "high": float(high), "p_value": p_value, "comment_ids": ids, "toml": toml}  # fmt: skip


def _phrases(texts: pd.Series) -> tuple[Any, npt.NDArray[np.str_]] | None:
    """Which text has which phrase (sparse, 0 or 1), and the phrases; None where no phrase is common enough."""
    from sklearn.feature_extraction.text import CountVectorizer

    most = max(MOST_COMMON, 2 * LEAST_COMMENTS / len(texts))
    reader = CountVectorizer(
        ngram_range=(1, 2), min_df=LEAST_COMMENTS, max_df=min(most, 1.0), binary=True, token_pattern=TOKEN,
        dtype=np.float64,
    )  # fmt: skip
    try:
        matrix = reader.fit_transform(texts.fillna("").astype("str"))
    except ValueError as error:
        if "no terms remain" in str(error).lower() or "empty vocabulary" in str(error).lower():
            return None
        raise
    return matrix.tocsc(), np.asarray(reader.get_feature_names_out(), dtype=np.str_)


def _votes_of(ids: pd.Series, labels: pd.DataFrame) -> tuple[Floats, Floats]:
    known = labels.drop_duplicates("comment_id").set_index("comment_id").reindex(ids)
    voted = (known["n_votes"].fillna(0) >= 2).to_numpy(dtype=np.float64)
    differs = (known["agreement"].to_numpy(dtype=np.float64, na_value=np.nan) < 1).astype(np.float64)
    return np.asarray(voted, dtype=np.float64), np.asarray(voted * differs, dtype=np.float64)


def _reviews_of(ids: pd.Series, reviewed: pd.DataFrame) -> tuple[Floats, Floats]:
    done = reviewed[reviewed["verdict"].notna()].drop_duplicates("comment_id", keep="last")
    wrong = pd.Series((done["verdict"] != done["label"]).to_numpy(dtype=np.float64), index=done["comment_id"])
    found = wrong.reindex(ids)
    looked, overturned = found.notna(), found.fillna(0.0)
    return np.asarray(looked, dtype=np.float64), np.asarray(overturned, dtype=np.float64)


def _surprise(hits: Floats, n: Floats, every: Floats, seen: Floats) -> Floats:
    base = (every.sum() + 1.0) / (seen.sum() + 2.0)
    return np.asarray(-np.log(np.maximum(_tail(hits, n, base), 1e-300)), dtype=np.float64)


def _tail(hits: npt.ArrayLike, n: npt.ArrayLike, rate: float) -> Floats:
    """P(at least so many hits) where each happens with this rate."""
    from scipy.stats import binom

    return np.asarray(binom.sf(np.asarray(hits) - 1, np.asarray(n), rate), dtype=np.float64)


def _base(drawn: pd.DataFrame) -> float:
    done = drawn[drawn["verdict"].notna()]
    return float(((done["verdict"] != done["label"]).sum() + 1) / (len(done) + 2))


def _require(frame: pd.DataFrame, columns: tuple[str, ...], what: str) -> None:
    missing = [c for c in columns if c not in frame]
    if missing:
        raise InputError(f"{what}: no column {missing[0]!r}", expected=", ".join(columns))
