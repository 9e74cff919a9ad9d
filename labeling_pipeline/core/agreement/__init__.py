"""Agreement between annotators, each statistic named and with an interval.

Belongs here: the registry, the one call `agreement`, and the notes that explain an undefined value. Does not: accuracy,
which is against gold and never called agreement (see ``core.reliability``).
"""

from __future__ import annotations

from labeling_pipeline.core.agreement.by_class import agreement_by_class
from labeling_pipeline.core.agreement.cohen import pairwise_kappa
from labeling_pipeline.core.agreement.measure import ORDERED_STATISTICS, STATISTICS, agreement
from labeling_pipeline.core.agreement.per_task import interim_agreement, task_agreement

__all__ = [
    "ORDERED_STATISTICS",
    "STATISTICS",
    "agreement",
    "agreement_by_class",
    "interim_agreement",
    "pairwise_kappa",
    "task_agreement",
]
