"""How reliable each annotator is, three ways that are never mixed up: against gold, honeypots, the consensus.

Belongs here: accuracy with intervals and its history, and the report of annotators to look at. Does not: agreement
between annotators (see ``core.agreement``), the consensus itself.
"""

from __future__ import annotations

from labeling_pipeline.core.reliability.answers import read_votes
from labeling_pipeline.core.reliability.by_week import reliability_by_week
from labeling_pipeline.core.reliability.consensus_based import consensus_reliability
from labeling_pipeline.core.reliability.counts import DECAY, update_counts, weekly_counts
from labeling_pipeline.core.reliability.history import reliability_history
from labeling_pipeline.core.reliability.report import CHECKS, bad_annotators
from labeling_pipeline.core.reliability.table import accuracy_table

__all__ = [
    "CHECKS",
    "DECAY",
    "accuracy_table",
    "bad_annotators",
    "consensus_reliability",
    "read_votes",
    "reliability_by_week",
    "reliability_history",
    "update_counts",
    "weekly_counts",
]
