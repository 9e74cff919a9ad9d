"""Drawing comments for experts, partly at random and partly by stratum, with the probability of each known.

Belongs here: the draw and its inclusion probabilities. Does not: which strata there are (``core.gold``,
``core.unanimous``), or estimates from what was drawn.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError

RANDOM_SHARE = 0.5


def stratified_draw(frame: pd.DataFrame, budget: int, weights: Mapping[str, float], seed: int) -> pd.DataFrame:
    """At most ``budget`` rows: half a simple random draw from all, the rest by stratum.

    The random draw and the strata are filled along one random order, so a comment of stratum h, with N_h comments and
    m_h places beside the random draw of r out of N, is taken with probability E[min(R_h + m_h, N_h)] / N_h, where R_h
    is hypergeometric (N, N_h, r).

    Args:
        frame: comment_id (distinct), stratum (one each; "kind:name" or "kind"), and whatever should ride along.
        weights: kind → its part of the places; strata of one kind share them evenly.

    Returns the rows drawn, in random order, with ``part`` ("random" or "stratum") and ``inclusion_p``.
    Raises InputError for a budget under 1 or over the number of rows.
    """
    if budget < 1:
        raise InputError(f"budget is {budget}", expected="1 or more comments")
    if budget > len(frame):
        raise InputError(
            f"budget is {budget}, but there are {len(frame)} comments", remedy=f"ask for at most {len(frame)}"
        )
    # The draw must not depend on the order of the file, only on what is in it and the seed.
    known = frame.sort_values("comment_id", ignore_index=True)
    sizes = {str(h): int(n) for h, n in known["stratum"].value_counts().sort_index().items()}
    drawn = int(np.ceil(budget * RANDOM_SHARE))
    # What the random draw is expected to leave of a stratum; more places than that would stay empty.
    left = {h: int(np.ceil(n * (1 - drawn / len(known)))) for h, n in sizes.items()}
    places = _places(left, budget - drawn, weights)
    probability = {h: _inclusion_p(len(known), n, drawn, places[h]) for h, n in sizes.items()}
    order = known.iloc[np.random.default_rng(seed).permutation(len(known))].reset_index(drop=True)
    is_random = np.arange(len(order)) < drawn
    rest = order[~is_random]
    extra = rest[rest.groupby("stratum").cumcount().to_numpy() < rest["stratum"].map(places).to_numpy()]
    taken = pd.concat([order[is_random].assign(part="random"), extra.assign(part="stratum")])
    taken["inclusion_p"] = np.round(taken["stratum"].map(probability).to_numpy(dtype=np.float64), 9)
    return taken.iloc[np.random.default_rng([seed, 1]).permutation(len(taken))].reset_index(drop=True)


def rarest_slice(slices: pd.Series) -> npt.NDArray[np.object_]:
    """The rarest slice of each comment, "" where it is in none: strata must not overlap. ``slices``: lists of names."""
    tags = [[str(t) for t in s] if isinstance(s, (list, tuple, np.ndarray)) else [] for s in slices]
    sizes = pd.Series([t for row in tags for t in row], dtype=object).value_counts()
    result = np.full(len(slices), "", dtype=object)
    result[:] = [min(row, key=lambda t: (sizes[t], t)) if row else "" for row in tags]
    return result


def _places(sizes: Mapping[str, int], extra: int, weights: Mapping[str, float]) -> dict[str, int]:
    """How many places each stratum gets beside the random draw; what one cannot fill goes to the others."""
    kinds = {h: h.split(":", 1)[0] for h in sizes}
    weight = {h: weights[k] / sum(1 for other in kinds.values() if other == k) for h, k in kinds.items()}
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
