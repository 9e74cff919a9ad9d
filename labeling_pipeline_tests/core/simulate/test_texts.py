"""What the simulated texts promise: varied, harmless, and with a slice whose phrases are half held out."""

from __future__ import annotations

import re

import numpy as np
import pytest

from labeling_pipeline.core.simulate import coded
from labeling_pipeline.core.simulate.streams import STREAMS, draw
from labeling_pipeline.core.simulate.texts import BENIGN_CODED, CLASSES, DOG_WHISTLE, KINDS, compose, guess

TRAINABLE = ("pool", "production", "recorded", "gold_fit", "gold_fit_slice", "more")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_always_has_its_truth(kind: str) -> None:
    truths = {compose(kind, np.random.default_rng(seed))[1].label for seed in range(50)}
    assert truths == {{DOG_WHISTLE: "harassment", BENIGN_CODED: "non_toxic"}.get(kind, kind)}


@pytest.mark.parametrize("kind", KINDS)
def test_every_slot_is_filled_and_brackets_hold_placeholders_only(kind: str) -> None:
    texts = [compose(kind, np.random.default_rng(seed))[0] for seed in range(300)]
    assert not any("{" in text or "}" in text for text in texts)
    # A typo may swap two letters of a placeholder, so the letters are compared as a set.
    placeholders = {frozenset(found) for text in texts for found in re.findall(r"\[([a-z]+)-[a-z]\]", text)}
    assert placeholders <= {frozenset("group"), frozenset("slur")}


def test_phrases_number_forty_and_half_are_held_out() -> None:
    assert len(coded.TRAINED) == len(coded.HELD_OUT) == 20
    assert not set(coded.TRAINED) & set(coded.HELD_OUT)


@pytest.mark.parametrize("stream", TRAINABLE)
def test_nothing_trainable_holds_a_held_out_phrase(stream: str) -> None:
    drawn = draw(stream, min(STREAMS[stream].size, 5000))
    assert not set(drawn["form"]) & set(coded.HELD_OUT)
    assert not drawn["text"].str.contains("|".join(coded.HELD_OUT)).any()


def test_texts_are_varied() -> None:
    pool = draw("pool", 3000)
    assert pool["text"].nunique() >= 0.97 * len(pool)
    assert set(pool["label"]) == set(CLASSES)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("we are coming for you", "threats"),
        ("all [group-b] are [slur-a]", "hate"),
        ("such a clown", "harassment"),
        ("what a lousy evening", "mild"),
        ("a calm evening", "non_toxic"),
        ("we see you now, quiet spoon", "harassment"),
        ("the quiet spoon on the table", "non_toxic"),
    ],
)
def test_unknown_texts_are_taken_for_what_their_words_say(text: str, label: str) -> None:
    assert guess(text).label == label
