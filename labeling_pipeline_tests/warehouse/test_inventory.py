"""What is there and what waits."""

from __future__ import annotations

from datetime import UTC, datetime

from labeling_pipeline.warehouse.inventory import inventory, rows_to_reexamine, waiting_files
from labeling_pipeline_tests.warehouse.conftest import SmallHome


def test_counts_of_tables_files_and_refused_rows(with_comments: SmallHome) -> None:
    with_comments.take("votes", "comment_id,label\nc1,fine\nc1,\nc2,\nlate,fine\n", "votes.csv")
    found = inventory(with_comments.warehouse)
    assert (found.rows["raw_comments"], found.rows["crowd_votes"], found.rows["quarantine"]) == (5, 1, 3)
    votes = found.inbox.set_index("kind").loc["votes"].to_dict()
    assert votes == {"files": 1, "rows_in": 4, "accepted": 1, "already_known": 0, "quarantined": 3}
    first = found.quarantine.iloc[0]
    assert (first["rule"], first["n"], first["example_file"], first["example_line"]) == (
        "empty_label",
        2,
        "votes.csv",
        3,
    )


def test_what_waits(with_comments: SmallHome) -> None:
    with_comments.take("votes", "comment_id,label\nlate,fine\n", "votes.csv")
    with_comments.drop("verdicts", "v.csv", "comment_id,expert_id,label\nc1,e,fine\n")
    with_comments.drop("comments", "late.csv", "comment_id,text\nlate,at last\n")
    folders = [with_comments.root / "inbox"]
    waiting = waiting_files(with_comments.warehouse, folders, settle_s=0, now_wall=datetime.now(UTC))
    assert {kind: [file.name for file in files] for kind, files in waiting.items()} == {
        "comments": ["late.csv"],
        "verdicts": ["v.csv"],
    }
    assert rows_to_reexamine(with_comments.warehouse, with_comments.context) == 0
    with with_comments.warehouse.write() as con:
        con.execute(
            "insert into raw_comments by name"
            " select 'late' as comment_id, '' as text, '' as content_hash, [] as slices, 'f' as file_sha256, 1 as line"
        )
    assert rows_to_reexamine(with_comments.warehouse, with_comments.context) == 1
