"""The experts' desks: who is asked what, by when, and how much harm they are given to read.

Belongs here: what waits, and why. Does not: the order (``core.adjudication``), or what a verdict does
(``core.quality``).
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from labeling_pipeline.core.adjudication import Costs, affordable_verdicts, order_queue
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.expert_agreement import drawn_twice, to_double_code
from labeling_pipeline.core.people import Limits, exposure_rows, limits
from labeling_pipeline.core.quality.gate import ANOTHER
from labeling_pipeline.stages.engine import Append, Context, Result
from labeling_pipeline.stages.frames import with_columns
from labeling_pipeline.stages.gold import held_for_gold

# What a round asked experts for comes before what the gate sends them.
ASKED_FIRST = 1000.0
# Second verdicts wait for other work to go with, until there are so many of them.
ALONE = 20
ERROR_TYPES = ("ambiguous_text", "guideline_gap", "annotator_error", "edge_case", "subjective", "missed_context")


def adjudication_queue(context: Context) -> Result:
    """What waits for an expert, best value per minute first, within capacity, budget and what a person may be given.

    Labels the gate sends there, rounds that go to experts, unanimous labels under review, and for a second expert who
    is not told a twentieth of all that was decided, and what two experts may make gold.
    """
    settings, waiting = context.settings, _believed(context, _waiting(context))
    queue = order_queue(
        waiting,
        _costs(context),
        settings.adjudication.capacity,
        experts=context.query("experts")["annotator_id"].tolist(),
        budget_usd=settings.adjudication.budget_usd,
        seen=context.query("experts_seen"),
        boost=dict.fromkeys(waiting.loc[waiting["is_asked"], "comment_id"], ASKED_FIRST),
        first=waiting.loc[waiting[["is_review", "is_double", "is_gold"]].any(axis=1), "comment_id"].tolist(),
        people=_limits(context),
        harmful=settings.people.harmful,
    )
    given = waiting[["comment_id", "queued_at", "context", "purpose", "minutes"]]
    rows = queue.drop(columns="rank").merge(given, on="comment_id")
    rows = rows.assign(
        schema_version=context.ontology.schema_version,
        due_at=pd.to_datetime(rows["queued_at"]) + timedelta(hours=settings.adjudication.sla_hours),
    )
    desks = rows.dropna(subset="expert_id").rename(columns={"expert_id": "person_id"})[["comment_id", "person_id"]]
    today = pd.Timestamp(context.now).normalize().to_pydatetime()
    exposed = exposure_rows(desks, waiting, settings.people.harmful, today, "desk")
    metrics = {
        "waiting": len(waiting),
        "on_desks": len(desks),
        "overdue": int((rows["due_at"] < pd.Timestamp(context.now)).sum()),
        "harmful_on_desks": len(exposed),
        **{f"for_{name}": int(n) for name, n in rows["purpose"].value_counts().sort_index().items()},
    }
    append = {"exposures": Append(exposed, ("person_id", "comment_id", "source"))} if len(exposed) else {}
    return Result(len(rows), metrics, replace={"adjudication_queue": rows}, append=append)


def room_for(context: Context, queue: pd.DataFrame) -> pd.DataFrame:
    """The part of the queue that experts have room for: what lies on desks, else the first within capacity and budget.

    queue: query queue_for_experts, best value first; ``expert_id`` is empty where a comment lies on no desk.
    """
    if queue["expert_id"].notna().any():
        return queue[queue["expert_id"].notna()]
    settings = context.settings
    limits = settings.adjudication
    return queue.head(affordable_verdicts(limits.capacity, limits.budget_usd, settings.labeling.expert_price_usd))


def nobody_left(context: Context) -> list[str]:
    """The comments of the queue that nobody listed can be asked about: each has decided them, or voted on them, or is
    given no work. None where nobody is listed: anybody may decide then."""
    listed = context.query("experts")
    if listed.empty:
        return []
    away = limits(listed, {}, 0).away
    asked = [one for one in listed["annotator_id"] if one not in away]
    return context.query("nobody_left", experts=asked)["comment_id"].tolist()


def require_expert(context: Context, name: str) -> None:
    """Raises InputError for a name that nobody on a desk or in the list of experts has."""
    known = context.query("known_experts")["expert_id"].tolist()
    if name not in known:
        some = ", ".join(known[:12]) + (" …" if len(known) > 12 else "")
        raise InputError(
            f"no expert {name!r}",
            expected=some or "somebody listed in inbox/annotators with kind = expert; nobody is",
            remedy="leave --expert out for everybody's queue",
        )


def _waiting(context: Context) -> pd.DataFrame:
    schema, gold = context.ontology.schema_version, _seconds(context)
    waiting = context.query("waiting_for_experts", double=_double(context), gold=gold, schema_version=schema)
    they_are_alone = waiting["is_double"].all() and len(waiting) < ALONE  # they ride along with other work
    return waiting.iloc[:0] if they_are_alone and not gold else waiting


def _double(context: Context) -> list[str]:
    share, parts = context.settings.adjudication.double_share, _parts(context, context.query("verdicts_in_order"))
    return sorted({one for part in parts for one in to_double_code(part, share)})


def double_coded(context: Context, verdicts: pd.DataFrame) -> list[str]:
    """The comments a second expert decides, or is to decide, by chance alone."""
    share = context.settings.adjudication.double_share
    return sorted({one for part in _parts(context, verdicts) for one in drawn_twice(part, share)})


def _parts(context: Context, verdicts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Drawn reviews, and all else, each with a draw of its own: gold asks for seconds among the first alone."""
    drawn = verdicts["comment_id"].isin(context.query("drawn_for_experts")["comment_id"])
    return verdicts[drawn], verdicts[~drawn]


