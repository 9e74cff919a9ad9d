"""What a vendor gets: honeypots unseen, nothing a spreadsheet would run, and the same bytes every time."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling_pipeline.core.assignment import assign
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.honeypots import Honeypots
from labeling_pipeline.core.ontology import EXAMPLE, parse_ontology
from labeling_pipeline.files import read_frame
from labeling_pipeline.platforms import Work
from labeling_pipeline.platforms.deliver import csv_bytes, csv_lines, deliver
from labeling_pipeline.platforms.files import FilesPlatform, screen_frame

AT = datetime(2026, 3, 2, 11, 0)
KINDS = ("csv", "jsonl")


@pytest.fixture
def work() -> Work:
    comments = pd.DataFrame({"comment_id": [f"c{i}" for i in range(60)], "text": ["=1+1", *["a calm text"] * 59]})
    bank = pd.DataFrame({"comment_id": [f"h{i}" for i in range(20)], "text": "another calm text"})
    items = assign(comments, ["x", "y", "z"], 3, 0, honeypots=Honeypots(bank, 0.1))
    return Work(2, "crowd", parse_ontology(EXAMPLE, "v1.toml"), items, AT)


def test_honeypots_are_there_and_cannot_be_told(work: Work) -> None:
    shown = screen_frame(work)
    pots = work.items.loc[work.items["is_honeypot"].astype(bool), "assignment_id"]
    assert len(pots) > 0
    assert pots.isin(shown["assignment_id"]).all()
    assert "is_honeypot" not in shown.columns
    assert shown["assignment_id"].str.len().nunique() == 1


def test_everyone_has_both_files_and_they_hold_the_same_work(work: Work, tmp_path: Path) -> None:
    paths = FilesPlatform(tmp_path).publish(work)
    assert [path.name for path in paths] == [f"{who}.{kind}" for who in "xyz" for kind in KINDS]
    assert {path.parent.name for path in paths} == {"round-0002"}
    everything = pd.concat([read_frame(path) for path in paths[::2]])
    assert set(everything["assignment_id"]) == set(work.items["assignment_id"])
    csv, jsonl = paths[:2]
    table = read_frame(csv)
    assert set(table["annotator_id"]) == {"x"}, "nobody sees how often a comment is asked"
    assert not table.duplicated(["comment_id", "question"]).any()
    lines = [json.loads(line) for line in jsonl.read_text(encoding="utf-8").splitlines()]
    once = table.drop_duplicates("assignment_id")
    assert once["assignment_id"].tolist() == [line["assignment_id"] for line in lines]
    assert once["text"].tolist() == [line["text"] for line in lines]
    assert len(table) == len(lines) * len(work.ontology.questions)
    assert lines[0]["questions"][0]["answers"] == list(work.ontology.answers(work.ontology.questions[0].id))


def test_a_filled_in_sheet_has_the_columns_of_the_inbox(work: Work, tmp_path: Path) -> None:
    sheet = read_frame(FilesPlatform(tmp_path).publish(work)[0])
    assert {"comment_id", "annotator_id", "question", "answer", "labeling_round", "schema_version"} <= set(sheet)
    assert sheet["answer"].isna().all()
    queue = pd.DataFrame(
        {"comment_id": ["c1"], "text": ["a calm text"], "expert_id": ["e-01"], "context": ["a thread"]}
    )
    csv, _ = FilesPlatform(tmp_path).publish(Work(3, "expert", work.ontology, queue, AT))
    assert {"comment_id", "expert_id", "label", "note", "context", "schema_version"} <= set(read_frame(csv))


def test_no_cell_is_a_formula(work: Work, tmp_path: Path) -> None:
    paths = FilesPlatform(tmp_path).publish(work)[::2]
    raw = pd.concat([pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths])
    assert not raw["text"].str.startswith("=").any()
    assert any(read_frame(path)["text"].str.startswith("=").any() for path in paths)


def test_published_again_nothing_changes_and_cancelled_nothing_is_left(work: Work, tmp_path: Path) -> None:
    platform = FilesPlatform(tmp_path)
    before = [path.read_bytes() for path in platform.publish(work)]
    assert [path.read_bytes() for path in platform.publish(work)] == before
    assert len(platform.cancel(2)) == 6
    assert platform.cancel(2) == []
    assert list((tmp_path / "outbox" / "tasks").iterdir()) == []


def test_what_people_saved_beside_their_sheets_is_left_alone(work: Work, tmp_path: Path) -> None:
    platform = FilesPlatform(tmp_path)
    folder = platform.publish(work)[0].parent
    own = ["Copy of x.csv", "answers.jsonl", "x filled.csv", "x.xlsx"]
    for name in own:
        (folder / name).write_text("half a day of work")
    (folder / "sent").mkdir()
    (folder / "sent" / "x.csv").write_text("another")
    (folder.parent / "round-0002.xlsx").write_text("all of it in one")
    (folder / ".gone.csv.part").write_text("of a run that was killed")
    assert len(platform.publish(work)) == 6
    assert {path.name for path in folder.iterdir()} - {*own, "sent"} == {f"{w}.{k}" for w in "xyz" for k in KINDS}
    assert len(platform.cancel(2)) == 6
    assert sorted(path.name for path in folder.iterdir()) == sorted([*own, "sent"])
    assert [path.name for path in (folder / "sent").iterdir()] == ["x.csv"]
    assert sorted(path.name for path in folder.parent.iterdir()) == ["round-0002", "round-0002.xlsx"]


@pytest.mark.parametrize("killed_at", [[".gone.csv.part"], [".gone.csv.part", ".gone.jsonl.part"],
                                       ["gone.csv", ".gone.jsonl.part"], ["gone.csv", "gone.jsonl"]])  # fmt: skip
def test_nothing_is_left_of_a_run_that_was_killed(work: Work, tmp_path: Path, killed_at: list[str]) -> None:
    folder = tmp_path / "outbox" / "tasks" / "round-0002"
    folder.mkdir(parents=True)
    for name in killed_at:
        (folder / name).write_text("for somebody who was known then")
    assert sorted(FilesPlatform(tmp_path).publish(work)) == sorted(folder.iterdir())


def test_a_file_is_named_after_its_annotator_whatever_their_id(work: Work, tmp_path: Path) -> None:
    odd = ["Ann", "ann", "../out", "a b", "=1+1"]
    items = pd.concat([work.items[work.items["annotator_id"] == "x"].assign(annotator_id=who) for who in odd])
    platform = FilesPlatform(tmp_path)
    one = Work(1, "crowd", work.ontology, items, AT)
    paths = platform.publish(one)
    assert sorted((tmp_path / "outbox" / "tasks" / "round-0001").iterdir()) == sorted(paths)
    assert len({path.name.lower() for path in paths}) == 2 * len(odd)
    assert set(pd.concat([read_frame(path) for path in paths[::2]])["annotator_id"]) == set(odd)


def test_work_without_texts_is_refused(work: Work, tmp_path: Path) -> None:
    bare = Work(1, "crowd", work.ontology, work.items.drop(columns="text"), AT)
    with pytest.raises(InputError, match="without text"):
        FilesPlatform(tmp_path).publish(bare)


def test_a_delivery_is_whole_and_dated(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": ["x"], "at": [pd.Timestamp(AT)], "yes": [True]})
    path = deliver(tmp_path, "votes", "one.csv", frame, AT)
    assert path.read_bytes() == csv_bytes(frame) == b"a,at,yes\nx,2026-03-02T11:00:00Z,true\n"
    assert path.stat().st_mtime <= pd.Timestamp.now("UTC").timestamp() - 2
    assert [one.name for one in path.parent.iterdir()] == ["one.csv"]


TEXTS, TIMES = st.none() | st.text(), st.none() | st.datetimes(datetime(1999, 1, 1), datetime(2099, 1, 1))
CELLS = st.tuples(TEXTS, TEXTS, st.integers(), st.none() | st.floats(0, 1), st.booleans(), TIMES)


@given(st.lists(CELLS, max_size=8))
def test_rows_one_by_one_are_the_whole_sheet(rows: list[tuple[object, ...]]) -> None:
    frame = pd.DataFrame(rows, columns=["a", "b", "n", "p", "is_x", "at"])
    header, lines = csv_lines(frame)
    assert "".join([header, *lines]).encode("utf-8", "surrogatepass") == csv_bytes(frame)
