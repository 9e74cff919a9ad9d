"""Numbers in [0, 1) that depend on an id and a seed alone: the same comment falls on the same side for ever.

Belongs here: hashing of ids for splits and ties. Does not: content hashes of files and tables (see ``export.content``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.errors import InputError


def unit_hash(ids: Iterable[str], seed: int) -> NDArray[np.float64]:
    """One uniform number per id, from BLAKE2b of seed and id; it never changes with the library or the machine.

    >>> bool(unit_hash(["c-1"], 7) == unit_hash(["c-2", "c-1"], 7)[1])
    True
    """
    key = str(seed).encode()
    digests = b"".join(hashlib.blake2b(str(one).encode(), digest_size=8, key=key).digest() for one in ids)
    return np.frombuffer(digests, dtype=">u8").astype(np.float64) / 2.0**64


def fast_hash(ids: Iterable[str], seed: int) -> NDArray[np.uint64]:
    """Like `unit_hash`, vectorised for millions of ids; good for ties, not for splits that must outlive pandas."""
    values = np.asarray(list(ids) if not isinstance(ids, (np.ndarray, pd.Series)) else ids, dtype=object)
    key = hashlib.blake2b(str(seed).encode(), digest_size=8).hexdigest()
    return np.asarray(pd.util.hash_array(values, hash_key=key, categorize=False), dtype=np.uint64)


def holdout_mask(comment_ids: Iterable[str], share: float = 0.1, seed: int = 0) -> NDArray[np.bool_]:
    """True for the comments kept out of training; membership never depends on which other comments are there.

    >>> ids = [f"c-{i}" for i in range(1000)]
    >>> 70 < int(holdout_mask(ids, 0.1, 1).sum()) < 130
    True
    """
    if not 0 <= share < 1:
        raise InputError(f"holdout share is {share}", expected="a share from 0 up to, not including, 1")
    return unit_hash(comment_ids, seed) < share
