"""Where comments come from: the pool, production, gold, and more of the same; and what each comment truly is.

Belongs here: which kinds a stream holds, how its comments are named, and the way back from a comment to its truth.
Does not: the words (see ``texts``), times and files (see ``labeling_pipeline.platforms.sample``).

A comment is a pure function of (seed, index); its id is the index, scrambled, so that ids tell nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.simulate.texts import (
    BENIGN_CODED,
    CLASSES,
    DOG_WHISTLE,
    Truth,
    compose,
    guess,
    pick_by_share,
)

SAMPLE_SEED = 7  # the seed the committed sample was written with
ANCHOR_ID = "c-1f8a"
ANCHOR_TEXT = "you're really not what we said you'd be lol"
ANCHOR_TRUTH = Truth("harassment", DOG_WHISTLE, "what we said you'd be")

_IDS = 1 << 16
_STEP, _SHIFT = 40503, 12345  # an odd step makes index -> id a permutation of the 65,536 ids


@dataclass(frozen=True)
class Stream:
    """A run of indices with one mix of kinds; ``held_out`` is the share of coded comments with gold-only phrases."""

    start: int
    size: int
    shares: dict[str, float]
    held_out: float = 0.0


_POOL = dict(zip((*CLASSES, DOG_WHISTLE, BENIGN_CODED), (0.46, 0.16, 0.15, 0.115, 0.08, 0.02, 0.015), strict=True))
# A campaign runs on the platform: coded comments are five times as frequent as in the older pool.
_CAMPAIGN = dict(zip((*CLASSES, DOG_WHISTLE, BENIGN_CODED), (0.43, 0.14, 0.13, 0.10, 0.07, 0.11, 0.02), strict=True))
_SLICE = {DOG_WHISTLE: 0.8, BENIGN_CODED: 0.2}
STREAMS: dict[str, Stream] = {
    "pool": Stream(0, 3000, _POOL),
    "production": Stream(3000, 3000, _CAMPAIGN),
    "recorded": Stream(6000, 200, {DOG_WHISTLE: 0.75, "non_toxic": 0.15, "mild": 0.10}),
    "gold_fit": Stream(8000, 1500, _POOL),
    "gold_fit_slice": Stream(9500, 500, _SLICE),
    "gold": Stream(10000, 3000, _CAMPAIGN, held_out=0.5),
    "gold_slice": Stream(13000, 1000, _SLICE, held_out=0.5),
    "more": Stream(20000, 40000, _POOL),
}


def draw(stream: str, count: int, seed: int = SAMPLE_SEED, skip: int = 0) -> pd.DataFrame:
    """``count`` comments of a stream after the first ``skip``: comment_id, text and the truth (label, slice, form).

    Raises InputError when the stream does not hold that many.

    >>> draw("pool", 2).columns.tolist()
    ['comment_id', 'text', 'label', 'slice', 'form']
    """
    source = STREAMS[stream]
    if skip + count > source.size:
        raise InputError(f"stream {stream}: {skip + count} comments asked", expected=f"at most {source.size}")
    rows = []
    for index in range(source.start + skip, source.start + skip + count):
        text, truth = _compose(seed, index)
        rows.append((comment_id(index), text, truth.label, truth.slice, truth.form))
    return pd.DataFrame(rows, columns=["comment_id", "text", "label", "slice", "form"])


def truth_of(comment: str, text: str, seed: int = SAMPLE_SEED) -> Truth:
    """What a comment truly is. A text this world did not write is taken for what its words say (see ``guess``).

    >>> truth_of("c-1f8a", "you're really not what we said you'd be lol").slice
    'dog_whistle'
    """
    if text == ANCHOR_TEXT:
        return ANCHOR_TRUTH
    index = _index_of(comment)
    if index is not None and any(s.start <= index < s.start + s.size for s in STREAMS.values()):
        written, truth = _compose(seed, index)
        if written == text:
            return truth
    return guess(text)


def comment_id(index: int) -> str:
    """The id of the comment with this index; the anchor's id is never given to another."""
    number = (index * _STEP + _SHIFT) % _IDS
    return f"c-{number:04x}" if number != int(ANCHOR_ID[2:], 16) else f"c-1f8a-{index}"


def _index_of(comment: str) -> int | None:
    if not comment.startswith("c-") or len(comment) != 6:
        return None
    try:
        number = int(comment[2:], 16)
    except ValueError:
        return None
    return (number - _SHIFT) * pow(_STEP, -1, _IDS) % _IDS


@lru_cache(maxsize=_IDS)  # an answer needs the truth of a comment that was drawn before
def _compose(seed: int, index: int) -> tuple[str, Truth]:
    source = next(s for s in STREAMS.values() if s.start <= index < s.start + s.size)
    rng = np.random.default_rng([seed, index])
    kind = pick_by_share(rng, source.shares)
    return compose(kind, rng, held_out=bool(rng.random() < source.held_out))
