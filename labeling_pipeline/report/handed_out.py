"""What went out and what it binds: the lines of ``run`` and ``status`` on money, honeypots and rounds held back.

Belongs here: wording. Does not: handing out and what it was short of (``stages.handing_out``), or what waits for
answers (``report.waiting``).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.honeypot_shortage import still_out
from labeling_pipeline.stages.overlap import crowd_promised_usd


def handed_out(context: Context, rounds: list[dict[str, Any]], spent_usd: float) -> dict[str, Any]:
    """As plain values: USD spent, promised and set as budget; what work that is out lacks; what was refused.

    ``rounds``: labeling_round and is_open of every round; ``spent_usd``: for crowd votes that came in. Honeypots are
    missing as long as their round is open.
    """
    last = context.state().get("crowd_votes")
    metrics = last.metrics if last else {}
    is_out = {str(one["labeling_round"]) for one in rounds if one["is_open"]}
    return {
        "spent_usd": round(spent_usd, 2),
        "promised_usd": round(crowd_promised_usd(context), 2),
        "budget_usd": context.settings.labeling.crowd_budget_usd,
        "short_of_honeypots": [asdict(one) for one in still_out(metrics, is_out)],
        "refused": str(metrics.get("refused", "")),
    }


def handed_out_lines(told: dict[str, Any]) -> list[tuple[str, str]]:
    """The same in words, where there is something to say."""
    lines = []
    if told["promised_usd"] or told["budget_usd"] is not None:
        limit = "" if told["budget_usd"] is None else f"; the budget is {told['budget_usd']:,.2f} USD"
        promised = f"{told['promised_usd']:,.2f} USD promised for work that is out"
        lines.append(("crowd", f"{told['spent_usd']:,.2f} USD spent, {promised}{limit}"))
    if told["short_of_honeypots"]:
        lines.append(("honeypots", _short(told["short_of_honeypots"])))
    if told["refused"]:
        lines.append(("refused", told["refused"]))
    return lines


def refuse_short_bank(told: dict[str, Any]) -> None:
    """Raises InputError when a round could not be handed out, after all else was done."""
    if told["refused"]:
        raise InputError(told["refused"])


def _short(parts: list[dict[str, Any]]) -> str:
    said = "; ".join(_short_part(one) for one in parts)
    return f"fewer than set: {said}; add gold with role fit, raise honeypots.bank_share, or lower honeypots.rate"


def _short_part(one: dict[str, Any]) -> str:
    people, sheets, rate = one["annotators_short"], one["missing_in_sheets"], f"a rate of {one['rate']:g}"
    said = []
    if people:
        are = f"{people:,} of {one['annotators_asked']:,} annotators are under {rate}"
        said.append(f"{are}, {one['honeypots_missing']:,} honeypots are missing")
    if sheets:
        said.append(f"sheets that name nobody lack {sheets:,} honeypots for {rate}")
    part = f", part {one['part']}" if one["part"] > 1 else ""
    return f"{'; '.join(said)} (round {one['labeling_round']}{part})"
