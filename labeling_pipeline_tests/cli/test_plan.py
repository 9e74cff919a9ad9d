"""`labeling-pipeline plan`: cost and accuracy before they are spent, and a bank that is too small is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from labeling_pipeline.home import Home
from labeling_pipeline.stages.clock import open_context
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


def untaken(folder: Path, comments: int, gold: int, settings: str) -> Home:
    """A home nobody has run yet: everything lies in the inbox."""
    home = new_home(folder, settings)
    ids = [f"c-{i:04d}" for i in range(comments)]
    drop(home, "comments", "comments.csv", pd.DataFrame({"comment_id": ids, "text": [f"text {i}" for i in ids]}))
    drop(home, "annotators", "a.csv", pd.DataFrame({"annotator_id": [f"a-{i}" for i in range(10)], "kind": "crowd"}))
    known = [f"g-{i:03d}" for i in range(gold)]
    frame = pd.DataFrame({"comment_id": known, "text": [f"gold {i}" for i in known], "label": "toxic", "role": "fit"})
    drop(home, "gold", "gold.csv", frame)
    given = pd.DataFrame({"comment_id": ids[:40], "annotator_id": "v-1", "label": "toxic"})
    drop(home, "votes", "delivered.csv", given.assign(answered_at="2026-05-01T08:00:00"))
    return home


def test_the_plan_reads_what_lies_in_the_inbox_before_the_first_run_and_takes_nothing(tmp_path: Path) -> None:
    settings = "[labeling]\ncrowd_budget_usd = 60.0\nmost_votes = 7\n[honeypots]\nbank_share = 1.0\n"
    home = untaken(tmp_path / "home", 440, 40, settings)
    done = run_command("plan", "--home", str(home.root), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["comments"], told["annotators"], told["is_assumed"]) == (400, 10, True), "40 came with their votes"
    assert told["fixed"]["votes"] == 1_200
    assert 40 < told["adaptive"]["cost_usd"] <= 60
    assert told["honeypots"]["there"] == 40
    context = open_context(home)
    assert [context.count(table) for table in ("raw_comments", "vote_log", "inbox_files", "rounds")] == [0] * 4
    assert not list(home.outbox.rglob("*.csv"))


def test_a_refused_round_is_told_beforehand_and_stands_in_the_way_of_nothing_else(tmp_path: Path) -> None:
    settings = "[honeypots]\nrate = 0.2\nbank_share = 1.0\nshort_bank = 'refuse'\n[quality]\nmin_confidence = 0.5\n"
    home = untaken(tmp_path / "home", 100, 3, settings)
    for _ in range(2):
        plan = run_command("plan", "--home", str(home.root))
        assert plan.returncode == 2
        assert "60 comments to ask" in plan.stdout, "those of a refused round as well"
        assert "no round is handed out (honeypots.short_bank)" in plan.stdout
        assert "a bank of 4; there are 3" in plan.stdout
        done = run_command("run", "--home", str(home.root))
        assert done.returncode == 2
        assert "round 1 is not handed out: annotator a-0 needs" in done.stderr
        assert "refused" in done.stdout
        assert open_context(home).count("consensus_labels") == 40, "later votes count"
        assert not list((home.outbox / "tasks").rglob("*.csv"))
    known = pd.DataFrame({"comment_id": [f"h-{i}" for i in range(60)], "text": [f"more {i}" for i in range(60)]})
    drop(home, "gold", "more.csv", known.assign(label="toxic", role="fit"))
    assert run_command("plan", "--home", str(home.root)).returncode == 0
    done = run_command("run", "--home", str(home.root))
    assert "not handed out" not in done.stderr, "a larger bank sets the round free"
    assert len(list((home.outbox / "tasks" / "round-0001").glob("*.csv"))) == 10


def test_fewer_honeypots_than_set_and_what_is_promised_are_told_by_run_and_plan(tmp_path: Path) -> None:
    home = untaken(tmp_path / "home", 400, 4, "[honeypots]\nrate = 0.1\nbank_share = 1.0\n")
    plan = run_command("plan", "--home", str(home.root))
    assert plan.returncode == 2
    assert "rounds go out with the honeypots there are" in plan.stdout
    done = run_command("run", "--home", str(home.root))
    said = " ".join(done.stdout.split())
    assert "fewer than set: 10 of 10 annotators are under a rate of 0.1" in said
    assert "USD spent, 44.80 USD promised for work that is out" in said
    again = run_command("plan", "--home", str(home.root)).stdout
    assert "nothing to plan: all that came in is asked" in again
    assert "44.80 USD more promised" in again
    assert again.count("4 honeypots among") == 0, "under 200 assignments a rate tells nothing"
