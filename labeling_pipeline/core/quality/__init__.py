"""The quality gate: which labels may be learned from, which an expert must see, which are of no use, and why.

Belongs here: the rules (one function each, listed in `RULES`) and the gate that runs them. Does not: consensus, the
adjudication queue, storage.

A rule is a function ``(labels, context) -> Finding``; adding one is one function and one line in `RULES`.
"""

from __future__ import annotations

from labeling_pipeline.core.quality.answers import composition, context_needed, is_class, probable, schema
from labeling_pipeline.core.quality.company import batch, duplicates
from labeling_pipeline.core.quality.evidence import agreement, confidence, standing, votes
from labeling_pipeline.core.quality.finding import Finding, GateContext, Rule
from labeling_pipeline.core.quality.gate import judge, weight_of
from labeling_pipeline.core.quality.settings import GateSettings

RULES: dict[str, Rule] = {
    "schema": schema,
    "class": is_class,
    "votes": votes,
    "confidence": confidence,
    "probable": probable,
    "agreement": agreement,
    "standing": standing,
    "batch": batch,
    "composition": composition,
    "context": context_needed,
    "duplicates": duplicates,
}

# What holds for every label, whoever gave it; the other rules are about votes, which a verdict takes the place of.
WHOEVER_SAID_IT = ("class", "probable", "confidence", "duplicates")
# What makes the votes themselves poor evidence: a label that fails one of these adds nothing to a verdict.
ABOUT_THE_VOTES = ("votes", "standing", "batch", "context")

__all__ = [
    "ABOUT_THE_VOTES", "RULES", "WHOEVER_SAID_IT",
    "Finding", "GateContext", "GateSettings", "Rule", "judge", "weight_of",
]  # fmt: skip
