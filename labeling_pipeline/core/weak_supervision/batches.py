"""Functions of many comments at once. Belongs here: what they are given, what their answers mean, which part is tried
again when one fails. Does not: functions of one comment, rules (``evaluation``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from labeling_pipeline.core.weak_supervision.bounded import (
    FUNCTION_LIMIT_S,
    TOO_SLOW,
    Faults,
    Watch,
    call_within,
)
from labeling_pipeline.core.weak_supervision.evaluation import checked
from labeling_pipeline.core.weak_supervision.functions import BatchLF
from labeling_pipeline.core.weak_supervision.patterns import ABSTAIN, Votes

BATCH_ROWS = 16_384
SPLIT = 16  # a part that takes too long is tried again in so many pieces
# Seconds per call, to twice as many: the first may load something, one row alone is a batch with all that costs.
FIRST_LIMIT_S, PART_LIMIT_S, ONE_ROW_LIMIT_S = 10.0, 2.5, 0.5
WRONG_NUMBER = "returned another number of votes than rows"
WRONG_INDEX = "returned a Series whose index is not that of the comments"


class _Misshapen:
    """An answer that cannot be laid beside the comments, and why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def run_batch(
    lf: BatchLF,
    comments: pd.DataFrame,
    n_classes: int,
    tell: Callable[[int], None] = lambda row: None,
    seconds: float = FUNCTION_LIMIT_S,
) -> tuple[Votes, Faults]:
    """Votes (n,) of a function of frames or Arrow tables.

    A part it raises on is halved, and one that takes too long is tried in smaller pieces, until the guilty rows stand
    alone; after three slow rows, or `seconds` in all, it is not called any more (`tell` hears from which row on it is
    about to be called). A Series is laid beside the comments by its index, anything
    else by position; a frame, or another number of votes, is no answer and abstains on record.
    """
    run = _Run(lf, comments, n_classes, seconds)
    for start in range(0, len(comments), BATCH_ROWS):
        tell(start)
        run.part(start, min(start + BATCH_ROWS, len(comments)))
    return run.votes, run.faults


class _Run:
    """One function on its way through the comments; `most` is how many it can be given at once."""

    def __init__(self, lf: BatchLF, comments: pd.DataFrame, n_classes: int, seconds: float) -> None:
        self.lf, self.comments, self.n_classes = lf, comments, n_classes
        self.votes = np.full(len(comments), ABSTAIN, dtype=np.int8)
        self.faults, self.watch = Faults(most_s=seconds), Watch()
        self.most, self.is_first = BATCH_ROWS, True

    def part(self, start: int, stop: int) -> None:
        """Rows `start` to `stop`, in one call if it can be done."""
        n = stop - start
        if self.faults.stopped_because:
            self.faults.add(self.faults.stopped_because, start, n)
        elif n > self.most:
            self.pieces(start, stop, self.most)
        else:
            self.once(start, stop)

    def once(self, start: int, stop: int) -> None:
        """One call; where it fails, smaller ones."""
        n = stop - start
        limit = self.limit(n)
        answers, failed = call_within(lambda: self.answers(start, stop), self.watch, limit, self.faults)
        self.is_first = False
        if isinstance(answers, _Misshapen):
            self.faults.add(answers.reason, start, n)
        elif not failed:
            self.votes[start:stop] = checked(answers, self.n_classes, self.faults, start)
        elif n == 1 or (failed != TOO_SLOW and self.faults.counts.total() > BATCH_ROWS):
            self.faults.add(failed, start, n)
        elif failed == TOO_SLOW:
            self.slow_part(start, stop)
        else:  # one bad row must not cost its batch: halves are tried until it stands alone, counted
            self.pieces(start, stop, (n + 1) // 2)

    def slow_part(self, start: int, stop: int) -> None:
        """Pieces of a part; where none of them is to blame, the function is slow, and gets no more than that."""
        before, size = self.faults.counts[TOO_SLOW], max(1, (stop - start) // SPLIT)
        self.pieces(start, stop, size)
        if self.faults.counts[TOO_SLOW] == before:
            self.most = min(self.most, size)

    def pieces(self, start: int, stop: int, size: int) -> None:
        """The rows in pieces of `size`."""
        for first in range(start, stop, size):
            self.part(first, min(first + size, stop))

    def limit(self, n: int) -> float:
        """Seconds for a call with so many rows, and no more than the function has left."""
        left = self.faults.most_s - self.faults.seconds
        if self.is_first:
            return min(FIRST_LIMIT_S, left)
        return min(PART_LIMIT_S if n > 1 else ONE_ROW_LIMIT_S, left)

    def answers(self, start: int, stop: int) -> list[Any] | _Misshapen:
        """What the function says of these rows, in their order."""
        rows = self.comments.iloc[start:stop].reset_index(drop=True)
        given: Any = rows if self.lf.takes == "frame" else pa.Table.from_pandas(rows, preserve_index=False)
        if self.lf.takes == "batch":
            given = given.combine_chunks().to_batches()[0]
        return _in_order(self.lf.call(given), rows)


def _in_order(answers: Any, rows: pd.DataFrame) -> list[Any] | _Misshapen:
    if isinstance(answers, pd.DataFrame | str | bytes | Mapping | set) or not isinstance(answers, Iterable):
        return _Misshapen(f"returned a {type(answers).__name__}")
    if isinstance(answers, np.ndarray) and answers.ndim != 1:
        return _Misshapen(f"returned an array of {answers.ndim} dimensions")
    if isinstance(answers, pd.Series):
        if len(answers) == len(rows) and not answers.index.equals(rows.index):
            place = answers.index.get_indexer(rows.index) if answers.index.is_unique else np.array([-1])
            if (place < 0).any():
                return _Misshapen(WRONG_INDEX)
            answers = answers.iloc[place]
        found = answers.tolist()
    elif isinstance(answers, pa.Array | pa.ChunkedArray):
        found = answers.to_pylist()
    else:
        found = list(answers)
    return found if len(found) == len(rows) else _Misshapen(WRONG_NUMBER)
