"""What changed, why, and the number of the next version."""

from __future__ import annotations

import pandas as pd
import pytest

from labeling_pipeline.core.export import (
    Changes,
    build_export,
    changes,
    diff,
    latest,
    list_exports,
    next_version,
    read_manifest,
)
from labeling_pipeline_tests.core.export.frames import CLASSES, labels, meta, votes


@pytest.fixture
def parent(tmp_path):
    return build_export(tmp_path / "1.0.0", labels(), votes(), meta=meta()).path


def corrected() -> pd.DataFrame:
    """One comment gone, one new, one relabeled by a verdict, one with more votes."""
    frame = labels(31).drop(index=4).set_index("comment_id", drop=False)
    for name in CLASSES:
        frame[f"p_{name}"] = pd.Series(labels().set_index("comment_id")[f"p_{name}"]).reindex(frame.index).fillna(1 / 3)
        frame[f"v_{name}"] = pd.Series(labels().set_index("comment_id")[f"v_{name}"]).reindex(frame.index)
    for column in ("label", "confidence", "source", "n_votes", "agreement", "labeled_by", "qc_reasons"):
        old = labels().set_index("comment_id")[column].reindex(frame.index)
        frame[column] = old.where(old.notna() | (column == "agreement") & (frame.index != "c-030"), frame[column])
    frame.loc["c-007", ["label", "source"]] = ["fine" if frame.at["c-007", "label"] != "fine" else "harsh", "verdict"]
    frame.loc["c-008", "n_votes"] = 5
    return frame.reset_index(drop=True)


def test_diff_names_every_difference_and_why(parent, tmp_path):
    found = changes(parent, corrected(), CLASSES)
    assert found == Changes(added=1, changed=2, removed=1, relabeled=1)
    assert str(found) == "1 added, 2 changed (1 relabeled), 1 removed"
    build_export(tmp_path / "1.1.0", corrected(), votes(31), meta=meta("1.1.0", parent="1.0.0"))
    rows = diff(parent, tmp_path / "1.1.0").set_index("comment_id")
    assert rows["change"].to_dict() == {"c-004": "removed", "c-007": "changed", "c-008": "changed", "c-030": "added"}
    old = labels().set_index("comment_id")["label"]
    assert rows.at["c-004", "from"] == old["c-004"]
    assert rows.at["c-004", "to"] is None
    assert rows.at["c-007", "from"] == old["c-007"] != rows.at["c-007", "to"]
    assert rows.at["c-007", "why"] == "source: crowd → verdict"
    assert rows.at["c-008", "why"] == "votes: 3 → 5"
    assert "new label from" in rows.at["c-030", "why"]


def test_nothing_changed(parent):
    assert changes(parent, labels().sample(frac=1, random_state=1), CLASSES).is_none
    assert diff(parent, parent).empty
    assert list(diff(parent, parent).columns) == ["comment_id", "change", "from", "to", "why"]


def test_without_a_parent_all_is_added():
    assert changes(None, labels(), CLASSES) == Changes(30, 0, 0, 0)


@pytest.mark.parametrize(
    ("found", "ontology", "version"),
    [
        (Changes(3, 2, 1, 1), "same", "2.4.0"),
        (Changes(0, 2, 0, 1), "same", "2.3.8"),
        (Changes(0, 0, 1, 0), "same", "2.3.8"),
        (Changes(0, 0, 0, 0), "same", None),
        (Changes(0, 9, 0, 9), "other", "3.0.0"),
        (Changes(9, 0, 0, 0), "other", "3.0.0"),
    ],
)
def test_numbers(found, ontology, version):
    parent = {"version": "2.3.7", "ontology_sha256": "same"}
    assert next_version(parent, found, ontology_sha256=ontology) == version


def test_the_first_is_1_0_0():
    assert next_version(None, Changes(5, 0, 0, 0), ontology_sha256="o") == "1.0.0"


def test_listing_is_by_number_and_skips_the_unfinished(tmp_path):
    for version in ("1.10.0", "1.9.0", "1.2.0"):
        build_export(tmp_path / version, labels(), votes(), meta=meta(version))
    (tmp_path / ".1.11.0.1.part").mkdir()
    (tmp_path / "1.12.0").mkdir()
    assert [one["version"] for one in list_exports(tmp_path)] == ["1.2.0", "1.9.0", "1.10.0"]
    assert latest(tmp_path) == tmp_path / "1.10.0"
    assert latest(tmp_path / "none") is None
    assert list_exports(tmp_path / "none") == []
    assert read_manifest(tmp_path / "1.9.0")["version"] == "1.9.0"


def test_another_ontology_may_have_other_classes(parent, tmp_path):
    frame = labels().rename(columns={"p_mild": "p_rude", "v_mild": "v_rude"})
    frame["label"] = frame["label"].replace("mild", "rude")
    build_export(tmp_path / "2.0.0", frame, votes(), meta=meta("2.0.0", classes=("fine", "rude", "harsh")))
    rows = diff(parent, tmp_path / "2.0.0")
    assert len(rows) == 30
    assert set(rows["change"]) == {"changed"}
