"""Which files wait, and which refused rows may pass now."""

from __future__ import annotations

from labeling_pipeline.warehouse.inbox import KINDS, count_to_reexamine
from labeling_pipeline_tests.warehouse.conftest import SmallHome


def to_reexamine(home: SmallHome) -> int:
    with home.warehouse.read() as con:
        return count_to_reexamine(con, home.context)


def test_files_wait_by_kind_until_they_are_taken(with_comments: SmallHome) -> None:
    with_comments.take("votes", "comment_id,label\nlate,fine\n", "votes.csv")
    with_comments.drop("verdicts", "v.csv", "comment_id,expert_id,label\nc1,e,fine\n")
    with_comments.drop("comments", "late.csv", "comment_id,text\nlate,at last\n")
    waiting = {kind: names for kind in KINDS if (names := with_comments.waiting(kind))}
    assert waiting == {"comments": ["late.csv"], "verdicts": ["v.csv"]}


def test_a_row_refused_for_a_comment_that_has_come_since_may_pass_now(with_comments: SmallHome) -> None:
    with_comments.take("votes", "comment_id,label\nlate,fine\n", "votes.csv")
    assert to_reexamine(with_comments) == 0
    with with_comments.warehouse.write() as con:
        con.execute(
            "insert into raw_comments by name"
            " select 'late' as comment_id, '' as text, '' as content_hash, [] as slices, 'f' as file_sha256, 1 as line"
        )
    assert to_reexamine(with_comments) == 1
