"""The next wave: which comments get more votes, and which an expert, under a hard budget.

Belongs here: the choice. Does not: what an answer is worth (``worth``), or the waves to come (``campaign``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.overlap.settings import OverlapSettings
from labeling_pipeline.core.overlap.worth import Worth

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Wave:
    """Votes to ask per comment, comments for experts, and what that costs (honeypots included) and should gain.

    ``rises``: labels that are expected to be right more, in comments. ``held_back``: votes that were worth their price
    and were not bought, since the budget had no more or the vendor takes no batch so small.
    """

    votes: Ints
    experts: Bools
    votes_usd: float
    experts_usd: float
    rises: float
    held_back: int = 0

    @property
    def cost_usd(self) -> float:
        """What the wave costs."""
        return self.votes_usd + self.experts_usd

    @property
    def is_empty(self) -> bool:
        """Whether nothing is worth its price any more."""
        return not self.votes.any() and not self.experts.any()


def next_wave(
    p: Floats,
    n_votes: Ints,
    settings: OverlapSettings,
    *,
    votes: Worth,
    verdicts: Worth,
    spent_usd: float = 0.0,
    waves_done: int = 1,
    decided: Bools | None = None,
    skips_crowd: Bools | None = None,
    expert_capacity: int | None = None,
    n_annotators: int = 0,
) -> Wave:
    """What to ask next.

    A comment nobody was asked about gets the first wave. Any other gets votes while the best number of further ones, up
    to ``settings.most``, is worth its price per vote, spread over the waves to come, or an expert where that is worth
    more per USD. Where the budget is short, what gains least per USD is left out.

    Args:
        p: (n, K) calibrated probabilities; without votes, what is believed beforehand. n_votes: (n) votes there are.
        votes, verdicts: what an answer of the crowd and of an expert is worth (`worth_of_answers`).
        spent_usd: spent already; with the wave never more than ``settings.budget_usd``. waves_done: handed out.
        decided: (n) comments an expert decided; they get nothing.
        skips_crowd: (n) comments for experts alone, least sure first; beyond ``expert_capacity`` they wait.
        n_annotators: honeypots are rounded per annotator; one assignment each is kept in reserve for that.
    """
    if len(p) != len(n_votes):
        raise InputError(f"{len(p)} beliefs for {len(n_votes)} vote counts", expected="one each per comment")
    none = np.zeros(len(p), dtype=bool)
    done, skips = none if decided is None else decided, none if skips_crowd is None else skips_crowd
    capacity = settings.expert_capacity if expert_capacity is None else expert_capacity
    wishes = _wishes(p, n_votes, settings, votes, verdicts, waves_done, done, skips, capacity)
    reserve = n_annotators * settings.vote_usd if settings.honeypot_rate else 0.0
    return _afford(wishes, settings, spent_usd + reserve)


@dataclass(frozen=True)
class _Wishes:
    """What each comment should get if money were no question, how urgent that is, and what it gains."""

    votes: Ints
    experts: Bools
    urgency: Floats
    gain: Floats


def _wishes(
    p: Floats, n_votes: Ints, settings: OverlapSettings, votes: Worth, verdicts: Worth, waves_done: int, done: Bools,
    skips: Bools, capacity: int,
) -> _Wishes:  # fmt: skip
    vote_rate, number, each = _votes(p, n_votes, settings, votes, waves_done, ~(done | skips))
    expert_gain = np.where(done, 0.0, verdicts.gain(p, 1))
    expert_rate = expert_gain / settings.expert_usd
    worth_it = 1.0 / settings.wrong_usd
    to_expert = np.where(skips, ~done, (expert_rate > vote_rate) & (expert_rate >= worth_it) & (n_votes > 0))
    first = (n_votes == 0) & ~done & ~skips
    to_crowd = first | (~to_expert & (vote_rate >= worth_it) & (number > 0))
    bought = np.where(first, settings.first_wave, np.where(to_crowd, number, 0))
    # What must be is bought first, then what takes away most loss per USD.
    urgency = np.where(first | (skips & to_expert), np.inf, np.where(to_expert, expert_rate, vote_rate))
    to_expert = _first_of(to_expert, np.where(skips, 1.0, 0.0) + expert_rate, capacity)
    return _Wishes(bought, to_expert, urgency, np.where(to_expert, expert_gain, each * bought))


def _votes(
    p: Floats, n_votes: Ints, settings: OverlapSettings, votes: Worth, waves_done: int, open_: Bools
) -> tuple[Floats, Ints, Floats]:
    """Per comment: gain per USD of the best number of further votes, votes to buy now, and the gain of one."""
    left = np.where(open_ & (n_votes > 0), np.maximum(settings.most - n_votes, 0), 0)
    waves_left = settings.most_waves - waves_done
    if waves_left <= 0:
        left = np.zeros_like(left)
    each, number = votes.best(p, np.minimum(left, votes.most))
    now = np.ceil(number / max(waves_left, 1)).astype(np.int64)
    return each / settings.real_vote_usd, now, each


def _first_of(chosen: Bools, key: Floats, capacity: int) -> Bools:
    if int(chosen.sum()) <= capacity:
        return chosen
    places = np.flatnonzero(chosen)
    kept = np.zeros_like(chosen)
    kept[places[np.argsort(-key[places], kind="stable")[:capacity]]] = True
    return kept


def _afford(wishes: _Wishes, settings: OverlapSettings, spent_usd: float) -> Wave:
    bought, to_expert = wishes.votes, wishes.experts
    cost = np.where(to_expert, settings.expert_usd, bought * settings.real_vote_usd)
    places = np.flatnonzero(cost > 0)
    left = np.inf if settings.budget_usd is None else settings.budget_usd - spent_usd
    if cost[places].sum() > left:
        places = places[np.argsort(-wishes.urgency[places], kind="stable")]
        places = places[np.cumsum(cost[places]) <= left + 1e-9]
    kept = np.zeros(len(bought), dtype=bool)
    kept[places] = True
    held_back = int(bought[~kept & ~to_expert].sum())
    votes = np.where(kept & ~to_expert, bought, 0)
    real = int(votes.sum())
    if 0 < real / (1 - settings.honeypot_rate) < settings.min_batch:
        votes, held_back = np.zeros_like(votes), held_back + real
    experts = kept & to_expert
    rises = float(wishes.gain[(votes > 0) | experts].sum())
    return Wave(
        votes, experts, float(votes.sum()) * settings.real_vote_usd, float(experts.sum()) * settings.expert_usd, rises,
        held_back,
    )  # fmt: skip
