"""Experts err, too: how often they agree when two decide the same comment blind, and what a verdict is worth.

Belongs here: pairs of verdicts, each expert's reliability, which comments get a second verdict, and what several
verdicts make together. Does not: agreement of the crowd (``core.agreement``), or handing work out
(``core.adjudication``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.rates import jeffreys
from labeling_pipeline.core.stable_hash import unit_hash
from labeling_pipeline.core.two_axes import ALL, implied_accuracy

Floats = npt.NDArray[np.float64]

COLUMNS = ("expert_id", "n_double", "n_agreed", "value", "low", "high", "reliability", "double_share")
PRIOR_PAIRS = 20  # what is assumed of experts counts like this many pairs
DOUBLE_SALT = 7_741
AHEAD = 1.5


def expert_agreement(verdicts: pd.DataFrame, n_classes: int, assumed: float = 0.95) -> pd.DataFrame:
    """How often experts agree on comments that two or more decided, in all and each against the others.

    ``verdicts``: comment_id, expert_id, label, in order of time; of one expert's on one comment the latest counts.
    ``assumed``: accuracy of an expert of whom nothing is known. Returns columns `COLUMNS`, "(all)" first: shares with
    95 % Jeffreys intervals; ``reliability`` solves A = a·ā + (1 − a)(1 − ā)/(K − 1) for a, where A is the expert's
    agreement, drawn to the assumed one as by `PRIOR_PAIRS` pairs, and ā what all pairs together imply;
    ``double_share``: comments with two verdicts or more, of those with any.

    >>> said = [("c1", "e1", "x"), ("c1", "e2", "x"), ("c2", "e1", "x"), ("c2", "e2", "y"), ("c3", "e1", "x")]
    >>> found = expert_agreement(pd.DataFrame(said, columns=["comment_id", "expert_id", "label"]), 3)
    >>> found[["expert_id", "n_double", "n_agreed"]].to_numpy().tolist()
    [['(all)', 2, 1], ['e1', 2, 1], ['e2', 2, 1]]
    """
    latest = verdicts.drop_duplicates(["comment_id", "expert_id"], keep="last")[["comment_id", "expert_id", "label"]]
    table = _agreed(latest)
    n, k = table["size"].to_numpy(dtype=np.float64), table["sum"].to_numpy(dtype=np.float64)
    low, high = jeffreys(k, np.maximum(n, 1))
    known, per_comment = n > 0, latest.groupby("comment_id").size()
    return pd.DataFrame(
        {
            "expert_id": table.index.astype("str"),
            "n_double": table["size"].to_numpy(),
            "n_agreed": table["sum"].to_numpy(),
            "value": np.where(known, k / np.maximum(n, 1), np.nan),
            "low": np.where(known, low, 0.0),
            "high": np.where(known, high, 1.0),
            "reliability": _reliability(n, k, n_classes, assumed),
            "double_share": float((per_comment > 1).mean()) if len(per_comment) else 0.0,
        }
    )[list(COLUMNS)]


def _agreed(latest: pd.DataFrame) -> pd.DataFrame:
    """Pairs of verdicts on one comment, and those that agree: all together first, then each expert's."""
    pairs = latest.merge(latest, on="comment_id", suffixes=("", "_other"))
    pairs = pairs[pairs["expert_id"] != pairs["expert_id_other"]]
    pairs["agreed"] = (pairs["label"] == pairs["label_other"]).astype(np.int64)
    by_expert = pairs.groupby("expert_id")["agreed"].agg(["size", "sum"])
    by_expert = by_expert.reindex(sorted(latest["expert_id"].unique()), fill_value=0)
    once = pairs[pairs["expert_id"] < pairs["expert_id_other"]]
    whole = pd.DataFrame({"size": [len(once)], "sum": [int(once["agreed"].sum())]}, index=[ALL])
    return pd.concat([whole, by_expert]).astype(np.int64)


def _reliability(n: Floats, agreed: Floats, n_classes: int, assumed: float) -> Floats:
    """Of all pairs first: what their agreement implies of one; then each expert's beside that mean."""
    spread = max(n_classes, 2) - 1
    drawn = (agreed + PRIOR_PAIRS * (assumed**2 + (1 - assumed) ** 2 / spread)) / (n + PRIOR_PAIRS)
    mean = float(implied_accuracy(drawn[0], n_classes))
    chance = (1 - mean) / spread
    each = (drawn - chance) / max(mean - chance, 1e-9)
    each[0] = mean
    return np.asarray(np.clip(each, 1 / (spread + 1), 0.999), dtype=np.float64)


def to_double_code(verdicts: pd.DataFrame, share: float) -> list[str]:
    """The comments with one expert's verdict that another should decide blind, so that ``share`` of all have two.

    A draw by hash over every comment decided, whatever was decided: it measures all verdicts, not the doubtful ones.
    Where too few have two, half as many again are asked for at once, so that experts are not asked for one at a time.

    >>> said = pd.DataFrame({"comment_id": [f"c{i}" for i in range(40)], "expert_id": "e1"})
    >>> len(to_double_code(said, 0.05))
    3
    """
    experts = verdicts.groupby("comment_id")["expert_id"].nunique()
    n, double = len(experts), int((experts > 1).sum())
    single = experts.index[experts == 1]
    if double >= share * n - 1e-9 or not len(single):
        return []
    wanted = math.ceil(AHEAD * share * n - 1e-9) - double
    order = np.argsort(unit_hash(single, DOUBLE_SALT), kind="stable")
    return sorted(str(single[i]) for i in order[:wanted])


def joint_confidence(labels: Sequence[str], sure: Sequence[float], chosen: str, n_classes: int) -> float:
    """How sure several verdicts together are of ``chosen``: each is right with its own probability, and wrong evenly.

    Experts who differ show that a comment is hard, which independent errors do not allow for: what they come to is
    taken times the share of them who chose it.

    >>> round(joint_confidence(["x", "x"], [0.9, 0.9], "x", 2), 3), joint_confidence(["x"], [0.95], "x", 5)
    (0.988, 0.95)
    """
    spread = max(n_classes, 2) - 1
    clipped = np.clip(np.asarray(sure, dtype=np.float64), 1e-6, 1 - 1e-6)
    names = sorted(set(labels))
    logs = {
        name: float(
            np.log(np.where(np.asarray([one == name for one in labels]), clipped, (1 - clipped) / spread)).sum()
        )
        for name in names
    }
    unsaid = max(n_classes - len(names), 0)
    rest = float(np.log((1 - clipped) / spread).sum())
    total = sum(math.exp(value) for value in logs.values()) + unsaid * math.exp(rest)
    share = sum(one == chosen for one in labels) / len(labels)
    if len(labels) == 1:
        return float(sure[0])
    return math.exp(logs[chosen]) / total * share if total > 0 else 0.0


def reliability_of(table: pd.DataFrame, least_pairs: int = 10) -> Mapping[str, float]:
    """expert_id → reliability, of those measured on enough pairs; the others are taken at their word."""
    measured = table[(table["expert_id"] != ALL) & (table["n_double"] >= least_pairs)]
    return dict(zip(measured["expert_id"], measured["reliability"].astype(float), strict=True))
