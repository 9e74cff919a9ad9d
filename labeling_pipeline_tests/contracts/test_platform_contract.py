"""What every platform must do, whatever it is; a new one is tested by being in the registry."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.errors import SettingError
from labeling_pipeline.core.ontology import load_ontologies
from labeling_pipeline.platforms import PLATFORMS, Work, open_platform

ONTOLOGY = load_ontologies(Path(__file__).parents[2] / "data" / "ontology")[0]
AT = datetime(2026, 3, 2, 11, 0)
CROWD_ITEMS = pd.DataFrame(
    {
        "assignment_id": ["a-1", "a-2"],
        "comment_id": ["c1", "c2"],
        "text": ["a calm text", "another"],
        "annotator_id": ["x", "y"],
        "is_honeypot": [False, True],
    }
)
EXPERT_ITEMS = pd.DataFrame({"comment_id": ["c1"], "text": ["a calm text"], "expert_id": ["e-01"]})
WORK = [Work(1, "crowd", ONTOLOGY, CROWD_ITEMS, AT), Work(2, "expert", ONTOLOGY, EXPERT_ITEMS, AT)]


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("work", WORK, ids=lambda work: work.kind)
@pytest.mark.parametrize("name", PLATFORMS)
def test_every_call_may_be_made_twice(name: str, work: Work, tmp_path: Path) -> None:
    platform = open_platform(name, tmp_path, seed=3)
    later = AT + timedelta(days=5)
    platform.publish(work)
    platform.collect(work, later)
    once = snapshot(tmp_path)
    platform.publish(work)
    platform.collect(work, later)
    assert snapshot(tmp_path) == once
    platform.cancel(work.labeling_round)
    assert platform.cancel(work.labeling_round) == []


@pytest.mark.parametrize("name", PLATFORMS)
def test_nothing_that_goes_out_says_what_is_a_honeypot(name: str, tmp_path: Path) -> None:
    for path in open_platform(name, tmp_path).publish(WORK[0]):
        assert b"honeypot" not in path.read_bytes()


def test_an_unknown_platform_is_named() -> None:
    with pytest.raises(SettingError, match=r"'postal'.*" + " or ".join(PLATFORMS)):
        open_platform("postal", Path())
