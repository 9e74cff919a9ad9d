"""What a vendor gets tells nothing of what is known already: not by ids, not by counting, not by rounds of its own."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.honeypots import rate_report
from labeling_pipeline.home import Home
from labeling_pipeline_tests.stages.small_homes import drop, new_home, sheet_of, up_to_date

N, GOLD = 80, 60
SETTINGS = "[platform]\nid_key = 'nobody knows'\n[honeypots]\nrate = 0.1\nbank_share = {share}\n"


def make(folder: Path, people: int, share: float = 1.0, more: str = "") -> Home:
    home = new_home(folder, SETTINGS.format(share=share) + more)
    comments = pd.DataFrame({"comment_id": [f"k-{i:02d}" for i in range(N)], "text": [f"text {i}" for i in range(N)]})
    drop(home, "comments", "comments.csv", comments)
    if people:
        named = pd.DataFrame({"annotator_id": [f"a-{i}" for i in range(people)], "kind": "crowd"})
        drop(home, "annotators", "annotators.csv", named)
    ids = [f"GOLD-{i}" for i in range(GOLD)]
    known = pd.DataFrame(
        {"comment_id": ids, "text": [f"known {i}" for i in range(GOLD)], "label": "toxic", "role": "fit"}
    )
    drop(home, "gold", "gold.csv", known)
    return home


@pytest.mark.parametrize("people", [6, 0])
def test_ids_are_all_of_one_form_and_answers_find_their_comments(tmp_path: Path, people: int) -> None:
    home = make(tmp_path / "home", people)
    context = up_to_date(home)
    assert context.warehouse.table("assignments")["is_honeypot"].any()
    for path in sorted((home.outbox / "tasks").rglob("*.*")):
        assert b"GOLD" not in path.read_bytes()
        assert b"k-0" not in path.read_bytes()
    sheet = sheet_of(home, "round-0001")
    assert sheet["comment_id"].str.fullmatch("t-[0-9a-f]{16}").all()
    assert sheet["assignment_id"].str.fullmatch("a-[0-9a-f]{16}").all()
    assert sheet["comment"].str.startswith("GOLD").any()
    number = sheet["answer_number"] if not people else "1"
    who = sheet["annotator_id"].mask(sheet["annotator_id"] == "", "v-" + number)
    answered = sheet.assign(answer="toxic", annotator_id=who, answered_at="2026-05-04T08:00:00")
    drop(home, "votes", "sheet.csv", answered.drop(columns="comment"))
    votes = up_to_date(home).warehouse.table("vote_log")
    given = zip(answered["comment"], answered["annotator_id"], strict=True)
    assert sorted(zip(votes["comment_id"], votes["annotator_id"], strict=True)) == sorted(given)
    # The same answers by the comments' own ids are the same votes.
    drop(home, "votes", "own ids.csv", answered.assign(comment_id=answered["comment"]).drop(columns="comment"))
    context = up_to_date(home)
    assert context.count("vote_log") == len(votes)
    assert context.count("quarantine") == 0


def test_where_nobody_is_named_honeypots_stand_as_often_as_comments_and_in_one_round_only(tmp_path: Path) -> None:
    home = make(tmp_path / "home", 0)
    up_to_date(home)
    drop(home, "comments", "more.csv", pd.DataFrame({"comment_id": [f"l-{i}" for i in range(N)], "text": "more"}))
    up_to_date(home)
    rounds = [sheet_of(home, f"round-000{number}") for number in (1, 2)]
    for sheet in rounds:
        assert set(sheet["comment_id"].value_counts()) == {3}
    pots = [set(one.loc[one["comment"].str.startswith("GOLD"), "comment"]) for one in rounds]
    assert all(pots)
    assert not pots[0] & pots[1]


@pytest.mark.parametrize("rate", [0.1, 0.0])
def test_what_only_gold_brought_in_is_not_bought(tmp_path: Path, rate: float) -> None:
    home = make(tmp_path / "home", 6, share=0.5)
    settings = (home.root / "labeling.toml").read_text().replace("rate = 0.1", f"rate = {rate}")
    (home.root / "labeling.toml").write_text(settings)
    home = Home(home.root)
    drop(home, "comments", "also.csv", pd.DataFrame({"comment_id": ["GOLD-1"], "text": ["known 1"]}))
    context = up_to_date(home)
    assert context.count("rounds") == 1
    asked = set(context.warehouse.table("decomposed_tasks")["comment_id"])
    assert {one for one in asked if one.startswith("GOLD")} <= {"GOLD-1"}, "a comment of the stream may be"


def test_over_small_waves_everyones_rate_stays_within_one_honeypot(tmp_path: Path) -> None:
    home = make(tmp_path / "home", 5)
    for wave in range(6):
        ids = [f"w{wave}-{i}" for i in range(11)]
        drop(home, "comments", f"{wave}.csv", pd.DataFrame({"comment_id": ids, "text": ids}))
        context = up_to_date(home)
    given = rate_report(context.warehouse.table("assignments"), 0.1)
    wanted = (given["n"] - given["honeypots"]) / 9
    assert context.count("rounds") == 6
    assert (given["honeypots"] - wanted).abs().max() < 1
