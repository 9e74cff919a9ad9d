"""Identities made from content: the same row is the same row in whatever file it comes again.

Belongs here: hashing of texts and rows. Does not: which columns make up a row's identity (the module of its kind).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any


def text_hash(text: str) -> str:
    """sha256 of a text.

    >>> text_hash("hello")[:8]
    '2cf24dba'
    """
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def row_keys(*columns: Sequence[Any]) -> list[str]:
    """One key per row of these columns, 128 bits of sha256; a missing cell differs from an empty text."""
    return [hashlib.sha256(repr(row).encode("utf-8")).hexdigest()[:32] for row in zip(*columns, strict=True)]


def time_keys(times: Any) -> list[int | None]:
    """Times as integers, so that a key does not depend on how a time is printed."""
    missing = times.isna().tolist()
    return [None if m else t for m, t in zip(missing, times.astype("int64").tolist(), strict=True)]
