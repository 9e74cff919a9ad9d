"""Groups of annotators (country, age group, any attribute): do they answer differently, and what does each conclude?

Belongs here: consensus per group and the test of divergence. Does not: who is right, which only gold can tell.
"""

from __future__ import annotations

from labeling_pipeline.core.groups.consensus import group_consensus
from labeling_pipeline.core.groups.divergence import group_divergence

__all__ = ["group_consensus", "group_divergence"]
