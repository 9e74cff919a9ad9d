"""Waves of adaptive overlap: which comments get another vote.

Belongs here: what the planner is told about a home. Does not: the choice (``core.overlap``), or opening a round
(``stages.annotation``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.matching import skills
from labeling_pipeline.core.overlap import (
    OverlapSettings,
    expert_confusion,
    next_wave,
    price_for_budget,
    worth_of_answers,
)
from labeling_pipeline.stages.engine import Context
from labeling_pipeline.stages.frames import with_columns
from labeling_pipeline.stages.remembered import Remembered

Floats = npt.NDArray[np.float64]

MORE_VOTES = "more votes"  # the reason of their rounds
ASSUMED_ACCURACY = 0.725  # of a crowd nothing is known about: the middle of .55 to .90, which real ones reach


def overlap_settings(context: Context) -> OverlapSettings:
    """The planner's limits, from the settings; experts are left to the gate."""
    labeling = context.settings.labeling
    return OverlapSettings(
        first_wave=labeling.votes_per_comment,
        most=labeling.most_votes or labeling.votes_per_comment,
        vote_usd=labeling.crowd_price_usd,
        expert_usd=labeling.expert_price_usd,
        honeypot_rate=context.settings.honeypots.rate,
        wrong_usd=context.settings.adjudication.wrong_usd,
        budget_usd=labeling.crowd_budget_usd,
        min_batch=labeling.min_batch,
        wave_days=labeling.wave_days,
        most_waves=labeling.most_waves,
        expert_capacity=0,
    )


def expert_of(context: Context, n_classes: int) -> Floats:
    """An expert's confusion (K, K), as sure as the settings say."""
    return expert_confusion(context.settings.quality.expert_accuracy, n_classes)


def crowd_spent_usd(context: Context) -> float:
    """USD for crowd assignments that were answered."""
    return float(context.query("spend")["n_assignments"].iloc[0]) * context.settings.labeling.crowd_price_usd


def crowd_promised_usd(context: Context, *, is_waiting: bool = True) -> float:
    """USD for what is handed out and not answered, whoever will answer it.

    ``is_waiting``: and for comments of rounds that are open and wait to be handed out.
    """
    limits = context.settings.labeling
    promised = context.query(
        "promised", votes_per_comment=limits.votes_per_comment, schema_version=context.ontology.schema_version
    ).iloc[0]
    waiting = float(promised["n_waiting"]) if is_waiting else 0.0
    with_honeypots = waiting / (1 - context.settings.honeypots.rate)
    return (float(promised["n_promised"]) + with_honeypots) * limits.crowd_price_usd


def crowd_bound_usd(context: Context) -> float:
    """USD of the crowd's budget that are gone: spent, or promised."""
    return crowd_spent_usd(context) + crowd_promised_usd(context)


def affordable(context: Context, comments: pd.Series) -> pd.Series:
    """The first of these comments, as many as the crowd budget has room for, each with its first wave and honeypots."""
    limits = context.settings.labeling
    if limits.crowd_budget_usd is None:
        return comments
    each = limits.votes_per_comment * limits.crowd_price_usd / (1 - context.settings.honeypots.rate)
    left = limits.crowd_budget_usd - crowd_bound_usd(context) - _reserve_usd(context)
    return comments.iloc[: max(int(left / each + 1e-9), 0)] if each else comments


def more_votes(context: Context) -> dict[int, pd.Series]:
    """The next wave: number of votes → the comments that get as many. Empty where overlap is not adaptive."""
    return {} if context.settings.labeling.most_votes is None else _PLANNED(context)


def _plan(context: Context) -> dict[int, pd.Series]:
    comments, p, crowd = beliefs(context)
    if comments.empty:
        return {}
    skips = comments["comment_id"].isin(_to_experts(context)).to_numpy(dtype=bool)
    limits, n_votes = overlap_settings(context), comments["n_votes"].to_numpy(dtype=np.int64)
    done = 1 + int(context.query("wave_counts", schema_version=context.ontology.schema_version)["n"].iloc[0])
    expert, spent = expert_of(context, p.shape[1]), crowd_bound_usd(context)
    seed = context.settings.simulated.seed
    priced = price_for_budget(
        p, n_votes, crowd[None], limits, spent_usd=spent, expert=expert, waves_done=done, seed=seed, skips_crowd=skips
    )
    wave = next_wave(
        p, n_votes, priced, votes=worth_of_answers(crowd, limits.most), verdicts=worth_of_answers(expert, 1),
        spent_usd=spent, waves_done=done, skips_crowd=skips, n_annotators=_rounded(context),
    )  # fmt: skip
    return {
        int(number): comments.loc[wave.votes == number, "comment_id"] for number in np.unique(wave.votes) if number > 0
    }


# Whether a round is wanted is asked many times between two changes; a plan over 800,000 comments takes seconds.
_PLANNED = Remembered(_plan, ("assignments", "waiting_for_room"))


def _to_experts(context: Context) -> list[str]:
    """Comments found to need context, as far as experts have room: no further vote; those on a desk come first."""
    if not context.settings.labeling.experts_first:
        return []
    found, queue = context.query("context_needed")["comment_id"], context.warehouse.table("adjudication_queue")
    waits = found.isin(queue["comment_id"])
    room = max(context.settings.adjudication.capacity - len(queue), 0)
    return [*found[waits], *found[~waits].iloc[:room]]


def beliefs(context: Context) -> tuple[pd.DataFrame, Floats, Floats]:
    """Comments with votes under the ontology in force (comment_id, n_votes), beliefs (n, K), the crowd's confusion."""
    classes = context.ontology.classes
    found = context.query(
        "beliefs_to_improve", schema_version=context.ontology.schema_version, questions=context.deciding_questions
    )
    shares = with_columns(found, "vote_shares", "v_", classes)
    labels = with_columns(shares, "probabilities", "p_", classes)
    p, v = (labels[[f"{kind}_{one}" for one in classes]].to_numpy(dtype=np.float64) for kind in "pv")
    p = p / np.maximum(p.sum(axis=1, keepdims=True), 1e-12)
    return found[["comment_id", "n_votes"]], p, crowd_confusion(p, v)


def doubts(context: Context) -> dict[str, float]:
    """How unsure the label of every comment is that another vote may improve."""
    comments, p, _ = beliefs(context)
    return dict(zip(comments["comment_id"], (1 - p.max(axis=1)).tolist(), strict=True)) if len(comments) else {}


def crowd_skill(context: Context) -> dict[str, float]:
    """How much of what each annotator answered is believed, by the answers they gave under the ontology in force."""
    version = context.ontology.schema_version
    found = context.query("crowd_skill", schema_version=version, questions=context.deciding_questions)
    of_each = skills(found["believed"].to_numpy(dtype=np.float64), found["n"].to_numpy(dtype=np.float64))
    return dict(zip(found["annotator_id"], of_each.tolist(), strict=True))


def crowd_confusion(p: Floats, shares: Floats) -> Floats:
    """What the crowd answers to each class (K, K), by what is believed; an assumed crowd counts as five comments."""
    assumed = expert_confusion(ASSUMED_ACCURACY, p.shape[1])
    counts = p.T @ shares + 5.0 * assumed
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def _reserve_usd(context: Context) -> float:
    return _rounded(context) * context.settings.labeling.crowd_price_usd if context.settings.honeypots.rate else 0.0


def _rounded(context: Context) -> int:
    """By how many assignments honeypots may be rounded up: one each, or one line of answers where nobody is named."""
    limits = context.settings.labeling
    return max(len(context.query("crowd_annotators")), limits.votes_per_comment, limits.most_votes or 0)
