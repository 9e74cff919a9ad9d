"""Comments that every listed expert knows already wait for nobody: that is told, with what can be done."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from labeling_pipeline.cli.home import queue_group
from labeling_pipeline.home import Home
from labeling_pipeline.report.summary import summary
from labeling_pipeline.report.summary_lines import lines_of
from labeling_pipeline.stages.desk import nobody_left
from labeling_pipeline_tests.stages.small_homes import TO_LABELS, drop, new_home, up_to_date

ASSETS = (*TO_LABELS, "annotator_standing", "adjudication_queue")
IDS = [f"c-{i}" for i in range(5)]
SAID = [
    ("c-0", "e-1", "toxic"), ("c-0", "e-2", "acceptable"),
    ("c-1", "e-1", "unsure"),
    ("c-2", "e-1", "unsure"),  # e-2 voted on it
    ("c-3", "e-1", "toxic"), ("c-3", "e-2", "toxic"),
]  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = new_home(tmp_path / "home", "[adjudication]\ndouble_share = 0.0\n[quality]\nmin_agreement = 0.9\n")
    texts = [f"a comment with words of its own, number {i * i + 7}" for i in range(len(IDS))]
    drop(home, "comments", "comments.csv", pd.DataFrame({"comment_id": IDS, "text": texts}))
    votes = [(one, who, "toxic" if who == "a" else "acceptable") for one in IDS for who in "abc"]
    votes.append(("c-2", "e-2", "acceptable"))
    rows = pd.DataFrame(votes, columns=["comment_id", "annotator_id", "label"])
    drop(home, "votes", "votes.csv", rows.assign(answered_at="2026-04-20T08:00:00"))
    said = pd.DataFrame(SAID, columns=["comment_id", "expert_id", "label"])
    drop(home, "verdicts", "said.csv", said.assign(note="as it says", decided_at="2026-04-28T08:00:00"))
    return home


def listed(home: Home, *experts: str, opt_out: str = "") -> None:
    """The last of them opts out of what is said."""
    people = pd.DataFrame({"annotator_id": experts, "kind": "expert", "opt_out": ""})
    people.loc[people.index[-1], "opt_out"] = opt_out
    drop(home, "annotators", f"{len(experts)}{opt_out}.csv", people)


def test_what_nobody_is_left_for_is_told_until_somebody_is(home: Home, tmp_path: Path) -> None:
    listed(home, "e-1", "e-2")
    context = up_to_date(home, ASSETS)
    assert set(context.warehouse.table("adjudication_queue")["comment_id"]) == {"c-0", "c-1", "c-2", "c-4"}
    assert nobody_left(context) == ["c-0", "c-2"]
    line = dict(lines_of(summary(home)))["nobody left"]
    assert line.startswith("2 of the comments that wait for an expert were decided or voted on by every expert listed")
    assert "inbox/annotators with kind = expert" in line
    sheet = tmp_path / "queue.csv"
    arguments = ["adjudication", "--home", str(home.root), "-o", str(sheet)]
    done = CliRunner().invoke(queue_group, arguments)
    assert set(pd.read_csv(sheet)["comment_id"]) == {"c-1", "c-4"}
    assert line in done.output
    assert "more wait" not in done.output, "no room would help them"
    done = CliRunner().invoke(queue_group, [*arguments, "--all"])
    assert set(pd.read_csv(sheet)["comment_id"]) == {"c-0", "c-1", "c-2", "c-4"}
    assert line in done.output

    listed(home, "e-1", "e-2", "e-3", opt_out="all")
    assert nobody_left(up_to_date(home, ASSETS)) == ["c-0", "c-2"]
    listed(home, "e-1", "e-2", "e-3", "e-4")
    assert nobody_left(up_to_date(home, ASSETS)) == []
    assert "nobody left" not in dict(lines_of(summary(home)))


def test_where_nobody_is_listed_somebody_may_always_come(home: Home) -> None:
    context = up_to_date(home, ASSETS)
    assert context.count("adjudication_queue")
    assert nobody_left(context) == []


def test_room_is_told_apart_from_people(home: Home, tmp_path: Path) -> None:
    settings = home.root / "labeling.toml"
    settings.write_text(settings.read_text().replace("[adjudication]\n", "[adjudication]\ncapacity = 1\n"))
    home = Home(home.root)
    listed(home, "e-1", "e-2")
    up_to_date(home, ASSETS)
    sheet = tmp_path / "queue.csv"
    done = CliRunner().invoke(queue_group, ["adjudication", "--home", str(home.root), "-o", str(sheet)])
    assert len(pd.read_csv(sheet)) == 1
    assert "1 more wait: --all writes them, too (adjudication.capacity" in done.output
    assert "2 of the comments that wait" in done.output
