"""Experts err, too: how often they agree when two decide the same comment blind, and what a verdict is worth.

Belongs here: pairs of verdicts, each expert's reliability, which comments get a second verdict, and what several
verdicts make together. Does not: agreement of the crowd (``core.agreement``), or handing work out
(``core.adjudication``).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.implied import PRIOR_PAIRS, implied_accuracy
from labeling_pipeline.core.rates import jeffreys
from labeling_pipeline.core.stable_hash import unit_hash
from labeling_pipeline.core.two_axes import ALL

Floats = npt.NDArray[np.float64]

COLUMNS = ("expert_id", "n_double", "n_agreed", "value", "low", "high", "reliability", "double_share")
DOUBLE_SALT = 7_741
AHEAD = 1.5
MANY_READINGS = 0.1  # of comments, before anybody judged them: one in ten is hard, as in a careful crowd's data


def expert_agreement(
    verdicts: pd.DataFrame, n_classes: int, assumed: float = 0.95, drawn: Collection[str] | None = None
) -> pd.DataFrame:
    """How often experts agree on comments that two or more decided, in all and each against the others.

    Of one comment the first two experts make a pair. Who came later was asked because those two differed, and a pair
    with them would count every disagreement three times. Of comments not ``drawn`` none does: they were hard.

    ``verdicts``: comment_id, expert_id, label, in order of time; of one expert's on one comment the latest counts.
    ``assumed``: accuracy of an expert of whom nothing is known. ``drawn``: comments a second verdict was asked of by
    chance (`drawn_twice`); None: all. Returns columns `COLUMNS`, "(all)" first: shares with 95 % Jeffreys intervals;
    ``reliability`` solves A = a·ā + (1 − a)(1 − ā)/(K − 1) for a, where A is the expert's agreement, drawn to the
    assumed one as by `PRIOR_PAIRS` pairs, and ā what all pairs together imply; ``double_share``: drawn comments with
    two verdicts or more, of all with any.

    >>> said = [("c1", "e1", "x"), ("c1", "e2", "x"), ("c2", "e1", "x"), ("c2", "e2", "y"), ("c3", "e1", "x")]
    >>> found = expert_agreement(pd.DataFrame(said, columns=["comment_id", "expert_id", "label"]), 3)
    >>> found[["expert_id", "n_double", "n_agreed"]].to_numpy().tolist()
    [['(all)', 2, 1], ['e1', 2, 1], ['e2', 2, 1]]
    """
    latest = verdicts.drop_duplicates(["comment_id", "expert_id"], keep="last")[["comment_id", "expert_id", "label"]]
    order = verdicts[["comment_id", "expert_id"]].drop_duplicates()  # who changed their mind keeps their place
    chosen = set(order["comment_id"] if drawn is None else drawn)
    first = order[(order.groupby("comment_id").cumcount() < 2) & order["comment_id"].isin(chosen)]
    table = _agreed(first.merge(latest, on=["comment_id", "expert_id"]), sorted(latest["expert_id"].unique()))
    n, k = table["size"].to_numpy(dtype=np.float64), table["sum"].to_numpy(dtype=np.float64)
    low, high = jeffreys(k, np.maximum(n, 1))
    known = n > 0
    return pd.DataFrame(
        {
            "expert_id": table.index.astype("str"),
            "n_double": table["size"].to_numpy(),
            "n_agreed": table["sum"].to_numpy(),
            "value": np.where(known, k / np.maximum(n, 1), np.nan),
            "low": np.where(known, low, 0.0),
            "high": np.where(known, high, 1.0),
            "reliability": _reliability(n, k, n_classes, assumed),
            "double_share": _double_share(latest, chosen),
        }
    )[list(COLUMNS)]


def _double_share(latest: pd.DataFrame, chosen: set[str]) -> float:
    per_comment = latest.groupby("comment_id").size()
    twice = (per_comment > 1) & per_comment.index.isin(chosen)
    return float(twice.mean()) if len(per_comment) else 0.0


def _agreed(first: pd.DataFrame, experts: list[str]) -> pd.DataFrame:
    """Pairs of verdicts on one comment, and those that agree: all together first, then each expert's."""
    pairs = first.merge(first, on="comment_id", suffixes=("", "_other"))
    pairs = pairs[pairs["expert_id"] != pairs["expert_id_other"]]
    pairs["agreed"] = (pairs["label"] == pairs["label_other"]).astype(np.int64)
    by_expert = pairs.groupby("expert_id")["agreed"].agg(["size", "sum"])
    by_expert = by_expert.reindex(experts, fill_value=0)
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

    Two of the drawn count (`drawn_twice`), not those that have a second verdict because experts doubted or differed.
    Where too few have two, half as many again are asked for at once, so that experts are not asked for one at a time.

    >>> said = pd.DataFrame({"comment_id": [f"c{i}" for i in range(40)], "expert_id": "e1"})
    >>> len(to_double_code(said, 0.05))
    3
    """
    experts = verdicts.groupby("comment_id")["expert_id"].nunique()
    drawn = experts[experts.index.isin(drawn_twice(verdicts, share))]
    if (drawn > 1).sum() >= share * len(experts) - 1e-9:
        return []
    return sorted(str(one) for one in drawn.index[drawn == 1])


def drawn_twice(verdicts: pd.DataFrame, share: float) -> list[str]:
    """The comments that two experts decide by chance: a draw by hash over every comment decided, whatever was decided.

    It measures all verdicts, not the doubtful ones; half as many again as ``share`` asks for (`AHEAD`).
    """
    decided = verdicts["comment_id"].drop_duplicates().astype("str")
    order = np.argsort(unit_hash(decided, DOUBLE_SALT), kind="stable")
    return sorted(decided.iloc[order[: math.ceil(AHEAD * share * len(decided) - 1e-9)]])


def joint_confidence(labels: Sequence[str], sure: Sequence[float], chosen: str, n_classes: int) -> float:
    """How sure several verdicts together are of ``chosen``: each is right with its own probability, and wrong evenly.

    Experts who differ may show that a comment can be read in several ways, which independent errors do not allow for.
    Beforehand that is so of `MANY_READINGS` of the comments; whoever judges one says each of its readings as often, and
    one is as right as the other. So a lone dissent weighs less the more others agree, and one that many share does not.

    >>> round(joint_confidence(["x", "x"], [0.9, 0.9], "x", 2), 3), joint_confidence(["x"], [0.95], "x", 5)
    (0.988, 0.95)
    >>> [round(joint_confidence(["x"] * n + ["y"], [0.9] * (n + 1), "x", 2), 2) for n in (2, 3, 4)]
    [0.81, 0.91, 0.95]
    """
    if len(labels) == 1:
        return float(sure[0])
    n_classes = max(n_classes, 2)
    clipped = np.clip(np.asarray(sure, dtype=np.float64), 1e-6, 1 - 1e-6)
    wrong, names = (1 - clipped) / (n_classes - 1), sorted(set(labels))
    logs = {name: float(np.log(np.where([one == name for one in labels], clipped, wrong)).sum()) for name in names}
    unsaid = max(n_classes - len(names), 0)
    total = sum(math.exp(value) for value in logs.values()) + unsaid * math.exp(float(np.log(wrong).sum()))
    if total <= 0:
        return 0.0
    probability = math.exp(logs[chosen]) / total
    if len(names) == 1:
        return probability
    # As likely as any other set of as many classes, and each of them said as often.
    readings = MANY_READINGS / math.comb(max(n_classes, len(names)), len(names)) / float(len(names)) ** len(labels)
    doubt = readings / (readings + (1 - MANY_READINGS) * total / n_classes)
    return float((1 - doubt) * probability + doubt / len(names))


def reliability_of(table: pd.DataFrame, least_pairs: int = 10) -> Mapping[str, float]:
    """expert_id → reliability, of those measured on enough pairs; the others are taken at their word."""
    measured = table[(table["expert_id"] != ALL) & (table["n_double"] >= least_pairs)]
    return dict(zip(measured["expert_id"], measured["reliability"].astype(float), strict=True))
