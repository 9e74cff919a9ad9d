"""Figures about labeling functions. Belongs here: coverage, overlap, conflict, accuracy with interval, by slice and
week. Does not: how they are shown (``report.lf_report``).

Coverage, overlaps, conflicts and empirical accuracy are defined as in Snorkel's `LFAnalysis`, and equal it on the same
matrix; they are computed on distinct vote patterns with their counts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csc_array
from scipy.special import ndtri

from labeling_pipeline.core.weak_supervision.encoding import flat_one_hot
from labeling_pipeline.core.weak_supervision.majority import vote_totals
from labeling_pipeline.core.weak_supervision.patterns import Matrix, VotePatterns, in_parts

Z95 = float(ndtri(0.975))


def lf_summary(patterns: VotePatterns, names: list[str], gold: npt.NDArray[np.int64] | None = None) -> pd.DataFrame:
    """One row per labeling function.

    polarity (list of classes it voted), coverage, overlaps, conflicts: shares of all rows. With gold (n,; -1 where
    there is none): n_gold, correct, incorrect, accuracy and its 95 % Wilson interval (missing where it never met gold).

    >>> from labeling_pipeline.core.weak_supervision.patterns import vote_patterns
    >>> p = vote_patterns(np.array([[0, 0], [1, -1], [-1, -1], [0, 1]], dtype=np.int8), 2)
    >>> lf_summary(p, ["a", "b"])[["coverage", "overlaps", "conflicts"]].to_numpy().tolist()
    [[0.75, 0.5, 0.25], [0.5, 0.5, 0.25]]
    """
    counts, n = patterns.counts, float(patterns.counts.sum())
    rows = np.stack([counts, counts * is_overlap(patterns), counts * is_conflict(patterns)])
    coverage, overlaps, conflicts = _voted(patterns, rows) / n
    given = vote_totals(patterns).reshape(-1, patterns.n_classes)
    out = pd.DataFrame(
        {
            "lf": names,
            "polarity": [np.flatnonzero(labels).tolist() for labels in given],
            "coverage": coverage,
            "overlaps": overlaps,
            "conflicts": conflicts,
        }
    )
    if gold is None or not (gold >= 0).any():
        return out
    rows = np.flatnonzero(gold >= 0)
    votes = patterns.votes[patterns.row_pattern[rows]]
    correct = (votes == gold[rows][:, None]).sum(axis=0)
    n_gold = (votes >= 0).sum(axis=0)
    value, low, high = wilson(correct, n_gold)
    return out.assign(
        n_gold=n_gold, correct=correct, incorrect=n_gold - correct, accuracy=value, accuracy_low=low, accuracy_high=high
    )


def corpus_summary(patterns: VotePatterns) -> dict[str, float]:
    """Shares of rows with at least one vote, with at least two, with different votes; and the number of rows."""
    counts, n = patterns.counts, float(patterns.counts.sum())
    return {
        "n_rows": n,
        "coverage": float(counts @ patterns.covered / n),
        "overlap": float(counts @ is_overlap(patterns) / n),
        "conflict": float(counts @ is_conflict(patterns) / n),
    }


def is_overlap(patterns: VotePatterns) -> npt.NDArray[np.bool_]:
    """(P,): at least two functions voted."""
    out = np.empty(len(patterns.votes), dtype=bool)
    for part in in_parts(patterns.votes):
        out[part] = (patterns.votes[part] >= 0).sum(axis=1) > 1
    return out


def is_conflict(patterns: VotePatterns) -> npt.NDArray[np.bool_]:
    """(P,): two functions voted differently."""
    out = np.empty(len(patterns.votes), dtype=bool)
    for part in in_parts(patterns.votes):
        votes = patterns.votes[part]
        lowest = np.where(votes >= 0, votes, np.int8(127)).min(axis=1)  # where nobody votes it is above any class
        out[part] = lowest < votes.max(axis=1)
    return out


def accuracy_by_class(patterns: VotePatterns, gold: npt.NDArray[np.int64], names: list[str]) -> pd.DataFrame:
    """Per labeling function and gold class: how often it votes there (recall of attention) and how often rightly."""
    rows = np.flatnonzero(gold >= 0)
    votes, truth = patterns.votes[patterns.row_pattern[rows]], gold[rows]
    out = []
    for k in range(patterns.n_classes):
        part = votes[truth == k]
        fired, right = (part >= 0).sum(axis=0), (part == k).sum(axis=0)
        value, low, high = wilson(right, fired)
        frame = {"lf": names, "class": k, "n_gold": len(part), "n_votes": fired, "correct": right}
        out.append(pd.DataFrame({**frame, "accuracy": value, "accuracy_low": low, "accuracy_high": high}))
    return pd.concat(out, ignore_index=True)


def by_group(
    patterns: VotePatterns, groups: pd.Series, names: list[str], gold: npt.NDArray[np.int64] | None = None
) -> pd.DataFrame:
    """Coverage, conflicts and accuracy of each function within each group (slice, week); rows without group left
    out."""
    codes, values = pd.factorize(groups, sort=True)
    known = codes >= 0
    size = np.bincount(codes[known], minlength=len(values)).astype(np.float64)
    shape = len(values), len(patterns.counts)
    cells = csc_array((np.ones(int(known.sum())), (codes[known], patterns.row_pattern[known])), shape=shape)
    fired, conflict = _voted(patterns, cells), _voted(patterns, cells, only=is_conflict(patterns))
    right, judged = np.zeros_like(fired), np.zeros_like(fired)
    if gold is not None:
        rows = np.flatnonzero(known & (gold >= 0))
        votes = patterns.votes[patterns.row_pattern[rows]]
        np.add.at(right, codes[rows], votes == gold[rows][:, None])
        np.add.at(judged, codes[rows], votes >= 0)
    value, low, high = wilson(right.ravel(), judged.ravel())
    total = np.repeat(size, len(names))
    return pd.DataFrame(
        {
            "group": np.repeat(np.asarray(values, dtype=object), len(names)),
            "lf": names * len(values),
            "n_rows": total.astype(np.int64),
            "coverage": fired.ravel() / total,
            "conflicts": conflict.ravel() / total,
            "n_gold": judged.ravel().astype(np.int64),
            "accuracy": value,
            "accuracy_low": low,
            "accuracy_high": high,
        }
    )


def worst_conflicts(
    patterns: VotePatterns,
    names: list[str],
    ids: pd.Series | None,
    certainty: Matrix,
    n_pairs: int = 10,
    n_ids: int = 5,
) -> pd.DataFrame:
    """The pairs that contradict each other on most rows, each with the comments the label model is least sure of."""
    met, same = _met(patterns)
    pairs = [
        (float(met[a, b] - same[a, b]), int(a), int(b)) for a, b in zip(*np.triu_indices(len(met), 1), strict=True)
    ]
    found = sorted((pair for pair in pairs if pair[0]), key=lambda pair: (-pair[0], pair[1], pair[2]))
    rows = []
    for times, a, b in found[:n_pairs]:
        both, one, other = float(met[a, b]), patterns.votes[:, a], patterns.votes[:, b]
        differ = (one >= 0) & (other >= 0) & (one != other)
        where = np.flatnonzero(differ[patterns.row_pattern])
        least = where[np.argsort(certainty[where], kind="stable")[:n_ids]]
        shown = [str(row) for row in least] if ids is None else [str(i) for i in ids.iloc[least]]
        rows.append(
            {"lf": names[a], "other": names[b], "n_rows": int(times), "share": times / both, "comment_ids": shown}
        )
    return pd.DataFrame(rows, columns=["lf", "other", "n_rows", "share", "comment_ids"])


def _voted(patterns: VotePatterns, rows: Matrix | csc_array, only: npt.NDArray[np.bool_] | None = None) -> Matrix:
    """(g, m): on how many of the `rows` (g, P) each function voted; `only`: of these patterns."""
    total = np.zeros((rows.shape[0], patterns.votes.shape[1]))
    for part in in_parts(patterns.votes):
        voted = patterns.votes[part] >= 0
        if only is not None:
            voted &= only[part, None]
        total += rows[:, part] @ voted.astype(np.float64)
    return total


def _met(patterns: VotePatterns) -> tuple[Matrix, Matrix]:
    """(m, m) rows on which both functions voted, and on which they voted the same."""
    m, k = patterns.votes.shape[1], patterns.n_classes
    met, same = np.zeros((m, m)), np.zeros((m, m))
    for part in in_parts(patterns.votes):
        votes, counts = patterns.votes[part], patterns.counts[part]
        hot, voted = flat_one_hot(votes, k), (votes >= 0).astype(np.float64)
        met += (voted.T * counts) @ voted
        for one in (hot[:, label::k] for label in range(k)):
            same += (one.T * counts) @ one
    return met, same


def wilson(right: npt.ArrayLike, n: npt.ArrayLike) -> tuple[Matrix, Matrix, Matrix]:
    """Share and its 95 % Wilson interval; NaN where n is 0, which means "not measured"."""
    r, total = np.asarray(right, dtype=np.float64), np.asarray(n, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = r / total
        middle = (share + Z95**2 / (2 * total)) / (1 + Z95**2 / total)
        half = Z95 * np.sqrt(share * (1 - share) / total + Z95**2 / (4 * total**2)) / (1 + Z95**2 / total)
    return share, np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
