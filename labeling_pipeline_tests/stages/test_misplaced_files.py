"""Files dropped where nothing is taken from: told with the folder they belong to, and taken once they are moved."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.report.summary import summary
from labeling_pipeline.report.waiting import waiting_lines
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.engine import is_due
from labeling_pipeline.stages.inbox import files_nobody_takes, inbox_listing
from labeling_pipeline_tests.stages.small_homes import NOW, drop, new_home, up_to_date

VOTE = "comment_id,annotator_id,label\nc-1,ann,toxic\n"
DROPPED = {
    "inbox/v.csv": (VOTE, "votes"),
    "inbox/comments.csv": ("id,words\n1,x\n", "comments"),
    "inbox/verdict/x.csv": ("comment_id,expert_id,label\nc-1,e,toxic\n", "verdicts"),
    "inbox/votes/may/x.csv": (VOTE, "votes"),
    "inbox/junk/x.csv": ("comment_id,expert_id,label\nc-1,e,toxic\n", "verdicts"),
    "inbox/junk/notes.txt": ("hello", None),
}


def test_each_is_told_with_the_folder_it_belongs_to_until_it_is_moved(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = new_home(tmp_path / "home", "")
    drop(home, "comments", "c.csv", pd.DataFrame({"comment_id": ["c-1"], "text": ["a calm remark"]}))
    for name in (".hidden", "half.csv.part", "votes/.x", "junk"):
        path = home.inbox / name
        path.mkdir() if name == "junk" else path.write_text(VOTE)
    up_to_date(home, ("raw_comments",))
    assert files_nobody_takes(home) == []
    before = inbox_listing(home)
    for name, (text, _) in DROPPED.items():
        (home.root / name).parent.mkdir(exist_ok=True)
        (home.root / name).write_text(text)
    said = files_nobody_takes(home)
    for name, (_, kind) in DROPPED.items():
        line = next(one for one in said if one.startswith(f"{name} is not taken"))
        assert line.endswith(f"move it into inbox/{kind}" if kind else "verdicts)")
    assert len(said) == len(DROPPED)
    assert inbox_listing(home) != before  # a sensor that watches sees them come
    context = open_context(home, NOW)
    assert is_due("raw_comments", STAGES["raw_comments"], context, context.state())
    with caplog.at_level(logging.WARNING):
        result = STAGES["raw_comments"].run(context)
    assert result.metrics["files_nobody_takes"] == "; ".join(said)
    assert [one for one in caplog.messages if "is not taken" in one] == said
    assert [value for name, value in waiting_lines(summary(home)["waiting"]) if name == "not taken"] == said
    up_to_date(home, ("raw_comments",))
    shutil.move(home.inbox / "v.csv", home.inbox / "votes" / "v.csv")
    assert len(files_nobody_takes(home)) == len(DROPPED) - 1
    assert len(up_to_date(home).warehouse.table("vote_log")) == 1
