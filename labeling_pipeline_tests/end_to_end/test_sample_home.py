"""The sample home after one ``run``: the story as computed figures, and one comment's life from day 0 to 30."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.export import verify
from labeling_pipeline.core.simulate.streams import truth_of
from labeling_pipeline.core.weak_supervision.declarative import declarative_pattern
from labeling_pipeline.home import Home
from labeling_pipeline.report.story import Line, story
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.pending import pending
from labeling_pipeline_tests.end_to_end.contents import files_of, tables_of
from labeling_pipeline_tests.end_to_end.homes import run_command, seconds_to_find_nothing_to_do
from labeling_pipeline_tests.quiet import Quietly


@pytest.fixture(scope="module")
def home(finished: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(finished[0], tmp_path_factory.mktemp("sample") / "home"))


@pytest.fixture(scope="module")
def context(home: Path) -> Context:
    return open_context(Home(home))


@pytest.fixture(scope="module")
def told(context: Context) -> dict[str, Line]:
    return {line.key: line for line in story(context) if line.key}


def test_it_ends_on_its_last_day_with_nothing_left_to_do(context: Context) -> None:
    assert context.day == context.settings.simulated.until_day == 30
    assert not pending(STAGES, context)
    assert context.count("quarantine") == 0


def test_run_says_what_happened_and_what_to_try(finished: tuple[Path, str]) -> None:
    for words in (
        "nothing left to do",
        "export",
        "next batch",
        "labeling-pipeline ui --home",
        "labeling-pipeline explain",
        "status",
    ):
        assert words in finished[1]


def test_agreement_and_the_crowds_own_labels_look_fine(told: dict[str, Line]) -> None:
    assert told["alpha"].value >= 0.85
    assert told["crowd_holdout"].value >= 0.9


def test_gold_names_the_blind_spot(told: dict[str, Line]) -> None:
    assert told["gold_measure"].high < told["crowd_holdout"].value
    assert told["gold_measure_f1"].value < told["crowd_holdout_f1"].value - 0.1
    assert "dog_whistle" in told["recall_before"].measured_on
    assert told["recall_before"].n >= 100
    assert told["recall_before"].value <= 0.5


def test_experts_open_the_models_eyes_and_the_same_crowd_does_not(told: dict[str, Line]) -> None:
    assert told["rise"].low is not None
    assert told["rise"].low >= 0.15
    assert told["counterfactual"].value < 0.05


def test_every_export_verifies_and_keeps_measuring_gold_out(home: Path, context: Context) -> None:
    exports = context.warehouse.table("versioned_export")
    apart = context.query("gold_kept_apart")["comment_id"].tolist()
    assert len(exports) >= 3
    for row in exports.itertuples():
        assert verify(home / str(row.path), gold=apart, manifest_sha256=str(row.manifest_sha256)) == []


def test_what_experts_noted_is_proposed_as_a_heuristic_and_not_in_use(context: Context) -> None:
    proposed = context.warehouse.table("labeling_function_proposals").sort_values("rank")
    first = proposed[proposed["origin"] == "notes"].iloc[0]  # single phrases, surer still, may stand before it
    assert 'name = "context_dependent"' in first["toml"]
    assert first["label"] == "harassment"
    comments = context.warehouse.table("raw_comments")
    is_found = comments["text"].str.contains(declarative_pattern(*first["phrase"].split(", ")))
    truth = [truth_of(one, text) for one, text in zip(comments["comment_id"], comments["text"], strict=True)]
    is_right = pd.Series([one.label == "harassment" for one in truth], comments.index)
    is_coded = pd.Series([one.slice == "dog_whistle" for one in truth], comments.index)
    assert is_right[is_found].mean() >= 0.7
    # What is told of it holds in truth, of the comments it is told of: experts are not asked about a random sample.
    is_judged = comments["comment_id"].isin(context.warehouse.table("verdicts")["comment_id"])
    assert first["low"] <= is_right[is_found & is_judged].mean() <= first["high"]
    assert is_found[is_coded].mean() >= 0.5
    assert "context_dependent" not in context.warehouse.table("labeling_functions")["lf"].tolist()


def test_the_anchor_comments_life_is_told_in_order(home: Path) -> None:
    result = run_command("explain", "c-1f8a", "--home", str(home), "--json")
    assert result.returncode == 0, result.stderr
    events = json.loads(result.stdout)
    times = [event["at"] for event in events if event["at"]]
    assert times == sorted(times)
    life = "\n".join(f"{event['stage']}: {line}" for event in events for line in event["lines"])
    expected = [
        "comment: posted in v-3201",
        "prediction: deployed-v0: P(harassment)=0.41  P(non_toxic)=0.32  P(hate)=0.27",
        "prediction: margin 0.09 (limit 0.1) → LOW → queued for annotation",
        "schema v3",
        "tasks: Q1 contains_slur",
        "tasks: Q4 requires_context",
        "votes: annotator_a47 → non_toxic (stated confidence 0.7)",
        "votes: annotator_b12 → harassment (stated confidence 0.6)",
        "votes: annotator_c89 → non_toxic (stated confidence 0.5)",
        "votes: non_toxic (2 of 3), harassment (1 of 3) · share of agreeing pairs 0.33",
        "votes: Q1 contains_slur → no (3 of 3)",
        "votes: Q2 targets_group → unsure (3 of 3)",
        "votes: Q3 implies_threat → unsure (3 of 3)",
        "votes: Q4 requires_context → yes (3 of 3)",
        "quality: adjudicate → queue of the experts: non_toxic",
        "verdict: e-04 → harassment (stated confidence 0.95)",
        "verdict: note: 'common dog-whistle pattern, escalate'",
        "quality: passed: harassment (0.95 then, from verdict)",
        "label store: label store entry: harassment · confidence 0.95 then · from verdict · schema v3 · by e-04",
        "gold: candidate for the gold set",
        "export: export 1.",
        "training: model m002",
        "recall of harassment in slice dog_whistle of measuring gold",
        "consensus: as computed now",
        "fusion: as computed now",
    ]
    places = [life.find(words) for words in expected]
    assert [words for words, place in zip(expected, places, strict=True) if place < 0] == []
    assert places == sorted(places)
    moves = {
        line.split()[0]: line
        for line in life.splitlines()
        if " reliability: " in line
        for line in [line.split(": ", 1)[1]]
    }
    assert "(down)" in moves["annotator_a47"]
    assert "(up)" in moves["annotator_b12"]
    assert "(down)" in moves["annotator_c89"]


@pytest.mark.benchmark
def test_the_main_job_takes_less_than_three_minutes(finished: tuple[Path, str]) -> None:
    used = json.loads((finished[0].parent / "finished-sample.json").read_text())
    assert used["seconds"] < 180


def test_a_second_run_changes_nothing_and_is_quick(home: Path, quietly: Quietly) -> None:
    tables, files = tables_of(home), files_of(home)
    with quietly():
        assert seconds_to_find_nothing_to_do(home) < 3
    again = tables_of(home)
    assert [name for name, frame in tables.items() if not again[name].equals(frame)] == []
    assert files_of(home) == files
