"""The report on quality says no more than somebody looked at, and a history is looked at in its own time."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.two_axes import ALL, GOLD, REVIEW
from labeling_pipeline.home import Home
from labeling_pipeline.report.evidence import lead
from labeling_pipeline.report.quality import quality_lines, read_quality
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline_tests.calls import exit_code
from labeling_pipeline_tests.stages.small_homes import TO_LABELS, new_home, up_to_date

LATER = datetime(2026, 11, 21, 9)  # eight months after the last vote of a simulated world
ASSETS = (*TO_LABELS, "comment_slices", "annotator_standing", "unanimous_review", "annotator_reliability",
          "gold_candidates", "accuracy_report", "drift_report")  # fmt: skip


def told(
    reviewed: int, known: int, *, labels: int = 500, planned: int = 60, alarm: bool = False
) -> dict[str, pd.DataFrame]:
    rows = [(ALL, REVIEW, reviewed, alarm, 0.5), (ALL, GOLD, known, False, 1.0)]
    report = pd.DataFrame(rows, columns=["slice", "measured_on", "n_known", "is_alarm", "accuracy"])
    looked = {"n_labels": labels, "n_review": planned, "n_reviewed": reviewed}
    return {"accuracy_report": report, "text_rules": pd.DataFrame(), "looked_at": pd.DataFrame([looked])}


@pytest.mark.parametrize(
    ("seen", "said", "unsaid"),
    [
        (told(0, 0, labels=0), "nothing to look at yet", "hold"),
        (told(0, 0), "Nobody has looked yet", "hold"),
        (told(0, 0), "queue adjudication -o queue.csv", "gold plan"),
        (told(0, 0, planned=0), "gold plan", "queue adjudication"),
        (
            told(5, 0),
            "5 unanimous labels: no slice alarms, but that is too few",
            "labels that annotators agree on hold",
        ),
        (told(0, 200), "nobody has looked at labels that annotators agree on", "hold"),
        (told(40, 200), "40 unanimous labels and 200 labels of gold: labels that annotators agree on hold", "Nobody"),
        (told(40, 0, alarm=True), "Agreement without accuracy", "hold"),
    ],
)
def test_the_first_sentence_rests_on_what_was_looked_at(seen: dict[str, pd.DataFrame], said: str, unsaid: str) -> None:
    assert said in lead(seen)
    assert unsaid not in lead(seen)


def test_of_an_empty_home_nothing_is_said_to_hold(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "")
    open_context(home).warehouse.migrate()
    assert quality_lines(read_quality(open_context(home)))[0].startswith("There is nothing to look at yet")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A world of twelve weeks whose guideline is read otherwise from week 6 on, taken eight months later."""
    folder = tmp_path_factory.mktemp("history") / "world"
    sizes = ("--comments", "1500", "--annotators", "30", "--seed", "3")
    assert exit_code("simulate", folder, "--world", "troubled", *sizes) == 0
    home = Home(folder)
    home.prepare()
    for path in folder.glob("inbox/*/*"):
        os.utime(path, (0, 0))  # nobody is writing them any more
    up_to_date(home, ASSETS, 8, LATER)
    return home


def test_a_delivered_history_is_measured_in_its_own_weeks(history: Home) -> None:
    warehouse = open_context(history).warehouse
    report = warehouse.table("accuracy_report")
    last = warehouse.table("vote_log")["answered_at"].max()
    assert len(report.loc[report["slice"] == ALL, "week"].unique()) >= 12
    assert report["week"].max() <= last < report["week"].max() + pd.Timedelta(days=7)
    assert report.loc[report["measured_on"] == GOLD, "n_known"].sum() > 0
    assert "labels that annotators agree on hold" not in quality_lines(read_quality(open_context(history)))[0]


def test_drift_of_a_delivered_history_is_tested_night_by_night_and_only_once(history: Home) -> None:
    context = open_context(history, LATER)
    report = context.warehouse.table("drift_report")
    votes = context.warehouse.table("vote_log")["answered_at"]
    nights = pd.DatetimeIndex(report.loc[report["series"] == "vote_mix", "night"].unique())
    assert len(nights) > 40
    assert nights.min() > votes.min()
    assert nights.max() <= votes.max() + pd.Timedelta(days=1)
    assert not report.duplicated(["night", "series"]).any()
    up_to_date(history, ASSETS, 8, datetime(2026, 11, 22, 9))
    again = open_context(history).warehouse.table("drift_report")
    assert again["night"].max() == report["night"].max(), "there are no votes after them"
    assert len(again) == len(report)
