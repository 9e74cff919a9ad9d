"""Whatever is delivered: rows in = accepted + quarantined, and delivering it again changes nothing."""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeling_pipeline.warehouse.store import Warehouse
from labeling_pipeline_tests.warehouse.conftest import SmallHome
from labeling_pipeline_tests.warehouse.inbox.test_damage import FILES

COMMENTS = "comment_id,text\n" + "".join(f"c{i},a kind word {i}\n" for i in range(4))
VOTE = st.fixed_dictionaries(
    {
        "comment_id": st.sampled_from(["c0", "c1", "c2", "", "unknown"]),
        "annotator_id": st.sampled_from(["a", "b", ""]),
        "label": st.sampled_from(["fine", "rude", "", "odd"]),
        "answered_at": st.sampled_from(["", "2026-03-02", "2026-03-03T10:00:00Z", "soon"]),
        "stated_confidence": st.sampled_from(["", ".5", "2"]),
    }
)


def text_of(rows: list[dict[str, str]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, ["comment_id", "annotator_id", "label", "answered_at", "stated_confidence"])
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory, empty_warehouse: Path) -> list[SmallHome]:
    """A home that a test may renew: the last one made."""
    root = tmp_path_factory.mktemp("homes")
    template = SmallHome(root / "first", Warehouse(Path(shutil.copy(empty_warehouse, root / "first.duckdb"))))
    template.take("comments", COMMENTS, "comments.csv")
    return [template]


def renewed(fresh: list[SmallHome]) -> SmallHome:
    root = fresh[0].root.parent / str(len(fresh))
    root.mkdir()
    fresh.append(SmallHome(root, Warehouse(Path(shutil.copy(fresh[0].warehouse.path, root / "warehouse.duckdb")))))
    return fresh[-1]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(VOTE, min_size=1, max_size=12), seed=st.integers(0, 99), data=st.data())
def test_deliveries_in_any_order_and_number(
    fresh: list[SmallHome], rows: list[dict[str, str]], seed: int, data: st.DataObject
) -> None:
    home = renewed(fresh)
    taken = home.take("votes", text_of(rows), "votes.csv")
    assert taken.rows_in == len(rows) == taken.accepted + taken.quarantined
    assert len(home.rows("vote_log")) == taken.accepted - taken.already_known
    before = home.content()
    shuffled = random.Random(seed).sample(rows, len(rows))
    part = data.draw(st.integers(1, len(rows)))
    for name, again in (("all.csv", shuffled), ("some.csv", rows[:part])):
        home.drop("votes", name, text_of(again))
        home.ingest()
    assert home.content() == before
    votes = home.rows("crowd_votes").dropna(subset=["annotator_id"])
    current = votes[votes["is_current"]].groupby(["comment_id", "annotator_id"]).size()
    assert (current == 1).all()
    files = home.rows("inbox_files")
    assert (files["rows_in"] == files["accepted"] + files["quarantined"]).all()
    assert int(files["quarantined"].sum()) == len(home.rows("quarantine"))


def test_a_surplus_is_added_and_no_more(fresh: list[SmallHome]) -> None:
    home = renewed(fresh)
    vote = {"comment_id": "c0", "annotator_id": "a", "label": "fine"}
    for copies, expected in ((1, 1), (3, 3), (2, 3)):
        home.drop("votes", f"{copies}.csv", text_of([vote] * copies))
        home.ingest()
        assert len(home.rows("vote_log")) == expected


BROKEN_CSV = [
    b"c0",
    b"c0,a,fine,,,,",
    b'c0,"a"x,fine,,',
    b"c0,a\0,fine,,",
    b"\xff,a,fine,,",
    b"c0,a,,,",
    b"c9,a,fine,,",
]
BROKEN_CSV += [b"c0,a,odd,,", b"c0,a,fine,soon,", b"c0,a,fine,,9", b",a,fine,,", b"c0,a,fine,,NaN", b"'=c0,a,fine,,"]
BROKEN_JSON = [
    "{",
    "[]",
    "3",
    '{"label": "fine"}',
    '{"comment_id": "c0", "label": 1.5}',
    '{"comment_id": {}, "label": "fine"}',
]
BROKEN_JSON += [
    '{"comment_id": "c0", "label": "\\ud800"}',
    '{"comment_id": "c0\\u0000", "label": "fine"}',
    "\x00",
    "nul",
]


def test_a_thousand_malformed_rows(fresh: list[SmallHome]) -> None:
    home, rng = renewed(fresh), random.Random(7)
    good_csv, good_json = b"c1,b,fine,,\n", '{"comment_id": "c2", "label": "fine"}\n'
    chosen = [rng.choice(BROKEN_CSV) for _ in range(500)]
    noise = [bytes(rng.choices(b'abc,;"\xe9\0 1', k=rng.randint(1, 30))).replace(b'"', b"") for _ in range(250)]
    head = b"comment_id,annotator_id,label,answered_at,stated_confidence\n"
    lines = [row + b"\n" for row in chosen + [n for n in noise if n.strip(b"\0 ")]]
    taken = home.take("votes", head + b"".join(good_csv + line for line in lines), "rows.csv")
    assert (taken.rows_in, taken.accepted) == (2 * len(lines), len(lines))
    chosen_json = [rng.choice(BROKEN_JSON) + "\n" for _ in range(250)]
    taken = home.take("votes", good_json + good_json.join(chosen_json), "rows.jsonl")
    assert (taken.rows_in, taken.accepted, taken.quarantined) == (500, 250, 250)
    rows = home.rows("quarantine")
    assert len(rows) == len(lines) + 250
    assert rows[["file", "line", "rule", "reason", "row"]].notna().all(axis=None)
    assert all(isinstance(json.loads(row), dict) for row in rows["row"])


def test_fifty_malformed_files(fresh: list[SmallHome]) -> None:
    home, rng = renewed(fresh), random.Random(11)
    contents = [(name, content) for name, (content, _) in FILES.items()]
    for i in range(50 - len(contents)):
        name, content = contents[rng.randrange(len(FILES))]
        at = rng.randrange(len(content) + 1)
        noise = content[:at] + rng.randbytes(rng.randint(1, 200)) + content[at + rng.randint(0, 50) :]
        contents.append((f"noise-{i}-{name}", noise))
    for name, content in contents:
        home.drop("comments", name, content)
    taken = home.ingest()
    assert len(taken) == 50
    assert all(one.rows_in == one.accepted + one.quarantined for one in taken)
    whole = home.rows("quarantine")
    assert set(FILES) <= set(whole.loc[whole["line"].isna(), "file"])
    assert pd.Series([one.rows_in for one in taken if one.file in FILES]).eq(1).all()
