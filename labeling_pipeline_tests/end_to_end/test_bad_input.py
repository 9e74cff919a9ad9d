"""Everything that can be wrong with what people drop in: it is quarantined and said, and the run goes on."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline_tests.calls import Called, call

GOOD = [f"c{i}" for i in range(12)]
HOSTILE = {
    "=1+1": "=HYPERLINK(1)",
    "../../escaped": "'); DROP TABLE raw_comments; --",
    "<script>x</script>": "<img src=x onerror=alert(1)>",
    "$now": "{0} %s $1 ${HOME}",
    "-x": "@SUM(A1)",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert call("init", str(tmp_path / "home")).returncode == 0
    return tmp_path / "home"


@pytest.fixture
def run(home: Path) -> Callable[[], Called]:
    return lambda: call("run", "--home", str(home))


def drop(home: Path, name: str, content: bytes | str) -> None:
    path = home / "inbox" / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (1_700_000_000, 1_700_000_000))


def votes_on(ids: list[str]) -> str:
    return "".join(
        f"{one},a{n},{'toxic' if i % 4 == 0 else 'acceptable'}\n" for i, one in enumerate(ids) for n in range(3)
    )


def test_everything_at_once(home: Path, run: Callable[[], Called]) -> None:
    texts = "".join(f"{one},a kind word about number {i}\n" for i, one in enumerate(GOOD))
    conflict = "c0,another text\nc1,a kind word about number 1\n"
    damaged = b"w1,caf\xe9\n" + b"w2,nul\0here\n" + b"w3," + b"x" * 10_000_000 + b"\nw4\n"
    drop(home, "comments/good.csv", b"comment_id,text\n" + (texts + conflict).encode() + damaged)
    drop(home, "comments/numbers.jsonl", '{"comment_id": "n1", "text": 5}\n{"comment_id": 6, "text": "six"}\n')
    drop(home, "comments/cut.csv.gz", gzip.compress(b"comment_id,text\nz1,one\n" * 500)[:-20])
    drop(home, "comments/columns.csv", "id,comment\nz2,one\n")
    bad = "c0,a0,\nc0,a0,angry\nc99,a0,toxic\nc1,a0,acceptable\n"
    drop(home, "votes/votes.csv", "comment_id,annotator_id,label\n" + votes_on(GOOD) + bad)
    drop(home, "votes/hello.txt", "hello")
    done = run()
    assert (done.returncode, "Traceback" in done.stdout + done.stderr) == (0, False), done.stderr
    tables = Warehouse(home / "warehouse.duckdb").tables("quarantine", "inbox_files", "crowd_votes", "raw_comments")
    refused = tables["quarantine"]
    found = Counter(zip(refused["file"], refused["line"].fillna(0).astype(int), refused["rule"], strict=True))
    n_good = len(GOOD) + 2
    assert found == Counter(
        [
            ("good.csv", n_good, "conflicting_comment"),
            ("good.csv", n_good + 2, "wrong_encoding"),
            ("good.csv", n_good + 3, "nul_byte"),
            ("good.csv", n_good + 4, "oversized_cell"),
            ("good.csv", n_good + 5, "ragged_row"),
            ("numbers.jsonl", 1, "not_text"),
            ("cut.csv.gz", 0, "truncated"),
            ("columns.csv", 0, "wrong_columns"),
            ("votes.csv", 38, "empty_label"),
            ("votes.csv", 39, "unknown_class"),
            ("votes.csv", 40, "unknown_comment"),
            ("hello.txt", 0, "not_the_format"),
        ]
    )
    assert refused["reason"].str.len().gt(10).all()
    files = tables["inbox_files"]
    assert (files["rows_in"] == files["accepted"] + files["quarantined"]).all()
    assert len(tables["raw_comments"]) == len(GOOD) + 1
    assert tables["crowd_votes"]["is_current"].value_counts().to_dict() == {True: 36, False: 1}
    assert list((home / "exports").glob("*/labels.parquet"))


def test_what_was_refused_comes_in_once_it_is_mended(home: Path, run: Callable[[], Called]) -> None:
    drop(home, "comments/one.csv", "id,body\n" + "".join(f"{one},a kind word {one}\n" for one in GOOD))
    drop(home, "votes/early.csv", "comment_id,annotator_id,label\n" + votes_on(GOOD))
    assert run().returncode == 0
    settings = home / "labeling.toml"
    mapping = '[inbox]\ncolumns.comments = { id = "comment_id", body = "text" }\n'
    settings.write_text(re.sub(r"^\[inbox\].*\n", mapping, settings.read_text(), flags=re.MULTILINE))
    assert run().returncode == 0
    tables = Warehouse(home / "warehouse.duckdb").tables("quarantine", "crowd_votes", "consensus_labels")
    assert [len(tables[name]) for name in ("quarantine", "crowd_votes", "consensus_labels")] == [0, 36, 12]


def test_hostile_texts_and_ids_stay_text(home: Path, run: Callable[[], Called]) -> None:
    before = {path for path in home.parent.rglob("*") if home not in path.parents}
    rows = [{"comment_id": one, "text": text} for one, text in HOSTILE.items()]
    drop(home, "comments/hostile.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    assert run().returncode == 0
    (tasks,) = (home / "outbox" / "tasks").glob("*.csv")
    with tasks.open(newline="", encoding="utf-8") as stream:
        cells = [cell for row in csv.DictReader(stream) for cell in (row["comment_id"], row["text"])]
    assert cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    with tasks.open(newline="", encoding="utf-8") as stream:  # the vendor fills in the file it was given
        asked = list(csv.DictReader(stream))
    for n in range(2):
        path = home / "inbox" / "votes" / f"filled-{n}.csv"
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, asked[0])
            writer.writeheader()
            writer.writerows({**row, "annotator_id": f"a{n}", "answer": "acceptable"} for row in asked)
        os.utime(path, (1_700_000_000, 1_700_000_000))
    assert run().returncode == 0
    tables = Warehouse(home / "warehouse.duckdb").tables("raw_comments", "crowd_votes", "quarantine")
    texts = tables["raw_comments"].set_index("comment_id")["text"].to_dict()
    assert texts == HOSTILE
    assert set(tables["crowd_votes"]["comment_id"]) == set(HOSTILE)
    assert tables["quarantine"].empty
    for one in HOSTILE:
        assert call("explain", "--home", str(home), "--", one).returncode == 0
    assert {path for path in home.parent.rglob("*") if home not in path.parents} == before


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("labeling.toml", r"\[inbox\].*\n", "[inbox]\nsettle_s = 'soon'\n", ["inbox.settle_s", "number"]),
        ("labeling.toml", r"\[inbox\].*\n", "[inbox]\nsettel_s = 2\n", ["settel_s", "settle_s"]),
        ("labeling.toml", r"\[inbox\].*\n", "[inbox\n", ["labeling.toml"]),
        ("ontology/v1.toml", r'id = "toxic"', 'id = "Toxic!"', ["v1.toml", "id"]),
        ("ontology/v1.toml", r'schema_version = "v1"\n', "", ["v1.toml", "schema_version"]),
        ("ontology/v1.toml", r"effective_at = .*\n", 'effective_at = "soon"\n', ["v1.toml", "effective_at"]),
    ],
)
def test_a_wrong_setting_is_one_line(home: Path, file: str, old: str, new: str, words: list[str]) -> None:
    path = home / file
    changed = re.sub(f"^{old}" if old.startswith(r"\[") else old, new, path.read_text(), count=1, flags=re.MULTILINE)
    assert changed != path.read_text()
    path.write_text(changed)
    done = call("run", "--home", str(home))
    assert done.returncode == 2
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert all(word in lines[0] for word in words), lines[0]


def test_a_folder_that_is_no_home(tmp_path: Path) -> None:
    done = call("run", "--home", str(tmp_path))
    assert done.returncode == 2
    assert "not a home" in done.stderr
    assert "Traceback" not in done.stderr
