"""The platform of the sample home: a simulated crowd, experts and production answer with ordinary inbox files.

Belongs here: turning a round into answer files, and a day of production into predictions and feedback. Does not: what
is answered (``core.simulate``), the clock, or whether the simulation is still running (the caller asks no later than
``simulated.until_day``).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd

from labeling_pipeline.core.simulate.answers import ATOMIC, DIRECT, atomic_answers, direct_answers, expert_answers
from labeling_pipeline.core.simulate.production import feedback_on
from labeling_pipeline.core.stable_hash import unit_hash
from labeling_pipeline.platforms import Work
from labeling_pipeline.platforms.deliver import deliver
from labeling_pipeline.platforms.files import FilesPlatform

CROWD_HOURS, EXPERT_HOURS = 8.0, 20.0  # the last answer of a round comes this long after it was published


class SimulatedPlatform:
    """Publishes as the files platform does; ``collect`` answers a round once all its answers are due."""

    def __init__(self, root: Path, seed: int = 0) -> None:
        self.inbox, self.seed = root / "inbox", seed
        self._outbox = FilesPlatform(root, seed)

    def publish(self, work: Work) -> list[Path]:
        """The task files, as a vendor would get them."""
        return self._outbox.publish(work)

    def collect(self, work: Work, now: datetime) -> list[Path]:
        """One file with every vote or verdict of the round, when the last is due by ``now``; before that, none."""
        if work.items.empty or now < complete_at(work):
            return []
        name = f"round-{work.labeling_round:04d}"
        if work.kind == "crowd":
            return [deliver(self.inbox, "votes", f"{name}-votes.csv", crowd_votes(work, self.seed), complete_at(work))]
        frame = expert_verdicts(work, self.seed)
        return [deliver(self.inbox, "verdicts", f"{name}-verdicts.csv", frame, complete_at(work))]

    def cancel(self, labeling_round: int) -> list[Path]:
        """Withdraw the task files; nobody has begun."""
        return self._outbox.cancel(labeling_round)

    def production(self, day: int, posted: pd.DataFrame, scores: pd.DataFrame, model_version: str) -> list[Path]:
        """Predictions and feedback of one day as inbox files; see `production_frames`."""
        predictions, feedback = production_frames(posted, scores, model_version, self.seed)
        written = []
        for kind, frame, at in (("predictions", predictions, "predicted_at"), ("feedback", feedback, "created_at")):
            if len(frame):
                last = pd.Timestamp(frame[at].max()).to_pydatetime()
                written.append(deliver(self.inbox, kind, f"production-day-{day:02d}-{kind}.csv", frame, last))
        return written


def complete_at(work: Work) -> datetime:
    """When the last answer of the round is in."""
    hours = CROWD_HOURS if work.kind == "crowd" else EXPERT_HOURS
    return (pd.Timestamp(work.published_at) + pd.Timedelta(hours=hours)).to_pydatetime()


def crowd_votes(work: Work, seed: int) -> pd.DataFrame:
    """Votes in the shape of inbox/votes: one row per assignment and question of the ontology.

    Questions this world has no opinion on are left unanswered (no row).
    """
    asked = work.items.assign(labeling_round=work.labeling_round).reset_index(drop=True)
    direct = direct_answers(asked, seed)
    answers = atomic_answers(asked, direct["answer"].tolist(), seed).assign(**{DIRECT: direct["answer"]})
    at, seconds = _times(asked, "annotator_id", work, CROWD_HOURS, seed)
    parts = []
    for question in (q.id for q in work.ontology.questions if q.id in (*ATOMIC, DIRECT)):
        part = asked[["comment_id", "annotator_id", "labeling_round"]]
        part = part.assign(question=question, answer=answers[question])
        parts.append(part.assign(stated_confidence=direct["stated_confidence"], answered_at=at, duration_s=seconds))
    votes = pd.concat(parts).sort_values(["answered_at", "comment_id", "annotator_id", "question"], ignore_index=True)
    return votes.assign(schema_version=work.ontology.schema_version, context_shown=False)


def expert_verdicts(work: Work, seed: int) -> pd.DataFrame:
    """Verdicts in the shape of inbox/verdicts: one row per comment of the queue."""
    queue = work.items.reset_index(drop=True)
    at, _ = _times(queue, "expert_id", work, EXPERT_HOURS, seed)
    verdicts = pd.concat([queue[["comment_id", "expert_id"]], expert_answers(queue, seed)], axis=1)
    verdicts = verdicts.assign(decided_at=at, schema_version=work.ontology.schema_version)
    return verdicts.sort_values(["decided_at", "comment_id"], ignore_index=True)


def production_frames(
    posted: pd.DataFrame, scores: pd.DataFrame, model_version: str, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A day in production, in the shapes of inbox/predictions and inbox/feedback.

    posted: comment_id, text, posted_at; scores: p_<class> columns, one row per posted comment, same order.
    """
    names = [name for name in scores.columns if name.startswith("p_")]
    p = scores[names].reset_index(drop=True).round(6)
    posted = posted.reset_index(drop=True)
    at = pd.to_datetime(posted["posted_at"]) + pd.Timedelta(minutes=1)
    predictions = pd.concat([posted[["comment_id"]], p], axis=1).assign(model_version=model_version, predicted_at=at)
    label = [names[place].removeprefix("p_") for place in p.to_numpy().argmax(axis=1)]
    feedback = feedback_on(posted[["comment_id", "text", "posted_at"]].assign(label=label), seed)
    return predictions, feedback


def _times(frame: pd.DataFrame, who: str, work: Work, hours: float, seed: int) -> tuple[pd.Series, pd.Series]:
    keys = frame["comment_id"].astype(str) + "|" + frame[who].astype(str) + f"|{work.labeling_round}"
    wait, effort = unit_hash("when|" + keys, seed), unit_hash("effort|" + keys, seed)
    seconds = pd.Series((300 + wait * (hours * 3600 - 600)).astype(int), index=frame.index)
    at = pd.Timestamp(work.published_at) + pd.to_timedelta(seconds, unit="s")
    return at, pd.Series((6 + 40 * effort**2).round(1), index=frame.index)
