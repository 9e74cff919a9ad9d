"""Work that went out with fewer honeypots than set: told as long as it is out, and only where something was missing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pandas as pd

from labeling_pipeline.home import Home
from labeling_pipeline.report.handed_out import handed_out, handed_out_lines
from labeling_pipeline.stages.annotation import rounds_state
from labeling_pipeline.stages.context import Context
from labeling_pipeline_tests.stages.small_homes import NOW, TO_LABELS, drop, new_home, sheet_of, up_to_date

ASKED = TO_LABELS[:5]
RATE = "[honeypots]\nrate = {rate}\nbank_share = 1.0\n"


def make(folder: Path, rate: float, gold: int, people: int = 10) -> Home:
    """100 comments and a bank of so many; nobody is asked yet."""
    home = new_home(folder, RATE.format(rate=rate))
    drop(home, "comments", "one.csv", texts("c", 100))
    names = pd.DataFrame({"annotator_id": [f"a-{i}" for i in range(people)], "kind": "crowd"})
    drop(home, "annotators", "a.csv", names)
    drop(home, "gold", "gold.csv", texts("g", gold).assign(label="toxic", role="fit"))
    return home


def texts(kind: str, n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"comment_id": [f"{kind}-{i:03d}" for i in range(n)], "text": [f"{kind} {i}" for i in range(n)]}
    )


def told(context: Context) -> dict[str, str]:
    return dict(handed_out_lines(handed_out(context, rounds_state(context).to_dict("records"), 0.0)))


def answer(home: Home, name: str, share: float) -> None:
    sheet = sheet_of(home, name).sample(frac=share, random_state=0)
    columns = ["comment_id", "annotator_id", "labeling_round", "question", "schema_version"]
    drop(home, "votes", f"{name}-{share}.csv", sheet[columns].assign(answer="acceptable"))


def test_a_rate_that_is_raised_later_makes_no_honeypot_missing(tmp_path: Path) -> None:
    home = make(tmp_path / "home", 0.0, 200)
    up_to_date(home, ASKED)
    text = (home.root / "labeling.toml").read_text().replace("rate = 0.0", "rate = 0.05")
    (home.root / "labeling.toml").write_text(text)
    assert "honeypots" not in told(up_to_date(Home(home.root), ASKED))


def test_what_the_bank_lacked_is_told_until_the_round_is_answered(tmp_path: Path) -> None:
    home = make(tmp_path / "home", 0.2, 4)
    said = told(up_to_date(home, ASKED))["honeypots"]
    # 100 comments × 3 votes among 10 people are 30 each: 7.5 honeypots belong among them, 4 are there.
    assert said.startswith(
        "fewer than set: 10 of 10 annotators are under a rate of 0.2, 30 honeypots are missing (round 1)"
    )
    answer(home, "round-0001", 0.2)
    assert told(up_to_date(Home(home.root), ASKED))["honeypots"] == said, "votes that come in take nothing back"
    answer(home, "round-0001", 1.0)
    assert "honeypots" not in told(up_to_date(Home(home.root), ASKED))


def test_what_a_round_lacks_is_told_although_more_of_it_or_of_another_goes_out(tmp_path: Path) -> None:
    home = make(tmp_path / "home", 0.2, 4)
    said = told(up_to_date(home, ASKED))["honeypots"]
    drop(home, "gold", "more.csv", texts("h", 90).assign(label="toxic", role="fit"))
    drop(home, "comments", "two.csv", texts("d", 20))
    context = up_to_date(Home(home.root), ASKED)
    assert context.warehouse.table("assignments")["labeling_round"].nunique() == 2
    assert told(context)["honeypots"] == said
    answer(home, "round-0001", 1.0)
    assert "honeypots" not in told(up_to_date(Home(home.root), ASKED))


def test_a_further_part_of_a_round_takes_nothing_back(tmp_path: Path) -> None:
    home = make(tmp_path / "home", 0.2, 4)
    (home.root / "labeling.toml").write_text(
        (home.root / "labeling.toml").read_text() + '[people]\ndaily_cap = 6\nharmful = ["toxic"]\n'
    )
    drafts = texts("c", 100).drop(columns="text").assign(p_toxic=[0.9] * 30 + [0.1] * 70, model_version="theirs")
    drop(home, "predictions", "drafts.csv", drafts.assign(p_acceptable=1 - drafts["p_toxic"]))
    home, asked = Home(home.root), (*ASKED, "production_predictions")
    said = told(up_to_date(home, asked))["honeypots"]
    drop(home, "gold", "more.csv", texts("h", 90).assign(label="acceptable", role="fit"))
    context = up_to_date(Home(home.root), asked, now=NOW + timedelta(days=1))
    assert set(context.warehouse.table("assignments")["labeling_round"]) == {"1"}
    assert context.warehouse.table("assignments")["published_at"].nunique() == 2
    assert told(context)["honeypots"] == said


def test_sheets_that_name_nobody_are_not_one_annotator(tmp_path: Path) -> None:
    home = make(tmp_path / "home", 0.2, 4, people=1)
    said = told(up_to_date(home, ASKED))["honeypots"]
    assert said.startswith("fewer than set: sheets that name nobody lack 21 honeypots for a rate of 0.2 (round 1)")
    assert "annotators are under" not in said
