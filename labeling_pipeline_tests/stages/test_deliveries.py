"""Work that was labeled elsewhere, delivery after delivery: nothing of it is bought again, all of it is reviewed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.home import Home
from labeling_pipeline.stages.annotation import rounds_state
from labeling_pipeline.stages.overlap import crowd_promised_usd
from labeling_pipeline_tests.stages.small_homes import NOW, TO_LABELS, drop, new_home, up_to_date

ASSETS = (*TO_LABELS, "unanimous_review")
STANDING = (*ASSETS, "annotator_standing")
N = 20


def delivery(home: Home, week: int, votes: int, named: str) -> list[str]:
    """Comments of a week with all their votes; ``named``: what the vendor writes as round."""
    ids = [f"w{week}-{i:02d}" for i in range(N)]
    drop(home, "comments", f"c{week}.csv", pd.DataFrame({"comment_id": ids, "text": [f"text {i}" for i in ids]}))
    rows = [(one, f"v{n}", "toxic" if one.endswith("3") else "acceptable") for one in ids for n in range(votes)]
    frame = pd.DataFrame(rows, columns=["comment_id", "annotator_id", "label"])
    frame["answered_at"] = (NOW + timedelta(days=7 * week, hours=-5)).isoformat()
    rounds = {"none": {}, "one": {"labeling_round": 1}, "week": {"labeling_round": week}}[named]
    drop(home, "votes", f"v{week}.csv", frame.assign(**rounds))
    return ids


@pytest.mark.parametrize(("named", "votes"), [("none", 3), ("one", 2), ("week", 3)])
def test_every_delivery_is_finished_and_reviewed(tmp_path: Path, named: str, votes: int) -> None:
    home = new_home(tmp_path / "home", "[review]\nper_round = 6\n[labeling]\nmost_votes = 7\n")
    # A week without votes of its own, so that the vendor's numbers and ours part.
    drop(home, "comments", "early.csv", pd.DataFrame({"comment_id": ["early"], "text": ["nobody answered it"]}))
    up_to_date(home, ASSETS, now=NOW)
    sheets = sorted(home.outbox.rglob("*.csv"))
    for week in (1, 2):
        delivered = delivery(home, week, votes, named)
        context = up_to_date(home, ASSETS, now=NOW + timedelta(days=7 * week))
        assert sorted(home.outbox.rglob("*.csv")) == sheets, "what came with its votes is not asked again"
        assert set(context.warehouse.table("assignments")["comment_id"]) == {"early"}
        rounds = rounds_state(context).set_index("labeling_round")
        assert rounds.loc[str(week + 1), ["n_comments", "n_done", "is_open"]].tolist() == [N, N, False]
        reviewed = context.warehouse.table("unanimous_review")
        assert reviewed["comment_id"].isin(delivered).sum() == 6, "every delivery has its review"
        assert len(reviewed) == 6 * week
    assert crowd_promised_usd(context) == pytest.approx(3 * 0.04), "only the sheet that is out"


def test_late_votes_without_a_round_answer_the_sheet_that_is_out(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "")
    delivery(home, 0, 3, "none")
    up_to_date(home, ASSETS)
    drop(home, "comments", "late.csv", pd.DataFrame({"comment_id": ["z-1", "z-2"], "text": ["one", "two"]}))
    context = up_to_date(home, ASSETS)
    assert crowd_promised_usd(context) == pytest.approx(6 * 0.04)
    said = pd.DataFrame({"comment_id": ["z-1", "z-2"] * 3, "annotator_id": list("aabbcc"), "label": "toxic"})
    drop(home, "votes", "late.csv", said.assign(answered_at="2026-05-04T09:00:00"))
    context = up_to_date(home, ASSETS)
    assert rounds_state(context)["n_done"].tolist() == [N, 2]
    assert crowd_promised_usd(context) == 0


@pytest.mark.parametrize("named", [True, False])
def test_a_vendors_round_numbers_make_no_two_answers_one(tmp_path: Path, named: bool) -> None:
    home = new_home(tmp_path / "home", "[labeling]\nvotes_per_comment = 3\n")
    drop(home, "comments", "c.csv", pd.DataFrame({"comment_id": ["c1", "c2"], "text": ["one", "two"]}))
    up_to_date(home)
    said = pd.DataFrame({"comment_id": ["c1"] * 3 + ["c2"] * 3, "label": "toxic", "labeling_round": [7, 8, 9] * 2})
    said = said.assign(answered_at="2026-05-04T09:00:00", **({"annotator_id": list("abcabc")} if named else {}))
    drop(home, "votes", "v.csv", said)
    context = up_to_date(home)
    assert context.query("spend")["n_assignments"].tolist() == [6], "whoever gave them, each is paid"
    assert rounds_state(context)[["n_done", "is_open"]].to_numpy().tolist() == [[2, False]]
    assert crowd_promised_usd(context) == 0


def test_who_names_no_round_answers_the_one_with_the_honeypots(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "[honeypots]\nrate = 0.1\nbank_share = 1.0\n[review]\nper_round = 6\n")
    gold = [f"GOLD-{i}" for i in range(40)]
    drop(home, "gold", "g.csv", pd.DataFrame({"comment_id": gold, "text": gold, "label": "toxic", "role": "fit"}))
    drop(home, "comments", "early.csv", pd.DataFrame({"comment_id": ["early"], "text": ["nobody answered it"]}))
    up_to_date(home, STANDING)
    ids = [f"k{i}" for i in range(200)]
    drop(home, "comments", "c.csv", pd.DataFrame({"comment_id": ids, "text": [f"text {i}" for i in ids]}))
    asked = up_to_date(home, STANDING).warehouse.table("assignments").query("labeling_round == '2'")
    assert asked["is_honeypot"].sum() > 10
    said = [asked[["comment_id"]].assign(annotator_id=who, label="toxic") for who in "abc"]
    drop(home, "votes", "v.csv", pd.concat(said).assign(answered_at="2026-05-04T09:00:00"))
    context = up_to_date(home, STANDING)
    told = context.query("answers_assigned_elsewhere")
    assert set(told["labeling_round"]) == {"2"}
    assert told["is_handed_out"].all()
    assert told["is_honeypot"].sum() == 3 * asked["is_honeypot"].sum()
    assert context.warehouse.table("honeypot_violations").empty, "all of it was answered as agreed"
    questions = context.deciding_questions
    for name, given in (("current_votes", {}), ("deciding_votes", {"questions": questions})):
        assert set(context.query(name, **given)["labeling_round"]) == {"2"}, name
    assert set(context.warehouse.table("consensus_labels")["labeling_round"]) == {"2"}
    assert set(context.warehouse.table("unanimous_review")["labeling_round"]) == {"2"}


def test_a_delivery_that_is_asked_about_later_is_of_that_round(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "[review]\nper_round = 6\n[labeling]\nfirst_round = 1\n")
    drop(home, "comments", "a.csv", pd.DataFrame({"comment_id": ["early"], "text": ["nobody answered it"]}))
    up_to_date(home, ASSETS)
    delivered = delivery(home, 0, 3, "none")
    context = up_to_date(home, ASSETS)
    assert context.warehouse.table("unanimous_review").empty, "no round of ours has them yet"
    (home.root / "labeling.toml").write_text(
        (home.root / "labeling.toml").read_text("utf-8").replace("first_round = 1", 'first_round = "all"'), "utf-8"
    )
    context = up_to_date(Home(home.root), ASSETS)
    labels = context.warehouse.table("consensus_labels").set_index("comment_id")
    assert set(labels.loc[delivered, "labeling_round"]) == {"2"}
    assert len(context.warehouse.table("unanimous_review")) == 6, "and every round has its review"
