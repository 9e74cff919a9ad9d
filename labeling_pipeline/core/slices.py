"""Named subsets of comments, shared by gate, gold, evaluation and selection.

Belongs here: what a slice is and which comments are in it. Does not: figures per slice (``core.evaluation``).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError, SettingError

WORD = re.compile(r"\w\w+")
RULES = ("pattern", "glossary", "sql", "examples", "terms")


@dataclass(frozen=True)
class Slice:
    """A subset of comments, defined in one way: by tag (its name stands in the comment's ``slices``), or by

    ``pattern``: a regular expression found in the text; ``glossary``: terms, as whole words; ``sql``: a condition on
    ``raw_comments`` (the warehouse evaluates it); ``examples``: comment ids of a discovered cluster, to which a text
    must be as alike as ``likeness`` says (cosine of hashed term counts to their mean); ``terms``: what a discovered
    cluster is about (``core.slice_discovery``), each term with its weight: in the slice is a text whose terms weigh
    ``at_least`` so much together, each counted once.

    ``watched`` slices are reported first, skip the crowd where experts have room, and hold a promotion back.

    >>> Slice("tea", glossary=("green tea",)).kind, Slice("tea").kind
    ('glossary', 'tag')
    """

    name: str
    watched: bool = False
    pattern: str | None = None
    glossary: tuple[str, ...] = ()
    sql: str | None = None
    examples: tuple[str, ...] = ()
    likeness: float = 0.5
    terms: tuple[tuple[str, float], ...] = ()
    at_least: float = 1.0

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise SettingError("slices: a slice has no name", remedy="name it")
        given = [name for name in RULES if getattr(self, name)]
        if len(given) > 1:
            raise SettingError(f"slices.define.{self.name}: {' and '.join(given)}", expected="one of them")
        if self.sql is not None and ";" in self.sql:
            raise SettingError(f"slices.define.{self.name}.sql: a ';'", expected="one condition, as after WHERE")
        if self.pattern is not None:
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise SettingError(f"slices.{self.name}.pattern: {error}", expected="a regular expression") from error

    @property
    def kind(self) -> str:
        """``tag``, or the rule it is defined by."""
        return next((name for name in RULES if getattr(self, name)), "tag")

    @property
    def definition(self) -> str:
        """What it is defined by, as JSON."""
        rule = {} if self.kind == "tag" else {self.kind: getattr(self, self.kind)}
        more = {"examples": {"likeness": self.likeness}, "terms": {"at_least": self.at_least}}.get(self.kind, {})
        return json.dumps({"name": self.name, **rule, **more}, sort_keys=True, ensure_ascii=False)

    @property
    def version(self) -> str:
        """A hash of the definition: equal versions contain the same comments."""
        return hashlib.sha256(self.definition.encode()).hexdigest()[:12]


def members(comments: pd.DataFrame, slices: Sequence[Slice] = ()) -> pd.DataFrame:
    """Which comment is in which slice: columns comment_id, slice; one row per membership, sorted.

    ``comments``: comment_id, and ``slices`` (list of tags) or ``text`` where a slice needs it. Tags need no `Slice`;
    those by ``sql`` are left to the warehouse. Raises InputError when a slice needs the text and there is none.

    >>> comments = pd.DataFrame({"comment_id": ["a", "b"], "text": ["so long", "hi"], "slices": [["greeting"], []]})
    >>> members(comments, [Slice("long", pattern="long")]).to_numpy().tolist()
    [['a', 'greeting'], ['a', 'long']]
    """
    found = [_tagged(comments)]
    for one in slices:
        if one.kind in ("tag", "sql"):
            continue
        if "text" not in comments:
            raise InputError(f"slice {one.name} looks at the text, but the comments have none", expected="column text")
        matches = _matches(comments, one)
        found.append(pd.DataFrame({"comment_id": comments["comment_id"][matches], "slice": one.name}))
    both = pd.concat(found, ignore_index=True).drop_duplicates()
    return both.sort_values(["comment_id", "slice"], ignore_index=True)


def _matches(comments: pd.DataFrame, one: Slice) -> npt.NDArray[np.bool_]:
    texts = comments["text"].fillna("").astype("str")
    if one.kind == "examples":
        return _alike(comments["comment_id"], texts, one)
    if one.kind == "terms":
        return np.asarray(weights(texts, dict(one.terms)) >= one.at_least - 1e-9, dtype=bool)
    terms = [r"\s+".join(re.escape(word) for word in term.split()) for term in sorted(one.glossary) if term.strip()]
    pattern = one.pattern if one.pattern is not None else rf"(?<!\w)(?:{'|'.join(terms)})(?!\w)"
    return np.asarray([bool(found) for found in map(re.compile(pattern, re.IGNORECASE).search, texts)], dtype=bool)


def weights(texts: Sequence[str] | pd.Series, terms: Mapping[str, float]) -> npt.NDArray[np.float64]:
    """What the terms found in each text weigh together: words, or two words in a row; each counts once.

    >>> weights(["The garden hose!", "a hose"], {"garden hose": 2.0, "hose": 0.5}).tolist()
    [2.5, 0.5]
    """
    found = []
    for text in texts:
        words = WORD.findall(text.lower())
        there = {*words, *map(" ".join, pairwise(words))}
        found.append(sum(terms[one] for one in there.intersection(terms)))
    return np.asarray(found, dtype=np.float64)


def _alike(ids: pd.Series, texts: pd.Series, one: Slice) -> npt.NDArray[np.bool_]:
    """Texts whose cosine to the mean of the examples reaches the slice's likeness; the examples themselves are in."""
    from sklearn.feature_extraction.text import HashingVectorizer

    is_example = ids.isin(one.examples).to_numpy()
    if not is_example.any():
        return np.asarray(is_example, dtype=bool)
    matrix = HashingVectorizer(ngram_range=(1, 2), n_features=1 << 18, alternate_sign=False).transform(texts)
    mean = np.asarray(matrix[is_example].mean(axis=0)).ravel()
    cosine = matrix @ (mean / np.linalg.norm(mean)) if mean.any() else np.zeros(len(texts))
    return np.asarray(is_example | (np.asarray(cosine) >= one.likeness), dtype=bool)


def _tagged(comments: pd.DataFrame) -> pd.DataFrame:
    if "slices" not in comments:
        return pd.DataFrame({"comment_id": pd.Series(dtype="str"), "slice": pd.Series(dtype="str")})
    rows = [
        (comment, str(tag))
        for comment, tags in zip(comments["comment_id"], comments["slices"], strict=True)
        for tag in (tags if isinstance(tags, (list, tuple, np.ndarray)) else ())
    ]
    return pd.DataFrame(rows, columns=["comment_id", "slice"], dtype="str")
