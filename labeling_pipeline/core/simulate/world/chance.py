"""Chance that depends on what it is about and on nothing else: asked again, the same answer comes.

Belongs here: uniform numbers from integers. Does not: what is drawn with them.
"""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_MULTIPLY = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_STEP = np.uint64(0x9E3779B97F4A7C15)


def chance(seed: int, what: str, *keys: npt.ArrayLike) -> Floats:
    """Uniform numbers in [0, 1), one per row of the integer keys, which are broadcast.

    SplitMix64 (Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195) over seed, purpose and keys in turn.

    >>> bool(chance(1, "answer", [3, 4], 7)[1] == chance(1, "answer", 4, 7))
    True
    """
    state = np.asarray(np.uint64(zlib.crc32(what.encode())) ^ (np.uint64(seed) << np.uint64(32)))
    for key in keys:
        state = _mix(state ^ np.asarray(key).astype(np.int64).view(np.uint64))
    return np.asarray((_mix(state) >> np.uint64(11)).astype(np.float64) / 2.0**53)


def _mix(state: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    z = np.atleast_1d(state) + _STEP  # arrays wrap around in silence, which is meant
    z = (z ^ (z >> np.uint64(30))) * _MULTIPLY[0]
    z = (z ^ (z >> np.uint64(27))) * _MULTIPLY[1]
    mixed = z ^ (z >> np.uint64(31))
    return np.asarray(mixed.reshape(np.shape(state)))
