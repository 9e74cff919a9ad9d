"""Vendor batches in a home: a bad file goes back, is not paid for, and the one that comes instead counts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from labeling_pipeline.core.honeypot_health import without_doubtful
from labeling_pipeline.home import Home
from labeling_pipeline.report.summary import summary
from labeling_pipeline.report.summary_lines import lines_of
from labeling_pipeline_tests.stages.small_homes import NOW, TO_LABELS, drop, new_home, up_to_date

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
    assert batches["n_supersedes"].to_dict() == {"again.csv": N + GOLD, "bad.csv": 0}
    redone = (delivered(0.7, 2, 1)["label"] != delivered(0.1, 2, 2)["label"]).sum()
    assert batches[["n_changed", "n_redone"]].loc["again.csv"].tolist() == [0, redone], "nothing changed that stood"
    assert not list((home.root / "outbox").glob("rework/*")), "all of it was done again"
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


def test_what_arrived_first_changes_nothing_whatever_its_times_and_each_change_is_told_once(tmp_path: Path) -> None:
    home = make(tmp_path / "home")
    files = {"good.csv": delivered(0.1, 5, 1), "bad.csv": delivered(0.8, 3, 3), "redone.csv": delivered(0.05, 4, 4)}
    files["redone.csv"].loc[:9, "label"] = files["bad.csv"].loc[:9, "label"]
    second = delivered(0, 2, 1).assign(labeling_round=2)
    for hour, (name, frame) in enumerate({**files, "round 2.csv": second}.items()):
        drop(home, "votes", name, frame)
        context = up_to_date(home, now=NOW + timedelta(hours=hour), assets=(*TO_LABELS, "irregularities"))
    batches = context.warehouse.table("vendor_batches").set_index("file")
    assert batches["decision"].to_dict() == {
        "good.csv": "accepted", "bad.csv": "returned", "redone.csv": "accepted", "round 2.csv": "accepted",
    }  # fmt: skip
    changed = (files["good.csv"]["label"] != files["redone.csv"]["label"]).sum()
    assert batches["n_supersedes"].to_dict() == {
        "good.csv": 0, "bad.csv": N + GOLD, "redone.csv": N + GOLD, "round 2.csv": 0,
    }  # fmt: skip
    assert batches["n_changed"].to_dict() == {"good.csv": 0, "bad.csv": 0, "redone.csv": changed, "round 2.csv": 0}
    assert context.state()["vendor_batches"].metrics["accepted_votes_changed"] == changed
    rules = context.warehouse.table("irregularities")["rule"].value_counts()
    assert rules["changed_vote"] == changed
    stands = files["good.csv"]["label"]
    other = (files["bad.csv"]["label"] != stands) | (files["bad.csv"]["label"] != files["redone.csv"]["label"])
    assert rules["changed_vote_of_returned_file"] == other.sum()


def test_only_what_is_still_owed_stays_in_the_rework_file(tmp_path: Path) -> None:
    home = make(tmp_path / "home")
    drop(home, "votes", "bad.csv", delivered(0.7, 2, 1))
    up_to_date(home)
    part = delivered(0.1, 3, 2).iloc[100:]
    drop(home, "votes", "part.csv", part)
    assert set(up_to_date(home).warehouse.table("vendor_batches")["decision"]) == {"accepted", "returned"}
    back = pd.concat([pd.read_csv(path) for path in (home.root / "outbox" / "rework").glob("*.csv")])
    assert set(back["comment_id"]) == {f"c-{i:03d}" for i in range(100)}


def test_a_key_that_people_who_are_right_elsewhere_contradict_judges_no_batch(tmp_path: Path) -> None:
    home = make(tmp_path / "home")
    wrong = {"comment_id": ["w-0", "w-1"], "text": ["one more", "and another"], "label": "toxic", "role": "fit"}
    drop(home, "gold", "wrong.csv", pd.DataFrame(wrong))
    drop(home, "votes", "good.csv", delivered(0.1, 2, 1))
    rows = [(w, f"a-{i}", "acceptable", 1, "2026-05-03T08:00:00") for w in ("w-0", "w-1") for i in range(5)]
    drop(home, "votes", "doubtful.csv", pd.DataFrame(rows, columns=delivered(0, 2, 1).columns))
    batches = up_to_date(home).warehouse.table("vendor_batches").set_index("file")
    assert batches.loc["doubtful.csv", ["decision", "n_known"]].tolist() == ["undecided", 0]
    assert batches.loc["good.csv", "decision"] == "accepted"


def test_people_who_are_wrong_everywhere_do_not_talk_the_keys_away() -> None:
    known = pd.DataFrame({"comment_id": [f"g-{i}" for i in range(20)], "label": "fine"})
    who = pd.DataFrame({"annotator_id": [f"a-{i}" for i in range(12)]})
    rng = np.random.default_rng(0)
    for right in (0.05, 0.3):
        said = known[["comment_id"]].merge(who, how="cross").assign(answered_at=pd.NaT)
        said["label"] = np.where(rng.random(len(said)) < right, "fine", "rude")
        assert len(without_doubtful(said, known, 0.6)) == 20


def test_without_the_setting_everything_counts_and_nothing_goes_back(tmp_path: Path) -> None:
    home = make(tmp_path / "home", "")
    drop(home, "votes", "bad.csv", delivered(0.7, 2, 1))
    context = up_to_date(home)
    assert context.count("vendor_batches") == 0
    assert context.query("spend").iloc[0]["n_assignments"] == N + GOLD
    assert not list((home.root / "outbox").glob("rework/*"))
