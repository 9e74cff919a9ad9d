"""Anchors in a home: the same comments every week, of other people each time, and nothing else of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pandas as pd

from labeling_pipeline_tests.stages.small_homes import NOW, drop, new_home, sheet_of, up_to_date

ASSETS = ("raw_comments", "annotators", "gold_set", "decomposed_tasks", "crowd_votes", "vendor_batches",
          "consensus_labels", "unanimous_review")  # fmt: skip
SETTINGS = "[drift]\nanchors = 4\n[labeling]\nvotes_per_comment = 2\n[review]\nper_round = 5\n"


def test_anchors_are_asked_every_week_of_other_people_and_reviewed_once(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", SETTINGS)
    ids = [f"c-{i:02d}" for i in range(12)]
    drop(home, "comments", "comments.csv", pd.DataFrame({"comment_id": ids, "text": [f"text {i}" for i in ids]}))
    people = pd.DataFrame({"annotator_id": [f"a-{i}" for i in range(9)], "kind": "crowd"})
    drop(home, "annotators", "annotators.csv", people)
    asked: list[set[str]] = []
    for number in range(1, 4):
        now = NOW + timedelta(days=8 * number)
        context = up_to_date(home, ASSETS, now=now)
        assert context.count("rounds") == number
        sheet = sheet_of(home, f"round-{number:04d}")
        asked.append(set(sheet["comment"]))
        columns = ["comment_id", "annotator_id", "labeling_round", "question", "schema_version"]
        answered = sheet[columns].assign(answer="toxic", answered_at=(now + timedelta(hours=2)).isoformat())
        drop(home, "votes", f"{number}.csv", answered)
        if number > 1:  # the first anchors are asked as soon as there are labels
            context = up_to_date(home, ASSETS, now=now + timedelta(days=1))
            assert context.count("rounds") == number, "once a week is enough"
    assert len(asked[0]) == 12
    assert asked[1] == asked[2]
    assert len(asked[1]) == 4
    assert context.warehouse.table("rounds")["reason"].tolist()[1:] == ["anchors", "anchors"]
    votes = context.warehouse.table("crowd_votes")
    assert not votes.duplicated(["comment_id", "annotator_id"]).any(), "nobody is asked again"
    assert votes[votes["comment_id"].isin(asked[1])].groupby("comment_id").size().eq(6).all()
    assert set(context.warehouse.table("unanimous_review")["labeling_round"]) == {"1"}
    dated = context.query("dated_votes", questions=context.deciding_questions)
    assert (int(dated["is_anchor"].sum()), int(dated["is_asked_again"].sum())) == (24, 16)
