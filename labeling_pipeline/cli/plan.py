"""`labeling-pipeline plan`: what the votes still to be asked will cost, and what they will be worth.

Belongs here: options and wording. Does not: the forecast (``stages.overlap_plan``).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from labeling_pipeline.cli.options import home_option
from labeling_pipeline.home import Home

if TYPE_CHECKING:
    from labeling_pipeline.core.overlap import Forecast
    from labeling_pipeline.stages.overlap_plan import CampaignPlan


SHORT_BANK = {
    "fewer": "rounds go out with the honeypots there are, and annotators' rates are off",
    "refuse": "no round is handed out",
}


@click.command("plan", epilog="Example: labeling-pipeline plan --home my-home --most-votes 7 --budget-usd 5000")
@home_option
@click.option("--budget-usd", type=float, help="Instead of labeling.crowd_budget_usd.")
@click.option("--most-votes", type=int, help="Instead of labeling.most_votes.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def plan_command(home: str | None, budget_usd: float | None, most_votes: int | None, as_json: bool) -> None:
    """What labeling will cost before it is spent: votes, expected accuracy, days, honeypots, the vendor's sample.

    Counts what lies in the inbox, too, and takes nothing. Ends with an error when the honeypot bank cannot serve the
    rate that is set.
    """
    from labeling_pipeline.core.honeypots import check_bank
    from labeling_pipeline.stages.clock import open_context
    from labeling_pipeline.stages.overlap_plan import plan_campaign
    from labeling_pipeline.stages.rehearsal import with_inbox_taken

    found = Home.find(home)
    found.prepare()
    context = open_context(found)
    with with_inbox_taken(context) as known:
        plan = plan_campaign(known, budget_usd, most_votes)
    if as_json:
        click.echo(json.dumps(plan.to_dict(), indent=2))
    else:
        _print(plan)
    check_bank(plan.honeypots, context.settings.honeypots.rate)


def _print(plan: CampaignPlan) -> None:
    click.echo(f"{plan.comments:,} comments to ask or ask more about, {plan.annotators} crowd annotators known")
    if plan.comments:
        _print_forecast(plan)
    else:
        click.echo("nothing to plan: all that came in is asked")
    limit = "no budget is set" if plan.budget_usd is None else f"budget {plan.budget_usd:,.2f} USD"
    promised = f", {plan.promised_usd:,.2f} USD more promised: handed out, not answered" if plan.promised_usd else ""
    click.echo(f"{'spent':26} {plan.spent_usd:,.2f} USD{promised}; {limit}")
    if plan.comments:
        _print_needs(plan)
    for row in plan.violations:
        click.echo(f"annotator {row['annotator_id']}: {row['honeypots']} honeypots among {row['n']} assignments")


def _print_forecast(plan: CampaignPlan) -> None:
    from labeling_pipeline.stages.overlap import ASSUMED_ACCURACY

    if plan.is_assumed:
        click.echo(f"nothing is known of this crowd yet: an accuracy of {ASSUMED_ACCURACY:g} is assumed")
    click.echo(_line("votes_per_comment for all", plan.fixed))
    if plan.adaptive is not None:
        click.echo(_line("adaptive", plan.adaptive))


def _print_needs(plan: CampaignPlan) -> None:
    need = plan.honeypots
    click.echo(
        f"{'honeypots':26} {need.per_annotator} different ones for each annotator, {need.exposures:,} exposures, "
        f"at most {plan.most_exposures} of one: a bank of {need.needed}; there are {need.there}"
    )
    if need.is_met and need.there < need.unseen:
        click.echo(
            f"{'counting over all sheets':26} finds those that are there more often than comments; none with a bank of "
            f"{need.unseen}"
        )
    if not need.is_met:
        click.echo(f"{'with so few':26} {SHORT_BANK[plan.short_bank]} (honeypots.short_bank)")
    if plan.batch is not None:
        click.echo(
            f"{'one delivery of it':26} look at {plan.batch.sample_size} known answers, accept up to "
            f"{plan.batch.acceptance_number} wrong; a good one goes back with probability "
            f"{plan.batch.producer_risk:.3f}, a bad one passes with {plan.batch.consumer_risk:.3f}"
        )


def _line(name: str, one: Forecast) -> str:
    return (
        f"{name:26} {one.votes:,} votes ({one.votes_per_comment:.2f} a comment), {one.cost_usd:,.2f} USD, "
        f"expected accuracy {one.accuracy:.3f} (± {1.96 * one.error:.3f}), {one.waves} waves, {one.days:g} days"
    )
