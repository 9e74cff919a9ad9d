"""How each annotator compares with those who voted on the same comments.

Belongs here: agreement with peers, without gold. Does not: accuracy, or what a consensus model believes of an annotator
(``core.reliability``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

COLUMNS = ("annotator", "n_votes", "n_compared", "with_peers", "among_peers", "difference", "low", "high", "p_value")


def compare_with_peers(votes: pd.DataFrame, min_votes: int = 10) -> pd.DataFrame:
    """Each annotator's agreement with the others on a comment, against the others' agreement among themselves.

    The comparison is made vote by vote on comments with two other votes or more, so an annotator who got harder
    comments is not held to an easier standard. ``difference`` = with_peers − among_peers, with a 95 % interval over
    comments; ``p_value`` is one-sided (agrees less than the peers do); missing under ``min_votes`` comparisons.

    Being the odd one out is not being wrong: an annotator may see what all the others miss.

    Args:
        votes: task, annotator, label, one row per vote; rows without any of them are left out.

    Returns columns `COLUMNS`, one row per annotator, lowest p_value first.
    """
    from scipy.stats import t

    table = _vote_table(votes.dropna(subset=["task", "annotator", "label"]))
    compared = table[table["others"] >= 2]
    stats = compared.groupby("annotator")[["with_peers", "among_peers", "difference"]].mean()
    spread = compared.groupby("annotator")["difference"].agg(["size", "std"])
    result = table.groupby("annotator").size().rename("n_votes").to_frame().join(stats)
    result["n_compared"] = spread["size"].reindex(result.index).fillna(0).astype("int64")
    n = result["n_compared"].to_numpy()
    # An annotator whose votes all differ alike has no spread; half a vote's worth keeps the interval honest.
    sd = np.maximum(spread["std"].reindex(result.index).fillna(0.0).to_numpy(), 0.5 / np.sqrt(np.maximum(n, 1)))
    error = sd / np.sqrt(np.maximum(n, 1))
    difference = result["difference"].to_numpy(dtype=np.float64)
    enough = n >= max(min_votes, 2)
    width = np.where(enough, t.ppf(0.975, np.maximum(n - 1, 1)) * error, np.nan)
    result["low"], result["high"] = difference - width, difference + width
    result["p_value"] = np.where(enough, t.cdf(difference / error, np.maximum(n - 1, 1)), np.nan)
    ordered = result.reset_index().sort_values(["p_value", "annotator"], kind="stable", ignore_index=True)
    return ordered[list(COLUMNS)]


def suspicious(peers: pd.DataFrame, false_discovery_rate: float = 0.05) -> pd.DataFrame:
    """The annotators who agree less than their peers by more than chance, at this false-discovery rate.

    Benjamini & Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x, over all annotators with a p_value.
    """
    tested = peers[peers["p_value"].notna()].sort_values("p_value", kind="stable")
    p = tested["p_value"].to_numpy(dtype=np.float64)
    under = p <= false_discovery_rate * np.arange(1, len(p) + 1) / max(len(p), 1)
    last = int(np.flatnonzero(under).max()) + 1 if under.any() else 0
    return tested.head(last).reset_index(drop=True)


def _vote_table(votes: pd.DataFrame) -> pd.DataFrame:
    """Per vote: how many others voted on the comment, their share that agrees with it, and among themselves."""
    task, _ = pd.factorize(votes["task"])
    label, names = pd.factorize(votes["label"])
    key = task.astype(np.int64) * max(len(names), 1) + label
    same = _counts(key)
    n = _counts(task)
    pairs = np.zeros(int(task.max(initial=-1)) + 1)
    # Each vote adds its agreeing partners, so a comment's sum is twice its agreeing pairs.
    np.add.at(pairs, task, same - 1)
    others = n - 1
    left = pairs[task] - 2 * (same - 1)
    possible = others * (others - 1)
    table = pd.DataFrame({"annotator": votes["annotator"].to_numpy(), "others": others})
    table["with_peers"] = np.divide(same - 1, others, out=np.zeros(len(n)), where=others > 0)
    table["among_peers"] = np.divide(left, possible, out=np.zeros(len(n)), where=possible > 0)
    table["difference"] = table["with_peers"] - table["among_peers"]
    return table


def _counts(codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    _, inverse, sizes = np.unique(codes, return_inverse=True, return_counts=True)
    return np.asarray(sizes[inverse], dtype=np.int64)
