"""Which comments experts should label, so that accuracy can be measured; and what each gold label may be used for.

Belongs here: the plan of a gold set, inclusion probabilities, roles, and what errors a budget can see. Does not:
estimates from a finished gold set (``core.evaluation``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError

ROLES = (("fit", 0.5), ("measure", 0.3), ("sealed", 0.2))
RANDOM_SHARE = 0.5
# What is left after the random part, by kind of stratum. Unanimous labels get most: nobody else looks at them.
STRATUM_WEIGHTS = {"unanimous": 0.4, "disagreement": 0.3, "slice": 0.3, "unvoted": 0.1}
COLUMNS = ("comment_id", "text", "label", "stratum", "part", "inclusion_p", "role")


def assign_role(comment_id: str) -> str:
    """``fit``, ``measure`` or ``sealed`` (50, 30, 20 %), by the id alone: a comment never changes its role.

    >>> [assign_role(c) for c in ("c-1", "c-2", "c-3", "c-4")]
    ['fit', 'fit', 'fit', 'measure']
    """
    number = int.from_bytes(hashlib.sha256(f"gold-role:{comment_id}".encode()).digest()[:8], "big") / 2.0**64
    edge = 0.0
    for role, share in ROLES:
        edge += share
        if number < edge:
            return role
    return ROLES[-1][0]


def plan_gold(votes: pd.DataFrame, comments: pd.DataFrame, budget: int, seed: int = 0) -> pd.DataFrame:
    """The comments to label, each with the probability with which this plan takes it.

    Half of the budget is a simple random draw from all comments; the rest goes to strata: comments whose votes agree,
    those whose votes differ, those without votes, and every slice. The random draw and the strata are filled along one
    random order, so a comment of stratum h, with N_h comments and m_h places beside the random draw of r out of N, is
    taken with probability E[min(R_h + m_h, N_h)] / N_h, where R_h is hypergeometric (N, N_h, r).

    Args:
        votes: task (or comment_id), label; annotator is not needed.
        comments: comment_id; optional text, slices (list of tags) or slice (one tag).
        budget: comments experts will label. More than there are comments is an InputError.

    Returns columns `COLUMNS`, in random order; ``label`` is empty, to be filled in. The crowd's answer is not shown.
    """
    frame = _strata(votes, comments)
    _check_budget(budget, len(frame))
    sizes = {str(h): int(n) for h, n in frame["stratum"].value_counts().sort_index().items()}
    drawn = int(np.ceil(budget * RANDOM_SHARE))
    places = _places(sizes, budget - drawn)
    probability = {h: _inclusion_p(len(frame), n, drawn, places[h]) for h, n in sizes.items()}
    order = frame.iloc[np.random.default_rng(seed).permutation(len(frame))].reset_index(drop=True)
    is_random = np.arange(len(order)) < drawn
    rest = order[~is_random]
    extra = rest[rest.groupby("stratum").cumcount().to_numpy() < rest["stratum"].map(places).to_numpy()]
    taken = pd.concat([order[is_random].assign(part="random"), extra.assign(part="stratum")])
    taken = taken.assign(
        label="",
        inclusion_p=np.round(taken["stratum"].map(probability).to_numpy(dtype=np.float64), 9),
        role=[assign_role(c) for c in taken["comment_id"]],
    )
    shuffled = taken.iloc[np.random.default_rng([seed, 1]).permutation(len(taken))]
    return shuffled.reset_index(drop=True)[list(COLUMNS)]


def detectable_error(budget: int) -> str:
    """What a plan of this size can and cannot see, in plain words, at 95 % confidence.

    Counts the labels that measure (30 %): those that fit and the sealed ones report no accuracy.
    """
    drawn = int(np.ceil(budget * RANDOM_SHARE))
    measure = int(budget * dict(ROLES)["measure"])
    random_measure = max(int(drawn * dict(ROLES)["measure"]), 1)
    unanimous = max(int(drawn + (budget - drawn) * STRATUM_WEIGHTS["unanimous"]), 1)
    return (
        f"Of {budget} labels, {drawn} are a random draw and about {measure} measure (the rest fit and stay sealed). "
        f"An error rate of 10 % is then known to ± {100 * margin_of(0.10, random_measure):.0f} points from the random "
        f"measuring part alone, ± {100 * margin_of(0.10, max(measure, 1)):.0f} with the strata at best. "
        f"An error in {100 * seen_once(unanimous):.1f} % of the unanimous labels, or more, shows up at least once; "
        f"a rarer one may not. A slice needs {needed_for(0.05, 0.8)} measuring labels of its own "
        "before a 5-point drop of a recall of 80 % can be told from chance."
    )


def margin_of(rate: float, n: int) -> float:
    """Half the width of the 95 % interval of a rate measured on n labels (normal approximation)."""
    return float(1.96 * np.sqrt(rate * (1 - rate) / n))


def seen_once(n: int, probability: float = 0.95) -> float:
    """The smallest rate that shows at least once among n with this probability: 1 − (1 − probability)^(1/n).

    >>> round(seen_once(299), 3)
    0.01
    """
    return float(1 - (1 - probability) ** (1 / n))


def needed_for(drop: float, rate: float, power: float = 0.8) -> int:
    """Labels needed to tell ``rate - drop`` from a known ``rate``, one-sided at 5 %, with this power.

    n = ((z_α √(p0 q0) + z_β √(p1 q1)) / (p0 − p1))², the normal approximation for one proportion.

    >>> needed_for(0.05, 0.8)
    419
    """
    from scipy.stats import norm

    low = rate - drop
    spread = norm.isf(0.05) * np.sqrt(rate * (1 - rate)) + norm.isf(1 - power) * np.sqrt(low * (1 - low))
    return int(np.ceil((spread / drop) ** 2))


def _strata(votes: pd.DataFrame, comments: pd.DataFrame) -> pd.DataFrame:
    key = "task" if "task" in votes else "comment_id"
    if key not in votes or "label" not in votes:
        raise InputError("votes: no column 'task' or 'label'", expected="task (or comment_id) and label")
    if "comment_id" not in comments:
        raise InputError("comments: no column 'comment_id'", expected="comment_id", remedy="name the id column so")
    unique = comments.drop_duplicates("comment_id").reset_index(drop=True)
    ids = unique["comment_id"].astype("str")
    given = votes[votes["label"].notna()]
    distinct = given.groupby(given[key].astype("str"), sort=False)["label"].agg(["nunique", "size"])
    counts = distinct.reindex(ids)
    kind = np.where(counts["size"].isna(), "unvoted", np.where(counts["nunique"] > 1, "disagreement", "unanimous"))
    slices = _one_slice(unique)
    stratum = np.where(slices != "", "slice:" + slices, kind.astype(object))
    text = unique["text"] if "text" in unique else pd.Series("", index=unique.index)
    frame = pd.DataFrame({"comment_id": ids, "text": text.fillna(""), "stratum": stratum.astype(str)})
    # The plan must not depend on the order of the file, only on what is in it and the seed.
    return frame.sort_values("comment_id", ignore_index=True)


def _one_slice(comments: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """The rarest slice of each comment, "" where it is in none: strata must not overlap."""
    if "slices" in comments:
        tags = [[str(t) for t in s] if isinstance(s, (list, tuple, np.ndarray)) else [] for s in comments["slices"]]
    elif "slice" in comments:
        tags = [[] if pd.isna(s) or s == "" else [str(s)] for s in comments["slice"]]
    else:
        tags = [[]] * len(comments)
    sizes = pd.Series([t for row in tags for t in row], dtype=object).value_counts()
    rarest = [min(row, key=lambda t: (sizes[t], t)) if row else "" for row in tags]
    result = np.full(len(comments), "", dtype=object)
    result[:] = rarest
    return result


def _check_budget(budget: int, n: int) -> None:
    if budget < 1:
        raise InputError(f"budget is {budget}", expected="1 or more comments")
    if budget > n:
        raise InputError(f"budget is {budget}, but there are {n} comments", remedy=f"ask for at most {n}")


def _places(sizes: Mapping[str, int], extra: int) -> dict[str, int]:
    """How many places each stratum gets beside the random draw; what one cannot fill goes to the others."""
    kinds = {h: h.split(":", 1)[0] for h in sizes}
    weight = {h: STRATUM_WEIGHTS[k] / sum(1 for other in kinds.values() if other == k) for h, k in kinds.items()}
    places = dict.fromkeys(sizes, 0)
    left = min(extra, sum(sizes.values()))
    while left > 0:
        open_ = [h for h in sizes if places[h] < sizes[h]]
        total = sum(weight[h] for h in open_)
        given = {h: min(int(left * weight[h] / total), sizes[h] - places[h]) for h in open_}
        if not any(given.values()):
            given = dict.fromkeys(sorted(open_, key=lambda h: (-weight[h], h))[:left], 1)
        for h, n in given.items():
            places[h] += n
        left -= sum(given.values())
    return places


def _inclusion_p(population: int, size: int, drawn: int, places: int) -> float:
    from scipy.stats import hypergeom

    r = np.arange(max(0, drawn - (population - size)), min(drawn, size) + 1)
    expected = (hypergeom.pmf(r, population, size, drawn) * np.minimum(r + places, size)).sum()
    return float(min(expected / size, 1.0))
