"""The documents say what is there: commands, options, files, registries, settings, links."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from pathlib import Path

import click
import pytest

from labeling_pipeline.cli import COMMANDS, LazyGroup, group
from labeling_pipeline.core.ontology import parse_ontology
from labeling_pipeline.settings import Settings, parse_settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
CALL = re.compile(r"labeling-pipeline ([a-z][a-z-]*)((?: [^`\n#|&;]*)?)")
LINK = re.compile(r"\]\(([^)#]+)\)")


def command_of(words: list[str]) -> click.Command:
    """The click command a line calls, and a failure where there is none."""
    found: click.Command = group
    for word in words:
        if not isinstance(found, click.Group):
            return found
        inner = found.get_command(click.Context(found), word)
        if inner is None:
            return found
        found = inner
    return found


def calls(page: Path) -> list[tuple[str, str]]:
    return CALL.findall(page.read_text(encoding="utf-8"))


def marked(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n```\n(.+)\n```", README)
    assert found is not None, f"README.md has no command marked {name}"
    return found[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_and_option_exists(page: Path) -> None:
    for name, rest in calls(page):
        assert name in COMMANDS, f"{page.name}: no command {name}"
        command = command_of([name, *rest.split()])
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        unknown = set(re.findall(r"(?<!\S)\[?(--[a-z-]+)", rest)) - known
        assert not unknown, f"{page.name}: labeling-pipeline {name} has no {unknown}"


def test_every_command_is_in_the_readme() -> None:
    reference = README.split("## Commands and files", 1)[1]
    assert not [name for name in COMMANDS if f"`{name}`" not in reference]
    assert isinstance(group, LazyGroup)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert not [target for target in targets if not (page.parent / target).exists()]


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = [page.name for page in (ROOT / "docs").glob("*.md") if page.name != "README.md"]
    assert not [name for name in pages if f"]({name})" not in index]


def test_both_commands_are_one_line_each_and_install_what_is_there() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    run, test = marked("run"), marked("test")
    for line in (run, test):
        assert "\n" not in line
        assert line.startswith("python3 -m venv .venv && .venv/bin/pip install -e ")
    assert run.endswith(".venv/bin/labeling-pipeline run")
    assert "'.[test]'" in test
    assert "test" in extras
    if "-n 2" in test:
        assert any(one.startswith("pytest-xdist") for one in extras["test"])


def test_what_continuous_integration_runs_is_the_readmes_command() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "<!-- test -->" in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100


def test_the_table_of_extensions_names_real_files_and_registries() -> None:
    table = README.split("## Add your own", 1)[1].split("## ", 1)[0]
    rows = re.findall(r"`(labeling_pipeline/[a-z_/]+)/<name>\.py`.*?in `([A-Z_]+)`", table)
    assert len(rows) == 3
    for folder, registry in rows:
        module = import_module(folder.replace("/", "."))
        assert isinstance(getattr(module, registry), dict)
        assert (ROOT / folder / "__init__.py").is_file()
    assert "majority" in import_module("labeling_pipeline.core.consensus").METHODS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_settings_named_in_the_documents_exist(page: Path) -> None:
    sections = {name: field.annotation for name, field in Settings.model_fields.items()}
    for section, key in re.findall(r"`([a-z_]+)\.([a-z_]+)[` =]", page.read_text(encoding="utf-8")):
        if section in sections and key != "toml":
            assert key in sections[section].model_fields, f"{page.name}: no setting {section}.{key}"  # type: ignore[union-attr]


def test_the_real_data_sets_page_has_an_ontology_and_settings_that_parse() -> None:
    text = (ROOT / "docs" / "civil_comments.md").read_text(encoding="utf-8")
    ontology, settings = re.findall(r"```toml\n(.+?)```", text, re.S)
    assert len(parse_ontology(ontology, "civil.toml").classes) == 6
    assert parse_settings(settings).selection.batch_size == 100
