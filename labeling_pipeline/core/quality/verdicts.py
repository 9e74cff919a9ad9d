"""What the experts decided, comment by comment.

Belongs here: several verdicts on one comment become one decision, or a disagreement. Does not: the queue that asks
for them (``core.adjudication``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from itertools import groupby
from typing import Any

import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.expert_agreement import joint_confidence
from labeling_pipeline.core.quality.settings import GateSettings

REQUIRED = ("comment_id", "expert_id", "label", "decided_at", "schema_version")
COLUMNS = (
    "comment_id",
    "outcome",
    "label",
    "confidence",
    "reason",
    "expert_ids",
    "decided_at",
    "schema_version",
    "guideline_hash",
    "is_counted",
)
Row = dict[Any, Any]


def decide(
    verdicts: pd.DataFrame, gate: GateSettings, classes: Collection[str], current_schemas: Collection[str]
) -> pd.DataFrame:
    """One row per comment with a verdict.

    Of one expert the latest verdict counts. One expert, or a strict majority of several, decides; experts who
    disagree send the comment to a further expert, as does a class under four-eyes with one expert, or an answer that
    is no class. ``confidence``: what the verdicts together come to, each as sure as its expert stated (else the setting
    ``expert_accuracy``); see `core.expert_agreement.joint_confidence`.

    Verdicts under a schema version in force count; a comment that has only older ones is "rejected".

    Optional columns: ``reliability`` of the expert, above which no stated confidence counts; ``fault``, why a verdict
    does not count ("" where it does): a comment with no other one waits for an expert. So does one whose only verdicts
    are no surer than chance, one of K classes: they say nothing, also not against the crowd.

    Returns columns `COLUMNS`, sorted by comment_id; ``is_counted``: some verdict on it counts.
    """
    _require_columns(verdicts)
    if verdicts.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    ties = [c for c in ("decided_at", "verdict_id") if c in verdicts]
    ordered = verdicts.sort_values(["comment_id", *ties], kind="stable").astype(object)
    ordered = ordered.where(ordered.notna(), None)
    rows = []
    for comment_id, group in groupby(ordered.to_dict("records"), key=lambda row: str(row["comment_id"])):
        given = list(group)
        counted = [row for row in given if row["schema_version"] in current_schemas]
        # Rows come in order of time, so the last of an expert replaces the earlier ones.
        counted = [row for row in counted if not row.get("fault")] or counted
        latest = list({str(row["expert_id"]): row for row in counted or given}.values())
        latest = [row for row in latest if _says_something(row, gate, classes)] or latest
        rows.append(_decide_one(comment_id, latest, bool(counted), gate, classes))
    return pd.DataFrame(rows)


def with_faults(
    verdicts: pd.DataFrame, labels: pd.DataFrame, current_schemas: Collection[str], classes: Collection[str]
) -> pd.DataFrame:
    """The verdicts with ``fault``: why one does not count, "" where it does.

    An expert who voted on the comment as an annotator (``voted_as_annotator``) is no independent judge of it; whoever
    puts another class in the crowd's place says why (``note``). Both are asked for only where the column is there. An
    answer that is no class ("unsure") overrides nothing: it takes back what the expert said, note or none.
    """
    fault = pd.Series("", index=verdicts.index, dtype=object)
    if "note" in verdicts:
        current = labels[labels["schema_version"].isin(list(current_schemas))]
        said = "crowd_label" if "crowd_label" in current else "label"  # other sources may have moved the label since
        crowd = verdicts["comment_id"].map(current.set_index("comment_id")[said])
        unsaid = verdicts["note"].isna() | (verdicts["note"].astype("str").str.strip() == "")
        unsaid &= verdicts["label"].isin(list(classes))
        fault = fault.mask(unsaid & crowd.notna() & (crowd != verdicts["label"]), "overrides the crowd without a note")
    if "voted_as_annotator" in verdicts:
        fault = fault.mask(
            verdicts["voted_as_annotator"].fillna(False).astype(bool), "the expert voted on it as an annotator"
        )
    return verdicts.assign(fault=fault)


def _require_columns(verdicts: pd.DataFrame) -> None:
    missing = [c for c in REQUIRED if c not in verdicts]
    if missing:
        raise InputError(f"verdicts: no column {missing[0]!r}", expected=", ".join(REQUIRED))


def _decide_one(
    comment_id: str, verdicts: list[Row], is_current: bool, gate: GateSettings, classes: Collection[str]
) -> Row:
    counts = Counter(str(row["label"]) for row in verdicts)
    label = min(counts, key=lambda name: (-counts[name], name))
    last = max(verdicts, key=lambda row: row["decided_at"])
    unfit = last.get("fault") or ("" if _says_something(last, gate, classes) else "no surer than chance")
    fault = unfit or _fault(label, counts, gate, classes)
    fault = fault if is_current else f"decided under {last['schema_version']}, retired"
    outcome = "adjudicate" if fault else "passed"
    said = "; ".join(_said(row) for row in sorted(verdicts, key=lambda row: str(row["expert_id"])))
    return {
        "comment_id": comment_id,
        "outcome": outcome if is_current else "rejected",
        "label": label,
        "confidence": _confidence(verdicts, label, gate, len(classes)),
        "reason": f"{fault}: {said}" if fault else said,
        "expert_ids": sorted(str(row["expert_id"]) for row in verdicts),
        "decided_at": last["decided_at"],
        "schema_version": last["schema_version"],
        "guideline_hash": last.get("guideline_hash"),
        "is_counted": is_current and not unfit,
    }


def _fault(label: str, counts: Counter[str], gate: GateSettings, classes: Collection[str]) -> str:
    if 2 * counts[label] <= counts.total():
        return "experts disagree"
    if label not in classes:
        return f"the verdict {label} is not a class"
    if label in gate.four_eyes and counts[label] < 2:
        return f"{label} needs a second expert"
    return ""


def _said(row: Row) -> str:
    stated = row.get("stated_confidence")
    sure = "" if stated is None else f" at {float(stated):g}"
    context = " with context" if row.get("context_shown") else ""
    return f"{row['expert_id']} says {row['label']}{sure}{context}"


def _confidence(verdicts: list[Row], label: str, gate: GateSettings, n_classes: int) -> float:
    sure = [_sure(row, gate) for row in verdicts]
    # Products of probabilities fall short of a floor by the last bit, which is no reason to ask again.
    return round(joint_confidence([str(row["label"]) for row in verdicts], sure, label, n_classes), 9)


def _sure(row: Row, gate: GateSettings) -> float:
    """What one verdict is worth: as sure as its expert stated, and no surer than the expert was measured to be."""
    stated = row.get("stated_confidence")
    sure = gate.expert_accuracy if stated is None else float(stated)
    return sure if row.get("reliability") is None else min(sure, float(row["reliability"]))


def _says_something(row: Row, gate: GateSettings, classes: Collection[str]) -> bool:
    return len(classes) < 2 or _sure(row, gate) > 1 / len(classes) + 1e-9
