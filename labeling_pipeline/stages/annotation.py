"""From comments to votes: rounds, tasks, assignments, and the votes that come back.

Belongs here: opening a round when one is wanted, taking votes. Does not: which comments are worth asking
(``stages.selection``), or who is asked what (``stages.handing_out``).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from labeling_pipeline.core.decomposition import decompose
from labeling_pipeline.core.feedback import needs_review
from labeling_pipeline.core.stable_hash import unit_hash
from labeling_pipeline.stages.anchors import ANCHORS, anchors_to_ask
from labeling_pipeline.stages.engine import Append, Context, Result
from labeling_pipeline.stages.handing_out import COMPLETE_SHARE, comments_to_ask, hand_out
from labeling_pipeline.stages.inbox import take_files
from labeling_pipeline.stages.overlap import MORE_VOTES, affordable, more_votes
from labeling_pipeline.stages.remembered import Remembered
from labeling_pipeline.stages.selection import outdated
from labeling_pipeline.stages.slices import watched_comments

BATCH, OUTDATED = "uncertainty batch", "answered under an older ontology"  # reasons of their rounds


@dataclass(frozen=True)
class Round:
    """A round about to be opened."""

    kind: str
    reason: str
    batch_id: str | None
    comments: pd.Series
    votes_per_comment: int | None = None


def decomposed_tasks(context: Context) -> Result:
    """One task per question, comment and labeling round.

    Opens the first round over new comments, and later ones for a chosen batch as soon as no round is open.
    """
    is_batch = batch_is_wanted(context)
    before = context.warehouse.table("rounds")
    plan = _batch_rounds(context) if is_batch else _first_round(context, before) or _asked_again(context)
    plan = plan or _more_votes(context) or _anchor_round(context)
    named = [(str(len(before) + place), one) for place, one in enumerate(plan, start=1)]
    tasks = [decompose(one.comments, context.ontology, name, context.now) for name, one in named]
    n_tasks = context.count("decomposed_tasks") + sum(len(frame) for frame in tasks)
    metrics = {"labeling_rounds": len(before) + len(plan), "comments_asked_now": sum(len(r.comments) for r in plan)}
    if not plan:
        return Result(n_tasks, metrics)
    rounds = pd.DataFrame([_row(context, name, one) for name, one in named])
    return Result(
        n_tasks,
        metrics,
        replace={"next_uncertainty_batch": _with_rounds(context, named)} if is_batch else {},
        append={
            "rounds": Append(rounds, ("labeling_round",)),
            "decomposed_tasks": Append(pd.concat(tasks, ignore_index=True), ("task_id",)),
        },
    )


def round_is_wanted(context: Context) -> bool:
    """Whether a batch, another wave of votes, or comments answered under an older ontology become a round now."""
    wanted = (batch_is_wanted, _asked_again, _anchor_round, _more_votes)
    return any(bool(ask(context)) for ask in wanted)


def batch_is_wanted(context: Context) -> bool:
    """Whether the chosen batch is to become a round now: none is open, and a new model or production asks for it."""
    if context.is_over:
        return False
    batch = context.query("proposed_batch")
    if batch.empty or has_open_round(context, reason=BATCH):
        return False
    raised = int(batch["reason"].str.startswith("production").sum())
    is_new_model = not set(batch["model_version"]) <= set(context.query("published_batches")["model_version"])
    has_drifted = bool((batch["strategy"] == "drift").any())
    is_outdated = bool(batch["comment_id"].isin(outdated(context)).any())
    return raised >= context.settings.feedback.min_batch or is_new_model or has_drifted or is_outdated


def has_open_round(context: Context, kind: str | None = None, *, reason: str) -> bool:
    """Whether a round is still to be answered; of one kind, or of any. A wave does not wait for experts.

    One that is refused for its honeypots nobody can answer: only another of the same ``reason`` waits for it.
    """
    rounds = rounds_state(context)
    rounds = rounds[rounds["is_open"] & ((rounds["kind"] == kind) | (kind is None))]
    if rounds.empty:
        return False
    return bool(((rounds["reason"] == reason) | ~rounds["labeling_round"].isin(_refused(context))).any())


def _refused(context: Context) -> list[str]:
    """Rounds of which nothing went out, as the honeypot bank is too small for them."""
    last = context.state().get("crowd_votes")
    return str(last.metrics.get("refused_rounds", "")).split(",") if last else []


def rounds_state(context: Context) -> pd.DataFrame:
    """How far every round is: labeling_round, kind, schema_version, n_comments, n_done, is_open.

    A round of an older ontology is open no more, however few answers came: its labels would not pass. Answers that come
    all the same are kept.
    """
    rounds = _COUNTED(context)
    is_current = rounds["schema_version"] == context.ontology.schema_version
    return rounds.assign(is_open=is_current & (rounds["n_done"] < COMPLETE_SHARE * rounds["n_comments"]))


def _counted(context: Context) -> pd.DataFrame:
    return context.query("rounds_state", votes_per_comment=context.settings.labeling.votes_per_comment)


# Asked by every sensor and several stages of a pass. What is logged before its asset is recorded counts by its rows.
_COUNTED = Remembered(_counted, ("assignments", "vote_log", "vote_deliveries", "verdicts"))


def crowd_votes(context: Context) -> Result:
    """Every accepted vote, append-only; ``is_current`` says which counts. Rounds without votes go to the platform."""
    taken = take_files(context, "votes", "vote_log")
    work = hand_out(context, rounds_state(context))
    metrics = {**taken.metrics, "current_votes": int(context.query("vote_counts")["n_current"].iloc[0]), **work.metrics}
    return Result(taken.row_count, metrics, replace=work.replace, append=work.append)


def _first_round(context: Context, rounds: pd.DataFrame) -> list[Round]:
    wanted, comments = context.settings.labeling.first_round, comments_to_ask(context)
    if comments.empty or (wanted != "all" and len(rounds)):
        return []
    if wanted == "all":
        return _experts_first(context, "new comments", comments)
    # What production is unsure of comes first, the rest of the seed is a draw that never changes.
    review = needs_review(
        context.warehouse.table("production_predictions"),
        context.warehouse.table("production_feedback"),
        low_margin=context.settings.feedback.low_margin,
    )
    key = unit_hash(comments, context.settings.selection.seed) - comments.isin(review["comment_id"])
    order = pd.Series(key, index=comments.index).sort_values(kind="stable").index[: int(wanted)]
    return _experts_first(context, "seed of the pool", comments.loc[order].sort_values())


def _experts_first(context: Context, reason: str, comments: pd.Series) -> list[Round]:
    """A round for the crowd, as far as its budget goes, and one for experts of what they should see instead."""
    skip = comments[:0]
    if context.settings.labeling.experts_first:
        found = {*watched_comments(context), *context.query("context_needed")["comment_id"]}
        found -= set(context.query("expert_decided")["comment_id"])
        room = max(context.settings.adjudication.capacity - context.count("adjudication_queue"), 0)
        skip = comments[comments.isin(found)].iloc[:room]
    rest = affordable(context, comments[~comments.isin(skip)])
    routes = (("crowd", reason, rest), ("expert", f"{reason}: watched, or context is needed", skip))
    return [Round(kind, why, None, part) for kind, why, part in routes if len(part)]


def _asked_again(context: Context) -> list[Round]:
    """Comments answered under an older ontology, as many as a batch has, where no model is there to choose them."""
    if context.is_over or len(context.ontologies) < 2 or has_open_round(context, "crowd", reason=OUTDATED):
        return []
    if not context.query("current_model").empty:
        return []
    comments = pd.Series(sorted(outdated(context)), dtype="str")
    key = pd.Series(unit_hash(comments, context.settings.selection.seed), index=comments.index)
    first = key.sort_values(kind="stable").index[: context.settings.selection.batch_size]
    return _experts_first(context, OUTDATED, comments.loc[first].sort_values())


def _more_votes(context: Context) -> list[Round]:
    if context.settings.labeling.most_votes is None or context.is_over:
        return []
    if has_open_round(context, "crowd", reason=MORE_VOTES):
        return []
    return [Round("crowd", MORE_VOTES, None, part, number) for number, part in more_votes(context).items()]


def _anchor_round(context: Context) -> list[Round]:
    """The anchors of this week, of people who were not asked about them before."""
    if not context.settings.drift.anchors or has_open_round(context, "crowd", reason=ANCHORS):
        return []
    comments = affordable(context, anchors_to_ask(context))
    number = context.settings.labeling.votes_per_comment
    return [Round("crowd", ANCHORS, None, comments, number)] if len(comments) else []


def _batch_rounds(context: Context) -> list[Round]:
    batch = context.query("proposed_batch")
    batch_id = str(batch["batch_id"].iloc[0])
    routes = [(route, batch.loc[batch["route"] == route, "comment_id"]) for route in ("crowd", "expert")]
    afforded = [(route, affordable(context, part) if route == "crowd" else part) for route, part in routes]
    return [Round(route, BATCH, batch_id, comments) for route, comments in afforded if len(comments)]


def _row(context: Context, name: str, one: Round) -> dict[str, object]:
    return {
        "labeling_round": name,
        "batch_id": one.batch_id,
        "schema_version": context.ontology.schema_version,
        "kind": one.kind,
        "reason": one.reason,
        "published_at": pd.Timestamp(context.now),
        "n_comments": len(one.comments),
        "votes_per_comment": one.votes_per_comment,
    }


def _with_rounds(context: Context, named: list[tuple[str, Round]]) -> pd.DataFrame:
    asked = {comment: name for name, one in named for comment in one.comments}
    batches = context.warehouse.table("next_uncertainty_batch")
    is_asked = batches["batch_id"] == named[0][1].batch_id
    rounds = batches["labeling_round"].where(~is_asked, batches["comment_id"].map(asked))
    return batches.assign(labeling_round=rounds)
