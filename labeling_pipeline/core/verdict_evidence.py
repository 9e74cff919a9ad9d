"""Which verdicts are evidence of a class.

Belongs here: choosing them, wherever something is learned from verdicts. Does not: what the verdicts on a comment
decide (``core.quality.verdicts``).
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from labeling_pipeline.core.errors import InputError


def evidence_of(verdicts: pd.DataFrame, classes: Collection[str]) -> pd.DataFrame:
    """Each expert's latest verdict on a comment, where it is a class and the expert had not voted on the comment.

    An answer that is no class ("unsure") takes back what the same expert said before. ``verdicts``: comment_id, label,
    in order of time; optional expert_id (without it the latest row of a comment counts) and voted_as_annotator.
    Returns those rows as they were. Raises InputError where a column is missing.

    >>> said = [("c1", "e1", "spam"), ("c1", "e1", "unsure"), ("c2", "e1", "spam"), ("c2", "e2", "fine")]
    >>> verdicts = pd.DataFrame(said, columns=["comment_id", "expert_id", "label"])
    >>> evidence_of(verdicts, ["fine", "spam"])["label"].tolist()
    ['spam', 'fine']
    """
    missing = [name for name in ("comment_id", "label") if name not in verdicts]
    if missing:
        raise InputError(f"verdicts: no column {missing[0]!r}", expected="comment_id and label")
    latest = verdicts.drop_duplicates([key for key in ("comment_id", "expert_id") if key in verdicts], keep="last")
    counts = latest["label"].isin(list(classes))
    if "voted_as_annotator" in latest:
        counts &= ~latest["voted_as_annotator"].fillna(False).astype(bool)
    return latest[counts]
