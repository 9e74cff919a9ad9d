"""Texts and vote matrices for the weak-supervision benchmarks. Belongs here: only where they come from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
Votes = npt.NDArray[np.int64]


def titles(n: int) -> pd.DataFrame:
    """`n` short real texts, looped: comment_id, text."""
    source = pq.read_table(DATA / "reddit_titles" / "titles.parquet", columns=["title"])
    looped = pa.concat_tables([source] * (n // source.num_rows + 1)).slice(0, n)
    text = looped["title"].to_pandas().rename("text")
    return pd.DataFrame({"comment_id": [f"t{i}" for i in range(n)], "text": text})


def wrench_youtube() -> dict[str, tuple[list[str], Votes, Votes]]:
    """Per split: texts, votes of ten labeling functions, labels."""
    splits = {}
    for name in ("train", "valid", "test"):
        rows = json.loads((DATA / "wrench_youtube" / f"{name}.json").read_text(encoding="utf-8")).values()
        votes = np.array([row["weak_labels"] for row in rows])
        splits[name] = ([row["data"]["text"] for row in rows], votes, np.array([row["label"] for row in rows]))
    return splits


def random_votes(
    n: int, m: int, seed: int = 0, coverage: float = 0.1, n_classes: int = 2
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """(matrix, truth); column by column, so that 12 million rows fit in memory."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, n_classes, n, dtype=np.int8)
    votes = np.full((n, m), -1, dtype=np.int8)
    for j in range(m):
        rows = np.flatnonzero(rng.random(n, dtype=np.float32) < coverage)
        right = rng.random(len(rows)) < 0.55 + 0.4 * j / m
        wrong = (truth[rows] + rng.integers(1, n_classes, len(rows), dtype=np.int8)) % n_classes
        votes[rows, j] = np.where(right, truth[rows], wrong)
    return votes, truth
