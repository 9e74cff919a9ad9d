"""Passing over comments that say nearly what a better-ranked one says, without comparing all pairs.

Belongs here: normalising, MinHash signatures, and the greedy pass. Does not: scores.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
BANDS, ROWS_PER_BAND, SHINGLE = 9, 4, 4
MOST_RIVALS = 8  # compared per band; bounds the work when a whole pool is made from one template
ENOUGH = 0.8  # share of equal signature places from which two comments count as near-duplicates
_SPACE = re.compile(r"[\W_]+")


def keep_distinct(
    ordered: Rows, wanted: int, ids: NDArray[np.object_], texts: Mapping[str, str] | None, seed: int
) -> tuple[Rows, Rows]:
    """The first ``wanted`` rows of ``ordered`` that nearly repeat no earlier one, and the rows passed over on the way.

    MinHash over 4-character shingles with banding (Broder 1997, doi:10.1109/SEQUEN.1997.666900): a comment is compared
    with those sharing a band only. A comment without a text is taken as distinct.
    """
    if texts is None:
        return ordered[:wanted], ordered[:0]
    seen: dict[tuple[int, bytes], list[int]] = {}
    signatures = np.zeros((wanted, BANDS * ROWS_PER_BAND), dtype=np.uint32)
    kept: list[int] = []
    passed: list[int] = []
    multipliers = _multipliers(seed)
    for row in ordered:
        if len(kept) == wanted:
            break
        signature = _signature(texts.get(str(ids[row])), multipliers)
        if signature is None:
            kept.append(int(row))
            continue
        bands = [(b, signature[b * ROWS_PER_BAND : (b + 1) * ROWS_PER_BAND].tobytes()) for b in range(BANDS)]
        rivals = sorted({rival for band in bands for rival in seen.get(band, [])[-MOST_RIVALS:]})
        if rivals and float((signatures[rivals] == signature).mean(axis=1).max()) >= ENOUGH:
            passed.append(int(row))
            continue
        signatures[len(kept)] = signature
        for band in bands:
            seen.setdefault(band, []).append(len(kept))
        kept.append(int(row))
    return np.asarray(kept, dtype=np.int64), np.asarray(passed, dtype=np.int64)


def normal_form(text: str) -> str:
    """Compatibility characters unified, case folded, anything but letters and digits as one space.

    >>> normal_form("So   GOOD!!") == normal_form("so good")
    True
    """
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def _multipliers(seed: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    rng = np.random.default_rng(seed)
    size = BANDS * ROWS_PER_BAND
    return rng.integers(1, 2**61, size, dtype=np.uint64) | np.uint64(1), rng.integers(0, 2**61, size, dtype=np.uint64)


def _signature(
    text: str | None, multipliers: tuple[NDArray[np.uint64], NDArray[np.uint64]]
) -> NDArray[np.uint32] | None:
    if text is None:
        return None
    padded = f" {normal_form(text)} "
    shingles = {padded[i : i + SHINGLE] for i in range(max(1, len(padded) - SHINGLE + 1))}
    codes = np.array([zlib.crc32(one.encode("utf-8", "surrogatepass")) for one in sorted(shingles)], dtype=np.uint64)
    a, b = multipliers
    mixed = (codes[:, None] * a + b) >> np.uint64(32)  # overflow wraps: multiply-shift hashing
    return np.asarray(mixed.min(axis=0), dtype=np.uint32)
