"""What time it is in a home, and how a simulated one moves on.

Belongs here: opening a home at a time, and the simulated world's next event. Does not: what the world answers
(``platforms.simulated``).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pandas as pd

from labeling_pipeline.home import Home
from labeling_pipeline.platforms import Work
from labeling_pipeline.stages.context import END_OF_DAY_HOUR, Context
from labeling_pipeline.stages.known_names import check_names
from labeling_pipeline.warehouse.store import Warehouse

END_OF_DAY = timedelta(hours=END_OF_DAY_HOUR)
_DAY = re.compile(r"day-(\d+)-")


def open_context(home: Home, now: datetime | None = None, run_id: str = "none") -> Context:
    """The home at a time: the one given, else its simulated clock, else the wall clock (UTC, without zone)."""
    check_names(home)
    warehouse = Warehouse(home.warehouse_path)
    if home.settings.platform.name == "simulated":
        now = simulated_now(home, warehouse)
    at = now or datetime.now(UTC)
    at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    return Context(home, warehouse, at.replace(microsecond=0), run_id)


def simulated_now(home: Home, warehouse: Warehouse) -> datetime:
    """Where the simulated clock stands; day 0 when it has not moved yet."""
    clock = warehouse.table("clock")
    return home.settings.simulated.start_at if clock.empty else clock["now"].max().to_pydatetime()


def can_advance(context: Context) -> bool:
    """Whether a simulated home has another event before its last day is over."""
    return context.is_simulated and next_event(context) is not None


def next_event(context: Context) -> datetime | None:
    """The end of the next simulated day on which something happens: answers, files, production, or a clock's tick."""
    settings = context.settings
    start = settings.simulated.start_at.replace(hour=0, minute=0, second=0)
    first = (context.now - start).days + int(
        context.now >= start + (context.now - start).days * timedelta(1) + END_OF_DAY
    )
    days = set(_file_days(context)) | {settings.simulated.until_day}
    days |= set(range(0, settings.simulated.until_day + 1, 7)) | set(
        range(0, settings.simulated.until_day + 1, settings.training.every_days)
    )
    waits = not open_answers(context).empty or bool(context.count("waiting_for_room"))
    if waits or not context.query("queue_to_answer").empty:
        days.add(first)
    later = sorted(day for day in days if first <= day <= settings.simulated.until_day)
    return start + timedelta(days=later[0]) + END_OF_DAY if later else None


def _file_days(context: Context) -> list[int]:
    names = [path.name for folder in context.home.inbox_folders for path in folder.glob("*/day-*")]
    return [int(found.group(1)) for name in names if (found := _DAY.match(name))]


def open_answers(context: Context) -> pd.DataFrame:
    """Assignments of the simulated crowd that are not answered yet."""
    return context.query("open_assignments")


def advance(context: Context) -> bool:
    """Move a simulated home to its next event: what happened until then arrives in the inbox, then the clock moves.

    Done again after a kill, it writes the same files; one that was taken already is not taken twice.
    """
    until = next_event(context) if context.is_simulated else None
    if until is None:
        return False
    _answer_rounds(context, until)
    _answer_queue(context, until)
    _production(context, until)
    with context.warehouse.write() as con:
        con.execute("delete from clock; insert into clock values ($until)", {"until": until})
    return True


def _answer_rounds(context: Context, until: datetime) -> None:
    from labeling_pipeline.platforms.simulated import crowd_votes

    parts = open_answers(context).groupby(["labeling_round", "published_at"])
    for n, ((name, _), items) in enumerate(parts):
        at = items["published_at"].iloc[0]
        work = Work(int(str(name)), "crowd", context.ontology, items, at.to_pydatetime())
        votes = crowd_votes(work, context.settings.simulated.seed)
        is_further = n > 0 and parts.ngroup().nunique() > items["labeling_round"].nunique()
        _deliver(context, until, "votes", f"round-{name}" + (f"-{at:%m%d%H%M}" if is_further else ""), votes)


def _answer_queue(context: Context, until: datetime) -> None:
    from labeling_pipeline.platforms.simulated import expert_verdicts

    queue = context.query("queue_to_answer")
    # What was recorded has its first verdict in a file; a second opinion on it has to be given.
    is_further = queue["purpose"].isin(["second", "third", "double", "gold"])
    queue = queue[is_further | ~queue["comment_id"].isin(context.recorded_comments())]
    if len(queue):
        work = Work(context.day, "expert", context.ontology, queue, context.now)
        _deliver(context, until, "verdicts", "experts", expert_verdicts(work, context.settings.simulated.seed))


def _production(context: Context, until: datetime) -> None:
    """The current model meets the comments posted since there is one."""
    from labeling_pipeline.core.training import load
    from labeling_pipeline.platforms.simulated import production_frames

    model = context.query("current_model")
    posted = context.query("comments_posted", until=until)
    if model.empty or posted.empty:
        return
    loaded = load(context.home.root / model["path"].iloc[0])
    scores = pd.DataFrame(loaded.predict(posted["text"].tolist()), columns=[f"p_{one}" for one in loaded.classes])
    name, seed = str(model["model_version"].iloc[0]), context.settings.simulated.seed
    predictions, feedback = production_frames(posted, scores, name, seed)
    _deliver(context, until, "predictions", "production", predictions)
    _deliver(context, until, "feedback", "production", feedback)


def _deliver(context: Context, until: datetime, kind: str, name: str, frame: pd.DataFrame) -> None:
    """A file for the end of the day; named after it, so that it is taken only when the clock has come there."""
    from labeling_pipeline.platforms.deliver import deliver

    if len(frame):
        day = (until - context.settings.simulated.start_at.replace(hour=0, minute=0, second=0)).days
        deliver(context.home.inbox, kind, f"day-{day:02d}-{name}-{kind}.csv", frame, until)
