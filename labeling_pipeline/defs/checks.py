"""Blocking checks: invariants that hold whatever the data is. A batch that fails a rule is held by the gate.

Belongs here: which invariants an asset's check asserts. Does not: thresholds, which route and never fail.

An asset asserts its checks in its own step: a step of its own for each would cost more than the question it asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dagster as dg

from labeling_pipeline.core.export import verify
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.export import kept_apart

# asset → check → what must hold. Each is a query warehouse/queries/invariants/<check>.sql that lists what breaks it.
INVARIANTS: dict[str, dict[str, str]] = {
    "raw_comments": {
        "comment_ids_are_unique": "one text per comment_id",
        "rows_in_are_accounted_for": "rows in = rows accepted + rows quarantined, for every file",
    },
    "gold_set": {"gold_has_one_role": "each gold comment has one role"},
    "decomposed_tasks": {"tasks_carry_their_schema": "every task has a registered schema version and guideline"},
    "crowd_votes": {
        "one_current_vote_each": "one current vote per annotator, comment, question and round",
        "votes_carry_their_schema": "every vote has a registered schema version and guideline",
    },
    "consensus_labels": {
        "voted_comments_have_a_label": "every comment with a vote that answers has one label",
        "probabilities_sum_to_one": "class probabilities and vote shares sum to 1",
    },
    "qc_outcomes": {"labels_have_one_outcome": "every label has one outcome, with reasons"},
    "qc_passed_labels": {"only_passed_is_readable": "nothing that did not pass is in qc_passed_labels"},
    "model_evaluation": {"one_model_serves": "at most one model is serving"},
    "next_uncertainty_batch": {"batch_asks_no_gold": "no comment twice in a batch, and none of the gold set"},
}
EXPORT_VERIFIES = "export_verifies"


def check_specs(asset: str) -> list[dg.AssetCheckSpec]:
    """The blocking checks of an asset."""
    said = dict(INVARIANTS.get(asset, {}))
    if asset == "versioned_export":
        said[EXPORT_VERIFIES] = (
            "the latest export's hashes and sums hold, and no measuring gold, nor a near-copy, is inside"
        )
    return [dg.AssetCheckSpec(name, asset=asset, description=what, blocking=True) for name, what in said.items()]


def check_results(asset: str, context: Context) -> Iterator[dg.AssetCheckResult]:
    """What the checks of an asset find now, with examples of what breaks an invariant."""
    for name in INVARIANTS.get(asset, {}):
        broken = context.query(f"invariants/{name}")
        examples = str(broken.head(5).astype(str).to_dict("records"))
        found: dict[str, Any] = {"violations": len(broken), "examples": examples}
        yield dg.AssetCheckResult(check_name=name, passed=broken.empty, metadata=found)
    if asset == "versioned_export":
        problems = export_problems(context)
        told: dict[str, Any] = {"problems": len(problems), "first": str(problems[:3])}
        yield dg.AssetCheckResult(check_name=EXPORT_VERIFIES, passed=not problems, metadata=told)


def export_problems(context: Context) -> list[str]:
    """What is wrong with the latest export's files; nothing is, as long as nobody touches them."""
    apart = kept_apart(context)
    latest = context.query("latest_export")
    return [problem for path in latest["path"] for problem in verify(context.home.root / path, gold=apart)]
