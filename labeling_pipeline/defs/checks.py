"""Blocking checks: invariants that hold whatever the data is. A batch that fails a rule is held by the gate.

Belongs here: asset checks from the invariant queries of the warehouse. Does not: thresholds, which route, never fail.
"""

import dagster as dg

from labeling_pipeline.core.export import verify
from labeling_pipeline.defs.resources import LabelingHome

# check → (asset, what must hold). Each is a query warehouse/queries/invariants/<check>.sql that returns what breaks it.
INVARIANTS: dict[str, tuple[str, str]] = {
    "comment_ids_are_unique": ("raw_comments", "one text per comment_id"),
    "rows_in_are_accounted_for": ("raw_comments", "rows in = rows accepted + rows quarantined, for every file"),
    "gold_has_one_role": ("gold_set", "each gold comment has one role"),
    "tasks_carry_their_schema": ("decomposed_tasks", "every task has a registered schema version and guideline"),
    "one_current_vote_each": ("crowd_votes", "one current vote per annotator, comment, question and round"),
    "votes_carry_their_schema": ("crowd_votes", "every vote has a registered schema version and guideline"),
    "voted_comments_have_a_label": ("consensus_labels", "every comment with a vote that answers has one label"),
    "probabilities_sum_to_one": ("consensus_labels", "class probabilities and vote shares sum to 1"),
    "labels_have_one_outcome": ("qc_outcomes", "every label has one outcome, with reasons"),
    "only_passed_is_readable": ("qc_passed_labels", "nothing that did not pass is in qc_passed_labels"),
    "batch_asks_no_gold": ("next_uncertainty_batch", "no comment twice in a batch, and none of the gold set"),
    "one_model_serves": ("model_evaluation", "at most one model is serving"),
}


def invariant_check(name: str, asset: str, what: str) -> dg.AssetChecksDefinition:
    """A blocking check from a query that lists violations."""

    @dg.asset_check(name=name, asset=asset, blocking=True, description=what)
    def check(labeling: LabelingHome) -> dg.AssetCheckResult:
        broken = labeling.context.query(f"invariants/{name}")
        examples = broken.head(5).astype(str).to_dict("records")
        return dg.AssetCheckResult(passed=broken.empty, metadata={"violations": len(broken), "examples": str(examples)})

    return check


@dg.asset_check(asset="versioned_export", blocking=True, description="the latest export's hashes and sums hold")
def export_verifies(labeling: LabelingHome) -> dg.AssetCheckResult:
    """The files say what the manifest says, and hold only labels that passed."""
    latest = labeling.context.query("latest_export")
    problems = [problem for path in latest["path"] for problem in verify(labeling.context.home.root / path)]
    return dg.AssetCheckResult(passed=not problems, metadata={"problems": len(problems), "first": str(problems[:3])})


CHECKS = [*(invariant_check(name, *entry) for name, entry in INVARIANTS.items()), export_verifies]
