"""The labeling.toml that ``init`` writes: every line of it may be taken up as it stands; a slip is told how to mend."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from labeling_pipeline.core.errors import SettingError
from labeling_pipeline.home import Home
from labeling_pipeline.settings import Section, Settings, parse_settings
from labeling_pipeline.settings_file import NEW_HOME, commented_toml

WRITTEN = commented_toml("v1", NEW_HOME)
LINES = WRITTEN.splitlines()
TO_TAKE_UP = [place for place, line in enumerate(LINES) if re.match(r"#[^#]", line)]
EXPLAINED = re.compile(r"[\w.]+ = (?:\{[^}]*\}|\"[^\"]*\"|[\w.]+)")


def sections() -> dict[str, type[Section]]:
    return {name: type(getattr(Settings(), name)) for name in Settings.model_fields}


def test_every_setting_has_its_line() -> None:
    named = {line.lstrip("# ").split(" = ")[0] for line in LINES if not line.startswith("##")}
    assert {key for one in sections().values() for key in one.model_fields} <= named
    assert len(TO_TAKE_UP) == sum(len(one.model_fields) for one in sections().values()) - len(NEW_HOME) - 1


@pytest.mark.parametrize("place", TO_TAKE_UP, ids=lambda place: LINES[place].split(" = ")[0].lstrip("# "))
def test_any_line_may_be_taken_up(place: int, tmp_path: Path) -> None:
    lines = [line[1:] if at == place else line for at, line in enumerate(LINES)]
    (tmp_path / "labeling.toml").write_text("\n".join(lines), encoding="utf-8")
    settings = Home.find(tmp_path).settings
    section, given = _taken_up("\n".join(lines), WRITTEN)
    assert len(given) == 1
    key, value = next(iter(given.items()))
    read = getattr(settings, section).model_dump()[key]
    assert (list(read) if isinstance(read, tuple) else read) == value


def _taken_up(text: str, before: str) -> tuple[str, dict[str, object]]:
    """The one key that is set in a text and was not set before, with its section."""
    now, then = tomllib.loads(text), tomllib.loads(before)
    changed = {name: {k: v for k, v in now[name].items() if k not in then[name]} for name in now}
    return next((name, keys) for name, keys in changed.items() if keys)


def test_what_is_set_without_anybody_asking_is_what_it_says() -> None:
    assert parse_settings(WRITTEN).labeling.most_votes == NEW_HOME["most_votes"]
    unchanged = Settings().model_dump() | parse_settings(WRITTEN).model_dump(include={"quality", "selection"})
    assert unchanged == Settings().model_dump()


def test_examples_in_explanations_are_settings() -> None:
    found, section = [], ""
    for line in LINES:
        section = line[1:].split("]")[0] if line.startswith("[") else section
        if line.startswith(("##", "[")) and not line.startswith("## To change"):
            found += [(section, example) for example in EXPLAINED.findall(line)]
    assert len(found) >= 3
    for section, example in found:
        parse_settings(f"[{section}]\n{example}")


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("min_confidence = .7", "write min_confidence = 0.7"),
        ("min_confidence_by_class = { toxic = .9 }", "write min_confidence_by_class = { toxic = 0.9 }"),
        ("min_confidence = 1.", "write min_confidence = 1.0"),
        ("min_confidence = 0,7", "write min_confidence = 0.7"),
        ("min_confidence: 0.7", "write min_confidence = 0.7"),
        ("batch_statistic = fleiss_kappa", 'write batch_statistic = "fleiss_kappa"'),
        ("min_votes =", "expected a value for min_votes"),
        ("min_votes = 2\nmin_votes = 3", "the key or table is there already"),
    ],
)
def test_a_slip_names_its_line_and_what_to_write(line: str, remedy: str) -> None:
    number = 3 + line.count("\n")
    with pytest.raises(SettingError) as caught:
        parse_settings(f"[selection]\n[quality]\n{line}\n", "home/labeling.toml")
    said = str(caught.value)
    assert said.startswith(f"home/labeling.toml: line {number} is not TOML: {line.splitlines()[-1]}")
    assert remedy in said
    assert "\n" not in said


def test_a_wrong_value_of_a_setting_that_has_no_default() -> None:
    with pytest.raises(SettingError, match=r"write min_batch_agreement = 0\.85"):
        parse_settings("[quality]\nmin_batch_agreement = 'high'")


def test_the_command_says_it_too(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "labeling_pipeline"]
    home = tmp_path / "home"
    subprocess.run([*command, "init", str(home)], check=True, capture_output=True)
    settings = home / "labeling.toml"
    settings.write_text(settings.read_text().replace("# min_confidence = 0.6", "min_confidence = .7"))
    ended = subprocess.run([*command, "run", "--home", str(home)], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "write min_confidence = 0.7" in ended.stderr
