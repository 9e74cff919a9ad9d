"""`labeling-pipeline plan`: cost and accuracy before they are spent, and a bank that is too small is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from labeling_pipeline.home import Home
from labeling_pipeline_tests.end_to_end.homes import run_command
from labeling_pipeline_tests.stages.small_homes import drop, new_home, up_to_date


def make(folder: Path, comments: int, gold: int) -> Home:
    """Comments that were taken and wait to be asked about; ten annotators; nothing published yet."""
    home = new_home(folder, "[honeypots]\nbank_share = 1.0\n")
    ids = [f"c-{i:04d}" for i in range(comments)]
    drop(home, "comments", "comments.csv", pd.DataFrame({"comment_id": ids, "text": [f"text {i}" for i in ids]}))
    people = pd.DataFrame({"annotator_id": [f"a-{i}" for i in range(10)], "kind": "crowd"})
    drop(home, "annotators", "annotators.csv", people)
    known = [f"g-{i:03d}" for i in range(gold)]
    frame = pd.DataFrame({"comment_id": known, "text": [f"gold {i}" for i in known], "label": "toxic", "role": "fit"})
    drop(home, "gold", "gold.csv", frame)
    up_to_date(home, ("raw_comments", "annotators", "gold_set"))
    return home


def test_cost_accuracy_and_honeypots_are_told_beforehand(tmp_path: Path) -> None:
    home = make(tmp_path / "home", 400, 40)
    done = run_command("plan", "--home", str(home.root), "--most-votes", "7", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["comments"] == 400, "the honeypot bank is not asked openly"
    assert told["fixed"]["votes"] == 1_200
    assert round(told["fixed"]["cost_usd"], 2) == round(1_200 * 0.04 / 0.95, 2)
    assert told["adaptive"]["votes"] > 1_200
    assert told["adaptive"]["accuracy"] > told["fixed"]["accuracy"] + 0.03
    assert told["honeypots"]["is_met"]
    assert told["batch"]["consumer_risk"] <= 0.10
    poor = json.loads(
        run_command("plan", "--home", str(home.root), "--most-votes", "7", "--budget-usd", "60", "--json").stdout
    )
    assert poor["adaptive"]["cost_usd"] <= 60 < told["adaptive"]["cost_usd"]


def test_an_infeasible_rate_is_refused_with_the_bank_it_needs(tmp_path: Path) -> None:
    home = make(tmp_path / "home", 400, 3)
    done = run_command("plan", "--home", str(home.root))
    assert done.returncode == 2
    assert "a honeypot rate of 0.05 needs 6 honeypots" in done.stderr
    assert "the bank has 3; expected 3 more" in done.stderr
    assert "3.00 a comment" in done.stdout
