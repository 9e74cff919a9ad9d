"""What verdicts make of labels: an override, a label the expert and the crowd share, or a comment to ask about again.

Belongs here: label, confidence and probabilities after the experts. Does not: which of several verdicts count
(``verdicts``), or the rules a decided label is held to (``gate``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.quality.finding import GateContext

Floats = npt.NDArray[np.float64]
ABOUT = ("slices", "duplicate_group")


def decided_labels(
    labels: pd.DataFrame, verdicts: pd.DataFrame, decided: pd.DataFrame, context: GateContext, poor: pd.Series
) -> pd.DataFrame:
    """Labels of comments with a verdict: what `judge` returns but for weights, ``is_decided``, ``n_experts``, `ABOUT`.

    A decision for the label that was most probable before is combined with it by Bayes: p(c) is multiplied by the
    decision's confidence q for its class, by (1 - q)/(K - 1) for the others, so the label is never less sure than
    without the verdict. A decision against it stands alone, as sure as its experts are: annotators share blind spots,
    so that their posterior, which takes their errors for independent, is no evidence against somebody who sees what
    they do not; the rest of the probability is spread as the votes had it, evenly where there are none. Where no
    verdict counts the label stays what it was, and waits.

    labels, verdicts: as in `judge`; decided: of `decide`; poor: ids whose votes add nothing to a verdict.
    A verdict under a retired schema says nothing about a label made under one in force.
    """
    in_force = labels.loc[labels["schema_version"].isin(list(context.current_schemas)), "comment_id"]
    is_told = (decided["outcome"] == "rejected") & decided["comment_id"].isin(in_force)
    decided = decided[~is_told].reset_index(drop=True)
    if decided.empty:
        return pd.DataFrame(columns=["comment_id"])
    base = labels.set_index("comment_id").reindex(decided["comment_id"]).reset_index()
    base["source"] = base.get("source", "crowd")
    is_current = base["comment_id"].isin(in_force).to_numpy()
    row = base.assign(
        outcome=decided["outcome"],
        reasons=_reasons(decided, base),
        label=decided["label"],
        schema_version=decided["schema_version"],
        source="verdict",
        labeled_by=decided["expert_ids"],
        labeled_at=decided["decided_at"],
        n_votes=_counted_votes(base),
        is_decided=decided["outcome"] == "passed",
        n_experts=decided["expert_ids"].map(len),
        **_about(base, verdicts),
        **{f"v_{c}": base[f"v_{c}"].fillna(0.0) if f"v_{c}" in base else 0.0 for c in context.classes},
    )
    row["guideline_hash"], sure = _hash(decided, base), decided["confidence"].to_numpy(dtype=np.float64)
    row = _with_probabilities(row, base, sure, is_current & ~_in(base, poor), context.classes)
    return _left_as_they_were(row, base, is_current & ~decided["is_counted"].to_numpy(dtype=bool), context.classes)


def _in(base: pd.DataFrame, some: pd.Series) -> npt.NDArray[np.bool_]:
    return np.asarray(base["comment_id"].isin(some), dtype=np.bool_)


def _with_probabilities(
    row: pd.DataFrame, base: pd.DataFrame, sure: Floats, has_evidence: npt.NDArray[np.bool_], classes: tuple[str, ...]
) -> pd.DataFrame:
    columns, names = [f"p_{c}" for c in classes], np.asarray(classes, dtype=object)
    before = base.reindex(columns=columns).fillna(0.0).to_numpy(dtype=np.float64)
    chosen = row["label"].to_numpy(dtype=object)[:, None] == names[None, :]
    own, best = np.where(chosen, before, 0.0).sum(axis=1), before.max(axis=1, initial=0.0)
    agrees = has_evidence & (own > 0) & (own >= best - 1e-12) & (sure > 1 / len(classes))
    alone = _alone(before, chosen, sure)
    likelihood = np.where(chosen, sure[:, None], (1 - sure[:, None]) / max(len(classes) - 1, 1))
    both = before * likelihood
    both = both / np.where(agrees, both.sum(axis=1), 1.0)[:, None]
    p = np.where(agrees[:, None], both, alone)
    confidence = np.where(agrees, np.where(chosen, both, 0.0).sum(axis=1), sure)
    return row.assign(confidence=confidence, **dict(zip(columns, p.T, strict=True)))


def _alone(before: Floats, chosen: npt.NDArray[np.bool_], sure: Floats) -> Floats:
    """The decision's class has its confidence; the rest is spread as it was before, evenly where nothing was."""
    rest = np.where(chosen, 0.0, before)
    total = rest.sum(axis=1, keepdims=True)
    even = (~chosen) / np.maximum((~chosen).sum(axis=1, keepdims=True), 1)
    rest = np.where(total > 0, rest / np.where(total > 0, total, 1.0), even)
    confidence = np.where(chosen.any(axis=1), sure, 0.0)[:, None]
    return np.asarray(np.where(chosen, confidence, (1 - confidence) * rest), dtype=np.float64)


def _left_as_they_were(
    row: pd.DataFrame, base: pd.DataFrame, left: npt.NDArray[np.bool_], classes: tuple[str, ...]
) -> pd.DataFrame:
    """Labels on which no verdict counts: they wait, but nobody decided anything of them."""
    columns = ["label", "confidence", "schema_version", "source", "labeled_by", *(f"p_{c}" for c in classes)]
    was = base.reindex(columns=columns)
    return row.assign(**{c: row[c].where(~left, was[c].fillna(0.0) if c.startswith("p_") else was[c]) for c in columns})


def _counted_votes(base: pd.DataFrame) -> pd.Series:
    paused = base["paused_votes"].fillna(0) if "paused_votes" in base else 0
    return base["n_votes"].fillna(0) - paused


def _about(base: pd.DataFrame, verdicts: pd.DataFrame) -> dict[str, pd.Series]:
    """Slices and near-copies: of the label, else as the verdicts' rows have them."""
    said = verdicts.drop_duplicates("comment_id").set_index("comment_id")
    ids = base["comment_id"]
    found = {}
    for name in ABOUT:
        of_verdict = ids.map(said[name]) if name in said else pd.Series(None, index=base.index)
        of_label = base[name] if name in base else pd.Series(None, index=base.index)
        found[name] = of_label.astype(object).where(of_label.notna(), of_verdict.astype(object))
    return found


def _hash(decided: pd.DataFrame, base: pd.DataFrame) -> pd.Series:
    before = base["guideline_hash"] if "guideline_hash" in base else pd.Series(None, index=base.index, dtype=object)
    return decided["guideline_hash"].where(decided["guideline_hash"].notna(), before)


def _reasons(decided: pd.DataFrame, base: pd.DataFrame) -> pd.Series:
    """What the experts said, and what the label would be without them."""
    rows = zip(decided["reason"], base["label"], base["confidence"], base["source"], strict=True)
    reasons = [
        [f"verdict: {said}", *([] if pd.isna(label) else [f"{source}: {label} at {p:.2f} without the verdict"])]
        for said, label, p, source in rows
    ]
    return pd.Series(reasons, dtype=object)
