"""Experts look at labels everybody agrees on: the only way to see a blind spot that most annotators share.

Belongs here: which unanimous labels to review, the error rate they show, and the alarm "agreement without accuracy".
Does not: reviewing labels on which annotators differ (``core.adjudication``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.rates import jeffreys, weighted_rate
from labeling_pipeline.core.sampling import rarest_slice, stratified_draw
from labeling_pipeline.core.significance import holm

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
WEIGHTS = {"slice": 0.7, "rest": 0.3}
ALL = "(all)"
COLUMNS = ("slice", "n", "overturned", "value", "low", "high", "p_value", "is_alarm", "comment_ids")


def plan_review(labels: pd.DataFrame, budget: int, seed: int = 0) -> pd.DataFrame:
    """The unanimous labels experts should look at this round: half at random, half spread over the slices.

    ``labels``: comment_id, label, agreement, n_votes, slices (list of names). Unanimous is an agreement of 1 among two
    votes or more. A budget over the number of unanimous labels takes them all.
    Returns comment_id, label, slices, stratum, part, inclusion_p, in random order; empty where nothing is unanimous.
    """
    agreement = labels["agreement"].to_numpy(dtype=np.float64, na_value=np.nan)
    sure = labels[(agreement >= 1) & (labels["n_votes"].to_numpy() >= 2)]
    frame = sure[["comment_id", "label", "slices"]].reset_index(drop=True)
    rarest = rarest_slice(frame["slices"])
    frame["stratum"] = np.where(rarest != "", "slice:" + rarest, "rest").astype(str)
    if frame.empty:
        return frame.assign(part="", inclusion_p=0.0)
    return stratified_draw(frame, min(budget, len(frame)), WEIGHTS, seed)


def unanimous_errors(
    review: pd.DataFrame, *, family_error: float = 0.05, tolerated: float = 0.05, shown: int = 20
) -> pd.DataFrame:
    """How often experts overturn unanimous labels, in all and per slice, and which slices stand out.

    A slice alarms when its error rate is higher than that of the reviewed comments outside of it (Fisher's exact test,
    one-sided) with Holm's correction over all slices at ``family_error``, and the lower bound of its rate is over
    ``tolerated``. Annotators agreed on every one of these labels: that is agreement without accuracy.

    Args:
        review: a plan of `plan_review` that came back: comment_id, label, slices, inclusion_p, verdict.

    Returns columns `COLUMNS`: first "(all)", whose value is weighted by 1 / inclusion_p to the unanimous labels of the
    whole round, then each slice; intervals are 95 % (Wilson for all on the effective sample size of Kish 1965, Jeffreys
    within a slice); ``comment_ids`` are those overturned, at most ``shown``.
    Raises InputError where no verdict came back.
    """
    done = review[review["verdict"].notna()].reset_index(drop=True)
    if done.empty:
        raise InputError("unanimous review: no verdict came back", expected="a verdict for some of the comments")
    wrong = (done["verdict"] != done["label"]).to_numpy()
    weight = 1.0 / done["inclusion_p"].to_numpy(dtype=np.float64)
    rows = [_whole(wrong, weight) | {"slice": ALL, "comment_ids": _ids(done, wrong, shown)}]
    exploded = done[["comment_id", "slices"]].explode("slices").dropna()
    for name, part in exploded.groupby("slices", sort=True):
        inside = done["comment_id"].isin(part["comment_id"]).to_numpy()
        ids = _ids(done, wrong & inside, shown)
        rows.append(_one_slice(wrong[inside], wrong[~inside]) | {"slice": str(name), "comment_ids": ids})
    found = pd.DataFrame(rows)
    found["is_alarm"] = holm(found["p_value"], family_error) & (found["low"] > tolerated).to_numpy()
    return found[list(COLUMNS)]


def _ids(done: pd.DataFrame, wrong: Bools, shown: int) -> list[str]:
    return sorted(str(c) for c in done.loc[wrong, "comment_id"])[:shown]


def _whole(wrong: Bools, weight: Floats) -> dict[str, object]:
    return {"n": len(wrong), "overturned": int(wrong.sum()), "p_value": np.nan, **weighted_rate(wrong, weight)}


def _one_slice(inside: Bools, outside: Bools) -> dict[str, object]:
    from scipy.stats import fisher_exact

    k, n = int(inside.sum()), len(inside)
    table = np.asarray([[k, n - k], [int(outside.sum()), len(outside) - int(outside.sum())]])
    p_value = float(fisher_exact(table, alternative="greater").pvalue)
    low, high = jeffreys(k, n)
    return {"n": n, "overturned": k, "value": k / n, "low": float(low), "high": float(high), "p_value": p_value}
