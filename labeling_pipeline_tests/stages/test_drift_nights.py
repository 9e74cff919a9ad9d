"""Which nights are tested for drift: every night with votes once, whenever its votes came in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pandas as pd

from labeling_pipeline.home import Home
from labeling_pipeline.stages.context import Context
from labeling_pipeline_tests.stages.small_homes import NOW, TO_LABELS, drop, new_home, up_to_date

ASSETS = (*TO_LABELS, "drift_report")
TONIGHT = pd.Timestamp(NOW).normalize()


def delivered(home: Home, days: range, per_day: int, *people: str) -> None:
    """Votes of people on comments of their own, `per_day` comments on each day so many days before tonight."""
    ids = [f"c-{day:03d}-{i:02d}" for day in days for i in range(per_day)]
    ago = [day for day in days for _ in range(per_day)]
    name = f"{days.start}-{days.stop}.csv"
    texts = [f"a comment with words of its own, number {one}" for one in ids]
    drop(home, "comments", name, pd.DataFrame({"comment_id": ids, "text": texts}))
    votes = pd.DataFrame({"comment_id": ids, "label": ["toxic", "acceptable"] * (len(ids) // 2)})
    votes["answered_at"] = [(TONIGHT - timedelta(days=day, hours=-9)).isoformat() for day in ago]
    drop(home, "votes", name, pd.concat([votes.assign(annotator_id=one) for one in people]))


def vote_nights(context: Context) -> set[int]:
    """The nights with a row on the mix of votes, in days before tonight."""
    report = context.warehouse.table("drift_report")
    nights = report.loc[report["series"] == "vote_mix", "night"]
    return {(TONIGHT - night).days for night in pd.DatetimeIndex(nights)}


def n_nights(context: Context) -> int:
    return int(context.state()["drift_report"].metrics["nights"])


def test_votes_delivered_after_later_nights_were_tested_are_tested_over_their_own_nights(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "")
    delivered(home, range(3, 31), 20, "w-1", "w-2")
    context = up_to_date(home, ASSETS)
    first, report = vote_nights(context), context.warehouse.table("drift_report")
    assert first
    assert max(first) < 25, "a week is compared with weeks before it"
    delivered(home, range(31, 61), 20, "w-1", "w-2")
    delivered(home, range(1, 2), 20, "w-1", "w-2")  # tonight has rows, and was tested without votes of its day
    context = up_to_date(home, ASSETS, now=NOW + timedelta(days=1))
    assert vote_nights(context) >= first | set(range(30, 45))
    again = context.warehouse.table("drift_report")
    assert context.state()["drift_report"].row_count == len(again) == len(again.drop_duplicates(["night", "series"]))
    pd.testing.assert_frame_equal(again.merge(report[["night", "series"]]), report), "what was told stays told"


def test_nights_on_which_nothing_can_be_told_are_tested_once(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "")
    delivered(home, range(3, 43, 4), 2, "w-1")
    context = up_to_date(home, ASSETS)
    assert context.count("drift_report") == 0
    assert n_nights(context) == 11, "ten with votes, and tonight"
    delivered(home, range(-1, 0), 2, "w-1")
    context = up_to_date(home, ASSETS, now=NOW + timedelta(days=2))
    assert n_nights(context) == 2, "the two since"
    delivered(home, range(1, 2), 2, "w-1")
    context = up_to_date(home, ASSETS, now=NOW + timedelta(days=3))
    assert n_nights(context) == 2, "the one since, and tonight's, which was tested without votes"
    delivered(home, range(-3, -2), 2, "w-1")
    assert n_nights(up_to_date(home, ASSETS, now=NOW + timedelta(days=4))) == 1, "no other is tested again"
