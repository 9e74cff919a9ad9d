"""What labeling will cost and come to, before money is spent: for `labeling-pipeline plan`.

Belongs here: the forecast of a home's campaign, its honeypots and its sampling plan. Does not: opening a round.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.acceptance import Plan, sampling_plan
from labeling_pipeline.core.honeypots import BankNeed, bank_need, rate_report
from labeling_pipeline.core.overlap import Forecast, OverlapSettings, forecast, price_for_budget
from labeling_pipeline.stages.annotation import rounds_state
from labeling_pipeline.stages.engine import Context
from labeling_pipeline.stages.handing_out import active_bank, comments_to_ask
from labeling_pipeline.stages.honeypot_shortage import ANYBODY
from labeling_pipeline.stages.overlap import (
    beliefs,
    crowd_promised_usd,
    crowd_spent_usd,
    expert_of,
    overlap_settings,
)
from labeling_pipeline.stages.vendor import quality_agreed

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CampaignPlan:
    """A forecast for comments nobody was asked about and those another vote may improve; USD, honeypots included.

    ``fixed``: ``votes_per_comment`` for all and nothing more. ``adaptive``: up to ``most_votes``; None where it is off.
    ``spent_usd``: answered; ``promised_usd``: handed out and not answered. ``short_bank``: what a round does for which
    the bank is too small. ``violations``: annotators whose honeypot rate was not the one that is set, in work already
    handed out.
    """

    comments: int
    annotators: int
    spent_usd: float
    promised_usd: float
    budget_usd: float | None
    fixed: Forecast
    adaptive: Forecast | None
    honeypots: BankNeed
    most_exposures: int
    short_bank: str
    batch: Plan | None
    violations: list[dict[str, object]]
    is_assumed: bool

    def to_dict(self) -> dict[str, object]:
        """As plain values."""
        told = asdict(self)
        told["honeypots"]["is_met"] = self.honeypots.is_met
        for name, one in (("fixed", self.fixed), ("adaptive", self.adaptive)):
            if one is not None:
                told[name]["cost_usd"] = one.cost_usd
        return told


def plan_campaign(context: Context, budget_usd: float | None = None, most_votes: int | None = None) -> CampaignPlan:
    """The plan of what is still to be asked; ``budget_usd`` and ``most_votes`` stand in for the settings."""
    limits = overlap_settings(context)
    limits = replace(limits, budget_usd=budget_usd if budget_usd is not None else limits.budget_usd)
    limits = replace(limits, most=max(most_votes or limits.most, limits.first_wave))
    fresh, (voted, p, crowd) = _unasked(context), beliefs(context)
    mix = p.mean(axis=0) if len(p) else np.full(len(crowd), 1 / len(crowd))
    p = np.vstack([np.tile(mix, (len(fresh), 1)), p])
    n_votes = np.concatenate([np.zeros(len(fresh), np.int64), voted["n_votes"].to_numpy(dtype=np.int64)])
    spent, promised = crowd_spent_usd(context), crowd_promised_usd(context, is_waiting=False)
    people, expert = len(context.query("crowd_annotators")), expert_of(context, len(crowd))
    fixed = _forecast(p, n_votes, crowd, expert, replace(limits, most=limits.first_wave, budget_usd=None))
    adaptive = None
    if limits.most > limits.first_wave and len(p):
        gone = spent + promised
        priced = price_for_budget(p, n_votes, crowd[None], limits, spent_usd=gone, expert=expert)
        adaptive = _forecast(p, n_votes, crowd, expert, priced, gone)
    chosen, settings = adaptive or fixed, context.settings.honeypots
    return CampaignPlan(
        len(p), people, spent, promised, limits.budget_usd, fixed, adaptive,
        _bank(context, chosen.votes, people, limits.first_wave), settings.max_exposures, settings.short_bank,
        _batch(context, chosen.votes), _violations(context), not len(voted),
    )  # fmt: skip


def _unasked(context: Context) -> list[str]:
    """Comments that will be asked for the first time: of no round yet, or of one that is not handed out.

    What came with votes of elsewhere is a finished delivery, and is not asked.
    """
    states = rounds_state(context)
    coming = states.loc[states["is_open"], "labeling_round"]
    waits = context.query("comments_to_publish")
    waits = waits[waits["labeling_round"].isin(coming) & waits["votes_per_comment"].isna()]
    fresh = comments_to_ask(context)
    delivered = context.query("delivered_comments")["comment_id"]
    return sorted({*waits["comment_id"], *fresh[~fresh.isin(delivered)]})


def _forecast(
    p: Floats,
    n_votes: npt.NDArray[np.int64],
    crowd: Floats,
    expert: Floats,
    limits: OverlapSettings,
    spent: float = 0.0,
) -> Forecast:
    if not len(p):
        return Forecast(1.0, 0.0, 0.0, 0.0, 0, 0, 0.0, 0, 0.0)
    return forecast(p, n_votes, crowd[None], limits, expert=expert, spent_usd=spent)


def _bank(context: Context, votes: int, people: int, first_wave: int) -> BankNeed:
    """The bank needed; where fewer people are known than a comment gets votes, the vendor deals a sheet's lines."""
    settings, seen = context.settings.honeypots, context.query("honeypots_seen")
    is_ours = people >= first_wave
    by_name = seen["annotator_id"] != ANYBODY
    counts = seen.loc[by_name if is_ours else ~by_name, "annotator_id"].value_counts()
    most, there = int(counts.max()) if len(counts) else 0, len(active_bank(context))
    lines = votes if is_ours else -(-votes // first_wave)
    cap = settings.max_exposures
    return bank_need(
        lines, max(people, 1) if is_ours else 1, settings.rate, bank=there, seen=most, most_exposures=cap,
        per_comment=first_wave if is_ours else 1,
    )  # fmt: skip


def _batch(context: Context, votes: int) -> Plan | None:
    """The sampling plan for a delivery of everything that is to be asked."""
    return sampling_plan(votes, quality_agreed(context)) if votes else None


def _violations(context: Context) -> list[dict[str, object]]:
    handed_out = context.warehouse.table("assignments")
    if handed_out.empty or handed_out["annotator_id"].isna().all():
        return []
    report = rate_report(handed_out, context.settings.honeypots.rate)
    rows: pd.DataFrame = report[report["standing"] == "off"]
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
