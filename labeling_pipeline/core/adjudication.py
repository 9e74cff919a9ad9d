"""Which comments an expert sees first, and which expert.

Belongs here: the order of the queue, its budget, and the assignment of experts. Does not: what a verdict changes
(``core.quality``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.people import HARMFUL_FROM, Limits, harm
from labeling_pipeline.core.stable_hash import unit_hash

COLUMNS = ("comment_id", "reason", "value", "expert_id", "rank")


@dataclass(frozen=True)
class Costs:
    """What an expert costs and what a wrong label costs.

    ``wrong_usd``: loss when a comment's true class is the key and its label is another; other classes cost
    ``wrong_default_usd``. Only the ratios matter for the order; the absolute values decide what is not worth a verdict.
    """

    expert_usd: float = 5.0
    wrong_default_usd: float = 20.0
    wrong_usd: Mapping[str, float] = field(default_factory=dict)
    expert_accuracy: float = 0.95


def order_queue(
    outcomes: pd.DataFrame,
    costs: Costs,
    capacity: int,
    *,
    experts: Sequence[str] = (),
    budget_usd: float | None = None,
    seen: pd.DataFrame | None = None,
    boost: Mapping[str, float] | None = None,
    first: Collection[str] = (),
    people: Limits | None = None,
    harmful: Sequence[str] = (),
) -> pd.DataFrame:
    """The queue, best expected value per expert minute first, with an expert for as many as capacity and budget allow.

    Args:
        outcomes: comment_id, outcome, reasons, p_<class>…; only those with outcome ``adjudicate`` are queued. Optional
            ``minutes`` a verdict takes (1 where it is not there).
        capacity: verdicts all experts together can give.
        experts: their ids; work is spread evenly. Without experts nobody is assigned, the order stays.
        budget_usd: what may be spent on verdicts; None is no limit beside capacity.
        seen: comment_id, expert_id of verdicts given, and of experts who voted on the comment as annotators; nobody is
            asked about a comment twice.
        boost: comment_id → factor on its value, e.g. for overrides in production or a watched slice.
        first: comments that come before all others whatever they are worth: reviews and second verdicts, as drawn.
        people: how many comments of the classes ``harmful`` each expert may still be given today.

    Returns columns `COLUMNS`: ``value`` is the expected loss in USD that a verdict takes away, less its price;
    ``expert_id`` is None where the comment has to wait. Equal input gives equal output, whatever its row order.

    >>> waiting = pd.DataFrame({"comment_id": ["a", "b"], "p_fine": [.9, .5], "p_spam": [.1, .5]})
    >>> queue = order_queue(waiting.assign(outcome="adjudicate", reasons=[["unsure"]] * 2), Costs(), 1, experts=["e-1"])
    >>> queue["comment_id"].tolist(), queue["expert_id"].tolist()
    (['b', 'a'], ['e-1', None])
    """
    queue = _by_value(outcomes[outcomes["outcome"] == "adjudicate"], costs, boost or {}, harmful)
    queue = _first(queue, first)
    verdicts = affordable_verdicts(capacity, budget_usd, costs.expert_usd)
    queue["expert_id"] = pd.Series(_assign(queue, verdicts, experts, _seen(seen), people or Limits()), dtype=object)
    return queue.assign(rank=np.arange(1, len(queue) + 1))[list(COLUMNS)]


def affordable_verdicts(capacity: int, budget_usd: float | None, expert_usd: float) -> int:
    """How many verdicts capacity and budget (USD; None is no limit) allow.

    >>> affordable_verdicts(500, None, 5.0), affordable_verdicts(500, 100.0, 5.0)
    (500, 20)
    """
    if capacity < 0:
        raise SettingError(f"adjudication capacity is {capacity}", expected="0 or more")
    return capacity if budget_usd is None else min(capacity, int(budget_usd // max(expert_usd, 1e-9)))


def _by_value(waiting: pd.DataFrame, costs: Costs, boost: Mapping[str, float], harmful: Sequence[str]) -> pd.DataFrame:
    factor = waiting["comment_id"].map(boost).fillna(1.0).to_numpy(dtype=np.float64)
    value = expected_loss(waiting, costs) * costs.expert_accuracy * factor
    value = np.round(value - costs.expert_usd, 6)
    minutes = waiting["minutes"].to_numpy(dtype=np.float64) if "minutes" in waiting else np.ones(len(waiting))
    if not (minutes > 0).all():
        raise InputError("outcomes: a verdict takes no time", expected="minutes above 0")
    return pd.DataFrame(
        {
            "comment_id": waiting["comment_id"],
            "per_minute": np.round(value / minutes, 6),
            "harm": harm(waiting, harmful)[0],
            "reason": ["; ".join(reasons) for reasons in waiting["reasons"]],
            "value": value,
            # A tie is broken by a hash and not by id: ids often follow time or author.
            "tie": unit_hash(waiting["comment_id"], 0),
        }
    ).sort_values(["per_minute", "tie"], ascending=[False, True], ignore_index=True)


def _first(queue: pd.DataFrame, first: Collection[str]) -> pd.DataFrame:
    late = ~queue["comment_id"].isin(list(first))
    return queue.iloc[np.argsort(late.to_numpy(), kind="stable")].reset_index(drop=True)


def expected_loss(labels: pd.DataFrame, costs: Costs) -> npt.NDArray[np.float64]:
    """Expected USD lost if each label stood as the most probable class: Σ over the other classes of p · their loss."""
    columns = [c for c in labels if str(c).startswith("p_")]
    if not columns:
        raise InputError("outcomes: no p_ column", expected="p_<class> for every class")
    p = labels[columns].to_numpy(dtype=np.float64)
    loss = np.asarray([costs.wrong_usd.get(str(c)[2:], costs.wrong_default_usd) for c in columns])
    if not len(p):
        return np.zeros(0)
    weighted = p * loss
    return np.asarray(weighted.sum(axis=1) - np.take_along_axis(weighted, p.argmax(axis=1)[:, None], 1)[:, 0])


def _seen(seen: pd.DataFrame | None) -> dict[str, set[str]]:
    by_comment: dict[str, set[str]] = {}
    if seen is not None:
        for comment, expert in zip(seen["comment_id"], seen["expert_id"], strict=True):
            by_comment.setdefault(str(comment), set()).add(str(expert))
    return by_comment


def _assign(
    queue: pd.DataFrame, affordable: int, experts: Sequence[str], seen: dict[str, set[str]], people: Limits
) -> list[str | None]:
    """The expert with the least work so far who has not decided this comment; by name where they have equally much."""
    load = dict.fromkeys(sorted(e for e in experts if e not in people.away), 0)
    harmed = dict.fromkeys(load, 0)
    assigned: list[str | None] = []
    for comment, harms in zip(queue["comment_id"], (queue["harm"] >= HARMFUL_FROM).tolist(), strict=True):
        free = [e for e in load if e not in seen.get(comment, set())] if affordable > 0 else []
        free = [e for e in free if not harms or people.allows(e, harmed[e])]
        if not free:
            assigned.append(None)
            continue
        expert = min(free, key=lambda e: (load[e], e))
        load[expert] += 1
        harmed[expert] += harms
        affordable -= 1
        assigned.append(expert)
    return assigned
