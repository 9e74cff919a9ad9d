"""The gate: every label gets an outcome, with all its reasons.

Belongs here: running the rules and letting verdicts override. Does not: a rule (one function each in this package), or
storing outcomes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.quality.finding import Finding, GateContext, Texts, choose
from labeling_pipeline.core.quality.settings import GateSettings
from labeling_pipeline.core.quality.verdicts import decide, with_faults

REQUIRED = ("comment_id", "label", "confidence", "n_votes", "agreement", "schema_version")
SEVERITY = ("passed", "adjudicate", "rejected")
# Carried through to the outcome when the labels have them.
CARRIED = ("guideline_hash", "labeled_by", "n_votes", "agreement")


def judge(
    labels: pd.DataFrame,
    verdicts: pd.DataFrame,
    *,
    gate: GateSettings,
    classes: Sequence[str],
    current_schema: str | Collection[str],
    batches: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The outcome of every label: ``passed``, ``adjudicate`` or ``rejected``.

    Args:
        labels: one row per comment: comment_id, label, confidence, p_<class>…, v_<class>…, n_votes, agreement,
            schema_version; optional batch_id, composed_label, needs_context, paused_votes (among n_votes),
            paused_share, duplicate_group, slices, guideline_hash, labeled_by, evidence_at, source (default "crowd"),
            crowd_label (what votes alone say, where other sources moved the label).
        verdicts: comment_id, expert_id, label, decided_at, schema_version; optional verdict_id, stated_confidence,
            context_shown, guideline_hash, reliability, note (asked of whoever overrides), voted_as_annotator. A
            decision overrides the label, and adds a row where there was none.
        batches: batch_id, statistic, value; needed when the gate has a floor for the batch.

    Returns: comment_id, outcome, reasons (list), label, confidence, p_…, v_…, weight, schema_version, guideline_hash,
    source ("verdict" where experts decided), labeled_by (list), labeled_at, n_votes, agreement; sorted by comment_id.
    The worst outcome of any rule counts. ``weight`` is 0 unless passed. Vote shares are 0 where nobody voted.

    Raises InputError for missing columns, a comment twice, or a confidence that is no probability.
    """
    _check(labels, gate)
    schemas = frozenset([current_schema] if isinstance(current_schema, str) else current_schema)
    context = GateContext(gate, tuple(classes), schemas, _batch_agreement(batches, gate))
    outcomes = _by_rules(labels, context)
    decided = decide(with_faults(verdicts, labels, schemas), gate, classes, schemas)
    return _override(outcomes, decided, tuple(classes), schemas).sort_values("comment_id", ignore_index=True)


def weight_of(confidence: npt.ArrayLike, n_classes: int) -> npt.NDArray[np.float64]:
    """Training weight: confidence above chance, so that a guess weighs 0 and certainty 1.

    >>> weight_of([1.0, 0.6, 0.2], 5).tolist()
    [1.0, 0.5, 0.0]
    """
    p = np.asarray(confidence, dtype=np.float64)
    if n_classes < 2:  # a single class: there is no chance to be above
        return np.ones_like(p)
    weight = np.asarray(np.clip((n_classes * p - 1) / (n_classes - 1), 0.0, 1.0), dtype=np.float64)
    return np.asarray(np.round(weight, 6), dtype=np.float64)


def _by_rules(labels: pd.DataFrame, context: GateContext) -> pd.DataFrame:
    from labeling_pipeline.core.quality import RULES

    findings = {name: rule(labels, context) for name, rule in RULES.items()}
    rank = np.zeros(len(labels), dtype=np.int64)
    for finding in findings.values():
        rank = np.maximum(rank, np.where(finding.fails, SEVERITY.index(finding.otherwise), 0))
    frame = labels[["comment_id", "label", "confidence", "schema_version"]].copy()
    frame["outcome"] = np.asarray(SEVERITY, dtype=object)[rank]
    frame["reasons"] = _reasons(findings, rank == 0)
    for name in ("p", "v"):
        frame = frame.join(labels.reindex(columns=[f"{name}_{c}" for c in context.classes]).fillna(0.0))
    weights = weight_of(frame["confidence"], len(context.classes))
    frame["weight"] = np.where(rank == 0, weights, 0.0)
    frame["source"] = labels.get("source", "crowd")
    frame["labeled_at"] = labels.get("evidence_at", pd.NaT)
    frame = frame.join(labels.reindex(columns=list(CARRIED)))
    if "paused_votes" in labels:
        frame["n_votes"] = (frame["n_votes"] - labels["paused_votes"].fillna(0)).astype("int64")
    return frame


