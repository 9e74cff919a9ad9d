"""Production signals as evidence about labels. Belongs here: what an act claims of a comment, and how likely that was
before. Does not: which acts are linked (``linked_actors``), what a kind of act is worth (``signal_worth``), what to
review (``core.feedback``).

An act claims something: an override that the label is another one, a flag that the served label is wrong. How much a
kind of act is worth is learned on gold, per independent source; a brigade is one source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.ids import id_texts
from labeling_pipeline.core.weak_supervision.gold_roles import fit_rows
from labeling_pipeline.core.weak_supervision.linked_actors import source_of_act
from labeling_pipeline.core.weak_supervision.patterns import Matrix
from labeling_pipeline.core.weak_supervision.result import softmax
from labeling_pipeline.core.weak_supervision.signal_worth import (
    DEFAULT_ERROR_RATE,
    DEFAULT_PRECISION,
    SILENT_KINDS,
    evidence,
    signal_rates,
    with_stated_worth,
    worth_of,
)

PRIOR_COMMENTS = 20.0
LOWEST = 0.02
SMALLEST_BASE = 0.001


@dataclass(frozen=True)
class SignalLabels:
    """`labels`: comment_id, p_<class>…, n_signals, n_sources, n_fired; `rates`: kind, precision, low, high, n_gold,
    ratio; `votes`: comment_id, kind, label (the class claimed) or against (the one contradicted), n_acts, n_sources.
    `n_left_out`: acts that claim nothing; `n_unknown`: acts of unknown kinds, by kind. Clicks are in neither."""

    labels: pd.DataFrame
    rates: pd.DataFrame
    votes: pd.DataFrame
    n_left_out: int = 0
    n_unknown: Mapping[str, int] = field(default_factory=dict)

    @property
    def notes(self) -> list[str]:
        """What is to be told of acts that were given and have no part."""
        why = "their label is no class, or they have none and which label production showed there is not known"
        told = [f"acts in production that say nothing: {self.n_left_out:,}; {why}"] if self.n_left_out else []
        kinds = ", ".join(f"{kind!r} ({n:,})" for kind, n in self.n_unknown.items())
        return [*told, f"acts in production of unknown kinds, left out: {kinds}"] if kinds else told


def signal_labels(
    feedback: pd.DataFrame,
    served: pd.DataFrame,
    classes: Sequence[str],
    *,
    gold: pd.DataFrame | None = None,
    class_balance: npt.ArrayLike | None = None,
    kinds: Sequence[str] = (),
) -> SignalLabels:
    """What people's acts in production say about each comment's label, as a soft label to fuse with others.

    `feedback`: comment_id, kind (flag, override, appeal, escalation, correction, rejection, or one of `kinds`; a click
    says nothing, others are left out and told), and optionally label (the class claimed), actor_id, created_at.
    `served`: comment_id, label (what production showed). `gold`: comment_id, label, optionally role: rows of role fit,
    and those that name none, say what a kind of act is worth. An act without a label claims that the served one is
    wrong; on a comment that was never served it is left out, and counted, as is one whose label is no class. Of two
    classes, naming the other one says the same. Probabilities are over `class_balance` (even without), in which the
    served label has no part; `labels.attrs` tells it to ``fuse``.
    """
    index = {name: k for k, name in enumerate(classes)}
    known, unknown = _of_known_kinds(feedback, kinds)
    acts = _acts(known, served, index)
    acts["source"] = source_of_act(acts)
    k = len(classes)
    balance = np.full(k, 1.0 / k) if class_balance is None else np.asarray(class_balance, dtype=np.float64)
    truth = _truth(gold, index)
    acts["base"], acts["named_base"] = _bases(acts, balance, _error_rate(served, truth, index))
    statements = with_stated_worth(acts.drop_duplicates(["comment_id", "kind", "claim", "against", "source"]))
    rates = signal_rates(statements, truth)
    ids, moved = evidence(statements.assign(worth=worth_of(statements, rates)), k)
    probabilities = softmax(np.log(balance) + moved)
    by_comment = acts.groupby("comment_id", sort=False)
    frame = pd.DataFrame({"comment_id": ids, **{f"p_{c}": probabilities[:, j] for c, j in index.items()}})
    frame["n_signals"] = by_comment.size().reindex(ids).to_numpy(dtype=np.int64)
    frame["n_sources"] = by_comment["source"].nunique().reindex(ids).to_numpy(dtype=np.int64)
    frame.attrs["class_balance"] = (balance / balance.sum()).tolist()
    left_out = len(known) - len(acts)
    return SignalLabels(frame.assign(n_fired=frame["n_sources"]), rates, _votes(acts, classes), left_out, unknown)


def _of_known_kinds(feedback: pd.DataFrame, declared: Sequence[str]) -> tuple[pd.DataFrame, dict[str, int]]:
    """The acts whose kind may be evidence, and how many there are of each kind that is not known; a kind is read as in
    ``inbox/feedback``: without blanks at its ends, and case counts."""
    absent = [c for c in ("comment_id", "kind") if c not in feedback.columns]
    if absent:
        raise InputError(f"feedback: no column {absent[0]!r}", expected="comment_id and kind")
    given = feedback["kind"].astype(object)
    named = given.where(given.notna(), "").astype(str).str.strip()
    speaks = named.isin({*DEFAULT_PRECISION, *declared} - set(SILENT_KINDS))
    unknown = named[~speaks & ~named.isin(SILENT_KINDS)].value_counts().sort_index()
    return feedback.assign(kind=named)[speaks], {str(kind): int(n) for kind, n in unknown.items()}


def _bases(acts: pd.DataFrame, balance: Matrix, error_rate: float) -> tuple[Matrix, Matrix]:
    """How often each act would be right if it said nothing, and what it claims be true.

    That the served label is wrong: by the error rate; that another class is right: by its part in that. That the served
    class is right, or any where none was served: by the balance.
    """
    claim, against, served = (acts[c].to_numpy(dtype=np.int64) for c in ("claim", "against", "served"))
    named = balance[np.maximum(claim, 0)]
    others = np.maximum(1 - balance[np.maximum(served, 0)], LOWEST)
    differs = (against >= 0) | ((served >= 0) & (served != claim))
    another = np.where(against >= 0, error_rate, np.minimum(error_rate * named / others, error_rate))
    bases = np.where(differs, error_rate, named), np.where(differs, another, named)
    low, high = SMALLEST_BASE, 1 - SMALLEST_BASE
    return np.clip(bases[0], low, high), np.clip(bases[1], low, high)


def _acts(feedback: pd.DataFrame, served: pd.DataFrame, index: Mapping[str, int]) -> pd.DataFrame:
    acts = feedback.reset_index(drop=True).assign(comment_id=lambda f: id_texts(f["comment_id"]))
    shown = served.drop_duplicates("comment_id", keep="last")
    by_id = dict(zip(id_texts(shown["comment_id"]), shown["label"].map(dict(index)), strict=True))
    said = acts["label"] if "label" in acts.columns else pd.Series(np.nan, index=acts.index)
    named = said.astype(object).where(said.notna(), "").astype(str).str.strip()
    acts["claim"] = named.map(dict(index)).fillna(-1).astype(np.int64)
    acts["names_none"] = (named != "") & (acts["claim"] < 0)
    acts["against"] = acts["comment_id"].map(by_id).fillna(-1).astype(np.int64)
    acts["served"] = acts["against"]
    acts.loc[acts["claim"] >= 0, "against"] = -1
    claims = ((acts["claim"] >= 0) | (acts["against"] >= 0)) & ~acts["names_none"]
    return acts[claims].reset_index(drop=True)


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
    fit = fit_rows(gold)
    return {str(i): index[str(y)] for i, y in zip(fit["comment_id"], fit["label"], strict=True) if str(y) in index}


def _error_rate(served: pd.DataFrame, truth: Mapping[str, int], index: Mapping[str, int]) -> float:
    known = served[id_texts(served["comment_id"]).isin(truth)]
    actual = id_texts(known["comment_id"]).map(dict(truth))
    wrong = float((known["label"].map(dict(index)) != actual).sum())
    rate = (wrong + PRIOR_COMMENTS * DEFAULT_ERROR_RATE) / (len(known) + PRIOR_COMMENTS)
    return float(np.clip(rate, LOWEST, 0.5))
