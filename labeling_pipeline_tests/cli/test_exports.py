"""`labeling-pipeline exports` on a home."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from labeling_pipeline.cli import main
from labeling_pipeline.cli.exports import exports_command
from labeling_pipeline.core.export import build_export
from labeling_pipeline_tests.core.export.frames import labels, meta, votes


@pytest.fixture
def home(tmp_path):
    (tmp_path / "labeling.toml").touch()
    build_export(tmp_path / "exports" / "1.0.0", labels(), votes(), meta=meta())
    more = meta("1.1.0", parent="1.0.0", reason="new labels")
    build_export(tmp_path / "exports" / "1.1.0", labels(32), votes(32), meta=more)
    return tmp_path


def run(home, *options):
    return CliRunner().invoke(exports_command, ["--home", str(home), *options])


def test_list(home):
    assert "1.1.0" in run(home).output
    found = json.loads(run(home, "--json").output)
    assert [(one["version"], one["counts"]["labels"]) for one in found] == [("1.0.0", 30), ("1.1.0", 32)]


def test_no_export_yet(tmp_path):
    (tmp_path / "labeling.toml").touch()
    assert "no export yet" in run(tmp_path).output
    assert run(tmp_path, "verify").exit_code == 0


def test_verify_all_and_one(home):
    assert run(home, "verify").output == "1.0.0: whole\n1.1.0: whole\n"
    assert json.loads(run(home, "verify", "1.1.0", "--json").output) == {"1.1.0": []}


def test_a_changed_export_is_exit_code_1(home, capsys):
    (home / "exports" / "1.0.0" / "README.md").write_text("other")
    with pytest.raises(SystemExit) as stopped:
        main(["exports", "verify", "--home", str(home)])
    assert stopped.value.code == 1
    said = capsys.readouterr()
    assert "README.md: changed since the export was made" in said.out
    assert said.err == "error: export 1.0.0 is not as recorded; restore the folder from a copy\n"


def test_a_damaged_manifest_is_reported_not_raised(home):
    (home / "exports" / "1.0.0" / "manifest.json").write_text("{")
    result = run(home, "verify")
    assert "1.0.0: 1 problem\n" in result.output
    assert "1.1.0: whole" in result.output


def test_diff(home, tmp_path):
    result = run(home, "diff", "1.0.0", "1.1.0", "-o", str(tmp_path / "changes.csv"))
    assert result.exit_code == 0, result.output
    rows = pd.read_csv(tmp_path / "changes.csv")
    assert {"comment_id", "change", "from", "to", "why"} == set(rows.columns)
    assert result.output.splitlines()[0].startswith("2 added, ")
    assert len(json.loads(run(home, "diff", "1.0.0", "1.1.0", "--json").output)) == len(rows)


@pytest.mark.parametrize("version", ["9.9.9", "../1.0.0", "x"])
def test_an_unknown_version_is_exit_code_2(home, version, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["exports", "verify", version, "--home", str(home)])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
