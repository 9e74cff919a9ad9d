"""Which comments experts should label, so that accuracy can be measured; and what each gold label may be used for.

Belongs here: the plan of a gold set, inclusion probabilities, roles, and what errors a budget can see. Does not:
estimates from a finished gold set (``core.evaluation``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.sampling import rarest_slice, stratified_draw

ROLES = (("fit", 0.5), ("measure", 0.3), ("sealed", 0.2))
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

    Half of the budget is a simple random draw; the rest goes to strata: comments whose votes agree, those whose votes
    differ, and both within every slice (see `sampling.stratified_draw`). Of comments that nobody voted on, a label
    measures nothing of the votes: they are drawn from only where the others are fewer than the budget, and are a
    stratum then.

    Args:
        votes: task (or comment_id), label; annotator is not needed.
        comments: comment_id; optional text, slices (list of tags) or slice (one tag).
        budget: comments experts will label. More than there are comments is an InputError.

    Returns columns `COLUMNS`, in random order; ``label`` is empty, to be filled in. The crowd's answer is not shown.
    """
    frame = _strata(votes, comments)
    voted = frame[~frame["stratum"].map(is_of("unvoted"))]
    taken = stratified_draw(voted if len(voted) >= budget else frame, budget, STRATUM_WEIGHTS, seed)
    return taken.assign(label="", role=[assign_role(c) for c in taken["comment_id"]])[list(COLUMNS)]


def unvoted(votes: pd.DataFrame, comments: pd.DataFrame) -> pd.Series:
    """Ids of the comments nobody voted on; arguments as for `plan_gold`."""
    key = _checked_key(votes, comments)
    ids = comments["comment_id"].drop_duplicates().astype("str")
    return ids[~ids.isin(votes.loc[votes["label"].notna(), key].astype("str"))]


def is_of(kind: str) -> Callable[[str], bool]:
    """Whether a stratum is of this kind, in a slice or outside: "unanimous", "disagreement", "unvoted".

    >>> [is_of("unanimous")(s) for s in ("unanimous", "slice:es, unanimous", "disagreement")]
    [True, True, False]
    """
    return lambda stratum: stratum == kind or stratum.endswith(f", {kind}")


def detectable_error(plan: pd.DataFrame) -> str:
    """What the comments that were drawn can and cannot show once they are labeled, in plain words, at 95 % confidence.

    ``plan``: as `plan_gold` returns it. Labels with role ``measure`` alone report accuracy: those that fit and the
    sealed ones do not.
    """
    is_random, measures = plan["part"] == "random", plan["role"] == "measure"
    measure, by_chance = int(measures.sum()), int((measures & is_random).sum())
    unanimous = int(plan["stratum"].map(is_of("unanimous")).sum())
    drawn = f"Of {len(plan)} comments, {int(is_random.sum())} are a random draw"
    said = f"{drawn} and {measure} measure (the rest fit and stay sealed). "
    if by_chance:
        said += (
            f"An error rate of 10 % is then known to ± {100 * margin_of(0.10, by_chance):.0f} points from the random "
            f"measuring part alone, ± {100 * margin_of(0.10, measure):.0f} with the strata at best. "
        )
    if unanimous:
        said += (
            f"An error in {100 * seen_once(unanimous):.1f} % of the unanimous labels, or more, shows up at least once; "
            "a rarer one may not. "
        )
    return said.strip()


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
    key = _checked_key(votes, comments)
    unique = comments.drop_duplicates("comment_id").reset_index(drop=True)
    ids = unique["comment_id"].astype("str")
    given = votes[votes["label"].notna()]
    distinct = given.groupby(given[key].astype("str"), sort=False)["label"].agg(["nunique", "size"])
    counts = distinct.reindex(ids)
    kind = np.where(counts["size"].isna(), "unvoted", np.where(counts["nunique"] > 1, "disagreement", "unanimous"))
    slices = _one_slice(unique)
    stratum = np.where(slices != "", "slice:" + slices + ", " + kind.astype(object), kind.astype(object))
    text = unique["text"] if "text" in unique else pd.Series("", index=unique.index)
    return pd.DataFrame({"comment_id": ids, "text": text.fillna(""), "stratum": stratum.astype(str)})


def _checked_key(votes: pd.DataFrame, comments: pd.DataFrame) -> str:
    """The column of votes that names the comment; InputError where a column is missing."""
    key = "task" if "task" in votes else "comment_id"
    if key not in votes or "label" not in votes:
        raise InputError("votes: no column 'task' or 'label'", expected="task (or comment_id) and label")
    if "comment_id" not in comments:
        raise InputError("comments: no column 'comment_id'", expected="comment_id", remedy="name the id column so")
    return key


def _one_slice(comments: pd.DataFrame) -> npt.NDArray[np.object_]:
    if "slices" in comments:
        return rarest_slice(comments["slices"])
    if "slice" in comments:
        return rarest_slice(pd.Series([[] if pd.isna(s) or s == "" else [str(s)] for s in comments["slice"]]))
    return np.full(len(comments), "", dtype=object)
