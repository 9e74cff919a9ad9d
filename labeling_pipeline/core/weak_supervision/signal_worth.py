"""What acts in production are worth as evidence. Belongs here: learning it per kind of act, and adding it up over the
independent sources on a comment. Does not: which acts are linked (``linked_actors``), what an act claims
(``production_signals``).

Worth is a ratio of odds: of an act being right, over what they would be if it said nothing. A stated default is such a
ratio too, so it means the same however often served labels turn out to be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.weak_supervision.analysis import wilson
from labeling_pipeline.core.weak_supervision.patterns import Matrix

# Without gold: how often an act of this kind is right, where one served label in ten is wrong.
DEFAULT_PRECISION: dict[str, float] = {
    "override": 0.95,
    "correction": 0.9,
    "escalation": 0.7,
    "appeal": 0.4,
    "rejection": 0.6,
    "flag": 0.3,
}
SILENT_KINDS = ("click",)  # known, and no evidence of anything
DECLARED_PRECISION = 0.3  # kinds that the settings add
DEFAULT_ERROR_RATE = 0.1
SPREAD = 1.5  # how far, as a standard deviation of its natural log, a ratio may lie from its default before gold speaks
SURE = 1.96  # only so many standard errors under 1 does gold turn a kind against what it says
MOST = 6.1  # natural log: .98 right where one served label in ten is wrong
STEPS = 50
# Independent people on one comment still share its wording: each further source adds a little less.
SHARED_CAUSE = 0.05


def with_stated_worth(statements: pd.DataFrame) -> pd.DataFrame:
    """With `stated` (the log ratio of odds that is stated for their kind) and `scale` (how many times as much each says
    as that the served label is wrong).

    `statements`: comment_id, kind, claim, against, source, base, named_base. Whoever is right that a label is wrong is
    taken to name the right class of several, until gold shows that the kind says little.
    """
    share = statements["kind"].map(lambda kind: DEFAULT_PRECISION.get(str(kind), DECLARED_PRECISION))
    stated = logit(share.to_numpy(dtype=np.float64)) - logit(DEFAULT_ERROR_RATE)
    gained = logit(statements["base"]) - logit(statements["named_base"])
    return statements.assign(stated=stated, scale=1 + gained / np.maximum(stated, 1.0))


def signal_rates(statements: pd.DataFrame, truth: Mapping[str, int]) -> pd.DataFrame:
    """Per kind: kind, precision (how often its independent sources are right), low, high (95 % Wilson on gold), n_gold,
    base (how often the served label, or what it claims, would be wrong anyway), ratio (of odds: what one act is worth
    that names no class, or names the only other one).

    `statements`: as `with_stated_worth` gives them; `truth`: class index of gold comments. A source that says several
    things on one comment counts once.
    """
    rows = []
    for kind, part in statements.groupby("kind", sort=True):
        default = float(part["stated"].iloc[0])
        part = part.assign(before=logit(part["named_base"]))
        known = part[part["comment_id"].isin(truth)]
        actual = known["comment_id"].map(truth)
        right = np.where(known["claim"] >= 0, actual == known["claim"], actual != known["against"])
        by_source = known.assign(right=right).groupby(["comment_id", "source"], sort=False)
        counted = by_source[["right", "before", "scale"]].mean()
        base = float(part["base"].mean())
        seen, before, scale = counted.to_numpy(dtype=np.float64).T
        worth = min(_log_ratio(seen, before, scale, default), MOST)
        _, low, high = wilson([counted["right"].sum()], [len(counted)])
        now = float(_share(part["before"] + part["scale"] * worth).mean())
        rows.append((kind, now, low[0], high[0], len(counted), base, float(np.exp(worth))))
    return pd.DataFrame(rows, columns=["kind", "precision", "low", "high", "n_gold", "base", "ratio"])


def worth_of(statements: pd.DataFrame, rates: pd.DataFrame) -> Matrix:
    """(n,) natural log of how much likelier each statement makes what it claims; arguments as ``signal_rates`` has and
    gives them."""
    ratio = statements["kind"].map(rates.set_index("kind")["ratio"]).to_numpy(dtype=np.float64)
    return np.asarray(np.log(ratio) * statements["scale"].to_numpy(dtype=np.float64))


def logit(share: npt.ArrayLike) -> Matrix:
    """Natural log of the odds."""
    of = np.asarray(share, dtype=np.float64)
    return np.asarray(np.log(of) - np.log1p(-of))


def _share(log_odds: npt.ArrayLike) -> Matrix:
    return np.asarray(1 / (1 + np.exp(-np.asarray(log_odds, dtype=np.float64))))


def _log_ratio(right: Matrix, before: Matrix, scale: Matrix, default: float) -> float:
    """The likeliest log ratio of odds, held near its default by a normal prior (Newton's method; convex).

    It is 0 at least, since an act speaks for what it claims, unless gold is sure that it is wrong more often than not
    saying anything would be.
    """
    worth = default
    for _ in range(STEPS):
        expected = _share(before + scale * worth)
        slope = float(scale @ (right - expected)) - (worth - default) / SPREAD**2
        curve = float(scale**2 @ (expected * (1 - expected))) + 1 / SPREAD**2
        worth += float(np.clip(slope / curve, -1.0, 1.0))
        if abs(slope / curve) < 1e-9:
            break
    return worth if worth >= 0 or worth + SURE / np.sqrt(curve) < 0 else 0.0


def evidence(statements: pd.DataFrame, n_classes: int) -> tuple[list[str], Matrix]:
    """Comments with acts, and (n, K) natural-log evidence for each class.

    `statements`: comment_id, source, claim (or -1), against (or -1), worth. A source is one piece of evidence: it
    speaks for a class as strongly as the strongest of its acts, however many they are and of whatever kinds. Sources
    add up, each further one a little less, the strongest first: none takes away from what others say for a class.
    """
    ids = list(dict.fromkeys(statements["comment_id"]))
    claim, against = (statements[c].to_numpy(dtype=np.int64) for c in ("claim", "against"))
    worth = statements["worth"].to_numpy(dtype=np.float64)
    speaks_for = (claim >= 0) == (worth >= 0)  # a claim that gold shows to be wrong speaks against its class
    is_named = np.maximum(claim, against)[:, None] == np.arange(n_classes)
    said = np.where(is_named == speaks_for[:, None], np.abs(worth)[:, None], 0.0)
    by_source = pd.DataFrame(said).groupby([statements["comment_id"].to_numpy(), statements["source"].to_numpy()])
    strongest = by_source.max()
    row = pd.Index(ids).get_indexer(strongest.index.get_level_values(0))
    table = strongest.to_numpy(dtype=np.float64).reshape(len(row), n_classes)
    return ids, np.stack([_added_up(table[:, k], row, len(ids)) for k in range(n_classes)], axis=1)


def _added_up(strength: Matrix, row: npt.NDArray[np.int64], n: int) -> Matrix:
    order = np.lexsort((-strength, row))
    sorted_rows = row[order]
    starts = np.searchsorted(sorted_rows, np.arange(n))
    rank = np.asarray(np.arange(len(order)) - starts[sorted_rows], dtype=np.float64)
    share = _together(rank + 1) - _together(rank)
    return np.asarray(np.bincount(sorted_rows, strength[order] * share, minlength=n))


def _together(n: Matrix) -> Matrix:
    """What so many equal sources are worth, in sources."""
    return np.asarray(n / (1 + (n - 1) * SHARED_CAUSE))
