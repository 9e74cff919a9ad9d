"""Adaptive overlap: how many votes a comment gets, decided wave by wave by what another vote is worth.

Belongs here: the worth of votes and verdicts, the choice of a wave under a budget, the forecast before money is spent.
Does not: who is asked (``core.assignment``), or turning votes into beliefs (``core.consensus``).
"""

from __future__ import annotations

from labeling_pipeline.core.overlap.campaign import Forecast, forecast, price_for_budget
from labeling_pipeline.core.overlap.settings import OverlapSettings
from labeling_pipeline.core.overlap.wave import Wave, next_wave
from labeling_pipeline.core.overlap.worth import Worth, expert_confusion, worth_of_answers

__all__ = [
    "Forecast",
    "OverlapSettings",
    "Wave",
    "Worth",
    "expert_confusion",
    "forecast",
    "next_wave",
    "price_for_budget",
    "worth_of_answers",
]
