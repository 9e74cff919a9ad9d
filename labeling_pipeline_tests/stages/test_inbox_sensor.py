"""The sensor of the inbox: it looks by itself between two looks of the daemon."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import dagster as dg
import pytest

from labeling_pipeline.defs import sensors
from labeling_pipeline.home import Home
from labeling_pipeline.loop import run_until_idle
from labeling_pipeline_tests.end_to_end.homes import run_command


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("idle") / "home"
    assert run_command("init", str(folder)).returncode == 0
    run_until_idle(Home.find(str(folder)))
    return folder


@pytest.fixture
def home(idle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(idle, tmp_path / "home"))
    monkeypatch.setenv("LABELING_HOME", str(folder))
    return folder


def look(instance: dg.DagsterInstance) -> tuple[list[object], float]:
    began = time.monotonic()
    watch = sensors.cause_sensor("inbox")
    found = watch(dg.build_sensor_context(instance=instance))
    assert hasattr(found, "__iter__")
    return list(found), time.monotonic() - began


def test_a_file_that_arrives_while_it_looks_starts_a_run_at_once(home: Path) -> None:
    def arrive() -> None:
        (home / "inbox/comments/new.csv").write_text("comment_id,text\nc1,hello there\n")

    with dg.DagsterInstance.ephemeral() as instance:
        threading.Timer(0.5, arrive).start()
        found, _ = look(instance)
    (request,) = found
    assert isinstance(request, dg.RunRequest)
    assert request.asset_selection is not None
    assert dg.AssetKey("raw_comments") in request.asset_selection


def test_it_stops_looking_where_nothing_arrives(home: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        (found,), took = look(instance)
    assert isinstance(found, dg.SkipReason)
    assert took < 2 * sensors.WATCH_S


def test_a_wrong_setting_is_told_in_one_line(home: Path) -> None:
    with (home / "labeling.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[quality]\nmin_votes = 'two'\n")
    with dg.DagsterInstance.ephemeral() as instance:
        (found,), _ = look(instance)
    assert isinstance(found, dg.SkipReason)
    assert found.skip_message is not None
    assert "labeling.toml" in found.skip_message
    assert "\n" not in found.skip_message
