"""A weekly reliability update over 2.4 million votes: decayed counts online and refitted, and the consensus-based fit.

python -m labeling_pipeline_tests.benchmarks.reliability_update
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.core.reliability import (
    consensus_reliability,
    read_votes,
    reliability_history,
    update_counts,
    weekly_counts,
)
from labeling_pipeline_tests.benchmarks.agreement_data import votes_of


def main() -> None:
    """Print seconds (median), and how far online is from refit and warm from cold."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tasks", type=int, default=800_000)
    options.add_argument("--runs", type=int, default=3)
    given = options.parse_args()
    votes = votes_of(given.tasks)
    last = int(votes["week"].max())
    answers = known_answers(votes)
    consensus = votes.groupby("task", sort=False)["label"].agg("first").reset_index()
    print(f"{len(votes):,} votes, {len(answers):,} known answers, {last + 1} weeks")
    refit, counts = timed(lambda: weekly_counts(votes, answers), given.runs)
    state = update_counts(None, counts[counts["week"] < last])
    online = update_counts(state, counts[counts["week"] == last])
    same = online.equals(update_counts(None, counts))
    print(f"counts against known answers       {refit}   online equals refit to the last bit: {same}")
    cold, (cold_table, _) = timed(lambda: consensus_reliability(votes), given.runs)
    _, before = consensus_reliability(votes[votes["week"] < last])

    def update() -> tuple[pd.DataFrame, pd.DataFrame]:
        read = read_votes(votes)
        history = reliability_history(read, gold=answers, consensus=consensus, weeks=[last])
        return history, consensus_reliability(read, before)[0]

    week, (_, warm_table) = timed(update, given.runs)
    distance = np.abs(cold_table["value"] - warm_table["value"]).max()
    print(f"consensus-based fit, cold          {cold}")
    print(f"weekly update, all statistics      {week}   largest distance of the warm fit from the cold: {distance:.1e}")


def known_answers(votes: pd.DataFrame) -> pd.DataFrame:
    """60,000 tasks with an answer known since some week: task, label, week."""
    rng = np.random.default_rng(1)
    tasks = votes["task"].unique()
    chosen = rng.choice(len(tasks), min(60_000, len(tasks)), replace=False)
    weeks = rng.integers(0, int(votes["week"].max()) + 1, chosen.size)
    return pd.DataFrame({"task": tasks[chosen], "label": "non_toxic", "week": weeks})


def timed(call: Callable[[], Any], runs: int) -> tuple[str, Any]:
    """Median seconds, by the clock and of the processor, and the last result."""
    clock: list[float] = []
    processor: list[float] = []
    result = None
    for _ in range(runs):
        start, busy = time.perf_counter(), time.process_time()
        result = call()
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - busy)
    return f"{statistics.median(clock):6.2f} s ({statistics.median(processor):.2f} s of processor)", result


if __name__ == "__main__":
    main()
