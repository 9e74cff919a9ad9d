"""The gate: every label gets an outcome, with all its reasons.

Belongs here: running the rules, on what verdicts made of the labels. Does not: a rule (one function each in this
package), what verdicts make of a label (``decided``), or storing outcomes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.quality.decided import decided_labels
from labeling_pipeline.core.quality.finding import Finding, GateContext, Texts, choose
from labeling_pipeline.core.quality.settings import GateSettings
from labeling_pipeline.core.quality.verdicts import decide, with_faults

REQUIRED = ("comment_id", "label", "confidence", "n_votes", "agreement", "schema_version")
ANOTHER = "verdict: another expert is asked"
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
            context_shown, guideline_hash, reliability, note (asked of whoever overrides), voted_as_annotator, slices
            and duplicate_group of its comment. A decision takes the label's place, or is a label where there was none
            (`core.quality.decided`), and is held to the rules `WHOEVER_SAID_IT`: what fails one goes to another expert.
        batches: batch_id, statistic, value; needed when the gate has a floor for the batch.

    Returns: comment_id, outcome, reasons (list), label, confidence, p_…, v_…, weight, schema_version, guideline_hash,
    source ("verdict" where experts decided), labeled_by (list), labeled_at, n_votes, agreement; sorted by comment_id.
    The worst outcome of any rule counts. ``weight`` is 0 unless passed. Vote shares are 0 where nobody voted.

    Raises InputError for missing columns, a comment twice, or a confidence that is no probability.
    """
    _check(labels, gate)
    schemas = frozenset([current_schema] if isinstance(current_schema, str) else current_schema)
    context = GateContext(gate, tuple(classes), schemas, _batch_agreement(batches, gate))
    decided = decide(with_faults(verdicts, labels, schemas, classes), gate, classes, schemas)
    after = decided_labels(labels, verdicts, decided, context, _on_poor_votes(labels, decided, context))
    rest = labels[~labels["comment_id"].isin(after["comment_id"])].reset_index(drop=True)
    outcomes = _by_rules(rest, after, context)
    return outcomes.sort_values("comment_id", ignore_index=True)


def _on_poor_votes(labels: pd.DataFrame, decided: pd.DataFrame, context: GateContext) -> pd.Series:
    """Comments with a verdict whose votes are no evidence: too few, of paused annotators, without the context."""
    from labeling_pipeline.core.quality import ABOUT_THE_VOTES, RULES

    judged = labels[labels["comment_id"].isin(decided["comment_id"])].reset_index(drop=True)
    fails = np.logical_or.reduce([RULES[name](judged, context).fails for name in ABOUT_THE_VOTES])
    return judged.loc[fails, "comment_id"]


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


def _by_rules(rest: pd.DataFrame, after: pd.DataFrame, context: GateContext) -> pd.DataFrame:
    """Labels nobody decided by all rules, and decided ones by those that hold whoever said it; company is kept by all.

    rest: as the labels of `judge`; after: see `decided_labels`.
    """
    from labeling_pipeline.core.quality import RULES, WHOEVER_SAID_IT

    n, together = len(rest), pd.concat([rest, after], ignore_index=True) if len(after) else rest
    findings = {name: rule(together if name in WHOEVER_SAID_IT else rest, context) for name, rule in RULES.items()}
    outcomes = _of_rest(rest, {name: finding.rows(slice(0, n)) for name, finding in findings.items()}, context)
    if after.empty:
        return outcomes
    held = _of_decided(after, {name: findings[name].rows(slice(n, None)) for name in WHOEVER_SAID_IT}, context)
    columns = [*outcomes.columns, *(c for c in held if c in CARRIED and c not in outcomes)]
    return pd.concat([outcomes, held.reindex(columns=columns)], ignore_index=True).astype({"n_votes": "int64"})


def _of_decided(after: pd.DataFrame, findings: dict[str, Finding], context: GateContext) -> pd.DataFrame:
    fails = np.logical_or.reduce([finding.fails for finding in findings.values()])
    passed = (after["outcome"] == "passed").to_numpy()
    # What waits for another expert anyway has its reason already.
    held = {name: Finding(f.fails & passed, choose(f.fails & passed, f.reasons, ""), f.otherwise)
            for name, f in findings.items()}  # fmt: skip
    told = zip(after["reasons"], _reasons(held, ~(fails & passed)), strict=True)
    reasons = [[*said, *faults, *([ANOTHER] if faults else [])] for said, faults in told]
    frame = after.assign(reasons=pd.Series(reasons, index=after.index, dtype=object))
    frame["outcome"] = frame["outcome"].mask(fails & passed, "adjudicate")
    weights = weight_of(frame["confidence"], len(context.classes))
    return frame.assign(weight=np.where(frame["outcome"] == "passed", weights, 0.0))


def _of_rest(labels: pd.DataFrame, findings: dict[str, Finding], context: GateContext) -> pd.DataFrame:
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
