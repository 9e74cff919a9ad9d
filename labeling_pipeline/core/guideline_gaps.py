"""Classes that those who know best do not tell apart: a gap in the guideline, nobody's fault.

Belongs here: finding such pairs of classes, among the best annotators and among experts. Does not: annotators who err
(``core.reliability``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.rates import jeffreys

COLUMNS = ("class_a", "class_b", "raised_by", "n", "value", "low", "high", "comment_ids")
BEST_SHARE = 0.25  # of the annotators, by the lower end of their reliability
LEAST_ANNOTATORS, LEAST_PAIRS = 4, 10
TOLERATED = 0.2  # share of pairs on a class that may differ before it is a gap
GAP = "guideline_gap"


def guideline_gaps(votes: pd.DataFrame, reliability: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """Pairs of classes on which the best annotators, or experts, differ from each other.

    Args:
        votes: comment_id, annotator_id, label.
        reliability: annotator_id, low (lower end of the interval); the best quarter, at least four, are looked at.
        verdicts: comment_id, expert_id, label, optionally error_type; one that says ``guideline_gap`` raises the gap
            between the classes its comment was given, however few.

    Returns columns `COLUMNS`: of all pairs of answers in which one says ``class_a`` or ``class_b`` and both say one of
    the two, the share that differ, with its 95 % Jeffreys interval. Raised where at least ten pairs were seen and the
    interval lies above `TOLERATED`.

    >>> best = pd.DataFrame({"annotator_id": list("abcd"), "low": 0.9})
    >>> said = [(f"c{i}", who, "rude" if who in "ab" else "mild") for i in range(12) for who in "abcd"]
    >>> found = guideline_gaps(pd.DataFrame(said, columns=["comment_id", "annotator_id", "label"]), best, NO_VERDICTS)
    >>> found[["class_a", "class_b", "raised_by"]].to_numpy().tolist()
    [['mild', 'rude', 'best annotators']]
    """
    ordered = reliability.sort_values(["low", "annotator_id"], ascending=[False, True])
    best = ordered["annotator_id"].head(max(int(np.ceil(BEST_SHARE * len(ordered))), LEAST_ANNOTATORS))
    theirs = votes[votes["annotator_id"].isin(best)] if len(best) >= LEAST_ANNOTATORS else votes.iloc[:0]
    found = _gaps(theirs.rename(columns={"annotator_id": "who"}), set(), "best annotators")
    told = set(verdicts.loc[verdicts["error_type"] == GAP, "comment_id"]) if "error_type" in verdicts else set()
    latest = verdicts.drop_duplicates(["comment_id", "expert_id"], keep="last").rename(columns={"expert_id": "who"})
    return pd.concat([found, _gaps(latest, told, "experts")], ignore_index=True)


NO_VERDICTS = pd.DataFrame(columns=["comment_id", "expert_id", "label"])


def _gaps(answers: pd.DataFrame, told: set[str], raised_by: str) -> pd.DataFrame:
    given = answers[["comment_id", "who", "label"]].astype({"label": "str"})
    pairs = given.merge(given, on="comment_id", suffixes=("", "_other"))
    pairs = pairs[pairs["who"] < pairs["who_other"]]
    first = np.minimum(pairs["label"].to_numpy(dtype=object), pairs["label_other"].to_numpy(dtype=object))
    second = np.maximum(pairs["label"].to_numpy(dtype=object), pairs["label_other"].to_numpy(dtype=object))
    pairs = pairs.assign(a=first, b=second)
    same = pairs[pairs["a"] == pairs["b"]].groupby("a").size()
    rows = []
    for (a, b), part in pairs[pairs["a"] != pairs["b"]].groupby(["a", "b"], sort=True):
        n = len(part) + int(same.get(a, 0)) + int(same.get(b, 0))
        low, high = jeffreys(len(part), n)
        is_told = bool(told.intersection(part["comment_id"]))
        if is_told or (n >= LEAST_PAIRS and float(low) > TOLERATED):
            ids = sorted(part["comment_id"].astype(str).unique())[:20]
            comments = part["comment_id"].nunique()
            rows.append((str(a), str(b), raised_by, comments, len(part) / n, float(low), float(high), ids))
    return pd.DataFrame(rows, columns=list(COLUMNS))
