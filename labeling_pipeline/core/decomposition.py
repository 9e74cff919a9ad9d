"""From comments to tasks: one question about one comment in one labeling round.

Belongs here: which tasks a round asks, and their identity. Does not: who answers them (``platforms``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.ontology import Ontology, as_utc

COLUMNS = ("task_id", "comment_id", "question", "labeling_round", "schema_version", "guideline_hash", "created_at")


def task_id(comment_id: str, question: str, labeling_round: int | str, schema_version: str) -> str:
    """A content hash: the same comment, question, round and version is the same task, wherever it is made.

    >>> task_id("c-1", "label", 1, "v3") == task_id("c-1", "label", 1, "v3") != task_id("c-1", "label", 2, "v3")
    True
    """
    # The separator cannot occur in a question or a version, so two different keys never join to one text.
    key = "\x1f".join((schema_version, question, str(labeling_round), comment_id))
    return f"t-{hashlib.sha256(key.encode()).hexdigest()[:24]}"


def decompose(
    comment_ids: Sequence[str] | pd.Series, ontology: Ontology, labeling_round: int | str, created_at: datetime
) -> pd.DataFrame:
    """The tasks of one round: every question of the ontology about every comment.

    Returns columns `COLUMNS`, one row per comment and question, comments in the order given.
    Raises InputError when a comment is named twice.
    """
    comments = pd.Series(comment_ids, dtype="str").reset_index(drop=True)
    if comments.duplicated().any():
        twice = comments[comments.duplicated()].iloc[0]
        raise InputError(f"comment {twice!r} is named twice in round {labeling_round}", remedy="name it once")
    questions = [question.id for question in ontology.questions]
    version = ontology.schema_version
    pairs = pd.MultiIndex.from_product([comments, questions], names=["comment_id", "question"]).to_frame(index=False)
    keys = zip(pairs["comment_id"], pairs["question"], strict=True)
    pairs["task_id"] = pd.Series([task_id(c, q, labeling_round, version) for c, q in keys], dtype="str")
    tasks = pairs.assign(
        labeling_round=labeling_round,
        schema_version=version,
        guideline_hash=ontology.guideline_hash,
        created_at=pd.Timestamp(as_utc(created_at)),
    )
    return tasks[list(COLUMNS)]
