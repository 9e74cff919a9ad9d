"""What went out and what it binds: the lines of ``run`` and ``status`` on money, honeypots and rounds held back.

Belongs here: wording, and the figures it needs. Does not: handing out (``stages.handing_out``), or what waits for
answers (``report.waiting``).
"""

from __future__ import annotations

from typing import Any

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.overlap import crowd_promised_usd, crowd_spent_usd


def handed_out(context: Context) -> dict[str, Any]:
    """As plain values: USD spent, promised and set as budget; who is short of honeypots; what was refused."""
    labeling, rate = context.settings.labeling, context.settings.honeypots.rate
    given = context.query("honeypots_given", votes_per_comment=labeling.votes_per_comment)
    wanted = given["n_real"] * rate / (1 - rate)
    is_short = wanted - given["n_honeypots"] >= 1
    last = context.state().get("crowd_votes")
    return {
        "spent_usd": round(crowd_spent_usd(context), 2),
        "promised_usd": round(crowd_promised_usd(context), 2),
        "budget_usd": labeling.crowd_budget_usd,
        "rate": rate,
        "annotators": len(given),
        "short_of_honeypots": int(is_short.sum()),
        "honeypots_missing": round(float((wanted - given["n_honeypots"])[is_short].sum())),
        "refused": str(last.metrics.get("refused", "")) if last else "",
    }


def handed_out_lines(told: dict[str, Any]) -> list[tuple[str, str]]:
    """The same in words, where there is something to say."""
    lines = []
    if told["promised_usd"] or told["budget_usd"] is not None:
        limit = "" if told["budget_usd"] is None else f"; the budget is {told['budget_usd']:,.2f} USD"
        promised = f"{told['promised_usd']:,.2f} USD promised for work that is out"
        lines.append(("crowd", f"{told['spent_usd']:,.2f} USD spent, {promised}{limit}"))
    if told["short_of_honeypots"]:
        lines.append(("honeypots", _short(told)))
    if told["refused"]:
        lines.append(("refused", told["refused"]))
    return lines


def refuse_short_bank(told: dict[str, Any]) -> None:
    """Raises InputError when a round could not be handed out, after all else was done."""
    if told["refused"]:
        raise InputError(told["refused"])


def _short(told: dict[str, Any]) -> str:
    return (
        f"fewer than set: {told['short_of_honeypots']:,} of {told['annotators']:,} annotators are under a rate of "
        f"{told['rate']:g}, {told['honeypots_missing']:,} honeypots are missing; add gold with role fit, raise "
        "honeypots.bank_share, or lower honeypots.rate"
    )
