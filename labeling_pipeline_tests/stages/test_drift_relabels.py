"""A drift alarm on labels becomes a round for experts: level-triggered, once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.home import Home
from labeling_pipeline.stages.annotation import batch_is_wanted, decomposed_tasks
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.selection import next_uncertainty_batch
from labeling_pipeline.warehouse.tables import append_new, replace_rows
from labeling_pipeline_tests.end_to_end.homes import run_command

NOW = pd.Timestamp("2026-05-04 12:00")
WORDS = ("garden", "pond", "train", "harbour", "recipe", "museum", "bicycle")


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A home whose labels passed, with a model and no round open."""
    home = tmp_path / "home"
    assert run_command("init", str(home)).returncode == 0
    comments = [f'c-{i},"{WORDS[i % 7]} number {i} {WORDS[(i * 3) % 7]}"' for i in range(60)]
    (home / "inbox/comments/comments.csv").write_text("comment_id,text\n" + "\n".join(comments))
    votes = [
        f"c-{i},a-{k},{'toxic' if i % 3 == 0 else 'acceptable'},2026-05-03T0{k}:00:00"
        for i in range(60)
        for k in range(3)
    ]
    (home / "inbox/votes/votes.csv").write_text("comment_id,annotator_id,label,answered_at\n" + "\n".join(votes))
    result = run_command("run", "--home", str(home), "--now", NOW.isoformat())
    assert result.returncode == 0, result.stderr
    return open_context(Home(home), NOW.to_pydatetime())


def test_an_alarm_on_labels_asks_experts_about_recent_labels_once(context: Context) -> None:
    assert not batch_is_wanted(context)
    row = {"night": NOW, "series": "label_mix", "statistic": "jensen_shannon", "value": 0.2, "threshold": 0.1}
    alarm = pd.DataFrame([{**row, "is_alarm": True, "action": "relabel"}])
    with context.warehouse.write() as con:
        append_new(con, "drift_report", alarm, ("night", "series"))
    proposed = next_uncertainty_batch(context).replace["next_uncertainty_batch"]
    drifted = proposed[proposed["strategy"] == "drift"]
    assert len(drifted) == context.settings.drift.relabel_comments
    assert set(drifted["route"]) == {"expert"}
    assert set(drifted["reason"]) == {"drift: label_mix, jensen_shannon 0.2"}
    with context.warehouse.write() as con:
        replace_rows(con, "next_uncertainty_batch", proposed)
    assert batch_is_wanted(context)
    opened = decomposed_tasks(context)
    with context.warehouse.write() as con:
        for table, rows in opened.append.items():
            append_new(con, table, rows.frame, rows.key)
        replace_rows(con, "next_uncertainty_batch", opened.replace["next_uncertainty_batch"])
    assert context.query("unanswered_alarms").empty
    again = next_uncertainty_batch(context).replace["next_uncertainty_batch"]
    assert again.loc[again["labeling_round"].isna(), "strategy"].ne("drift").all()
