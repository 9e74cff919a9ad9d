"""What every world promises; a new one is held to it by being in the registry."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from labeling_pipeline.core.simulate.world import WORLDS, world_files

SECRETS = {"is_hard", "is_blind_spot", "is_boundary", "accuracy", "spams", "declines", "copies", "is_blind"}


def files_of(name: str, seed: int) -> dict[str, pd.DataFrame]:
    return dict(world_files(replace(WORLDS[name], comments=600, annotators=30), seed))


def of_kind(files: dict[str, pd.DataFrame], kind: str) -> pd.DataFrame:
    return pd.concat([frame for name, frame in files.items() if name.startswith(f"inbox/{kind}/")])


@pytest.mark.parametrize("name", WORLDS)
def test_every_vote_has_its_comment_and_every_comment_its_truth(name: str) -> None:
    files = files_of(name, 0)
    comments, votes, truth = of_kind(files, "comments"), of_kind(files, "votes"), files["truth/comments.csv"]
    assert len(comments) == comments["comment_id"].nunique() == 600
    assert set(votes["comment_id"]) <= set(comments["comment_id"]) <= set(truth["comment_id"])
    assert votes["label"].notna().all()
    assert comments["text"].str.strip().ne("").all()


@pytest.mark.parametrize("name", WORLDS)
def test_the_inbox_does_not_tell_the_truth(name: str) -> None:
    told = {column for path, frame in files_of(name, 0).items() if path.startswith("inbox/") for column in frame}
    assert not told & SECRETS


@pytest.mark.parametrize("name", WORLDS)
def test_a_seed_is_a_world_and_another_seed_another(name: str) -> None:
    first, again, other = files_of(name, 1), files_of(name, 1), files_of(name, 2)
    assert first.keys() == again.keys()
    for path, frame in first.items():
        pd.testing.assert_frame_equal(frame, again[path])
    assert not of_kind(first, "votes").equals(of_kind(other, "votes"))
