"""Named subsets of comments, shared by gate, gold, evaluation and selection.

Belongs here: what a slice is and which comments are in it. Does not: figures per slice (``core.evaluation``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError, SettingError


@dataclass(frozen=True)
class Slice:
    """A subset by tag (its name stands in the comment's ``slices``), or by a pattern in the text.

    ``watched`` slices are reported first, skip the crowd where experts have room, and hold a promotion back.
    """

    name: str
    watched: bool = False
    pattern: str | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise SettingError("slices: a slice has no name", remedy="name it")
        if self.pattern is not None:
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise SettingError(f"slices.{self.name}.pattern: {error}", expected="a regular expression") from error


def members(comments: pd.DataFrame, slices: Sequence[Slice] = ()) -> pd.DataFrame:
    """Which comment is in which slice: columns comment_id, slice; one row per membership, sorted.

    ``comments``: comment_id, and ``slices`` (list of tags) or ``text`` where a slice needs it. Tags need no `Slice`.
    Raises InputError when a slice has a pattern and the comments have no text.

    >>> comments = pd.DataFrame({"comment_id": ["a", "b"], "text": ["so long", "hi"], "slices": [["greeting"], []]})
    >>> members(comments, [Slice("long", pattern="long")]).to_numpy().tolist()
    [['a', 'greeting'], ['a', 'long']]
    """
    found = [_tagged(comments)]
    for one in slices:
        if one.pattern is None:
            continue
        if "text" not in comments:
            raise InputError(f"slice {one.name} looks at the text, but the comments have none", expected="column text")
        matches = comments["text"].fillna("").str.contains(one.pattern, regex=True, case=False)
        found.append(pd.DataFrame({"comment_id": comments["comment_id"][matches], "slice": one.name}))
    both = pd.concat(found, ignore_index=True).drop_duplicates()
    return both.sort_values(["comment_id", "slice"], ignore_index=True)


def _tagged(comments: pd.DataFrame) -> pd.DataFrame:
    if "slices" not in comments:
        return pd.DataFrame({"comment_id": pd.Series(dtype="str"), "slice": pd.Series(dtype="str")})
    rows = [
        (comment, str(tag))
        for comment, tags in zip(comments["comment_id"], comments["slices"], strict=True)
        for tag in (tags if isinstance(tags, (list, tuple, np.ndarray)) else ())
    ]
    return pd.DataFrame(rows, columns=["comment_id", "slice"], dtype="str")
