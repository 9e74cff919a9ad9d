"""A world as files: what a vendor would deliver, and the truth apart from it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.simulate.world import WORLDS, WorldSpec, week_starts, world_files

SPEC = replace(WORLDS["troubled"], comments=1_200, annotators=40)


@pytest.fixture(scope="module")
def files() -> dict[str, pd.DataFrame]:
    return dict(world_files(SPEC, 3))


def joined(files: dict[str, pd.DataFrame], kind: str) -> pd.DataFrame:
    return pd.concat([frame for name, frame in files.items() if name.startswith(f"inbox/{kind}/")])


def test_every_vote_is_about_a_comment_that_was_delivered(files: dict[str, pd.DataFrame]) -> None:
    comments, votes = joined(files, "comments"), joined(files, "votes")
    assert len(comments) == comments["comment_id"].nunique() == 1_200
    assert (votes["comment_id"].value_counts() == 3).all()
    assert set(votes["comment_id"]) == set(comments["comment_id"])
    named = votes[votes["annotator_id"] != ""]
    assert not named.duplicated(["comment_id", "annotator_id"]).any()
    assert 0.005 < 1 - len(named) / len(votes) < 0.05
    posted = comments.set_index("comment_id")["posted_at"]
    assert (votes["answered_at"].to_numpy() > posted.loc[votes["comment_id"]].to_numpy()).all()


def test_the_inbox_does_not_tell_the_truth(files: dict[str, pd.DataFrame]) -> None:
    told = {column for name, frame in files.items() if name.startswith("inbox/") for column in frame}
    assert not told & {"is_hard", "is_blind_spot", "is_boundary", "accuracy", "spams", "declines", "copies", "is_blind"}
    truth = files["truth/comments.csv"].set_index("comment_id")
    gold = files["inbox/gold/gold.csv"]
    assert (gold["label"].to_numpy() == truth.loc[gold["comment_id"], "label"].to_numpy()).mean() > 0.97
    assert (gold["inclusion_p"] == 0.1).all()
    verdicts = files["inbox/verdicts/verdicts.csv"]
    right = (verdicts["label"].to_numpy() == truth.loc[verdicts["comment_id"], "label"].to_numpy()).mean()
    assert 0.9 < right < 1


def test_a_new_ontology_is_on_votes_from_its_week_on(files: dict[str, pd.DataFrame]) -> None:
    votes, since = joined(files, "votes"), week_starts(11)
    posted = joined(files, "comments").set_index("comment_id").loc[votes["comment_id"], "posted_at"].to_numpy()
    assert ((votes["schema_version"] == "v2").to_numpy() == (posted >= since)).all()


def test_the_same_seed_is_the_same_world(files: dict[str, pd.DataFrame]) -> None:
    again, other = dict(world_files(SPEC, 3)), dict(world_files(SPEC, 4))
    assert list(again) == list(files) == list(other)
    for name, frame in files.items():
        pd.testing.assert_frame_equal(again[name], frame)
    assert not other["truth/comments.csv"].equals(files["truth/comments.csv"])


def test_more_votes_than_people_are_refused() -> None:
    with pytest.raises(InputError, match="3 votes per comment by 2 annotators"):
        next(iter(world_files(WorldSpec(comments=5, annotators=2), 0)))
