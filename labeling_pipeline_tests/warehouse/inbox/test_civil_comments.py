"""A real crowd's files, as they are."""

from __future__ import annotations

import shutil
import time
from dataclasses import astuple
from pathlib import Path

import pytest

from labeling_pipeline.core.ontology import parse_ontology
from labeling_pipeline_tests.warehouse.conftest import SmallHome

DATA = Path(__file__).parents[4] / "shared" / "data" / "civil_comments"
CLASSES = ("insult", "not_toxic", "identity_attack", "profane", "other_toxic", "threat")
ONTOLOGY = """
schema_version = "v1"
effective_at = 2020-01-01T00:00:00Z
approved_by = "policy team"
reason = "first version"
guideline = "Name the kind of toxicity."
questions = [{{ id = "label", text = "Which kind?", answers = "classes" }}]
{classes}
"""


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/civil_comments is not there")
def test_civil_comments(home: SmallHome) -> None:
    classes = "".join(f'[[classes]]\nid = "{one}"\nname = "{one}"\ndefinition = "{one}."\n' for one in CLASSES)
    home.context = type(home.context)([parse_ontology(ONTOLOGY.format(classes=classes), "v1.toml")], assume_schema="v1")
    for kind in ("comments", "annotators", "votes"):
        folder = home.root / "inbox" / kind
        folder.mkdir(parents=True)
        shutil.copy(DATA / f"{kind}.csv", folder)
    home.context = type(home.context)(home.context.ontologies, "v1")
    time.sleep(2.1)  # files are taken once they are still
    taken = {one.kind: astuple(one)[2:] for one in home.ingest()}
    assert taken == {
        "comments": (16_100, 16_100, 0, 0),
        "annotators": (3_579, 3_579, 0, 0),
        "votes": (59_215, 58_257, 0, 958),
    }
    assert set(home.rows("quarantine")["rule"]) == {"empty_label"}
    assert int(home.rows("crowd_votes")["is_current"].sum()) == 58_256
    before = home.content()
    lines = (DATA / "votes.csv").read_text().splitlines()
    home.drop("votes", "again.csv", "\n".join([lines[0], *reversed(lines[1:])]))
    (again,) = home.ingest()
    assert (again.accepted, again.already_known, again.quarantined) == (58_257, 58_257, 958)
    assert home.content() == before
