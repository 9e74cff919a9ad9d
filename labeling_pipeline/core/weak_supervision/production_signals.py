"""Production signals as evidence about labels. Belongs here: how often each kind of act is right, what acts on a
comment add up to. Does not: which acts are linked (``linked_actors``), what to review (``core.feedback``).

An act claims something: an override that the label is another one, a flag that the served label is wrong. How much a
kind of act is worth is counted on gold, per independent source; a brigade is one source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.analysis import wilson
from labeling_pipeline.core.weak_supervision.linked_actors import source_of_act
from labeling_pipeline.core.weak_supervision.patterns import Matrix
from labeling_pipeline.core.weak_supervision.result import softmax

# Without gold: how often an act of this kind is right, where one served label in ten is wrong.
DEFAULT_PRECISION: dict[str, float] = {
    "override": 0.95,
    "correction": 0.9,
    "escalation": 0.7,
    "appeal": 0.4,
    "rejection": 0.6,
    "flag": 0.3,
}
DECLARED_PRECISION = 0.3  # kinds that the settings add
DEFAULT_ERROR_RATE = 0.1
PRIOR_SOURCES = 10.0  # the default precision counts like this many sources seen on gold
PRIOR_COMMENTS = 20.0
# Independent people on one comment still share its wording: each further source adds a little less.
SHARED_CAUSE = 0.05
LOWEST, HIGHEST = 0.02, 0.98
SMALLEST_BASE = 0.001


@dataclass(frozen=True)
class SignalLabels:
    """`labels`: comment_id, p_<class>…, n_signals, n_sources, n_fired; `rates`: kind, precision, low, high, n_gold,
    ratio; `votes`: comment_id, kind, label (the class claimed) or against (the one contradicted), n_acts, n_sources."""

    labels: pd.DataFrame
    rates: pd.DataFrame
    votes: pd.DataFrame


def signal_labels(
    feedback: pd.DataFrame,
    served: pd.DataFrame,
    classes: Sequence[str],
    *,
    gold: pd.DataFrame | None = None,
    class_balance: npt.ArrayLike | None = None,
    precision: Mapping[str, float] | None = None,
) -> SignalLabels:
    """What people's acts in production say about each comment's label, as a soft label to fuse with others.

    `feedback`: comment_id, kind, and optionally label (the class claimed), actor_id, created_at. `served`: comment_id,
    label (what production showed). `gold`: comment_id, label, role fit. An act without a label claims that the served
    one is wrong; on a comment that was never served it is left out. Of two classes, naming the other one says the same.
    Probabilities are over `class_balance` (even without), in which the served label has no part.
    """
    index = {name: k for k, name in enumerate(classes)}
    acts = _acts(feedback, served, index)
    acts["source"] = source_of_act(acts)
    k = len(classes)
    balance = np.full(k, 1.0 / k) if class_balance is None else np.asarray(class_balance, dtype=np.float64)
    truth = _truth(gold, index)
    acts["base"] = _base(acts, balance, _error_rate(served, truth, index))
    sources = acts.drop_duplicates(["comment_id", "kind", "claim", "against", "source"]).copy()
    rates = signal_rates(sources, truth, precision or {})
    ids, evidence = _evidence(sources, rates, k)
    probabilities = softmax(np.log(balance) + evidence)
    by_comment = acts.groupby("comment_id", sort=False)
    frame = pd.DataFrame({"comment_id": ids, **{f"p_{c}": probabilities[:, j] for c, j in index.items()}})
    frame["n_signals"] = by_comment.size().reindex(ids).to_numpy(dtype=np.int64)
    frame["n_sources"] = by_comment["source"].nunique().reindex(ids).to_numpy(dtype=np.int64)
    return SignalLabels(frame.assign(n_fired=frame["n_sources"]), rates, _votes(acts, classes))


def signal_rates(sources: pd.DataFrame, truth: Mapping[str, int], precision: Mapping[str, float]) -> pd.DataFrame:
    """Per kind: how often its independent sources are right, and the ratio of odds an act is worth.

    `sources`: comment_id, kind, claim, against, base; `truth`: class index of gold comments. `ratio` is the odds of
    being right after the act over those before it, its base: of the kind on average.
    """
    rows = []
    for kind, part in sources.groupby("kind", sort=True):
        known = part[part["comment_id"].isin(truth)]
        actual = known["comment_id"].map(truth)
        right = np.where(known["claim"] >= 0, actual == known["claim"], actual != known["against"])
        default = precision.get(str(kind), DEFAULT_PRECISION.get(str(kind), DECLARED_PRECISION))
        mean = (right.sum() + PRIOR_SOURCES * default) / (len(known) + PRIOR_SOURCES)
        _, low, high = wilson([right.sum()], [len(known)])
        base = float(part["base"].mean())
        rows.append((kind, float(np.clip(mean, LOWEST, HIGHEST)), low[0], high[0], len(known), base))
    table = pd.DataFrame(rows, columns=["kind", "precision", "low", "high", "n_gold", "base"])
    return table.assign(ratio=_odds(table["precision"]) / _odds(table["base"]))


def _odds(share: pd.Series) -> pd.Series:
    return share / (1 - share)


def _base(acts: pd.DataFrame, balance: Matrix, error_rate: float) -> Matrix:
    """How often each act would be right if it said nothing: that the served label is wrong, by the error rate; that
    another class is right, by its part in that; that the served class is right, or any where none was served, by the
    balance."""
    claim, against, served = (acts[c].to_numpy(dtype=np.int64) for c in ("claim", "against", "served"))
    named = balance[np.maximum(claim, 0)]
    others = np.maximum(1 - balance[np.maximum(served, 0)], LOWEST)
    another = np.minimum(error_rate * named / others, error_rate)
    base = np.where(against >= 0, error_rate, np.where((served >= 0) & (served != claim), another, named))
    return np.asarray(np.clip(base, SMALLEST_BASE, 1 - SMALLEST_BASE))


def _acts(feedback: pd.DataFrame, served: pd.DataFrame, index: Mapping[str, int]) -> pd.DataFrame:
    absent = [c for c in ("comment_id", "kind") if c not in feedback.columns]
    if absent:
        raise InputError(f"feedback: no column {absent[0]!r}", expected="comment_id and kind")
    acts = feedback.reset_index(drop=True).assign(comment_id=lambda f: f["comment_id"].astype("str"))
    shown = served.drop_duplicates("comment_id", keep="last")
    by_id = dict(zip(shown["comment_id"].astype("str"), shown["label"].map(dict(index)), strict=True))
    claimed = acts["label"].map(dict(index)) if "label" in acts.columns else pd.Series(np.nan, index=acts.index)
    acts["claim"] = claimed.fillna(-1).astype(np.int64)
    acts["against"] = acts["comment_id"].map(by_id).fillna(-1).astype(np.int64)
    acts["served"] = acts["against"]
    acts.loc[acts["claim"] >= 0, "against"] = -1
    return acts[(acts["claim"] >= 0) | (acts["against"] >= 0)].reset_index(drop=True)


def _votes(acts: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """What each kind of act claims of a comment, how often, and by how many independent sources."""
    keys = ["comment_id", "kind", "claim", "against"]
    out = acts.groupby(keys).agg(n_acts=("source", "size"), n_sources=("source", "nunique")).reset_index()
    names = dict(enumerate(classes))
    out = out.assign(label=out["claim"].map(names), against=out["against"].map(names)).drop(columns="claim")
    said = out[["label", "against"]].astype(object)
    out[["label", "against"]] = said.where(said.notna(), None)
    return out


def _truth(gold: pd.DataFrame | None, index: Mapping[str, int]) -> dict[str, int]:
    if gold is None:
        return {}
    fit = gold[gold["role"] == "fit"] if "role" in gold.columns else gold
    return {str(i): index[str(y)] for i, y in zip(fit["comment_id"], fit["label"], strict=True) if str(y) in index}


def _error_rate(served: pd.DataFrame, truth: Mapping[str, int], index: Mapping[str, int]) -> float:
    known = served[served["comment_id"].astype("str").isin(truth)]
    actual = known["comment_id"].astype("str").map(dict(truth))
    wrong = float((known["label"].map(dict(index)) != actual).sum())
    rate = (wrong + PRIOR_COMMENTS * DEFAULT_ERROR_RATE) / (len(known) + PRIOR_COMMENTS)
    return float(np.clip(rate, LOWEST, 0.5))


def _evidence(sources: pd.DataFrame, rates: pd.DataFrame, n_classes: int) -> tuple[list[str], Matrix]:
    """Comments with acts, and (n, K) natural-log evidence: per kind and claim, of the number of its sources."""
    ids = list(dict.fromkeys(sources["comment_id"]))
    keys = ["comment_id", "kind", "claim", "against"]
    grouped = sources.groupby(keys, sort=False)
    counted = grouped.agg(n=("source", "nunique"), base=("base", "first")).reset_index()
    n = counted["n"].to_numpy(dtype=np.float64)
    right = counted["kind"].map(rates.set_index("kind")["precision"]).astype(np.float64)
    weight = n / (1 + (n - 1) * SHARED_CAUSE) * np.log((_odds(right) / _odds(counted["base"])).to_numpy())
    row = counted["comment_id"].map({comment: i for i, comment in enumerate(ids)}).to_numpy(dtype=np.int64)
    claim, against = (counted[c].to_numpy(dtype=np.int64) for c in ("claim", "against"))
    out = np.zeros((len(ids), n_classes))
    named = claim >= 0
    np.add.at(out, (row[named], claim[named]), weight[named])
    np.add.at(out, row[~named], weight[~named, None])
    np.add.at(out, (row[~named], against[~named]), -weight[~named])
    return ids, out
