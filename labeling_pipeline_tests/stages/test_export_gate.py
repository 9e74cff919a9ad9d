"""Whatever happened to the labels, an export has nothing that did not pass, and nothing of what measures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.quality import GateSettings, judge
from labeling_pipeline.home import Home
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.export import versioned_export
from labeling_pipeline.stages.frames import with_map
from labeling_pipeline.warehouse.tables import append_new, replace_rows
from labeling_pipeline_tests.calls import exit_code

CLASSES = ("acceptable", "toxic")
FLOORS = {"acceptable": 0.6, "toxic": 0.9}
N = 8
IDS = [f"c-{i}" for i in range(N)]
START = pd.Timestamp("2026-05-01")
LABEL = st.fixed_dictionaries(
    {
        "label": st.sampled_from([*CLASSES, "unsure"]),
        "confidence": st.sampled_from([0.4, 0.7, 0.99]),
        "n_votes": st.integers(1, 4),
        "paused_votes": st.integers(0, 2),
        "paused_share": st.sampled_from([0.0, 0.6]),
        "agreement": st.sampled_from([0.0, 1.0]),
        "schema_version": st.sampled_from(["v0", "v1"]),
        "duplicate_group": st.sampled_from([None, "x"]),
    }
)
VERDICT = st.fixed_dictionaries(
    {
        "comment_id": st.sampled_from(IDS),
        "expert_id": st.sampled_from(["e-1", "e-2"]),
        "label": st.sampled_from([*CLASSES, "unsure"]),
        "schema_version": st.sampled_from(["v0", "v1"]),
        "note": st.sampled_from(["why", ""]),
        "voted_as_annotator": st.booleans(),
        "stated_confidence": st.sampled_from([None, 0.0, 0.3, 0.5, 0.55, 0.65, 0.95]),
    }
)
STEP = st.fixed_dictionaries(
    {
        "labels": st.lists(LABEL, min_size=N, max_size=N),
        "verdicts": st.lists(VERDICT, max_size=6),
        "gold": st.dictionaries(st.sampled_from(IDS), st.sampled_from(["fit", "measure", "sealed"]), max_size=3),
        "copies": st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), max_size=1),
    }
)


@pytest.fixture(scope="module")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("gate") / "home"
    assert exit_code("init", home) == 0
    open_context(Home(home)).warehouse.migrate()
    return home


@pytest.fixture
def new_home(empty_home: Path, tmp_path: Path) -> Callable[[int], Context]:
    def make(number: int) -> Context:
        return open_context(Home(Path(shutil.copytree(empty_home, tmp_path / str(number)))), START.to_pydatetime())

    return make


def said(step: dict[str, Any]) -> pd.DataFrame:
    """Texts; of a pair of copies the second repeats the first."""
    texts = {one: f"a long and quiet sentence about {one} and the number {i * 7919}" for i, one in enumerate(IDS)}
    for one, other in step["copies"]:
        texts[other] = texts[one].upper()
    return pd.DataFrame({"comment_id": list(texts), "text": list(texts.values())})


def judged(step: dict[str, Any]) -> pd.DataFrame:
    labels = pd.DataFrame(step["labels"]).assign(comment_id=IDS, guideline_hash="g", evidence_at=START, batch_id="r")
    labels["n_votes"] += labels["paused_votes"]
    for one in CLASSES:
        labels[f"p_{one}"] = labels["confidence"].where(labels["label"] == one, 1 - labels["confidence"])
        labels[f"v_{one}"] = (labels["label"] == one).astype(float)
    columns = ["comment_id", "expert_id", "label", "schema_version", "note", "voted_as_annotator", "stated_confidence"]
    verdicts = pd.DataFrame(step["verdicts"], columns=columns).assign(
        decided_at=[START + pd.Timedelta(minutes=i) for i in range(len(step["verdicts"]))]
    )
    return judge(
        labels, verdicts, gate=GateSettings(min_confidence_by_class=FLOORS), classes=CLASSES, current_schema="v1"
    )


def take(context: Context, step: dict[str, Any]) -> dict[str, str]:
    """Put one state of affairs into the warehouse; the comments that may be exported, with their labels."""
    outcomes, texts = judged(step), said(step)
    rows = with_map(with_map(outcomes, "p_", CLASSES, "probabilities"), "v_", CLASSES, "vote_shares")
    gold = pd.DataFrame({"comment_id": list(step["gold"]), "role": list(step["gold"].values())})
    gold = gold.assign(
        label="toxic", schema_version="v1", slices=[[] for _ in range(len(gold))], file_sha256="f", line=1
    )
    by_text = texts.assign(key=texts["text"].str.lower())
    copied = by_text[by_text.duplicated("key", keep=False)]
    copies = copied.assign(duplicate_group=copied.groupby("key")["comment_id"].transform("min"))
    empty = [[] for _ in IDS]
    with context.warehouse.write() as con:
        replace_rows(con, "raw_comments", texts.assign(content_hash="h", slices=empty, file_sha256="f", line=1))
        replace_rows(con, "qc_outcomes", rows.assign(guideline_hash=rows["guideline_hash"].fillna("g")))
        replace_rows(con, "gold_set", gold)
        replace_rows(con, "comment_copies", copies[["comment_id", "duplicate_group"]])
    apart = {one for one, role in step["gold"].items() if role != "fit"}
    keys = by_text.set_index("comment_id")["key"]
    near = {one for one in IDS if keys[one] in {keys[other] for other in apart}}
    passed = outcomes[(outcomes["outcome"] == "passed") & ~outcomes["comment_id"].isin(apart | near)]
    return dict(zip(passed["comment_id"], passed["label"], strict=True))


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(STEP, min_size=1, max_size=3), number=st.integers(0, 10**9))
def test_nothing_that_did_not_pass_is_ever_in_an_export(
    new_home: Callable[[int], Context], history: list[dict[str, Any]], number: int, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / str(number), ignore_errors=True)
    context = new_home(number)
    for step in history:
        allowed = take(context, step)
        result = versioned_export(context)
        with context.warehouse.write() as con:
            for table, rows in result.append.items():
                append_new(con, table, rows.frame, rows.key)
        assert (result.waiting_for == "labels that passed") == (not allowed)
        if not allowed:
            assert "version" not in result.metrics
            continue
        # No new version is made where nothing changed: then the one that is there says what may be said now.
        latest = context.query("latest_export")["version"].iloc[0]
        assert result.metrics.get("version", latest) == latest
        exported = pq.read_table(context.home.exports / latest / "labels.parquet").to_pandas()
        assert dict(zip(exported["comment_id"], exported["label"], strict=True)) == allowed
        assert set(exported["label"]) <= set(CLASSES)
        assert set(exported["schema_version"]) <= {"v1"}
        probable = exported[[f"p_{one}" for one in CLASSES]].set_axis(CLASSES, axis=1)
        assert (probable.idxmax(axis=1) == exported["label"]).all()
        assert (probable.max(axis=1) >= exported["label"].map(FLOORS) - 1e-6).all()
        copies = dict(zip(IDS, (one["duplicate_group"] for one in step["labels"]), strict=True))
        for _, alike in exported.groupby(exported["comment_id"].map(copies)):
            experts = alike["labeled_by"].map(len).where(alike["source"] == "verdict", 0)
            assert alike["label"].nunique() == 1 or (experts >= 2).all()
