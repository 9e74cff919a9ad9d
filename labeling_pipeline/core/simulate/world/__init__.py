"""Worlds worth testing against: a crowd with every fault a real one has, and the truth beside it.

Belongs here: named worlds and the calls to make one. Does not: the sample home's own world (``core.simulate.streams``,
``annotators``, ``answers``), or writing files (``cli``).
"""

from __future__ import annotations

from labeling_pipeline.core.simulate.world.answers import ask, ask_experts
from labeling_pipeline.core.simulate.world.comments import Comments, draw_comments
from labeling_pipeline.core.simulate.world.files import week_starts, world_files
from labeling_pipeline.core.simulate.world.options import described, with_values
from labeling_pipeline.core.simulate.world.people import People, draw_people
from labeling_pipeline.core.simulate.world.spec import WorldSpec

WORLDS: dict[str, WorldSpec] = {
    # Errors are independent given the class; accuracy from a coin's toss to good.
    "independent": WorldSpec(),
    # As real toxicity is: one in ten hard, a slice most are blind to, some that need context.
    "hard": WorldSpec(hard_share=0.10, blind_share=0.02, context_share=0.01),
    # Everything that happens to a labeling effort within a quarter.
    "troubled": WorldSpec(
        hard_share=0.10,
        blind_share=0.02,
        context_share=0.01,
        fatigue=0.10,
        spam_share=0.04,
        collusion_share=0.03,
        decline_share=0.03,
        missing_id_share=0.02,
        drift_week=9,
        ontology_week=11,
        production_week=7,
    ),
}

__all__ = [
    "WORLDS",
    "Comments",
    "People",
    "WorldSpec",
    "ask",
    "ask_experts",
    "described",
    "draw_comments",
    "draw_people",
    "week_starts",
    "with_values",
    "world_files",
]
