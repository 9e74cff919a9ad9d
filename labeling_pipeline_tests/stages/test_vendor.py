"""Vendor batches in a home: a bad file goes back, is not paid for, and the one that comes instead counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from labeling_pipeline.home import Home
from labeling_pipeline.report.summary import summary
from labeling_pipeline.report.summary_lines import lines_of
from labeling_pipeline_tests.stages.small_homes import drop, new_home, up_to_date

N, GOLD = 200, 150


def delivered(error_rate: float, day: int, seed: int) -> pd.DataFrame:
    """One vote of one of five annotators on every comment and gold comment; all are acceptable in truth."""
    rng = np.random.default_rng(seed)
    ids = [f"c-{i:03d}" for i in range(N)] + [f"g-{i:03d}" for i in range(GOLD)]
    wrong = rng.random(len(ids)) < error_rate
    return pd.DataFrame(
        {
            "comment_id": ids,
            "annotator_id": [f"a-{i % 5}" for i in range(len(ids))],
            "label": np.where(wrong, "toxic", "acceptable"),
            "labeling_round": 1,
            "answered_at": f"2026-05-0{day}T08:00:00",
        }
    )


def make(folder: Path, settings: str = "[vendor]\naccept_batches = true\n") -> Home:
    home = new_home(folder, settings)
    texts = {"comment_id": [f"c-{i:03d}" for i in range(N)], "text": [f"text {i}" for i in range(N)]}
    drop(home, "comments", "comments.csv", pd.DataFrame(texts))
    gold = {"comment_id": [f"g-{i:03d}" for i in range(GOLD)], "text": [f"gold {i}" for i in range(GOLD)]}
    drop(home, "gold", "gold.csv", pd.DataFrame(gold).assign(label="acceptable", role="fit"))
    return home


def test_a_bad_batch_goes_back_and_its_redelivery_counts(tmp_path: Path) -> None:
    home = make(tmp_path / "home")
    drop(home, "votes", "bad.csv", delivered(0.7, 2, 1))
    context = up_to_date(home)
    batch = context.warehouse.table("vendor_batches").iloc[0]
    assert (batch["decision"], batch["file"], batch["n_known"]) == ("returned", "bad.csv", GOLD)
    assert batch["producer_risk"] <= 0.05
    back = pd.concat([pd.read_csv(path) for path in (home.root / "outbox" / "rework").glob("*.csv")])
    assert len(back) == N + GOLD
    assert back["reason"].str.contains("known answers are wrong").all()
    spend = context.query("spend").iloc[0]
    assert (spend["n_assignments"], spend["n_disputed"]) == (0, N + GOLD)
    assert dict(lines_of(summary(home)))["votes"].endswith("0.00 USD · 350 disputed, returned in outbox/rework")
    assert context.count("consensus_labels") == 0
    assert not context.warehouse.table("crowd_votes")["is_current"].any()

    # Delivered again with the same times: only that the first was returned tells which of the two counts.
    drop(home, "votes", "again.csv", delivered(0.1, 2, 2))
    context = up_to_date(home)
    batches = context.warehouse.table("vendor_batches").set_index("file")
    assert batches["decision"].to_dict() == {"again.csv": "accepted", "bad.csv": "returned"}
    assert batches["n_supersedes"].sum() == N + GOLD
    current = context.warehouse.table("crowd_votes").query("is_current").set_index("comment_id")["label"]
    # What both files say alike is kept once, and counts.
    assert current.sort_index().to_dict() == delivered(0.1, 2, 2).set_index("comment_id")["label"].to_dict()
    spend = context.query("spend").iloc[0]
    assert (spend["n_assignments"], spend["n_disputed"]) == (N + GOLD, 0)
    assert "disputed" not in dict(lines_of(summary(home)))["votes"]
    assert context.count("consensus_labels") == N + GOLD


def test_a_redelivery_that_changes_accepted_votes_is_told(tmp_path: Path) -> None:
    home = make(tmp_path / "home")
    drop(home, "votes", "first.csv", delivered(0.1, 2, 1))
    drop(home, "votes", "second.csv", delivered(0.1, 3, 2))
    batches = up_to_date(home).warehouse.table("vendor_batches").set_index("file")
    assert set(batches["decision"]) == {"accepted"}
    changed = (delivered(0.1, 2, 1)["label"] != delivered(0.1, 3, 2)["label"]).sum()
    assert batches["n_changed"].to_dict() == {"first.csv": 0, "second.csv": changed}


def test_without_the_setting_everything_counts_and_nothing_goes_back(tmp_path: Path) -> None:
    home = make(tmp_path / "home", "")
    drop(home, "votes", "bad.csv", delivered(0.7, 2, 1))
    context = up_to_date(home)
    assert context.count("vendor_batches") == 0
    assert context.query("spend").iloc[0]["n_assignments"] == N + GOLD
    assert not list((home.root / "outbox").glob("rework/*"))
