"""Ids for those who answer: all of one form, so that none tells a honeypot from a comment.

Belongs here: making such ids. Does not: finding the comment again (query known_shown_ids hashes the same
way, and is told prefix and digits).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pandas as pd

COMMENT, ASSIGNMENT = "t-", "a-"
DIGITS = 16  # hexadecimal ones, of 64 bits


def opaque_ids(ids: Iterable[str], key: str, prefix: str = COMMENT) -> list[str]:
    """An id of one form for each id: the prefix and 64 bits of SHA-256 of key and id; the same for the same two.

    Who does not know the ``key`` cannot tell what an id stands for, even where ids can be guessed.

    >>> opaque_ids(["GOLD-7"], "secret")
    ['t-7aa7fec7c57b2dcb']
    """
    return [prefix + hashlib.sha256(f"{key}|{one}".encode()).hexdigest()[:DIGITS] for one in ids]


def concealed(items: pd.DataFrame, key: str) -> pd.DataFrame:
    """A round's assignments as they go out: opaque ids, and no word of what is a honeypot."""
    shown = items.drop(columns="is_honeypot", errors="ignore")
    return shown.assign(
        comment_id=opaque_ids(items["comment_id"], key),
        assignment_id=opaque_ids(items["assignment_id"], key, ASSIGNMENT),
    )