def double_share(context: Context) -> str:
    """What decides how many `double_coded` are: what reads them is made again when it changes."""
    return str(context.settings.adjudication.double_share)


def _seconds(context: Context) -> list[str]:
    """Drawn comments that one expert decided and no export has: a second one makes them gold that can measure."""
    held = held_for_gold(context)
    alone = context.query("candidates_alone")["comment_id"]
    return sorted(alone[alone.isin(held.loc[held["is_drawn"].astype(bool), "comment_id"])])


def _believed(context: Context, waiting: pd.DataFrame) -> pd.DataFrame:
    """What waits, with class probabilities, the minutes it takes, and what it is for."""
    classes, settings = context.all_classes, context.settings.adjudication
    # Where neither votes nor a model said anything, every class is as likely.
    unknown = dict.fromkeys(classes, 1.0 / len(classes))
    said = [unknown if one is None or one is pd.NA or not len(one) else one for one in waiting["probabilities"]]
    frame = waiting.assign(probabilities=pd.Series(said, waiting.index, dtype=object))
    has_context = waiting["context"].fillna("").ne("")
    frame["minutes"] = settings.minutes + settings.context_minutes * has_context
    told = [" ".join(reasons) for reasons in waiting["reasons"]]
    held = pd.Series(told, index=waiting.index, dtype="str")
    frame["purpose"] = np.select(
        [
            held.str.contains("experts disagree").to_numpy(dtype=bool),
            held.str.contains(f"needs a second expert|{ANOTHER}").to_numpy(dtype=bool),
            waiting["is_double"].to_numpy(dtype=bool),
            waiting["is_gold"].to_numpy(dtype=bool),
            waiting["is_review"].to_numpy(dtype=bool),
        ],
        ["third", "second", "double", "gold", "review"],
        "first",
    )
    return with_columns(frame, "probabilities", "p_", classes)


def _costs(context: Context) -> Costs:
    settings = context.settings
    return Costs(
        expert_usd=settings.labeling.expert_price_usd,
        wrong_default_usd=settings.adjudication.wrong_usd,
        wrong_usd=settings.adjudication.wrong_usd_by_class,
        expert_accuracy=settings.quality.expert_accuracy,
    )


def _limits(context: Context) -> Limits:
    today = pd.Timestamp(context.now).normalize().to_pydatetime()
    read = context.query("harmful_read", day=today)
    given = {str(who): int(n) for who, n in zip(read["person_id"], read["n"], strict=True)}
    return limits(context.query("experts"), given, context.settings.people.daily_cap)


def irregularities(context: Context) -> Result:
    """What should not have happened: votes of the paused or unknown, verdicts that do not count, experts who differ."""
    rows = context.query(
        "irregularities",
        current=[context.ontology.schema_version],
        error_types=list(ERROR_TYPES),
        chance=1.0 / len(context.all_classes),
        classes=list(context.all_classes),
    )
    counts = {str(rule): int(n) for rule, n in rows["rule"].value_counts().sort_index().items()}
    return Result(len(rows), counts, replace={"irregularities": rows})
