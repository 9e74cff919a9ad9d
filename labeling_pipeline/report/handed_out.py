"""What went out and what it binds: the lines of ``run`` and ``status`` on money, honeypots and rounds held back.

Belongs here: wording. Does not: handing out and what it was short of (``stages.handing_out``), or what waits for
answers (``report.waiting``).
"""

from __future__ import annotations

from typing import Any

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.handing_out import SHORT
from labeling_pipeline.stages.overlap import crowd_promised_usd


def handed_out(context: Context, rounds: list[dict[str, Any]], spent_usd: float) -> dict[str, Any]:
    """As plain values: USD spent, promised and set as budget; what work that is out lacks; what was refused.

    ``rounds``: labeling_round and is_open of every round; ``spent_usd``: for crowd votes that came in. Honeypots are
    missing as long as their round is open.
    """
    last = context.state().get("crowd_votes")
    metrics = last.metrics if last else {}
    is_out = {str(one["labeling_round"]) for one in rounds if one["is_open"]}
    short = {name: metrics[name] for name in SHORT} if "short_rounds" in metrics else {}
    if not is_out & set(str(short.get("short_rounds", "")).split(", ")):
        short = {}
    return {
        "spent_usd": round(spent_usd, 2),
        "promised_usd": round(crowd_promised_usd(context), 2),
        "budget_usd": context.settings.labeling.crowd_budget_usd,
        "rate": short.get("short_rate", context.settings.honeypots.rate),
        "short_rounds": short.get("short_rounds", ""),
        "annotators": short.get("asked_annotators", 0),
        "short_of_honeypots": short.get("short_annotators", 0),
        "honeypots_missing": short.get("honeypots_missing", 0),
        "missing_in_sheets": short.get("missing_in_sheets", 0),
        "refused": str(metrics.get("refused", "")),
    }


def handed_out_lines(told: dict[str, Any]) -> list[tuple[str, str]]:
    """The same in words, where there is something to say."""
    lines = []
    if told["promised_usd"] or told["budget_usd"] is not None:
        limit = "" if told["budget_usd"] is None else f"; the budget is {told['budget_usd']:,.2f} USD"
        promised = f"{told['promised_usd']:,.2f} USD promised for work that is out"
        lines.append(("crowd", f"{told['spent_usd']:,.2f} USD spent, {promised}{limit}"))
    if told["short_rounds"]:
        lines.append(("honeypots", _short(told)))
    if told["refused"]:
        lines.append(("refused", told["refused"]))
    return lines


def refuse_short_bank(told: dict[str, Any]) -> None:
    """Raises InputError when a round could not be handed out, after all else was done."""
    if told["refused"]:
        raise InputError(told["refused"])


def _short(told: dict[str, Any]) -> str:
    people, sheets, rate = told["short_of_honeypots"], told["missing_in_sheets"], f"a rate of {told['rate']:g}"
    said = []
    if people:
        are = f"{people:,} of {told['annotators']:,} annotators are under {rate}"
        said.append(f"{are}, {told['honeypots_missing']:,} honeypots are missing")
    if sheets:
        said.append(f"sheets that name nobody lack {sheets:,} honeypots for {rate}")
    return (
        f"fewer than set: {'; '.join(said)} (round {told['short_rounds']}); add gold with role fit, raise "
        "honeypots.bank_share, or lower honeypots.rate"
    )
