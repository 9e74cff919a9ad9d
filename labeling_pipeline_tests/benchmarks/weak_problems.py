"""Weak-supervision problems with a known truth, made from labelled texts. Belongs here: where truth and functions come
from. Does not: any label model.

Functions are what someone writes who has seen some labelled comments: groups of words that seem to speak for a class.
None of it comes from wrench_youtube or youtube_spam, on which results are reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq

from labeling_pipeline_tests.benchmarks.weak_data import DATA, Votes

LEAST_COVERED = 300
Texts = tuple[list[str], Votes]


@dataclass(frozen=True)
class Author:
    """Who writes the functions: how many labelled comments per class they saw, how carefully they chose words."""

    seen: int
    care: tuple[float, float]
    most_rows: int


AUTHORS = {"hasty": Author(200, (0.5, 3.0), 3_000), "careful": Author(1_000, (2.0, 4.0), 12_000)}


@dataclass(frozen=True)
class Problem:
    """Texts, their true classes, and the votes of functions on them."""

    name: str
    texts: list[str]
    truth: Votes
    votes: npt.NDArray[np.int8]
    n_classes: int


def problems(seeds: int, author: Author) -> Iterator[Problem]:
    """`seeds` sets of functions per data set; titles of other communities for each seed."""
    for seed in range(seeds):
        for name, read in SOURCES.items():
            made = make(name, *read(seed), seed, author)
            if made is not None:
                yield made


def make(name: str, texts: list[str], labels: Votes, seed: int, author: Author) -> Problem | None:
    """A problem; None where the functions drawn do not cover all classes or too few texts."""
    rng = np.random.default_rng([seed, len(texts)])
    kept = rng.permutation(len(texts))[: author.most_rows]
    texts, truth = [texts[i] for i in kept], labels[kept]
    n_classes = int(labels.max()) + 1
    votes = _functions(texts, truth, n_classes, rng, author)
    covered = (votes >= 0).any(axis=1)
    voted_for = np.unique(votes[votes >= 0])
    enough = covered.sum() >= LEAST_COVERED and len(voted_for) == n_classes
    return Problem(name, texts, truth, votes, n_classes) if enough else None


def _functions(
    texts: list[str], truth: Votes, n_classes: int, rng: np.random.Generator, author: Author
) -> npt.NDArray[np.int8]:
    """(n, m) votes of 5 to 14 groups of 1 to 5 words; how carefully they were chosen varies by problem."""
    from sklearn.feature_extraction.text import CountVectorizer

    has = CountVectorizer(binary=True, min_df=0.004, max_df=0.3).fit_transform(texts)
    seen = rng.permutation(len(texts))[: author.seen * n_classes]
    care = rng.uniform(*author.care)
    per_class = np.stack([np.asarray(has[seen[truth[seen] == k]].mean(axis=0))[0] for k in range(n_classes)])
    lift = (per_class + 0.005) / (per_class + 0.005).mean(axis=0)
    m = max(n_classes + 1, int(rng.integers(5, 15)))
    columns = []
    for j in range(m):
        k = j % n_classes
        pull = lift[k] ** care * (per_class[k] > 0)
        words = rng.choice(has.shape[1], int(rng.integers(1, 6)), replace=False, p=pull / pull.sum())
        columns.append(np.where(np.asarray(has[:, words].sum(axis=1)).ravel() > 0, k, -1))
    return np.stack(columns, axis=1).astype(np.int8)


def _csv(path: str, label: Callable[[pd.DataFrame], Any]) -> Callable[[int], Texts]:
    def read(seed: int) -> Texts:
        frame = pd.read_csv(DATA / path).dropna(subset=["text"])
        return frame["text"].astype(str).tolist(), np.asarray(label(frame), dtype=np.int64)

    return read


def _most_voted(folder: str, classes: Callable[[pd.Series], pd.Series]) -> Callable[[int], Texts]:
    """Truth is what most annotators say; comments on which they are split are left out."""

    def read(seed: int) -> Texts:
        votes = pd.read_csv(DATA / folder / "votes.csv", dtype="str", keep_default_na=False)
        if "question" in votes.columns:
            votes = votes[votes["question"] == "severity"].rename(columns={"answer": "label"})
        votes = votes[votes["label"] != ""]
        counts = pd.crosstab(votes["comment_id"], classes(votes["label"]))
        clear = counts[counts.max(axis=1) > 0.5 * counts.sum(axis=1)]
        texts = pd.read_csv(DATA / folder / "comments.csv", dtype={"comment_id": "str"}).set_index("comment_id")
        text = texts["text"].dropna()
        clear = clear[clear.index.isin(text.index)]
        return text.loc[clear.index].astype(str).tolist(), clear.to_numpy().argmax(axis=1)

    return read


def _communities(n: int) -> Callable[[int], Texts]:
    """Titles of `n` communities drawn anew for each seed; which one is the class."""

    def read(seed: int) -> Texts:
        titles = pq.read_table(DATA / "reddit_titles" / "titles.parquet", columns=["subreddit", "title"]).to_pandas()
        names = np.random.default_rng([seed, n]).permutation(np.sort(titles["subreddit"].unique()))[:n]
        index = {name: k for k, name in enumerate(names)}
        some = titles[titles["subreddit"].isin(index)]
        return some["title"].astype(str).tolist(), some["subreddit"].map(index).to_numpy(dtype=np.int64)

    return read


VOTES = ["votes_neither", "votes_offensive", "votes_hate"]
SOURCES: dict[str, Callable[[int], Texts]] = {
    "sms_spam": _csv("sms_spam/gold.csv", lambda f: f["label"] == "spam"),
    "edos": _csv("edos/gold.csv", lambda f: f["label"] != "none"),
    "edos, kinds": _csv("edos/gold.csv", lambda f: pd.factorize(f["label"], sort=True)[0]),
    "davidson": _csv("davidson/vote_counts.csv", lambda f: f[VOTES].to_numpy().argmax(axis=1)),
    "hatecheck": _csv("hatecheck/gold.csv", lambda f: f["label"] == "hateful"),
    "hatexplain": _most_voted("hatexplain", lambda labels: labels),
    "convabuse": _most_voted("convabuse", lambda labels: labels.astype(int) < 0),
    "civil_comments": _most_voted("civil_comments", lambda labels: labels == "not_toxic"),
    "titles of 2": _communities(2),
    "titles of 3": _communities(3),
    "titles of 6": _communities(6),
}
