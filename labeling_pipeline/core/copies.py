"""Comments that say the same: copies with different labels, and copies of gold outside of it.

Belongs here: finding copies and near-copies. Does not: what is done with them (``core.quality``, ``core.export``), or
the spread of a batch (``core.selection``).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import pandas as pd

from labeling_pipeline.core.selection.near_duplicates import normal_form

SHINGLE = 4
SKETCH = 12  # smallest hashes kept of a text; two texts alike at .8 share one of them with near certainty
SHORTEST = 12  # characters; "thank you" is no copy of anybody's "thank you"
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
    form; candidates share one of the 12 smallest shingle hashes (bottom-k sketch, Broder 1997,
    doi:10.1109/SEQUEN.1997.666900). A comment that is itself kept apart, by id, is its own copy with likeness 1.
    Returns columns `COLUMNS`, one row per comment, its likest copy; sorted by comment_id.
    """
    kept = [(str(c), _shingles(t)) for c, t in zip(apart["comment_id"], apart["text"], strict=True)]
    index: dict[int, list[int]] = {}
    for i, (_, shingles) in enumerate(kept):
        for code in _sketch(shingles):
            index.setdefault(code, []).append(i)
    ids = {c for c, _ in kept}
    rows: list[tuple[str, str, float]] = []
    for comment, text in zip(comments["comment_id"].astype("str"), comments["text"], strict=True):
        if comment in ids:
            rows.append((comment, comment, 1.0))
            continue
        shingles = _shingles(text)
        rivals = sorted({i for code in _sketch(shingles) for i in index.get(code, ())})
        alike = [(len(shingles & kept[i][1]) / len(shingles | kept[i][1]), kept[i][0]) for i in rivals]
        best = max(alike, key=lambda pair: (pair[0], pair[1]), default=(0.0, ""))
        if best[0] >= likeness:
            rows.append((comment, best[1], best[0]))
    return pd.DataFrame(rows, columns=list(COLUMNS)).sort_values("comment_id", ignore_index=True)


def _shingles(text: object) -> frozenset[int]:
    form = normal_form(text) if isinstance(text, str) else ""
    if len(form) < SHORTEST:
        return frozenset()
    pieces: Iterable[str] = (form[i : i + SHINGLE] for i in range(len(form) - SHINGLE + 1))
    return frozenset(zlib.crc32(piece.encode("utf-8", "surrogatepass")) for piece in pieces)


def _sketch(shingles: frozenset[int]) -> list[int]:
    return sorted(shingles)[:SKETCH]
