"""Files are taken once, by content; what comes again, late or in another order changes nothing."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from labeling_pipeline.warehouse.inbox import InboxFile, reexamine, scan, take, take_all
from labeling_pipeline.warehouse.state import StaleInputError
from labeling_pipeline_tests.warehouse.conftest import V1, V2, SmallHome

VOTES = "comment_id,annotator_id,label\n" + "".join(f"c{i % 5 + 1},a{i % 3},fine\n" for i in range(12))


def test_the_same_content_is_taken_once_under_whatever_name(with_comments: SmallHome) -> None:
    with_comments.take("votes", VOTES, "one.csv")
    with_comments.drop("votes", "two.csv", VOTES)
    assert with_comments.ingest() == []
    assert len(with_comments.rows("inbox_files")) == 2


def test_a_file_renamed_to_its_true_format_is_taken(with_comments: SmallHome) -> None:
    taken = [with_comments.take("votes", VOTES, name) for name in ("votes.xlsx", "votes.csv.gz", "votes.csv")]
    assert [one.accepted for one in taken] == [0, 0, 12]
    assert with_comments.ingest() == []


def test_copies_dropped_together_are_taken_once(with_comments: SmallHome) -> None:
    with_comments.drop("votes", "one.csv", VOTES)
    with_comments.drop("votes", "two.csv", VOTES)
    assert [one.file for one in with_comments.ingest()] == ["one.csv"]
    assert with_comments.ingest() == []


def test_taking_a_file_twice_answers_the_same(with_comments: SmallHome) -> None:
    with_comments.drop("votes", "one.csv", VOTES)
    (file,) = scan(
        with_comments.warehouse, [with_comments.root / "inbox"], "votes", settle_s=0, now_wall=datetime.now(UTC)
    )
    first, second = (take(with_comments.warehouse, file, with_comments.context) for _ in range(2))
    assert first == second
    assert len(with_comments.rows("vote_log")) == 12


def test_a_file_that_changes_meanwhile_is_left_for_later(with_comments: SmallHome) -> None:
    path = with_comments.drop("votes", "one.csv", VOTES)
    stat = path.stat()
    file = InboxFile(path, "votes", "0" * 64, stat.st_size, stat.st_mtime_ns)
    path.write_text(VOTES + "c1,a9,rude\n")
    with pytest.raises(StaleInputError, match="still being written"):
        take(with_comments.warehouse, file, with_comments.context)
    path.unlink()
    assert take_all(with_comments.warehouse, [file], with_comments.context) == []
    assert with_comments.rows("vote_log").empty


def test_names_that_are_not_taken(home: SmallHome) -> None:
    for name in (".hidden.csv", "half.csv.part", "half.tmp", "b.csv", "a.csv"):
        home.drop("votes", name, f"{VOTES}c1,{name},fine\n")
    (home.root / "inbox" / "votes" / "folder.csv").mkdir()
    (home.root / "inbox" / "votes" / "nowhere.csv").symlink_to("missing")
    assert home.waiting("votes") == ["a.csv", "b.csv"]


def test_a_file_is_taken_once_it_is_still(home: SmallHome) -> None:
    path = home.drop("votes", "a.csv", VOTES)
    now = datetime.now(UTC)
    os.utime(path, (now.timestamp(), now.timestamp()))
    assert home.waiting("votes", now_wall=now + timedelta(seconds=1.9)) == []
    assert home.waiting("votes", now_wall=now + timedelta(seconds=2.1)) == ["a.csv"]
    later = now.timestamp() + 86_400  # a clock that runs ahead must not keep the file waiting for a day
    os.utime(path, (later, later))
    assert home.waiting("votes", now_wall=now + timedelta(seconds=60)) == ["a.csv"]


def test_files_of_a_simulated_day_wait_for_it(home: SmallHome) -> None:
    for name in ("day-07-verdicts.csv", "day-14-x.csv", "other.csv"):
        home.drop("votes", name, f"{VOTES}c1,{name},fine\n")
    assert home.waiting("votes", simulated_day=6) == ["other.csv"]
    assert home.waiting("votes", simulated_day=7) == ["day-07-verdicts.csv", "other.csv"]
    assert len(home.waiting("votes")) == 3


def test_an_idle_look_reads_no_file(with_comments: SmallHome, monkeypatch: pytest.MonkeyPatch) -> None:
    with_comments.take("votes", VOTES, "one.csv")
    with_comments.drop("votes", "copy.csv", VOTES)
    assert with_comments.waiting("votes") == []
    monkeypatch.setattr(hashlib, "file_digest", lambda stream, name: pytest.fail(f"{stream.name} was read"))
    assert with_comments.waiting("votes") == []


def test_a_copy_is_looked_at_inside_a_read_too(with_comments: SmallHome) -> None:
    with_comments.take("votes", VOTES, "one.csv")
    with_comments.drop("votes", "copy.csv", VOTES)
    with with_comments.warehouse.read():
        assert with_comments.warehouse.is_open
        assert with_comments.waiting("votes") == []
    assert not with_comments.warehouse.is_open


def test_shuffled_and_repeated_deliveries_change_nothing(with_comments: SmallHome) -> None:
    with_comments.take("votes", VOTES, "one.csv")
    before = with_comments.content()
    head, *rows = VOTES.splitlines(keepends=True)
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        taken = with_comments.take("votes", head + "".join(rows), f"again-{seed}.csv")
        assert (taken.accepted, taken.already_known, taken.quarantined) == (12, 12, 0)
    assert with_comments.content() == before


def test_rows_wait_in_quarantine_for_their_comment(
    with_comments: SmallHome, new_home: Callable[[str], SmallHome]
) -> None:
    files = {
        "votes": "comment_id,label,annotator_id\nlate,fine,a\nlate,fine,a\nc1,rude,b\nlate,odd,a\n",
        "verdicts": "comment_id,expert_id,label,note\nlate,e1,rude,'=x\n",
        "gold": "comment_id,label,decided_at\nlate,fine,2026-03-02\n",
        "predictions": "comment_id,p_fine\nlate,1\n",
        "feedback": "comment_id,kind\nlate,flag\nlate,flag\n",
    }
    for kind, text in files.items():
        with_comments.take(kind, text, f"{kind}.csv")
    assert [rule for _, rule in with_comments.refused()].count("unknown_comment") == 7
    with_comments.take("comments", "comment_id,text\nlate,at last\n", "late.csv")
    assert with_comments.refused() == [(5, "unknown_class")]
    inbox = with_comments.rows("inbox_files").set_index("kind")
    assert (inbox["rows_in"] == inbox["accepted"] + inbox["quarantined"]).all()
    assert with_comments.rows("verdicts")["note"].tolist() == ["=x"]
    in_order = new_home("in order")
    in_order.take(
        "comments", "comment_id,text\nlate,at last\n" + "".join(f"c{i},a kind word {i}\n" for i in range(1, 6))
    )
    for kind, text in files.items():
        in_order.take(kind, text, f"{kind}.csv")
    assert in_order.content() == with_comments.content()
    assert reexamine(with_comments.warehouse, with_comments.context) == 0


def test_a_remedy_that_changes_a_setting_works_on_what_was_refused(with_comments: SmallHome) -> None:
    with_comments.take("votes", "comment_id,worker,answer_given\nc1,a,fine\n", "theirs.csv")
    with_comments.take("votes", "comment_id,label\nc1,threat\nc2,fine\n", "new_class.csv", assume_schema=None)
    assert with_comments.refused() == [(2, "no_schema"), (3, "no_schema"), (0, "wrong_columns")]
    with_comments.ingest(assume_schema="v1")
    assert with_comments.refused() == [(2, "unknown_class"), (0, "wrong_columns")]
    with_comments.ingest(mappings={"votes": {"worker": "annotator_id", "answer_given": "label"}})
    assert with_comments.refused() == [(2, "unknown_class")]
    with_comments.ingest(ontologies=(V1, V2), assume_schema="v2")
    assert with_comments.refused() == []
    votes = with_comments.rows("vote_log").sort_values(["comment_id", "label"])
    assert votes[["label", "schema_version"]].to_numpy().tolist() == [["fine", "v1"], ["threat", "v2"], ["fine", "v1"]]
    inbox = with_comments.rows("inbox_files")
    assert (inbox["rows_in"] == inbox["accepted"]).all()
    assert reexamine(with_comments.warehouse, with_comments.context) == 0


def test_formats_of_one_content_are_one_content(with_comments: SmallHome) -> None:
    with_comments.take("votes", VOTES, "one.csv")
    before = with_comments.content()
    assert with_comments.take("votes", gzip.compress(VOTES.encode()), "two.csv.gz").already_known == 12
    assert with_comments.take("votes", "\ufeff" + VOTES.replace("\n", "\r\n"), "three.csv").already_known == 12
    assert with_comments.content() == before


def test_a_name_that_is_no_text(with_comments: SmallHome) -> None:
    name = os.fsdecode(b"vot\xe9s.csv")
    with_comments.drop("votes", name, VOTES + "c1,a,\n")
    with_comments.drop("votes", name.replace("vot", "again-vot"), VOTES + "c1,a,\n")
    assert [one.accepted for one in with_comments.ingest()] == [12]
    assert with_comments.waiting("votes") == []
    assert with_comments.rows("quarantine")["file"].tolist() == ["again-vot\ufffds.csv"]


def test_paths_are_recorded_relative_to_the_home(with_comments: SmallHome) -> None:
    assert with_comments.rows("inbox_files")["path"].tolist() == ["inbox/comments/c.csv"]


@pytest.mark.parametrize("name", ["linked.csv", "linked.doc"])
def test_a_link_goes_by_its_own_name_whatever_it_points_to(with_comments: SmallHome, name: str) -> None:
    target = with_comments.drop("votes", name, VOTES).rename(with_comments.root / "a1b2c3")
    (with_comments.root / "inbox/votes" / name).symlink_to(target)
    assert [one.file for one in with_comments.ingest()] == [name]
    before = with_comments.rows("inbox_files"), with_comments.rows("quarantine")
    assert with_comments.ingest() == []
    assert with_comments.waiting("votes") == []
    assert with_comments.rows("inbox_files").equals(before[0])
    assert with_comments.rows("quarantine").equals(before[1])
    assert f"inbox/votes/{name}" in with_comments.rows("inbox_files")["path"].tolist()
