"""What a simulated world is like.

Belongs here: the numbers of a world, their meaning and their checks. Does not: drawing anything.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.simulate.annotators import COUNTRIES

CLASS_MIX = (0.60, 0.12, 0.15, 0.08, 0.05)  # non_toxic, mild, harassment, hate, threats


@dataclass(frozen=True)
class WorldSpec:
    """Sizes, shares (0 to 1) and weeks of a world; a week of 0 means never.

    Comments: ``hard_share`` resemble another class, which ``hard_pull`` of the answers take them for; ``blind_share``
    are harassment in code, which ``blind_crowd`` of the annotators read past, more of them in some countries, or those
    of ``blind_country`` before all others; ``context_share`` cannot be told without context.
    People: accuracy is even between ``accuracy``; ``fatigue`` is lost from it by the end of a day's work;
    ``spam_share`` answer without reading, ``collusion_share`` copy from each other in threes, ``decline_share`` fall to
    an accuracy of ``declined_to`` in week ``decline_week``; ``missing_id_share`` of the votes come without a name.
    Time: from ``drift_week`` half of mild is read as non-toxic by ``drift_crowd`` of the annotators; from
    ``ontology_week`` a new schema version counts half of mild as harassment; from ``production_week`` there is twice as
    much harassment, and three times as much of it in code.
    """

    comments: int = 5_000
    annotators: int = 240
    experts: int = 12
    weeks: int = 12
    mix: tuple[float, ...] = CLASS_MIX
    accuracy: tuple[float, float] = (0.55, 0.90)
    expert_accuracy: float = 0.95
    hard_share: float = 0.0
    hard_pull: float = 0.35
    blind_share: float = 0.0
    blind_crowd: float = 0.60
    blind_country: str = ""
    context_share: float = 0.0
    fatigue: float = 0.0
    spam_share: float = 0.0
    collusion_share: float = 0.0
    decline_share: float = 0.0
    decline_week: int = 6
    declined_to: float = 0.40
    missing_id_share: float = 0.0
    drift_week: int = 0
    drift_crowd: float = 1.0
    ontology_week: int = 0
    production_week: int = 0

    def __post_init__(self) -> None:
        for name in ("comments", "annotators", "experts", "weeks"):
            if getattr(self, name) < 1:
                raise InputError(f"a world with {name} = {getattr(self, name)}", expected="1 or more")
        shares = [f.name for f in fields(self) if f.name.endswith(("_share", "_crowd", "_pull", "_accuracy"))]
        for name in (*shares, "fatigue", "declined_to"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"a world with {name} = {getattr(self, name)}", expected="a share from 0 to 1")
        for name in (f.name for f in fields(self) if f.name.endswith("_week")):
            if getattr(self, name) < 0:
                raise InputError(
                    f"a world with {name} = {getattr(self, name)}", expected="a week from 1, or 0 for never"
                )
        if self.blind_country not in ("", *COUNTRIES):
            raise InputError(f"a world with blind_country = {self.blind_country!r}", expected=", ".join(COUNTRIES))
        if self.hard_share + self.blind_share + self.context_share > 1:
            raise InputError("a world with more hard, blind and context comments than comments", expected="at most all")
        if len(self.accuracy) != 2:
            raise InputError(f"a world with accuracy = {self.accuracy}", expected="two shares, the lower first")
        low, high = self.accuracy
        if not 0 <= low <= high <= 1:
            raise InputError(f"a world with accuracy = {self.accuracy}", expected="two shares, the lower first")
        if len(self.mix) != len(CLASS_MIX) or min(self.mix) < 0 or abs(sum(self.mix) - 1) > 1e-6:
            raise InputError(f"a world with mix = {self.mix}", expected="five shares that sum to 1")
