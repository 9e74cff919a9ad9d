"""`labeling-pipeline simulate`: a world on disk that the loop takes as it is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.simulate.world import WORLDS, world_files
from labeling_pipeline_tests.end_to_end.homes import run_command

SMALL = ("--comments", "300", "--annotators", "30", "--weeks", "12")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulate") / "world"
    done = run_command("simulate", str(folder), *SMALL, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert sum(n for name, n in told["rows"].items() if name.startswith("inbox/votes/")) == 900
    return folder


def test_the_loop_takes_it_all_and_refuses_nothing(world: Path) -> None:
    done = run_command("run", "--home", str(world), "--now", "2026-04-01T00:00:00")
    assert done.returncode == 0, done.stderr
    assert ["quarantined", "0"] in [line.split() for line in done.stdout.splitlines()]
    assert "900 crowd" in done.stdout


def test_a_home_is_not_written_over_and_worlds_have_names(world: Path) -> None:
    again = run_command("simulate", str(world), *SMALL)
    assert again.returncode == 2
    assert "is a home already" in again.stderr
    wrong = run_command("simulate", str(world.parent / "other"), "--world", "flat")
    assert wrong.returncode == 2
    assert "independent, hard, troubled" in wrong.stderr
    assert not (world.parent / "other").exists()


def test_any_number_of_a_world_can_be_set(tmp_path: Path) -> None:
    folder, given = tmp_path / "world", ("drift_week=9", "drift_crowd=.5", "blind_share=0", "accuracy=.8,.9")
    sets = [part for one in given for part in ("--set", one)]
    done = run_command("simulate", str(folder), "--world", "hard", *SMALL, "--seed", "2", *sets, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["spec"]
    assert (told["drift_week"], told["drift_crowd"], told["accuracy"], told["hard_share"]) == (9, 0.5, [0.8, 0.9], 0.1)
    people, comments = (pd.read_csv(folder / "truth" / f"{name}.csv") for name in ("annotators", "comments"))
    assert 5 <= people["rereads"].sum() <= 25
    assert people["accuracy"].min() >= 0.8
    assert not comments["is_blind_spot"].any()
    spec = replace(WORLDS["hard"], comments=300, annotators=30, drift_week=9, drift_crowd=0.5, blind_share=0.0)
    truth = dict(world_files(replace(spec, accuracy=(0.8, 0.9)), 2, 3))["truth/comments.csv"]
    assert comments["label"].tolist() == truth["label"].tolist()


def test_a_number_no_world_has_is_refused_and_all_that_they_have_are_listed(tmp_path: Path) -> None:
    wrong = run_command("simulate", str(tmp_path / "world"), "--set", "blind_shar=0")
    assert wrong.returncode == 2
    assert "write blind_share" in wrong.stderr
    assert not (tmp_path / "world").exists()
    listed = run_command("simulate", "--list")
    assert listed.returncode == 0
    assert "drift_crowd" in listed.stdout