def _reasons(findings: dict[str, Finding], passed: npt.NDArray[np.bool_]) -> list[list[str]]:
    """Of a label that passed, the evidence of every rule; of another, every fault."""
    columns: list[Texts] = []
    for name, finding in findings.items():
        told = finding.reasons != ""
        columns.append(choose(told & (passed | finding.fails), f"{name}: " + finding.reasons, ""))
    return [[reason for reason in row if reason] for row in zip(*columns, strict=True)]


def _override(
    outcomes: pd.DataFrame, decided: pd.DataFrame, classes: tuple[str, ...], schemas: frozenset[str]
) -> pd.DataFrame:
    if decided.empty:
        return outcomes
    known = outcomes.set_index("comment_id")
    # A verdict under a retired schema says nothing about a label made under one in force.
    stale = (decided["outcome"] == "rejected") & decided["comment_id"].isin(
        outcomes.loc[outcomes["schema_version"].isin(list(schemas)), "comment_id"]
    )
    decided = decided[~stale].reset_index(drop=True)
    base = known.reindex(decided["comment_id"]).reset_index()
    passed = (decided["outcome"] == "passed").to_numpy()
    confidence = decided["confidence"].to_numpy(dtype=np.float64)
    row = base.assign(
        outcome=decided["outcome"],
        reasons=_verdict_reasons(decided, base),
        label=decided["label"],
        confidence=confidence,
        weight=np.where(passed, weight_of(confidence, len(classes)), 0.0),
        schema_version=decided["schema_version"],
        source="verdict",
        labeled_by=decided["expert_ids"],
        labeled_at=decided["decided_at"],
        n_votes=base["n_votes"].fillna(0),
    )
    if "guideline_hash" in decided and decided["guideline_hash"].notna().any():
        row["guideline_hash"] = decided["guideline_hash"].where(
            decided["guideline_hash"].notna(), base["guideline_hash"]
        )
    row = _verdict_probabilities(row, classes)
    rest = outcomes[~outcomes["comment_id"].isin(decided["comment_id"])]
    return pd.concat([rest, row[outcomes.columns]], ignore_index=True).astype({"n_votes": "int64"})


def _verdict_reasons(decided: pd.DataFrame, base: pd.DataFrame) -> pd.Series:
    """What the experts said, and what the label would be without them."""
    rows = zip(decided["reason"], base["label"], base["confidence"], base["source"], strict=True)
    reasons = [
        [f"verdict: {said}", *([] if pd.isna(label) else [f"{source}: {label} at {p:.2f} without the verdict"])]
        for said, label, p, source in rows
    ]
    return pd.Series(reasons, dtype=object)


def _verdict_probabilities(row: pd.DataFrame, classes: tuple[str, ...]) -> pd.DataFrame:
    """The verdict's class has its confidence; the rest is spread as the votes had it, evenly where they had none."""
    columns, shares = [f"p_{c}" for c in classes], [f"v_{c}" for c in classes]
    crowd = row[columns].fillna(0.0).to_numpy(dtype=np.float64)
    chosen = row["label"].to_numpy(dtype=object)[:, None] == np.asarray(classes, dtype=object)[None, :]
    rest = np.where(chosen, 0.0, crowd)
    total = rest.sum(axis=1, keepdims=True)
    even = (~chosen) / np.maximum((~chosen).sum(axis=1, keepdims=True), 1)
    rest = np.where(total > 0, rest / np.where(total > 0, total, 1.0), even)
    confidence = np.where(chosen.any(axis=1), row["confidence"].to_numpy(dtype=np.float64), 0.0)[:, None]
    p = np.where(chosen, confidence, (1 - confidence) * rest)
    return row.assign(**dict(zip(columns, p.T, strict=True)), **{c: row[c].fillna(0.0) for c in shares})


def _batch_agreement(batches: pd.DataFrame | None, gate: GateSettings) -> dict[str, float]:
    if batches is None or gate.min_batch_agreement is None:
        return {}
    named = batches[batches["statistic"] == gate.batch_statistic]
    return {str(b): float(v) for b, v in zip(named["batch_id"], named["value"], strict=True)}


def _check(labels: pd.DataFrame, gate: GateSettings) -> None:
    required = REQUIRED if gate.min_batch_agreement is None else (*REQUIRED, "batch_id")
    missing = [c for c in required if c not in labels]
    if missing:
        raise InputError(f"labels: no column {missing[0]!r}", expected=", ".join(required))
    twice = labels["comment_id"][labels["comment_id"].duplicated()]
    if len(twice):
        raise InputError(f"labels: comment {twice.iloc[0]!r} occurs twice", expected="one label per comment")
    confidence = labels["confidence"].to_numpy(dtype=np.float64, na_value=np.nan)
    if not ((confidence >= 0) & (confidence <= 1 + 1e-9)).all():
        raise InputError("labels: a confidence is not a probability", expected="numbers from 0 to 1")
