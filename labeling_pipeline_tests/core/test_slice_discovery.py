"""Slices nobody has named: planted topics come back as rules that can be read, pasted and versioned."""

from __future__ import annotations

import tomllib

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.slice_discovery import COLUMNS, discover, to_toml
from labeling_pipeline.core.slices import Slice, members
from labeling_pipeline.settings import parse_settings
from labeling_pipeline.stages.slices import slices_of

TOPICS = {
    "garden": ["garden", "hose", "tulip", "spade", "compost", "hedge", "lawn"],
    "chess": ["bishop", "rook", "gambit", "endgame", "pawn", "castling", "knight"],
    "bread": ["sourdough", "crust", "yeast", "oven", "knead", "flour", "loaf"],
}


def world(seed: int, n: int = 1_500, share: float = 0.05) -> tuple[pd.DataFrame, pd.Series]:
    """Comments of random words; each topic is ``share`` of them and has four of its words among eight others."""
    rng = np.random.default_rng(seed)
    fill = [f"word{i}" for i in range(400)]
    topic = rng.choice([*TOPICS, ""], n, p=[share] * 3 + [1 - 3 * share])
    texts = []
    for name in topic:
        own = list(rng.choice(TOPICS[name], 4, replace=False)) if name else []
        texts.append(" ".join(rng.permutation([*own, *rng.choice(fill, 8)])))
    frame = pd.DataFrame({"comment_id": [f"c-{i:05d}" for i in range(n)], "text": texts})
    return frame, pd.Series(topic, index=frame["comment_id"])


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return discover(world(1)[0], 12)


def test_planted_topics_are_found_and_described(found: pd.DataFrame) -> None:
    comments, topic = world(1)
    assert tuple(found.columns) == COLUMNS
    for name in TOPICS:
        best = 0.0
        for one in found["definition"]:
            inside = topic[members(comments, [one])["comment_id"]]
            hits = (inside == name).sum()
            best = max(best, 2 * hits / (len(inside) + (topic == name).sum()))
        assert best > 0.9, name


def test_other_order_of_rows_other_index_same_proposals(found: pd.DataFrame) -> None:
    comments, _ = world(1)
    again = discover(comments.sample(frac=1, random_state=3), 12)
    assert again["slice_version"].tolist() == found["slice_version"].tolist()
    assert again["n"].tolist() == found["n"].tolist()


def test_a_proposal_describes_comments_it_was_not_made_from(found: pd.DataFrame) -> None:
    fresh, topic = world(2)
    inside = members(fresh, [found["definition"].iloc[0]])
    said = topic[inside["comment_id"]].value_counts(normalize=True)
    assert said.index[0] in TOPICS
    assert said.iloc[0] > 0.9


def test_what_is_pasted_is_the_slice_that_was_proposed(found: pd.DataFrame) -> None:
    text = to_toml(found)
    assert set(tomllib.loads(text)["slices"]["define"]) == set(found["slice"])
    pasted = {one.name: one for one in slices_of(parse_settings(text).slices)}
    for row in found.to_dict("records"):
        assert pasted[row["slice"]].version == row["slice_version"]
        assert pasted[row["slice"]] == row["definition"]
        assert pasted[row["slice"]].kind == "terms"
        assert len(members(world(1)[0], [pasted[row["slice"]]])) == row["n"]


def test_too_few_comments_and_no_words_are_refused() -> None:
    with pytest.raises(InputError, match="3 comments for 2 clusters"):
        discover(world(1)[0].head(3), 2)
    with pytest.raises(InputError, match="comments: "):
        discover(pd.DataFrame({"comment_id": [str(i) for i in range(90)], "text": "!"}), 2)


def test_weights_are_part_of_the_version() -> None:
    one, other = Slice("s", terms=(("a", 1.0),)), Slice("s", terms=(("a", 0.5),))
    assert len({one.version, other.version, Slice("s", terms=(("a", 1.0),), at_least=0.4).version}) == 3
