"""A home makes gold that measures: what was drawn for experts is kept out of exports until two of them decided it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from labeling_pipeline.home import Home
from labeling_pipeline.stages.context import Context
from labeling_pipeline_tests.stages.small_homes import NOW, TO_LABELS, drop, new_home, up_to_date

ASSETS = (*TO_LABELS, "comment_slices", "annotator_standing", "fused_labels", "unanimous_review", "gold_candidates",
          "adjudication_queue", "qc_passed_labels", "versioned_export")  # fmt: skip
N, DRAWN = 240, 24
SETTINGS = f"[review]\nper_round = {DRAWN}\n[gold]\npromote_batch = 10\nhold_days = 14\n"


def make(folder: Path, settings: str = SETTINGS, n: int = N) -> Home:
    home = new_home(folder, settings)
    words = ["wind", "rain", "snow", "heat", "fog", "hail", "storm"]
    ids = [f"c-{i:03d}" for i in range(n)]
    texts = [f"{words[i % 7]} on the {words[i // 7 % 7]} side, said {i * 7919} of {i * i}" for i in range(n)]
    drop(home, "comments", "comments.csv", pd.DataFrame({"comment_id": ids, "text": texts}))
    votes = pd.DataFrame([(c, w, "acceptable") for c in ids for w in ("w-1", "w-2", "w-3")])
    votes.columns = pd.Index(["comment_id", "annotator_id", "label"])
    drop(home, "votes", "votes.csv", votes.assign(answered_at="2026-05-02T08:00:00"))
    people = pd.DataFrame({"annotator_id": ["w-1", "w-2", "w-3", "e-1", "e-2", "e-3"]})
    drop(home, "annotators", "people.csv", people.assign(kind=["crowd"] * 3 + ["expert"] * 3))
    return home


def desks(context: Context, purpose: str) -> pd.DataFrame:
    queue = context.warehouse.table("adjudication_queue")
    return queue[queue["purpose"] == purpose]


def answer(home: Home, queue: pd.DataFrame, name: str, day: int) -> None:
    rows = queue[["comment_id", "expert_id"]].assign(label="acceptable", decided_at=f"2026-05-0{day}T10:00:00")
    drop(home, "verdicts", f"{name}.csv", rows)


def exported(home: Home, context: Context) -> set[str]:
    paths = context.warehouse.table("versioned_export")["path"]
    return {c for p in paths for c in pq.read_table(home.root / p / "labels.parquet")["comment_id"].to_pylist()}


def test_drawn_comments_become_gold_of_every_role_and_none_that_measures_was_ever_exported(tmp_path: Path) -> None:
    home = make(tmp_path / "home")
    context = up_to_date(home, ASSETS, 8)
    plan = context.warehouse.table("unanimous_review")
    drawn = set(plan.loc[plan["inclusion_p"].notna(), "comment_id"])
    assert drawn
    assert exported(home, context) == {f"c-{i:03d}" for i in range(N)} - drawn
    first = desks(context, "review")
    assert set(first["comment_id"]) >= drawn
    answer(home, first, "first", 4)
    later = NOW + timedelta(days=1)
    context = up_to_date(home, ASSETS, 8, later)
    second = pd.concat([desks(context, "gold"), desks(context, "double")])  # some are asked to measure experts, too
    second = second[second["comment_id"].isin(drawn)]
    assert set(second["comment_id"]) == drawn
    asked = first.set_index("comment_id")["expert_id"]
    assert (second["expert_id"].to_numpy() != asked[second["comment_id"]].to_numpy()).all(), "another expert"
    assert not exported(home, context) & drawn
    answer(home, second, "second", 5)
    context = up_to_date(home, ASSETS, 8, later + timedelta(days=1))
    roles = context.warehouse.table("gold_set").set_index("comment_id")["role"]
    assert set(roles.index) == drawn
    assert set(roles) == {"fit", "measure", "sealed"}
    apart = set(roles.index[roles.isin(["measure", "sealed"])])
    assert exported(home, context) == {f"c-{i:03d}" for i in range(N)} - apart


def test_nobody_waits_for_ever_for_a_second_expert_and_what_was_exported_is_fitted_to(tmp_path: Path) -> None:
    home = make(tmp_path / "home")
    context = up_to_date(home, ASSETS, 8)
    first = desks(context, "review")
    answer(home, first, "first", 4)
    up_to_date(home, ASSETS, 8)
    late = NOW + timedelta(days=15)  # nothing new came in: the clock alone ends their time
    context = up_to_date(home, ASSETS, 8, late)
    assert exported(home, context) == {f"c-{i:03d}" for i in range(N)}
    assert desks(context, "gold").empty, "a second verdict would make nothing that measures"
    answer(home, first.assign(expert_id=[{"e-1": "e-2"}.get(e, "e-1") for e in first["expert_id"]]), "second", 6)
    context = up_to_date(home, ASSETS, 8, late + timedelta(days=1))
    assert set(context.warehouse.table("gold_set")["role"]) == {"fit"}


def test_a_draw_of_much_of_a_round_and_a_home_without_two_experts_hold_nothing_back(tmp_path: Path) -> None:
    small = make(tmp_path / "small", n=60)
    assert len(exported(small, up_to_date(small, ASSETS, 8))) == 60
    alone = make(tmp_path / "alone")
    people = pd.DataFrame({"annotator_id": ["w-1", "w-2", "w-3", "e-1"], "kind": ["crowd"] * 3 + ["expert"]})
    drop(alone, "annotators", "people.csv", people)
    assert len(exported(alone, up_to_date(alone, ASSETS, 8))) == N
