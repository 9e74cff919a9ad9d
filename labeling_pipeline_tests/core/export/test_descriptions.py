"""The dataset card and the Croissant file have the shape their readers need."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from labeling_pipeline.core.export import build_export
from labeling_pipeline_tests.core.export.frames import labels, meta, votes


@pytest.fixture
def folder(tmp_path):
    facts = {"title": 'Comments: "quoted" # and more', "license": "CC0-1.0", "languages": ["en", "no"]}
    return build_export(tmp_path / "1.0.0", labels(), votes(), meta=meta(**facts)).path


def test_the_header_names_both_configurations(folder):
    text = (folder / "README.md").read_text()
    header = yaml.safe_load(re.match(r"---\n(.*?)\n---\n", text, re.S).group(1))
    assert header["configs"] == [
        {"config_name": "labels", "data_files": "labels.parquet", "default": True},
        {"config_name": "votes", "data_files": "votes.parquet"},
    ]
    assert header["pretty_name"] == 'Comments: "quoted" # and more 1.0.0'
    assert header["language"] == ["en", "no"]
    assert header["size_categories"] == ["n<1K"]
    assert header["annotations_creators"] == ["crowdsourced", "expert-generated"]
    assert header["license"] == "CC0-1.0"


def test_the_card_tells_what_is_not_known(folder, tmp_path):
    assert "No label here was compared with experts' gold" in (folder / "README.md").read_text()
    frame = labels()
    frame["gold_correct"] = [True] * 5 + [False] + [None] * 24
    known = build_export(tmp_path / "known" / "1.0.0", frame, votes(), meta=meta()).path
    assert "5 of the 6 labels that are in gold agree" in (known / "README.md").read_text()


def test_croissant_describes_every_file_and_column(folder):
    facts = json.loads((folder / "croissant.json").read_text())
    manifest = json.loads((folder / "manifest.json").read_text())
    assert facts["@type"] == "sc:Dataset"
    assert "http://mlcommons.org/croissant/1.1" in facts["conformsTo"]
    for file in facts["distribution"]:
        assert file["sha256"] == manifest["files"][file["@id"]]["sha256"]
    ids = {file["@id"] for file in facts["distribution"]}
    columns = {record["name"]: [field["name"] for field in record["field"]] for record in facts["recordSet"]}
    assert columns["labels"][:4] == ["comment_id", "text", "label", "p_fine"]
    assert columns["votes"][-1] == "guideline_hash"
    for record in facts["recordSet"]:
        for field in record["field"]:
            assert field["source"]["fileObject"]["@id"] in ids
            assert field["source"]["extract"]["column"] == field["name"]
            assert field["description"]


def test_no_wall_clock_anywhere(folder):
    for name in ("README.md", "croissant.json", "manifest.json"):
        dates = set(re.findall(r"\d{4}-\d\d-\d\dT", (folder / name).read_text()))
        assert dates <= {"2026-03-02T"}
