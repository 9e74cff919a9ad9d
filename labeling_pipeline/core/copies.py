"""Comments that say the same: copies with different labels, and copies of gold outside of it.

Belongs here: finding copies and near-copies. Does not: what is done with them (``core.quality``, ``core.export``), or
the spread of a batch (``core.selection``).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import numpy as np
import pandas as pd

from labeling_pipeline.core.selection.near_duplicates import normal_form

SHINGLE = 4
BANDS, ROWS = 8, 3  # two texts alike at .8 share one of the bands with probability .997, at .2 with .06
SHORTEST = 12  # characters; "thank you" is no copy of anybody's "thank you"
MULTIPLIERS = np.random.default_rng(5_871).integers(1, 2**63, BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
COLUMNS = ("comment_id", "copy_of", "likeness")


def copy_groups(texts: pd.Series) -> pd.Series:
    """A group per text that occurs more than once, apart from case, spacing and punctuation; missing for the others.

    >>> copy_groups(pd.Series(["What a lovely day!", "what a  lovely day", "Something else."])).tolist()
    ['what a lovely day', 'what a lovely day', nan]
    """
    forms = pd.Series([normal_form(t) if isinstance(t, str) else "" for t in texts], index=texts.index, dtype=object)
    copied = forms.duplicated(keep=False) & (forms.str.len() >= SHORTEST)
    return forms.where(copied).rename("duplicate_group")


def leaks(comments: pd.DataFrame, apart: pd.DataFrame, likeness: float = 0.8) -> pd.DataFrame:
    """The comments that are, or nearly are, one of those kept apart; a model that learns from them has seen the gold.

    ``comments`` and ``apart``: comment_id, text. Likeness is the Jaccard index of 4-character shingles of the normal
    form; candidates share a band of MinHash places (Broder 1997, doi:10.1109/SEQUEN.1997.666900). A comment that is
    itself kept apart, by id, is its own copy with likeness 1.
    Returns columns `COLUMNS`, one row per comment, its likest copy; sorted by comment_id.
    """
    kept = [(str(c), _shingles(t)) for c, t in zip(apart["comment_id"], apart["text"], strict=True)]
    index: dict[tuple[int, bytes], list[int]] = {}
    for i, (_, shingles) in enumerate(kept):
        for band in _bands(shingles):
            index.setdefault(band, []).append(i)
    ids = {c for c, _ in kept}
    rows: list[tuple[str, str, float]] = []
    for comment, text in zip(comments["comment_id"].astype("str"), comments["text"], strict=True):
        if comment in ids:
            rows.append((comment, comment, 1.0))
            continue
        shingles = _shingles(text)
        rivals = sorted({i for band in _bands(shingles) for i in index.get(band, ())})
        alike = [(len(shingles & kept[i][1]) / len(shingles | kept[i][1]), kept[i][0]) for i in rivals]
        best = max(alike, key=lambda pair: (pair[0], pair[1]), default=(0.0, ""))
        if best[0] >= likeness:
            rows.append((comment, best[1], best[0]))
    return pd.DataFrame(rows, columns=list(COLUMNS)).sort_values("comment_id", ignore_index=True)


def _shingles(text: object) -> frozenset[int]:
    """Hashes of all 4-character pieces of the normal form; none of a text too short to be anybody's copy."""
    form = normal_form(text) if isinstance(text, str) else ""
    if len(form) < SHORTEST:
        return frozenset()
    pieces: Iterable[str] = (form[i : i + SHINGLE] for i in range(len(form) - SHINGLE + 1))
    return frozenset(zlib.crc32(piece.encode("utf-8", "surrogatepass")) for piece in pieces)


def _bands(shingles: frozenset[int]) -> list[tuple[int, bytes]]:
    if not shingles:
        return []
    codes = np.fromiter(shingles, dtype=np.uint64, count=len(shingles))
    # Multiply-shift hashing: overflow wraps, the upper half is kept.
    smallest = ((codes[:, None] * MULTIPLIERS) >> np.uint64(32)).min(axis=0).astype(np.uint32)
    return [(band, smallest[band * ROWS : (band + 1) * ROWS].tobytes()) for band in range(BANDS)]
