"""A heuristic that experts' notes suggest: proposed by a home, used once it is pasted, and told of by ``explain``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.home import Home
from labeling_pipeline.report.explain import explain
from labeling_pipeline.stages.context import Context
from labeling_pipeline_tests.stages.small_homes import drop, keyword_rule, new_home, up_to_date

CODED = ["quiet spoon", "velvet parker", "salt map", "moss collector"]
PLAIN = ["rain", "wind", "plum", "harbour", "lantern", "meadow", "ribbon", "kettle"]
RULE = keyword_rule("vile")
ASSETS = (
    "raw_comments", "gold_set", "decomposed_tasks", "crowd_votes", "verdicts", "weak_labels", "comment_slices",
    "production_predictions", "production_feedback", "labeling_function_report",
)  # fmt: skip


def noted_home(folder: Path) -> Home:
    """Of 800 comments a fifth are coded; experts judged half of all and noted which mean nothing without context."""
    home, rng = new_home(folder, ""), np.random.default_rng(2)
    is_coded = rng.random(800) < 0.2
    texts = [" ".join([*rng.choice(PLAIN, 6), str(rng.choice(CODED)) if coded else "nice"]) for coded in is_coded]
    comments = pd.DataFrame({"comment_id": [f"c{i}" for i in range(800)], "text": texts})
    drop(home, "comments", "c.csv", comments)
    told = comments[["comment_id"]].assign(expert_id="e-1", label=np.where(is_coded, "toxic", "acceptable"))
    told["note"] = np.where(is_coded, "context-dependent: aimed at a person", "clear")
    drop(home, "verdicts", "v.csv", told.iloc[:400])
    (folder / "labeling_functions.toml").write_text(RULE)
    return home


def functions(context: Context) -> set[str]:
    return set(context.warehouse.table("labeling_functions")["lf"])


def test_proposed_adopted_and_explained(tmp_path: Path) -> None:
    home = noted_home(tmp_path / "home")
    context = up_to_date(home, ASSETS)
    proposal = context.warehouse.table("labeling_function_proposals").set_index("label").loc["toxic"]
    assert set(proposal["phrase"].split(", ")) == set(CODED)
    assert (proposal["origin"], proposal["precision"]) == ("notes", 1.0)
    assert functions(context) == {"vile"}  # none is in use unasked

    (home.root / "labeling_functions.toml").write_text(RULE + "\n" + proposal["toml"])
    context = up_to_date(Home(home.root), ASSETS)
    assert functions(context) == {"vile", "context_dependent"}
    left = context.warehouse.table("labeling_function_proposals")
    assert "toxic" not in left["label"].tolist()
    votes = context.warehouse.table("labeling_function_votes")
    assert len(votes) == round(proposal["coverage"] * 800)
    lines = [line for event in explain(context, votes["comment_id"].iloc[0]) for line in event.lines]
    (said,) = [line for line in lines if line.startswith("context_dependent → toxic")]
    assert "proposed from experts' notes of context dependent, precision 1.00 on" in said


@pytest.mark.parametrize("withdrawn", [True, False])
def test_nothing_is_proposed_from_verdicts_that_do_not_count(tmp_path: Path, withdrawn: bool) -> None:
    home = noted_home(tmp_path / "home")
    said = pd.read_csv(home.root / "inbox" / "verdicts" / "v.csv")
    coded = said[said["label"] == "toxic"]
    if withdrawn:
        drop(home, "verdicts", "later.csv", coded.assign(label="unsure", decided_at="2026-05-01T08:00:00"))
    else:
        own = coded[["comment_id"]].assign(annotator_id="e-1", label="toxic", answered_at="2026-04-20T08:00:00")
        drop(home, "votes", "own.csv", own)
    proposed = up_to_date(home, ASSETS).warehouse.table("labeling_function_proposals")
    assert not set(proposed["label"]) & {"toxic", "unsure"}
