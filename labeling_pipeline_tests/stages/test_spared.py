"""Those who label are spared: a daily cap on harm, opt-outs, and honeypots that are not worn beyond their cap."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pandas as pd

from labeling_pipeline.home import Home
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.engine import is_due, materialize
from labeling_pipeline_tests.stages.small_homes import NOW, drop, new_home, up_to_date

ONTOLOGY = """
schema_version = "v1"
effective_at = 2000-01-01T00:00:00Z
approved_by = "nobody"
reason = "first"
guideline = "say"
classes = [{ id = "fine", name = "fine", definition = "calm" }, { id = "hate", name = "hate", definition = "hate" }]
questions = [{ id = "label", text = "which", answers = "classes" }]
"""
SETTINGS = "[people]\ndaily_cap = 5\n[honeypots]\nrate = 0.2\nbank_share = 1.0\nmax_exposures = 3\n"
PEOPLE = ("x", "y", "z", "calm", "away", "no")
N_HARMFUL = 10


def make(folder: Path, settings: str = SETTINGS) -> Home:
    home = new_home(folder, settings)
    (home.root / "ontology" / "v1.toml").write_text(ONTOLOGY)
    home = Home(home.root)
    ids = [f"c-{i:02d}" for i in range(40)]
    drop(home, "comments", "comments.csv", pd.DataFrame({"comment_id": ids, "text": [f"text {i}" for i in ids]}))
    people = pd.DataFrame({"annotator_id": PEOPLE, "kind": "crowd", "opt_out": ["", "", "", "harmful", "all", ""]})
    drop(home, "annotators", "annotators.csv", people.assign(consent=["yes"] * 5 + ["no"]))
    known = pd.DataFrame({"comment_id": [f"g-{i:02d}" for i in range(30)], "role": "fit"})
    known = known.assign(text="gold " + known["comment_id"], label=["hate", "fine"] * 15)
    drop(home, "gold", "gold.csv", known)
    drafts = pd.DataFrame({"comment_id": ids, "p_hate": [0.9 if i < N_HARMFUL else 0.1 for i in range(40)]})
    drop(home, "predictions", "drafts.csv", drafts.assign(p_fine=1 - drafts["p_hate"], model_version="theirs"))
    return home


BEFORE_WORK = ("raw_comments", "annotators", "gold_set", "production_predictions", "decomposed_tasks", "crowd_votes")


def is_harmful(comments: pd.Series) -> pd.Series:
    number = comments.str[2:].astype(int)
    return ((comments.str[0] == "c") & (number < N_HARMFUL)) | ((comments.str[0] == "g") & (number % 2 == 0))


def test_the_crowd_is_capped_and_opt_outs_are_kept_to_and_what_waits_goes_out_on_another_day(tmp_path: Path) -> None:
    home = make(tmp_path / "home")
    context = up_to_date(home, BEFORE_WORK)
    parts, days = [], []
    for day in range(1, 8):
        rows = context.warehouse.table("assignments")
        new = rows[~rows["assignment_id"].isin(pd.concat(parts)["assignment_id"])] if parts else rows
        parts.append(new)
        days.append(new[is_harmful(new["comment_id"])]["annotator_id"].value_counts())
        if not context.count("waiting_for_room"):
            break
        context = open_context(home, NOW + timedelta(days=day))
        assert is_due("crowd_votes", STAGES["crowd_votes"], context, context.state())
        materialize("crowd_votes", STAGES["crowd_votes"], context)
        assert not is_due("crowd_votes", STAGES["crowd_votes"], context, context.state()), "once a day is enough"
    assert len(parts) == 2, "ten harmful comments, asked of three people who read five a day each"
    assert all(one.max() <= 5 for one in days)
    assert {name for one in days for name in one.index} == {"x", "y", "z"}
    everything = pd.concat(parts)
    assert "away" not in set(everything["annotator_id"])
    real = everything[~everything["is_honeypot"].astype(bool)]
    assert real["comment_id"].value_counts().eq(3).all()
    assert real["comment_id"].nunique() == 40, "the honeypot bank is not asked openly"
    assert not everything.duplicated(["comment_id", "annotator_id"]).any()
    logged = context.warehouse.table("exposures")
    handed = everything[is_harmful(everything["comment_id"])]
    assert sorted(zip(logged["person_id"], logged["comment_id"], strict=True)) == sorted(
        zip(handed["annotator_id"], handed["comment_id"], strict=True)
    )
    assert logged.groupby(["person_id", "day"]).size().max() <= 5
    tasks = home.root / "outbox" / "tasks"
    assert sorted(path.name for path in tasks.iterdir()) == ["round-0001", "round-0001-part-2"]
    assert sorted(path.name for path in (tasks / "round-0001").glob("*.csv")) == [
        "calm.csv",
        "no.csv",
        "x.csv",
        "y.csv",
        "z.csv",
    ]
    lines = (tasks / "round-0001" / "x.jsonl").read_text().splitlines()
    assert all(json.loads(line)["blur"] for line in lines)


def test_what_people_called_harmful_today_counts_though_nobody_knew_before(tmp_path: Path) -> None:
    home = make(tmp_path / "home", SETTINGS)
    said = pd.DataFrame({"comment_id": [f"c-{i}" for i in range(20, 25)], "annotator_id": "x", "label": "hate"})
    drop(home, "votes", "votes.csv", said.assign(answered_at=NOW.isoformat(), labeling_round=7))
    context = up_to_date(home, BEFORE_WORK)
    rows = context.warehouse.table("assignments")
    assert not is_harmful(rows.loc[rows["annotator_id"] == "x", "comment_id"]).any()


def test_no_honeypot_is_worn_beyond_its_cap_within_a_round_nor_shown_twice_by_rounds_that_open_together(
    tmp_path: Path,
) -> None:
    home = make(tmp_path / "home", SETTINGS.replace("daily_cap = 5", "daily_cap = 500"))
    context = up_to_date(home, BEFORE_WORK)
    rows = context.warehouse.table("assignments")
    pots = rows[rows["is_honeypot"].astype(bool)]
    assert len(pots) > 20
    assert pots["comment_id"].value_counts().max() <= 3
    assert not pots.duplicated(["annotator_id", "comment_id"]).any()


def test_what_others_did_with_what_they_assign_is_measured_from_the_answers(tmp_path: Path) -> None:
    home = make(tmp_path / "home", SETTINGS + "[labeling]\nvotes_per_comment = 9\n")
    known = pd.DataFrame({"comment_id": ["m-1"], "text": ["apart"], "label": "fine", "role": "measure"})
    drop(home, "gold", "more.csv", known)
    context = up_to_date(home, BEFORE_WORK)
    rows = context.warehouse.table("assignments")
    assert rows["annotator_id"].isna().all(), "nine votes of five people: the vendor assigns"
    said = pd.concat([rows[["comment_id"]].assign(annotator_id=who) for who in ("x", "y", "z", "v")])
    more = pd.DataFrame({"comment_id": ["m-1"], "annotator_id": ["x"]})
    votes = pd.concat([said, more]).assign(label="hate", answered_at=NOW.isoformat(), labeling_round=1)
    drop(home, "votes", "votes.csv", votes)
    context = up_to_date(home, (*BEFORE_WORK, "annotator_standing"))
    broken = context.warehouse.table("honeypot_violations")
    assert broken["rule"].value_counts().drop("over_cap").to_dict() == {"exposure": 4, "gold_shown": 1}
    pots = rows.loc[rows["is_honeypot"].astype(bool), "comment_id"]
    assert sorted(broken.loc[broken["rule"] == "over_cap", "comment_id"]) == sorted(pots)
    assert broken.set_index("rule").loc["gold_shown", "comment_id"] == "m-1"
