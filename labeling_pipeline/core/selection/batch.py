"""The batch: the best scores, without near-duplicates, plus a random share; each with rank, score and reason.

Belongs here: everything around a strategy. Does not: any strategy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.registry import load
from labeling_pipeline.core.selection.margin import margins
from labeling_pipeline.core.selection.near_duplicates import keep_distinct
from labeling_pipeline.core.selection.pool import Pool, read_pool

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
Strategy = Callable[[Pool], Array]
SHORTLIST = 4  # candidates compared for near-duplicates, as a multiple of the batch: bounds the work on large pools


@dataclass(frozen=True)
class Selection:
    """batch: comment_id, rank (1 is first), score (higher is more wanted), strategy, reason. notes: what a reader must
    know, such as a pool that was exhausted."""

    batch: pd.DataFrame
    notes: tuple[str, ...]


def choose(
    strategies: Mapping[str, str],
    predictions: pd.DataFrame,
    n: int,
    *,
    strategy: str,
    classes: Sequence[str] | None = None,
    seed: int = 0,
    random_share: float = 0.1,
    texts: Mapping[str, str] | None = None,
) -> Selection:
    """Choose ``n`` comments of the pool.

    predictions: comment_id, p_<class>…, optional model_version (several rows per comment form a committee). strategy: a
    name in the registry. random_share: part of the batch drawn at random from the rest, which keeps estimates about the
    pool unbiased. texts: comment_id → text; when given, near-duplicates of a chosen comment are passed over. Ties are
    broken by a hash of id and seed, so row order never matters. Asking for more than there is takes all and says so.
    """
    if strategy not in strategies:
        raise SettingError(f"strategy {strategy!r} is not known", expected=" or ".join(strategies))
    score: Strategy = load(strategies, strategy, "strategy")
    if n < 1:
        raise InputError(f"{n} comments requested", expected="at least 1")
    if not 0 <= random_share <= 1:
        raise SettingError(f"random_share is {random_share}", expected="a share from 0 to 1")
    if len(predictions) == 0:
        return Selection(_frame([], [], [], []), (f"pool exhausted: 0 available, {n} requested",))
    pool = read_pool(predictions, classes, seed)
    scores = _check_scores(score(pool), pool, strategy)
    n_random = 0 if strategy == "random" else round(n * random_share)
    wanted = n - n_random
    chosen, n_twins = _distinct_best(scores, pool, wanted, texts, seed)
    by_chance = _at_random(pool, chosen, min(n, len(scores)) - len(chosen))
    reasons = _reasons(pool, chosen, strategy, scores) + [f"random share: drawn from {len(scores)}"] * len(by_chance)
    rows = np.concatenate([chosen, by_chance])
    names = [strategy] * len(chosen) + ["random"] * len(by_chance)
    notes = [f"pool exhausted: {len(scores)} available, {n} requested"] if len(scores) < n else []
    notes += [f"{n_twins} near-duplicates passed over"] if n_twins else []
    return Selection(_frame(pool.comment_ids[rows], scores[rows], names, reasons), tuple(notes))


def _distinct_best(
    scores: Array, pool: Pool, wanted: int, texts: Mapping[str, str] | None, seed: int
) -> tuple[Rows, int]:
    """The best rows without near-duplicates; the shortlist grows until there are enough. Only when the whole pool has
    too few distinct comments do near-duplicates fill the batch. Also how many were passed over."""
    limit = wanted if texts is None else wanted * SHORTLIST
    while True:
        kept, passed = keep_distinct(_best_first(scores, pool.luck, limit), wanted, pool.comment_ids, texts, seed)
        if len(kept) == wanted or limit >= len(scores):
            fill = passed[: wanted - len(kept)]
            return np.concatenate([kept, fill]), len(passed) - len(fill)
        limit *= SHORTLIST


def _best_first(scores: Array, luck: Array, limit: int) -> Rows:
    """Rows of the ``limit`` best scores, best first; equal scores in the order of luck."""
    rows = np.arange(len(scores)) if limit else np.zeros(0, dtype=np.int64)
    if 0 < limit < len(scores):
        threshold = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        rows = np.flatnonzero(scores >= threshold)
    return rows[np.lexsort((luck[rows], -scores[rows]))][:limit]


def _at_random(pool: Pool, taken: Rows, n: int) -> Rows:
    """``n`` of the rest by a second use of the same luck, independent of the order in which ties fell."""
    rest = np.ones(len(pool.luck), dtype=bool)
    rest[taken] = False
    rows = np.flatnonzero(rest)
    # Read from the other end than ties, which go to the lowest luck: a tie's losers are not thereby drawn here.
    shuffled = np.modf(pool.luck[rows] * 2.0**26)[0]
    return rows[np.argsort(shuffled, kind="stable")][: max(n, 0)]


def _check_scores(scores: Array, pool: Pool, strategy: str) -> Array:
    scores = np.asarray(scores, dtype=np.float64)
    if scores.shape != (len(pool.comment_ids),) or not np.isfinite(scores).all():
        raise InputError(
            f"strategy {strategy}", expected=f"one finite score for each of {len(pool.comment_ids)} comments"
        )
    return scores


def _reasons(pool: Pool, rows: Rows, strategy: str, scores: Array) -> list[str]:
    if strategy == "random":
        return [f"random: drawn from {len(scores)}"] * len(rows)
    p = pool.probabilities[rows]
    order = np.argsort(-p, axis=1, kind="stable")[:, :2]
    gaps = margins(p)
    reasons = []
    for i, row in enumerate(rows):
        top = [f"{pool.classes[k]} {p[i, k]:.2f}" for k in order[i]]
        value = gaps[i] if strategy == "margin" else scores[row]
        reasons.append(f"{strategy} {value:.2f}: {' against '.join(top)}")
    return reasons


def _frame(
    ids: Sequence[str], scores: Sequence[float], strategies: Sequence[str], reasons: Sequence[str]
) -> pd.DataFrame:
    frame = pd.DataFrame({"comment_id": ids, "rank": range(1, len(ids) + 1), "score": scores})
    return frame.assign(strategy=strategies, reason=reasons)
