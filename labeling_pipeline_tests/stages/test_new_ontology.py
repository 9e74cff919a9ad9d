"""A new ontology version in a home at work: what was answered is asked again round by round, and that is told."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from labeling_pipeline.home import Home
from labeling_pipeline.report.new_home import EXAMPLE_ONTOLOGY
from labeling_pipeline.report.summary import print_summary, summary
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.annotation import rounds_state
from labeling_pipeline.stages.pending import pending
from labeling_pipeline_tests.stages.small_homes import NOW, TO_LABELS, drop, new_home, up_to_date

ASSETS = (*TO_LABELS, "fused_labels", "comment_slices", "annotator_standing", "adjudication_queue", "qc_passed_labels")
TO_BATCH = (
    *ASSETS, "versioned_export", "retrained_model", "model_evaluation", "pre_labels", "next_uncertainty_batch",
)  # fmt: skip
WORDS = ("rain", "tea", "trains", "lamps", "music", "gardens")


def home_with(folder: Path, n: int, settings: str = "") -> Home:
    home = new_home(folder, f"[labeling]\nvotes_per_comment = 2\n{settings}")
    texts = [f"{'you fool, ' if i % 3 == 0 else ''}remark {i * 7} on {WORDS[i % 6]} and {i}" for i in range(n)]
    drop(home, "comments", "c.csv", pd.DataFrame({"comment_id": [f"c-{i:03d}" for i in range(n)], "text": texts}))
    return home


def add_v2(home: Home) -> None:
    text = EXAMPLE_ONTOLOGY.replace('schema_version = "v1"', 'schema_version = "v2"')
    text = text.replace("2000-01-01T00:00:00Z", "2026-05-01T00:00:00Z").replace("Puts somebody down", "Insults")
    (home.root / "ontology" / "v2.toml").write_text(text, encoding="utf-8")


def told(home: Home) -> str:
    out = io.StringIO()
    print_summary(summary(home), Console(file=out, width=400))
    return out.getvalue()


def answer(home: Home, number: int, only: int | None = None) -> None:
    """The round's sheet comes back, with what the words say."""
    sheet = pd.read_csv(home.outbox / "tasks" / f"round-{number:04d}.csv", dtype=str, keep_default_na=False)
    is_toxic = sheet["text"].str.contains("fool")
    sheet = sheet.assign(
        answer=is_toxic.map({True: "toxic", False: "acceptable"}), annotator_id="p" + sheet["answer_number"]
    )
    drop(home, "votes", f"round-{number}.csv", sheet if only is None else sheet.groupby("answer_number").head(only))


def test_a_round_open_under_the_older_version_makes_way(tmp_path: Path) -> None:
    home = home_with(tmp_path / "home", 12)
    up_to_date(home)
    assert rounds_state(up_to_date(home))["is_open"].tolist() == [True]
    add_v2(Home(home.root))
    home = Home(home.root)
    context = up_to_date(home)
    rounds = rounds_state(context)
    assert rounds[["schema_version", "n_comments", "is_open"]].to_numpy().tolist() == [
        ["v1", 12, False],
        ["v2", 12, True],
    ]
    assert "round-0001" not in told(home)
    assert "round-0002.csv" in told(home)
    answer(home, 1)  # late: kept, and it decides nothing
    context = up_to_date(home)
    assert len(context.warehouse.table("vote_log")) == 24
    outcomes = context.warehouse.table("qc_outcomes")
    assert set(zip(outcomes["outcome"], outcomes["schema_version"], strict=True)) == {("rejected", "v1")}
    assert rounds_state(context)["is_open"].tolist() == [False, True]
    assert (
        "12 labels were answered under v1; v2 is in force: they are asked again round by round, now in round 2"
        in told(home)
    )
    answer(home, 2)
    context = up_to_date(home)
    outcomes = context.warehouse.table("qc_outcomes")
    assert set(zip(outcomes["outcome"], outcomes["schema_version"], strict=True)) == {("passed", "v2")}
    assert "answered under v1" not in told(home)


def test_without_a_model_what_was_answered_is_asked_again_a_batch_at_a_time(tmp_path: Path) -> None:
    home = home_with(tmp_path / "home", 12, "[selection]\nbatch_size = 5")
    up_to_date(home)
    answer(home, 1)
    up_to_date(home)
    add_v2(home)
    home = Home(home.root)
    for number, n, left in ((2, 5, 7), (3, 5, 2), (4, 2, 0)):
        context = up_to_date(home)
        rounds = rounds_state(context).set_index("labeling_round")
        assert rounds.loc[str(number), ["schema_version", "n_comments", "is_open"]].tolist() == ["v2", n, True]
        answer(home, number)
        context = up_to_date(home)
        outcomes = context.warehouse.table("qc_outcomes")
        assert (outcomes["schema_version"] == "v1").sum() == left
    assert set(outcomes["outcome"]) == {"passed"}
    assert len(rounds_state(context)) == 4


def test_a_model_chooses_the_batches_and_they_come_from_what_was_answered(tmp_path: Path) -> None:
    home = home_with(tmp_path / "home", 30, "[selection]\nbatch_size = 20\n[training]\nmin_labels = 10")
    up_to_date(home, TO_BATCH)
    answer(home, 1)
    up_to_date(home, TO_BATCH)
    add_v2(home)
    home, sizes = Home(home.root), []
    for number in (2, 3):
        context = up_to_date(home, TO_BATCH, most=8)
        waits = rounds_state(context).query("is_open")
        assert waits[["labeling_round", "schema_version"]].to_numpy().tolist() == [[str(number), "v2"]]
        sizes.append(int(waits["n_comments"].iloc[0]))
        answer(home, number)
    context = up_to_date(home, TO_BATCH, most=8)
    assert sizes == [20, 10]
    assert set(context.warehouse.table("qc_outcomes")["schema_version"]) == {"v2"}
    assert not pending({one: STAGES[one] for one in TO_BATCH}, context)


@pytest.mark.parametrize("days", [-1, 1])
def test_only_the_version_in_force_counts(tmp_path: Path, days: int) -> None:
    home = home_with(tmp_path / "home", 6)
    up_to_date(home)
    add_v2(home)
    starts = NOW + timedelta(days=days)
    path = home.root / "ontology" / "v2.toml"
    path.write_text(path.read_text().replace("2026-05-01T00:00:00Z", f"{starts:%Y-%m-%dT%H:%M:%SZ}"))
    rounds = rounds_state(up_to_date(Home(home.root)))
    assert rounds["schema_version"].tolist() == (["v1", "v2"] if days < 0 else ["v1"])
    if days > 0:  # and when its day comes, nothing else has to happen
        later = up_to_date(Home(home.root), now=NOW + timedelta(days=2))
        assert rounds_state(later)["schema_version"].tolist() == ["v1", "v2"]
