"""Which honeypots still measure: worn out, leaked, or in doubt.

Belongs here: the state of every honeypot. Does not: mixing them in (``core.honeypots``), what they say
of annotators (``core.honeypot_report``), or what follows for the annotator (``core.standing``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import SettingError
from labeling_pipeline.core.rates import jeffreys
from labeling_pipeline.core.significance import holm

Floats = npt.NDArray[np.float64]
COLUMNS = ("comment_id", "label", "exposures", "value", "low", "high", "rise", "p_value", "state", "reason")
MAX_EXPOSURES, FAMILY_ERROR = 200, 0.05
LEAST_EXPOSURES = 20  # before this nothing can be said of a rise


def honeypot_health(
    answers: pd.DataFrame,
    bank: pd.DataFrame,
    *,
    max_exposures: int = MAX_EXPOSURES,
    family_error: float = FAMILY_ERROR,
) -> pd.DataFrame:
    """The state of every honeypot of the bank, and why.

    Args:
        answers: annotator_id, comment_id, label, answered_at; one row per annotator and honeypot, others are left out.
        bank: comment_id, label (the known answer).
        max_exposures: annotators who may see one honeypot before it is worn out.

    Returns columns `COLUMNS`, sorted by comment_id. ``value``, ``low``, ``high``: share of right answers, 95 %
    Jeffreys.
    ``rise``: slope of being right over exposures, first to last, after taking away what each annotator's other answers
    lead to expect; ``p_value``: one-sided test that it is not positive. ``state``, the first that applies:
    ``in_doubt`` (most annotators contradict the key: a blind spot of the crowd or a wrong key, an expert should look),
    ``leaked`` (p under Holm's correction over all honeypots at ``family_error``), ``worn_out``, else ``active``.
    Only ``active`` ones may be handed out.

    >>> bank = pd.DataFrame({"comment_id": ["x"], "label": ["spam"]})
    >>> said = pd.DataFrame({"annotator_id": list("abcdefgh"), "comment_id": "x", "label": "fine", "answered_at": None})
    >>> honeypot_health(said, bank)["state"].tolist()
    ['in_doubt']
    """
    if max_exposures < 1:
        raise SettingError(f"honeypots.max_exposures = {max_exposures}", expected="1 or more")
    return _health(judged(answers, bank), bank, max_exposures, family_error)


def _health(rows: pd.DataFrame, bank: pd.DataFrame, max_exposures: int, family_error: float) -> pd.DataFrame:
    """`honeypot_health` of answers that are `judged`."""
    counted = rows.groupby("comment_id")["right"].agg(["sum", "size"]).reindex(bank["comment_id"], fill_value=0)
    hits, n = counted["sum"].to_numpy(dtype=np.float64), counted["size"].to_numpy(dtype=np.float64)
    table = bank[["comment_id", "label"]].reset_index(drop=True).assign(exposures=n.astype(np.int64))
    low, high = jeffreys(hits, np.maximum(n, 1))
    seen = n > 0
    table["value"] = np.where(seen, hits / np.maximum(n, 1), np.nan)
    table["low"], table["high"] = np.where(seen, low, 0.0), np.where(seen, high, 1.0)
    trend = _trend(rows).reindex(bank["comment_id"])
    table["rise"], table["p_value"] = trend["rise"].to_numpy(), trend["p_value"].to_numpy()
    has_leaked = holm(table["p_value"].to_numpy(dtype=np.float64), family_error)
    doubtful, worn = seen & (table["high"] < 0.5).to_numpy(), n >= max_exposures
    table["state"] = np.select([doubtful, has_leaked, worn], ["in_doubt", "leaked", "worn_out"], "active")
    table["reason"] = [_reason(row, max_exposures) for row in table.itertuples()]
    return table.sort_values("comment_id", ignore_index=True)[list(COLUMNS)]


def without_doubtful(answers: pd.DataFrame, known: pd.DataFrame, least: float) -> pd.DataFrame:
    """The known answers that may judge a delivery: those in doubt are left out where it is the key that is doubted.

    ``answers``, ``known``: as in `honeypot_health`; ``least``: share of right answers of work that is good enough. A
    key is doubted where most annotators contradict it who on other known answers are right at least that often; where
    they are not, it is they who are wrong, and the key stays.
    """
    named = answers[answers["annotator_id"].notna() & answers["comment_id"].isin(known["comment_id"])]
    if named.empty:
        return known
    once = known.drop_duplicates("comment_id")
    rows = judged(named, once)
    health = _health(rows, once, MAX_EXPOSURES, FAMILY_ERROR)
    doubtful = health.loc[health["state"] == "in_doubt", "comment_id"]
    is_doubtful = rows["comment_id"].isin(doubtful)
    elsewhere = rows[~is_doubtful].groupby("annotator_id")["right"].mean()
    usual = rows.loc[is_doubtful, "annotator_id"].map(elsewhere).astype(np.float64).groupby(rows["comment_id"]).mean()
    return known[~known["comment_id"].isin(usual.index[usual >= least])]


def judged(answers: pd.DataFrame, bank: pd.DataFrame) -> pd.DataFrame:
    """Answers about the bank in order of time, with ``right`` (0 or 1) and ``truth``; of one annotator's answers to one
    honeypot the first counts: a second look is no independent answer. Undated answers come first."""
    truth = bank.set_index("comment_id")["label"]
    about = answers[answers["comment_id"].isin(truth.index)].copy()
    about["truth"] = about["comment_id"].map(truth)
    about["right"] = (about["label"].to_numpy() == about["truth"].to_numpy()).astype(np.float64)
    about["answered_at"] = pd.to_datetime(about["answered_at"])
    order = about.sort_values(["answered_at", "annotator_id", "comment_id"], na_position="first", kind="stable")
    return order.drop_duplicates(["annotator_id", "comment_id"]).reset_index(drop=True)


def _trend(rows: pd.DataFrame) -> pd.DataFrame:
    """Slope of the residuals over exposure rank, per honeypot, and a one-sided normal test of it."""
    from scipy.stats import norm

    places = rows.groupby("comment_id").cumcount().to_numpy(dtype=np.float64)
    n = rows.groupby("comment_id")["right"].transform("size").to_numpy(dtype=np.float64)
    centred = places - (n - 1) / 2
    residual = rows["right"].to_numpy() - _expected(rows)
    mean = pd.Series(residual).groupby(rows["comment_id"].to_numpy()).transform("mean").to_numpy()
    parts = pd.DataFrame({"comment_id": rows["comment_id"], "n": n, "xx": centred**2})
    parts["xy"], parts["ee"] = centred * (residual - mean), (residual - mean) ** 2
    total = parts.groupby("comment_id").agg({"n": "first", "xx": "sum", "xy": "sum", "ee": "sum"})
    slope = total["xy"] / total["xx"].clip(lower=1e-12)
    variance = (total["ee"] / (total["n"] - 1).clip(lower=1)).to_numpy(dtype=np.float64)
    spread = np.sqrt(np.maximum(variance, 1e-6) * total["xx"].to_numpy(dtype=np.float64))
    p_value = pd.Series(norm.sf(total["xy"] / np.maximum(spread, 1e-12)), index=total.index)
    enough = total["n"] >= LEAST_EXPOSURES
    return pd.DataFrame({"rise": (slope * (total["n"] - 1)).where(enough), "p_value": p_value.where(enough)})


def _expected(rows: pd.DataFrame) -> Floats:
    """What an annotator's answers to the other honeypots lead to expect, shrunk by two answers to the average."""
    overall = float(rows["right"].mean()) if len(rows) else 0.0
    by = rows.groupby("annotator_id")["right"]
    others = by.transform("sum").to_numpy() - rows["right"].to_numpy()
    return np.asarray((others + 2 * overall) / (by.transform("size").to_numpy() - 1 + 2), dtype=np.float64)


def _reason(row: object, cap: int) -> str:
    state, n = getattr(row, "state", ""), getattr(row, "exposures", 0)
    if state == "in_doubt":
        return f"{getattr(row, 'value', 0.0):.0%} of {n} annotators gave the known answer: ask an expert"
    if state == "leaked":
        return f"right answers rise by {100 * getattr(row, 'rise', 0.0):.0f} points over {n} exposures"
    return f"{n} exposures, the cap is {cap}" if state == "worn_out" else ""
