"""Production signals beside labeling functions: one `signal:<kind>` each, in the same words. Belongs here: what each
kind of act covers, contradicts and gets right. Does not: what acts are worth as evidence (``production_signals``).

They are functions that people run: a kind votes on a comment once per independent source, so 500 linked flags are one
vote. They are no columns of the vote matrix: a flag speaks against the class that was shown, which no vote for one
class says, and what it is worth depends on how often that class is wrong.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.ids import id_texts
from labeling_pipeline.core.weak_supervision.analysis import wilson
from labeling_pipeline.core.weak_supervision.production_signals import SignalLabels

PREFIX = "signal:"
COLUMNS = [
    "lf", "polarity", "coverage", "overlaps", "conflicts", "learned_accuracy", "learned_low", "learned_high",
    "n_fit_gold", "n_gold", "correct", "incorrect", "accuracy", "accuracy_low", "accuracy_high", "n_acts", "n_sources",
]  # fmt: skip


def signal_functions(
    signals: SignalLabels, votes: pd.DataFrame, n_comments: int, gold: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row per kind of act: lf (`signal:flag`), polarity (classes claimed, "not x" for a claim against x), coverage,
    overlaps, conflicts (shares of `n_comments`), learned_accuracy with the interval of its fit gold, accuracy of
    independent sources on `gold` (comment_id, label) with its 95 % Wilson interval, n_acts, n_sources.

    `votes`: comment_id, lf, label, the labeling functions' own (see ``AppliedLFs.vote_frame``).
    """
    claims = signal_votes(signals)
    spoken = pd.concat([votes.assign(against=None), claims], ignore_index=True)[
        ["comment_id", "lf", "label", "against"]
    ]
    rows = [_row(str(lf), part, spoken, n_comments) for lf, part in claims.groupby("lf", sort=True)]
    out = pd.DataFrame(rows).reindex(columns=COLUMNS)
    rates = signals.rates.set_index(PREFIX + signals.rates["kind"])
    names = {"learned_accuracy": "precision", "learned_low": "low", "learned_high": "high", "n_fit_gold": "n_gold"}
    out = out.assign(**{mine: out["lf"].map(rates[theirs]) for mine, theirs in names.items()})
    return _measured(out, claims, gold)


def signal_votes(signals: SignalLabels) -> pd.DataFrame:
    """What acts say of each comment: comment_id, lf, label (the class claimed) or against (the class contradicted),
    n_acts, n_sources (independent of each other)."""
    return signals.votes.assign(lf=PREFIX + signals.votes["kind"]).drop(columns="kind")


def _row(lf: str, mine: pd.DataFrame, spoken: pd.DataFrame, n_comments: int) -> dict[str, object]:
    pairs = mine.merge(spoken[spoken["lf"] != lf], on="comment_id", suffixes=("", "_other"))
    differ = pairs["comment_id"][_contradict(pairs)]
    against = "not " + mine["against"].dropna().astype(str)
    return {
        "lf": lf,
        "polarity": sorted({*mine["label"].dropna(), *against}),
        "coverage": mine["comment_id"].nunique() / n_comments,
        "overlaps": pairs["comment_id"].nunique() / n_comments,
        "conflicts": differ.nunique() / n_comments,
        "n_acts": int(mine["n_acts"].sum()),
        "n_sources": int(mine["n_sources"].sum()),
    }


def _contradict(pairs: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Different classes claimed, or a class claimed that the other speaks against."""
    both = pairs["label"].notna() & pairs["label_other"].notna() & (pairs["label"] != pairs["label_other"])
    one = pairs["label"].notna() & (pairs["label"] == pairs["against_other"])
    other = pairs["label_other"].notna() & (pairs["label_other"] == pairs["against"])
    return np.asarray(both | one | other, dtype=bool)


def _measured(rows: pd.DataFrame, claims: pd.DataFrame, gold: pd.DataFrame | None) -> pd.DataFrame:
    if gold is None or gold.empty:
        return rows.assign(n_gold=0)
    known = dict(zip(id_texts(gold["comment_id"]), gold["label"].astype("str"), strict=True))
    judged = claims.assign(truth=claims["comment_id"].map(known)).dropna(subset="truth")
    right = np.where(judged["label"].notna(), judged["label"] == judged["truth"], judged["against"] != judged["truth"])
    per_kind = judged.assign(right=right * judged["n_sources"]).groupby("lf")[["right", "n_sources"]].sum()
    correct, n = (per_kind[c].reindex(rows["lf"]).fillna(0).to_numpy(dtype=np.int64) for c in ("right", "n_sources"))
    value, low, high = wilson(correct, n)
    return rows.assign(
        n_gold=n, correct=correct, incorrect=n - correct, accuracy=value, accuracy_low=low, accuracy_high=high
    )
