"""What moved since the weeks before, night by night.

Belongs here: the series that are watched, and the nights that are due. Does not: the tests (``core.drift``).
"""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from labeling_pipeline.core.agreement import agreement
from labeling_pipeline.core.drift import COLUMNS, DriftLimits, Watched, drift_series
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import Append, Result

# A home that slept longer than this is not told about every night it missed, but for those with votes:
MOST_NIGHTS = 31
# whenever votes come in, they are tested over their own nights, as many as these before the last of all.
HISTORY_NIGHTS = 12 * 7
TESTED = "vote_nights"  # the figure that keeps which those were, those without a finding among them


def drift_report(context: Context) -> Result:
    """Label mix, votes, agreement, predictions and texts of the last week against the weeks before, every night.

    An alarm names the statistic, its threshold, and what it asks for: relabeling or retraining.
    """
    done = context.warehouse.table("drift_report")
    watched = _watched(context)
    limits = DriftLimits(**context.settings.drift.model_dump(exclude={"relabel_comments", "anchors"}))
    ends = _ends(watched.votes["answered_at"], pd.Timestamp(context.now).normalize())
    tested = _tested(context)
    nights = _nights(context, ends.difference(tested))
    found = pd.DataFrame(columns=list(COLUMNS))
    for night in nights:
        raised = pd.concat([frame for frame in (done, found) if len(frame)] or [found])
        tonight = drift_series(night.to_pydatetime(), watched, limits, raised=raised)
        found = pd.concat([frame for frame in (found, tonight) if len(frame)] or [found], ignore_index=True)
    keys = pd.MultiIndex.from_frame(found[["night", "series"]])
    found = found[~keys.isin(pd.MultiIndex.from_frame(done[["night", "series"]]))]  # votes came in after that night
    metrics: dict[str, int | str] = {"nights": len(nights), "alarms": int(found["is_alarm"].astype(bool).sum())}
    metrics[TESTED] = _spans(ends.intersection(tested.union(pd.DatetimeIndex(nights))))
    append = {"drift_report": Append(found, ("night", "series"))} if len(found) else {}
    return Result(len(done) + len(found), metrics, append=append)


def _nights(context: Context, untested: pd.DatetimeIndex) -> list[pd.Timestamp]:
    tonight = pd.Timestamp(context.now).normalize()
    state = context.state().get("drift_report")
    last = pd.Timestamp(state.as_of).normalize() if state and state.as_of else tonight - timedelta(days=1)
    missed = pd.date_range(last + timedelta(days=1), tonight)[-MOST_NIGHTS:]
    return sorted({*missed, *untested})


def _ends(answered_at: pd.Series, tonight: pd.Timestamp) -> pd.DatetimeIndex:
    """The nights after the last days of votes."""
    ends = pd.DatetimeIndex(answered_at.dt.normalize().unique()) + timedelta(days=1)
    ends = ends[ends <= tonight]
    return ends[ends > ends.max() - timedelta(days=HISTORY_NIGHTS)].sort_values() if len(ends) else ends


def _tested(context: Context) -> pd.DatetimeIndex:
    """The nights that were tested when there were votes of their days; a night without any is tested when some come."""
    last = context.state().get("drift_report")
    spans = str(last.metrics.get(TESTED, "")).split() if last else []
    ends = [span.split("..") for span in spans]
    return pd.DatetimeIndex([night for first, final in ends for night in pd.date_range(first, final)])


def _spans(nights: pd.DatetimeIndex) -> str:
    """Runs of nights, each as its first and last: a figure is a number or a line."""
    days = nights.to_series()
    runs = days.groupby((days.diff() != timedelta(days=1)).cumsum())
    return " ".join(f"{run.min():%Y-%m-%d}..{run.max():%Y-%m-%d}" for _, run in runs)


def _watched(context: Context) -> Watched:
    every = context.query("dated_votes", questions=context.deciding_questions)
    # Votes on anchors are compared with votes on the same comments: in the mix of the stream they stand for nothing.
    votes, anchors = every[~every["is_asked_again"]], every[every["is_anchor"]]
    return Watched(
        labels=context.query("dated_labels"),
        votes=votes,
        predictions=context.query("dated_predictions"),
        comments=context.query("dated_comments"),
        agreement=_weekly_agreement(context, votes),
        anchors=anchors,
    )


def _weekly_agreement(context: Context, votes: pd.DataFrame) -> pd.DataFrame:
    statistic, rows = context.settings.quality.batch_statistic, []
    given = votes.rename(columns={"comment_id": "task"})
    for week, part in given.groupby(given["answered_at"].dt.to_period("W").dt.end_time):
        measured = agreement(part[["task", "annotator", "label"]], n_boot=100)[statistic]
        rows.append((week, statistic, measured["value"], measured["low"], measured["high"]))
    return pd.DataFrame(rows, columns=["week", "statistic", "value", "low", "high"])
