"""inbox/comments: user-written texts.

Belongs here: what a comment row must have. Does not: whether the comment is known already (``queries/take_comments``).
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from labeling_pipeline.warehouse.inbox.keys import text_hash
from labeling_pipeline.warehouse.inbox.model import ORIGIN, STRING, STRINGS, TIME, IngestContext, Kind, Split
from labeling_pipeline.warehouse.inbox.sieve import Sieve


def sift(rows: pd.DataFrame, context: IngestContext) -> Split:
    """Accepts rows with a text; a comment without an id gets one derived from its text."""
    sieve = Sieve(rows)
    texts = sieve.texts("text", missing_rule="empty_text")
    hashes = [text_hash(text or "") for text in texts]
    ids = [given or f"h-{h[:24]}" for given, h in zip(sieve.ids("comment_id"), hashes, strict=True)]
    columns = {
        "comment_id": ids,
        "text": texts,
        "content_hash": hashes,
        "posted_at": sieve.times("posted_at"),
        "author_id": sieve.ids("author_id"),
        "thread_id": sieve.ids("thread_id"),
        "context": sieve.words("context"),
        "slices": sieve.slices(context.slice_columns),
        "metadata": sieve.metadata(without=context.slice_columns),
    }
    return sieve.split(columns, ids)


KIND = Kind(
    name="comments",
    sift=sift,
    columns=("comment_id", "text", "posted_at", "author_id", "thread_id", "context"),
    required=(("text",),),
    schema=pa.schema(
        [
            *ORIGIN,
            ("comment_id", STRING),
            ("text", STRING),
            ("content_hash", STRING),
            ("posted_at", TIME),
            ("author_id", STRING),
            ("thread_id", STRING),
            ("context", STRING),
            ("slices", STRINGS),
            ("metadata", STRING),
        ]
    ),
)
