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
)
Row = dict[Any, Any]


def decide(
    verdicts: pd.DataFrame, gate: GateSettings, classes: Collection[str], current_schemas: Collection[str]
) -> pd.DataFrame:
    """One row per comment with a verdict.

    Of one expert the latest verdict counts. One expert, or a strict majority of several, decides; experts who
    disagree send the comment to a further expert, as does a class under four-eyes with one expert, or an answer that
    is no class. ``confidence``: the highest stated by the experts who agree (else the setting ``expert_accuracy``),
    times the share of experts who agree.

    Verdicts under a schema version in force count; a comment that has only older ones is "rejected".

    Returns columns `COLUMNS`, sorted by comment_id.
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
        latest = list({str(row["expert_id"]): row for row in counted or given}.values())
        rows.append(_decide_one(comment_id, latest, bool(counted), gate, classes))
    return pd.DataFrame(rows)


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
    fault = _fault(label, counts, gate, classes) if is_current else f"decided under {last['schema_version']}, retired"
    outcome = "adjudicate" if fault else "passed"
    said = "; ".join(_said(row) for row in sorted(verdicts, key=lambda row: str(row["expert_id"])))
    return {
        "comment_id": comment_id,
        "outcome": outcome if is_current else "rejected",
        "label": label,
        "confidence": _confidence(verdicts, label, gate),
        "reason": f"{fault}: {said}" if fault else said,
        "expert_ids": sorted(str(row["expert_id"]) for row in verdicts),
        "decided_at": last["decided_at"],
        "schema_version": last["schema_version"],
        "guideline_hash": last.get("guideline_hash"),
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


def _confidence(verdicts: list[Row], label: str, gate: GateSettings) -> float:
    """The highest stated by those who agree, times the share of experts who do."""
    agreeing = [row for row in verdicts if row["label"] == label]
    stated = [float(row["stated_confidence"]) for row in agreeing if row.get("stated_confidence") is not None]
    return max(stated, default=gate.expert_accuracy) * len(agreeing) / len(verdicts)
