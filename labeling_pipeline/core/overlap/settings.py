"""What votes and verdicts cost, and the limits of a campaign.

Belongs here: the numbers and their checks. Does not: choosing (``wave``).
"""

from __future__ import annotations

from dataclasses import dataclass

from labeling_pipeline.core.errors import SettingError


@dataclass(frozen=True)
class OverlapSettings:
    """Prices, limits and what a wrong label costs.

    ``first_wave``: votes every comment gets; ``most``: votes no comment gets more of. ``vote_usd``: USD per assignment;
    honeypots are assignments too, so a vote costs that / (1 − ``honeypot_rate``). ``wrong_usd``: what a wrong label
    costs; votes and verdicts are bought while they take away more expected loss than they cost. ``budget_usd``: no
    more is ever spent, None for no limit. ``min_batch``: assignments a vendor takes at least in one delivery.
    ``wave_days``: from handing a wave out to having it back; ``most_waves``: deliveries in all, the first among them.
    ``expert_capacity``: verdicts the experts can give in one wave.
    """

    first_wave: int = 3
    most: int = 7
    vote_usd: float = 0.04
    expert_usd: float = 5.0
    honeypot_rate: float = 0.05
    wrong_usd: float = 20.0
    budget_usd: float | None = None
    min_batch: int = 0
    wave_days: float = 1.0
    most_waves: int = 6
    expert_capacity: int = 500

    def __post_init__(self) -> None:
        if not 1 <= self.first_wave <= self.most:
            raise SettingError(
                f"labeling.votes_per_comment = {self.first_wave}, labeling.most_votes = {self.most}",
                expected="1 or more votes first, and at least as many at most",
            )
        if not 0 <= self.honeypot_rate < 1:
            raise SettingError(f"honeypots.rate = {self.honeypot_rate}", expected="a number from 0 up to 1")
        prices = {
            "labeling.crowd_price_usd": self.vote_usd,
            "labeling.expert_price_usd": self.expert_usd,
            "adjudication.wrong_usd": self.wrong_usd,
        }
        for name, price in prices.items():
            if not price > 0:
                raise SettingError(f"{name} = {price}", expected="more than 0")
        if self.most_waves < 1 or min(self.min_batch, self.expert_capacity) < 0:
            raise SettingError("a limit of labeling is negative", expected="1 wave or more, other limits 0 or more")

    @property
    def real_vote_usd(self) -> float:
        """USD per vote with the honeypots that go with it."""
        return self.vote_usd / (1 - self.honeypot_rate)
