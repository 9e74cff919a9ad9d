"""Consensus: from many votes on a task to one label, its probabilities, and what it says of the annotators.

Belongs here: the registry of methods and the one call. Does not: agreement statistics and reports on annotators
(``core.agreement``, ``core.reliability``).
"""

from __future__ import annotations

from labeling_pipeline.core.consensus.call import METHODS, consensus
from labeling_pipeline.core.consensus.result import ConsensusResult

__all__ = ["METHODS", "ConsensusResult", "consensus"]
