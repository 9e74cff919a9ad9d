"""Comments are pure functions of seed and index, and their truth can be found again."""

from __future__ import annotations

from itertools import pairwise

import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.simulate.streams import (
    ANCHOR_ID,
    ANCHOR_TEXT,
    STREAMS,
    comment_id,
    draw,
    truth_of,
)
from labeling_pipeline.core.simulate.texts import guess


@pytest.mark.parametrize("stream", STREAMS)
def test_the_truth_of_every_comment_is_found_again(stream: str) -> None:
    drawn = draw(stream, 200)
    for row in drawn.itertuples(index=False):
        truth = truth_of(row.comment_id, row.text)
        assert (truth.label, truth.slice, truth.form) == (row.label, row.slice, row.form)


def test_ids_are_unique_over_all_streams_and_never_the_anchors() -> None:
    indices = [i for s in STREAMS.values() for i in range(s.start, s.start + s.size)]
    ids = {comment_id(index) for index in indices}
    assert len(ids) == len(indices)
    assert ANCHOR_ID not in ids


def test_streams_do_not_overlap() -> None:
    spans = sorted((s.start, s.start + s.size) for s in STREAMS.values())
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_drawing_further_continues_the_stream() -> None:
    whole = draw("pool", 30)
    assert draw("pool", 10, skip=20).equals(whole.iloc[20:].reset_index(drop=True))


def test_another_seed_is_another_world() -> None:
    assert not draw("pool", 30, seed=1)["text"].equals(draw("pool", 30, seed=2)["text"])


def test_a_changed_text_under_a_known_id_is_read_anew() -> None:
    known = draw("pool", 1)["comment_id"][0]
    assert truth_of(known, "you are a clown") == guess("you are a clown")


@pytest.mark.parametrize("name", ["mine-1", "c-zzzz", "c-1f8a-7", "c-ffff", ""])
def test_ids_of_other_origin_are_no_obstacle(name: str) -> None:
    assert truth_of(name, "a calm evening").label == "non_toxic"


def test_the_anchor_is_known_by_its_text() -> None:
    assert len(ANCHOR_TEXT) == 43
    assert truth_of(ANCHOR_ID, ANCHOR_TEXT).slice == "dog_whistle"


def test_more_than_a_stream_holds_is_refused() -> None:
    with pytest.raises(InputError, match="at most 3000"):
        draw("pool", 3001)
