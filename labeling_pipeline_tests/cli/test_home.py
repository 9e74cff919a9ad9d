"""Commands on a home, as a shell would start them: exit codes, pipes that close early, a narrow terminal."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from labeling_pipeline_tests.end_to_end.homes import COMMAND, new_sample, run_command

SURE_AND_UNSURE = "comment_id,annotator_id,label\n" + "".join(
    f"c{i},a{j},{'acceptable' if j % 2 else 'toxic'}\n" for i in range(20) for j in range(4)
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose annotators never agree, with a gate that asks for certainty."""
    made = tmp_path_factory.mktemp("quarrel") / "home"
    assert run_command("init", str(made)).returncode == 0
    rows = [
        f'c{i},"remark number {i} on {i * 7} kinds of weather, and what to wear for each of them"' for i in range(20)
    ]
    (made / "inbox/comments/c.csv").write_text("comment_id,text\n" + "\n".join(rows) + "\n")
    (made / "inbox/votes/v.csv").write_text(SURE_AND_UNSURE)
    settings = made / "labeling.toml"
    settings.write_text(settings.read_text().replace("# min_confidence = 0.6", "min_confidence = 0.999"))
    return made


def test_labels_none_of_which_passes_are_exit_code_1(home: Path) -> None:
    for _ in range(2):  # a second run has nothing to do, and still nothing to export
        result = run_command("run", "--home", str(home))
        assert result.returncode == 1, result.stderr
        assert "none of 20 labels passed the gate" in result.stderr
        assert "Traceback" not in result.stderr


def test_a_home_without_labels_yet_is_exit_code_0(tmp_path: Path) -> None:
    assert run_command("init", str(tmp_path / "new")).returncode == 0
    assert run_command("run", "--home", str(tmp_path / "new")).returncode == 0


@pytest.mark.parametrize("command", [("status",), ("status", "--json"), ("explain", "c1"), ("explain", "--help")])
def test_who_reads_may_stop_reading(home: Path, command: tuple[str, ...]) -> None:
    run_command("run", "--home", str(home))
    process = subprocess.Popen(
        [*COMMAND, *command, "--home", str(home)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait() == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""


def test_explain_fits_the_terminal(home: Path) -> None:
    run_command("run", "--home", str(home))
    ours, theirs = pty.openpty()
    os.set_blocking(ours, True)
    environment = {**os.environ, "COLUMNS": "80", "LINES": "24"}
    process = subprocess.Popen(
        [*COMMAND, "explain", "c1", "--home", str(home)], stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # Linux says so when the other side is closed
        pass
    assert process.wait() == 0
    lines = shown.decode().replace("\r", "").splitlines()
    assert len(lines) > 5
    assert max(map(len, lines)) <= 80
    whole = run_command("explain", "c1", "--home", str(home)).stdout
    assert max(map(len, whole.splitlines())) > 80


def test_paths_are_shown_as_one_would_type_them(home: Path) -> None:
    shutil.copytree(home, home.parent / "copy", ignore=shutil.ignore_patterns("*.lock"))
    command = [*COMMAND, "status", "--home", "copy"]
    said = subprocess.run(command, cwd=home.parent, capture_output=True, text=True, check=False).stdout
    assert said.split()[:2] == ["home", "copy"]


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_stopped_says_so_and_goes_on_later(tmp_path: Path, sent: signal.Signals) -> None:
    home = new_sample(tmp_path / "home")
    process = subprocess.Popen(
        [*COMMAND, "run", "--home", str(home)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not list((home / ".dagster" / "storage").glob("*")):  # a pass has begun
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(1)
    process.send_signal(sent)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.strip() == "error: stopped; what was done is kept, and the next run goes on from there"
