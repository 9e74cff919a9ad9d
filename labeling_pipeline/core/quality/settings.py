"""The gate's thresholds. Belongs here: what a rule may ask for, with defaults that real crowds can meet.

Does not: the rules themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from labeling_pipeline.core.errors import SettingError

BATCH_STATISTICS = ("percent_agreement", "cohen_kappa", "fleiss_kappa", "krippendorff_alpha", "gwet_ac1")


@dataclass(frozen=True)
class GateSettings:
    """When a label passes. Every threshold is a floor: a value equal to it passes.

    The defaults look at the posterior and have no floor on a batch's agreement, because crowds that label toxicity
    agree at .13–.58 and such a floor would hold back all their work.
    """

    min_confidence: float = 0.6  # the label's top p_
    min_confidence_by_class: Mapping[str, float] = field(default_factory=dict)  # instead of `min_confidence`
    min_confidence_by_slice: Mapping[str, float] = field(default_factory=dict)  # the strictest that applies counts
    min_votes: int = 2  # votes by annotators in good standing
    min_votes_by_class: Mapping[str, int] = field(default_factory=dict)
    min_votes_by_slice: Mapping[str, int] = field(default_factory=dict)
    min_agreement: float = 0.0  # share of agreeing pairs among the comment's votes; 0 is off
    min_agreement_by_class: Mapping[str, float] = field(default_factory=dict)
    min_agreement_by_slice: Mapping[str, float] = field(default_factory=dict)
    max_paused_share: float = 0.5  # of the votes for the label, those by annotators who were paused later
    min_batch_agreement: float | None = None  # for the whole batch, on `batch_statistic`
    batch_statistic: str = "krippendorff_alpha"
    four_eyes: Collection[str] = ()  # classes that need two experts who agree
    expert_accuracy: float = 0.95  # confidence of a verdict whose expert stated none

    def __post_init__(self) -> None:
        for name in ("min_confidence", "min_agreement", "max_paused_share", "expert_accuracy"):
            _require_share(getattr(self, name), f"quality.{name}")
        for name in (f"min_{what}_by_{of}" for what in ("confidence", "agreement") for of in ("class", "slice")):
            for key, value in getattr(self, name).items():
                _require_share(value, f"quality.{name}.{key}")
        if self.min_batch_agreement is not None and not -1 <= self.min_batch_agreement <= 1:
            raise SettingError(
                f"quality.min_batch_agreement = {self.min_batch_agreement}", expected="a number from -1 to 1"
            )
        if self.batch_statistic not in BATCH_STATISTICS:
            expected = " or ".join(BATCH_STATISTICS)
            raise SettingError(f"quality.batch_statistic = {self.batch_statistic!r}", expected=expected)
        counts = {"": self.min_votes, **self.min_votes_by_class, **self.min_votes_by_slice}
        for key, least in counts.items():
            if least < 1:
                raise SettingError(f"quality.min_votes{key and f' of {key}'} = {least}", expected="1 or more")


def _require_share(value: float, key: str) -> None:
    if not 0 <= value <= 1:
        raise SettingError(f"{key} = {value}", expected="a number from 0 to 1")
